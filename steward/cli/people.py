"""Commands about who you are, and about people, groups and tokens."""

from typing import Any

import click

from steward.cli.client import CODE, DRY_RUN, asks, one, proved
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

HELD = {"WHAT": "kind", "NAME": "name", "ID": "id"}


@click.command()
@click.argument("person")
@click.option("--password", envvar="STEWARD_PASSWORD", help="Else you are asked for it; STEWARD_PASSWORD also works.")
@CODE
@click.option("--name", default="command line", help="What the token is called.", show_default=True)
@click.option("--days", type=int, help="How long the token lives.")
@click.option("--scope", "scopes", multiple=True, help="Narrow what the token may do: read, work, deploy, admin.")
@asks
def login(server: Server, person: str, code: str | None, scopes: Any, **about: Any) -> None:
    """Trade the password of PERSON for a token, and keep it for later commands."""
    about["password"] = about["password"] or click.prompt("Password", hide_input=True)
    body = about | {"person": person, "scopes": list(scopes)}
    given = proved(lambda code: server.log_in(body | {"code": code}), code)
    shown = {key: value for key, value in given.items() if key != "token"}
    echo(shown, [f"Logged in as {given['person']} until {cell(given['expires_at'])}."], as_json=server.as_json)


@click.group()
def token() -> None:
    """Make, list and revoke tokens of your own."""


@token.command("list")
@asks
def list_tokens(server: Server) -> None:
    """List your tokens."""
    found = server.get("/tokens")["items"]
    columns = {"ID": "id", "NAME": "name", "BEGINS": "prefix", "MAY": "scopes", "EXPIRES": "expires_at"}
    echo(found, table(found, columns, empty="You have no tokens."), as_json=server.as_json)


@token.command("revoke")
@one("token_id")
@DRY_RUN
@asks
def revoke_token(server: Server, token_id: str, dry_run: bool) -> None:
    """Make a token void at once."""
    server.change("DELETE", f"/tokens/{token_id}", None, dry_run=dry_run)
    echo({"revoked": token_id}, ["The token is void."], as_json=server.as_json)


@token.command("new")
@click.option("--password", envvar="STEWARD_PASSWORD", help="Else you are asked for it.")
@CODE
@click.option("--name", required=True, help="What it is for, such as `pipeline`.")
@click.option("--days", type=int, help="How long it lives.")
@click.option("--scope", "scopes", multiple=True, help="What it may do: read, work, deploy, admin.")
@asks
def new_token(server: Server, password: str | None, code: str | None, name: str, days: int | None, scopes: Any) -> None:
    """Make a further token and show its secret, this once."""
    me = server.get("/me")["id"]
    body: dict[str, Any] = {"person": me, "name": name, "scopes": list(scopes) or None, "days": days}
    body["password"] = password or click.prompt("Password", hide_input=True)
    given = proved(lambda code: server.post("/tokens", body | {"code": code}), code)
    echo(
        given,
        [given["token"], f"It expires {cell(given['expires_at'])} and is shown this once."],
        as_json=server.as_json,
    )


@click.group()
def person() -> None:
    """Look up, add, change and end people."""


@person.command("list")
@click.option("--text", help="Part of a name or id.")
@asks
def list_people(server: Server, text: str | None) -> None:
    """List people."""
    found = server.get("/people", text=text, limit=200)["items"]
    columns = {"ID": "id", "NAME": "name", "GROUPS": "groups", "ADMIN": "platform_admin", "LEFT": "ended_at"}
    echo(found, table(found, columns, empty="Nobody."), as_json=server.as_json)


