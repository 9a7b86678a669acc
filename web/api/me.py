"""Who the caller is."""

from flask import Response

from web.acts import answer
from web.auth import caller
from web.operations import Theme
from web.schemas.identity import MeOut

theme = Theme("me", __name__, description="Who speaks.")
ME = MeOut()


@theme.operation("GET", "/me", scope="read", gives=ME)
def me() -> Response:
    """The caller: id, name, groups, rights and scopes."""
    who = caller()
    names = ("id", "name", "kind", "platform_admin", "auditor")
    sets = {"groups": who.person.groups, "leads": who.person.leads, "scopes": who.scopes}
    known = {name: getattr(who.person, name) for name in names}
    return answer(known | {name: sorted(of) for name, of in sets.items()}, ME)
