"""
Forms on the server: what a form-js schema asks for, and whether answers hold.

The browser shows the same schema with form-js and helps people; the server
decides. It trusts nothing a browser says about options, read-only or computed
values, hidden fields or people. `docs/reference/forms.md` is the contract.
"""

from engine.core.forms.answers import Checked
from engine.core.forms.form import Form, UnusableForm, check_form, read_form
from engine.core.forms.schema import LIMITS, Field

__all__ = ["LIMITS", "Checked", "Field", "Form", "UnusableForm", "check_form", "read_form"]