@person.command("add")
@click.argument("person_id")
@click.option("--name", required=True, help="As the person is called.")
@click.option("--email", help="Where mail reaches the person.")
@click.option("--password", envvar="STEWARD_NEW_PASSWORD", help="A first password; STEWARD_NEW_PASSWORD also works.")
@click.option("--admin", is_flag=True, help="May deploy, and manage people.")
@click.option("--zone", help="Time zone, such as Europe/Berlin.")
@DRY_RUN
@asks
def add_person(server: Server, person_id: str, admin: bool, dry_run: bool, **about: Any) -> None:
    """Add a person under PERSON_ID, which is never used again for another."""
    body = {"id": person_id, "platform_admin": admin} | {key: value for key, value in about.items() if value}
    made = server.change("POST", "/people", body, dry_run=dry_run)
    how = "can log in" if body.get("password") else "is known, and needs a password to log in,"
    echo(made, [f"{made['name']} {how} as {made['id']}."], as_json=server.as_json)


@person.command("change")
@one("person_id")
@click.option("--name", help="As the person is called.")
@click.option("--email", help="Where mail reaches the person.")
@click.option("--zone", help="Time zone, such as Europe/Berlin.")
@click.option("--admin/--no-admin", "platform_admin", default=None, help="May deploy and manage people, or no more.")
@DRY_RUN
@asks
def change_person(server: Server, person_id: str, dry_run: bool, **about: Any) -> None:
    """Change what is known about a person; what is not named stays."""
    body = {key: value for key, value in about.items() if value is not None}
    if not body:
        raise click.UsageError("Say what shall change: --name, --email, --zone or --admin.")
    done = server.change("PATCH", f"/people/{person_id}", body, dry_run=dry_run)
    echo(done, [f"{done['name']} ({done['id']}) is changed."], as_json=server.as_json)


@person.command("password")
@one("person_id")
@click.password_option(envvar="STEWARD_NEW_PASSWORD", help="The new one; STEWARD_NEW_PASSWORD also works.")
@click.option(
    "--current", envvar="STEWARD_PASSWORD", help="The present one, for your own; STEWARD_PASSWORD also works."
)
@CODE
@DRY_RUN
@asks
def set_password(
    server: Server, person_id: str, password: str, current: str | None, code: str | None, dry_run: bool
) -> None:
    """Set a new password: your own, or, as an administrator, somebody's first."""
    if current is None and server.get("/me")["id"] == person_id:
        current = click.prompt("Present password", hide_input=True)
    body = {"password": password} | ({"current": current} if current else {})
    path = f"/people/{person_id}/password"
    proved(lambda code: server.change("POST", path, body | {"code": code}, dry_run=dry_run), code)
    echo({"person": person_id}, [f"{person_id} has a new password."], as_json=server.as_json)


@person.command("invite")
@one("person_id")
@DRY_RUN
@asks
def invite(server: Server, person_id: str, dry_run: bool) -> None:
    """Send a person a link by mail by which a password is chosen, the first or a new one."""
    server.change("POST", f"/people/{person_id}/invite", {}, dry_run=dry_run)
    echo({"person": person_id}, [f"A link is on its way to {person_id}."], as_json=server.as_json)


@person.command("remove-second-factor")
@one("person_id")
@click.option("--reason", required=True, help="Why, and how you know that it is this person; it stands in the trail.")
@DRY_RUN
@asks
def remove_second_factor(server: Server, person_id: str, reason: str, dry_run: bool) -> None:
    """Take the second factor from somebody who has lost it; not your own. The person is told by mail."""
    path = f"/people/{person_id}/second-factor/remove"
    server.change("POST", path, {"reason": reason}, dry_run=dry_run)
    echo({"person": person_id}, [f"{person_id} signs in with the password alone."], as_json=server.as_json)


