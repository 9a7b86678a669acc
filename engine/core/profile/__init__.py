"""
What may be deployed: every problem of every file in one answer.

`docs/reference/problems.md` lists each code, what it means and what to do.
"""

from engine.core.profile.check import check
from engine.core.profile.known import Known

__all__ = ["Known", "check"]