@person.command("end")
@one("person_id")
@click.option("--reason", default="", help="Why; it stands in the trail.")
@click.option("--hand-over-to", help="Who gets everything that the person holds.")
@DRY_RUN
@asks
def end_person(server: Server, person_id: str, reason: str, hand_over_to: str | None, dry_run: bool) -> None:
    """Let somebody leave. History keeps the name; refused while anything would be unowned."""
    body = {"reason": reason} | ({"hand_over_to": hand_over_to} if hand_over_to else {})
    held = server.get(f"/people/{person_id}/holdings")["items"] if dry_run else []
    if held and not hand_over_to:
        echo(held, table(held, HELD, empty=""), as_json=server.as_json)
        return
    done = server.change("POST", f"/people/{person_id}/end", body, dry_run=dry_run)
    shown = table([one | {"to": hand_over_to} for one in held], HELD | {"TO": "to"}, empty="Nothing to hand over.")
    left = (
        f"{person_id} has left." if not done["active"] else f"{person_id} is leaving: cases are handed over one by one."
    )
    echo({**done, "holdings": held} if dry_run else done, [*(shown if dry_run else ()), left], as_json=server.as_json)


@person.command("channels")
@one("person_id")
@click.option("--ordinary", help="By which channels, the first first: mail,chat:KEY.")
@click.option("--urgent", help="By which channels what is urgent comes.")
@click.option("--together", type=click.Choice(["yes", "no"]), help="By all of them at once, or one after the other.")
@click.option("--digest", type=click.Choice(["instant", "daily", "weekly"]), help="One by one, or gathered.")
@click.option("--at", help="When a digest comes, by that person's clocks: 07:30.")
@click.option("--weekday", help="On which day a weekly digest comes: monday.")
@click.option("--quiet", help="When nothing ordinary comes: 22:00-06:00, or none.")
@DRY_RUN
@asks
def person_channels(server: Server, person_id: str, dry_run: bool, **wishes: str | None) -> None:
    """Show how a person is told, or say how; what is not named stays. Your own, or anybody's as an administrator."""
    path, given = f"/people/{person_id}/channels", {key: value for key, value in wishes.items() if value is not None}
    found = server.get(path)
    if given:
        found = server.change(
            "PUT", path, found | {key: _wish(key, value) for key, value in given.items()}, dry_run=dry_run
        )
    quiet = found["quiet"]
    lines = [f"Ordinary: {', '.join(found['ordinary'])}", f"Urgent: {', '.join(found['urgent'])}"]
    lines += ["By all of them at once."] if found["together"] else []
    when = {"instant": "one by one", "daily": f"daily at {found['at']}"}
    weekly = f"every {found['weekday'].capitalize()} at {found['at']}"
    lines += [f"What is ordinary comes {when.get(found['digest'], weekly)}."]
    lines += [f"Quiet from {quiet['from']} until {quiet['until']}."] if quiet else []
    echo(found, lines, as_json=server.as_json)


def _wish(name: str, text: str) -> Any:
    """What an option says, as the server takes it."""
    if name in ("ordinary", "urgent"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if name == "together":
        return text == "yes"
    if name != "quiet":
        return text
    if text == "none":
        return None
    begins, dash, until = text.partition("-")
    if not dash:
        raise click.UsageError("Quiet hours read 22:00-06:00, or none.")
    return {"from": begins.strip(), "until": until.strip()}


@click.group()
def group() -> None:
    """Look up groups, and say who belongs to them."""


@group.command("list")
@asks
def list_groups(server: Server) -> None:
    """List groups."""
    found = server.get("/groups")["items"]
    columns = {"KEY": "key", "NAME": "name", "WHAT FOR": "description"}
    echo(found, table(found, columns, empty="There are no groups."), as_json=server.as_json)


@group.command("show")
@one("key")
@asks
def show_group(server: Server, key: str) -> None:
    """Show who belongs to a group."""
    found = server.get(f"/groups/{key}")
    columns = {"PERSON": "person", "NAME": "name", "STANDING": "standing", "SINCE": "since"}
    lines = [f"{found['name']} ({found['key']})", *table(found["members"], columns, empty="Nobody belongs to it.")]
    echo(found, lines, as_json=server.as_json)


@group.command("work")
@asks
def show_open_work(server: Server) -> None:
    """Tell the open work of each group, so that overload is seen."""
    found = server.get("/figures/open-work")["items"]
    columns = {"KEY": "key", "NAME": "name", "MEMBERS": "members", "UNCLAIMED": "unclaimed", "CLAIMED": "claimed"}
    echo(found, table(found, columns | {"LATE": "late"}, empty="There are no groups."), as_json=server.as_json)


@group.command("decisions")
@one("key")
@click.option("--since", required=True, help="From this moment on (ISO 8601, with a zone).")
@click.option("--until", required=True, help="Before this moment.")
@asks
def show_group_decisions(server: Server, key: str, since: str, until: str) -> None:
    """List what was decided in a role in a period, the newest first."""
    found = server.get(f"/groups/{key}/decisions", since=since, until=until)["items"]
    columns = {"TASK": "name", "CASE": "title", "BY": "completed_by", "FOR": "acting_for", "DONE": "closed_at"}
    columns |= {"SIGNED": "meaning", "ENTRY": "entry"}
    echo(found, table(found, columns, empty="Nothing was decided."), as_json=server.as_json)


@group.command("add")
@one("key")
@one("person_id")
@click.option("--as", "standing", type=click.Choice(["member", "lead", "deputy"]), default="member", help="How.")
@click.option("--until", help="The last day, such as 2028-12-31.")
@click.option("--reason", help="Asks for a role to which others agree first, and says why.")
@DRY_RUN
@asks
def add_member(
    server: Server, key: str, person_id: str, standing: str, until: str | None, reason: str | None, dry_run: bool
) -> None:
    """Let a person belong to a group, as member, lead or deputy."""
    body, place = {"standing": standing, "until": until}, f"/groups/{key}/members/{person_id}"
    if reason is not None:
        made = server.change("POST", f"{place}/ask", body | {"reason": reason}, dry_run=dry_run)
        echo(made, [f"{person_id} gets {key} as soon as somebody agrees."], as_json=server.as_json)
        return
    server.change("PUT", place, body, dry_run=dry_run)
    echo(
        {"group": key, "person": person_id, "standing": standing},
        [f"{person_id}: {standing} of {key}."],
        as_json=server.as_json,
    )


@group.command("answer")
@one("key")
@one("person_id")
@click.option("--agree/--refuse", "agreed", required=True, help="Whether you agree; no needs a reason.")
@click.option("--reason", default="", help="Why not.")
@DRY_RUN
@asks
def answer_wish(server: Server, key: str, person_id: str, agreed: bool, reason: str, dry_run: bool) -> None:
    """Agree that a person gets a role for which somebody has asked, or say why not."""
    body = {"agreed": agreed, "reason": reason}
    made = server.change("POST", f"/groups/{key}/members/{person_id}/answer", body, dry_run=dry_run)
    said = f"{person_id} has {key} now." if agreed else f"{person_id} does not get {key}."
    echo(made, [said], as_json=server.as_json)


@group.command("remove")
@one("key")
@one("person_id")
@DRY_RUN
@asks
def remove_member(server: Server, key: str, person_id: str, dry_run: bool) -> None:
    """Let a person belong to a group no more."""
    server.change("DELETE", f"/groups/{key}/members/{person_id}", None, dry_run=dry_run)
    echo({"group": key, "person": person_id}, [f"{person_id} belongs to {key} no more."], as_json=server.as_json)


@group.command("new")
@click.argument("key")
@click.option("--name", required=True, help="As people call it.")
@click.option("--description", default="", help="What it is for.")
@click.option("--single", is_flag=True, help="It has one holder and one deputy, and nobody besides.")
@DRY_RUN
@asks
def new_group(server: Server, key: str, name: str, description: str, single: bool, dry_run: bool) -> None:
    """Make a group that models can name by KEY."""
    body = {"key": key, "name": name, "description": description, "single": single}
    made = server.change("POST", "/groups", body, dry_run=dry_run)
    echo(made, [f"Group {made['key']} exists."], as_json=server.as_json)
