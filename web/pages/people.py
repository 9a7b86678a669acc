"""The people of the organisation and their groups: who is here, who is away, and who is asked when somebody leaves."""

from datetime import date, datetime
from typing import Any, Literal

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.departing import departures, holdings
from engine.errors import Rejected
from engine.identity import factors, giving, passwords, resets, vacancies, workload
from engine.identity import groups as group_verbs
from engine.identity import people as verbs
from engine.identity.person import Person
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import absence, entries
from web.reads import people as found
from web.services import services

pages = Blueprint("people_pages", __name__)
acting.register(pages)
A_PAGE = 50


@page(pages, "/people")
def all_people() -> Response:
    """Who works here: by name or id; those who have left on request."""
    return _listed()


@page(pages, "/people", scope="admin", method="POST")
def create() -> Response:
    """Somebody new."""
    kept = {name: typed.said(name) for name in ("id", "name", "email")}
    person_id, password = kept["id"], request.form.get("password", "")

    def verb(session: Session, by: Person, now: datetime) -> None:
        verbs.create(session, person_id, name=kept["name"], email=kept["email"] or None, by=by, now=now)
        if password:
            passwords.set_password(session, person_id, password, by=by, now=now)

    try:
        acting.perform(verb)
    except Rejected as error:
        return _listed(Wrong("new", error, kept))
    return acting.then(f"/people/{person_id}", _("%(name)s is here now.", name=kept["name"]))


@page(pages, "/people/<person_id>")
def one(person_id: str) -> Response:
    """A person: groups, absences, and what would be left without him."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        person = found.one_person(session, person_id)
        manages = reader.person.platform_admin and not reader.person.auditor
        away = absence.substitutions(session, reader.person, {"person": person_id, "live": True})["items"]
        known = found.groups(session)["items"]
        named = [*(one["first"] for one in away), *(one["second"] for one in away)]
        return {
            "person": person,
            "groups": [group for group in known if group.key in person["groups"]],
            "others": [group for group in known if group.key not in person["groups"] and not group.everybody],
            "away": away,
            "held": holdings.of(session, person_id, by=reader.person) if manages and person["active"] else [],
            "manages": manages,
            "factor_on": manages and factors.is_on(session, person_id),
            "everybody": found.everybody(session) if manages else [],
            "names": entries.names_in(session, named),
        }

    return show("person.html", **look(read), standings=_standings(), kinds=_holdings())


@page(pages, "/people/<person_id>/groups", scope="admin", method="POST")
def join(person_id: str) -> Response:
    """Let somebody belong to a group, or ask for it where others agree first."""
    key, reason = request.form.get("group", ""), request.form.get("reason", "").strip()
    how: dict[str, Any] = {"standing": _standing(request.form.get("standing", "")), "until": _until()}

    def verb(session: Session, by: Person, now: datetime) -> None:
        if group_verbs.group(session, key).consent:
            giving.ask(session, key, person_id, **how, reason=reason, by=by, now=now)
        else:
            group_verbs.join(session, key, person_id, **how, by=by, now=now)

    return acting.done(verb, f"/people/{person_id}", _("The group is changed, or waits for those who agree to it."))


@page(pages, "/groups/<key>/members/<person_id>/answer", scope="work", method="POST")
def answer(key: str, person_id: str) -> Response:
    """Agree that somebody gets a role, or say why not."""
    said: dict[str, Any] = {"agreed": request.form.get("agreed") == "true", "reason": request.form.get("reason", "")}
    return acting.done(
        lambda session, by, now: giving.answer(session, key, person_id, **said, by=by, now=now),
        f"/groups/{key}",
        _("Your answer is kept."),
    )


@page(pages, "/people/<person_id>/groups/<key>/leave", scope="admin", method="POST")
def leave(person_id: str, key: str) -> Response:
    """Take somebody out of a group; what he has claimed stays his."""
    return acting.done(
        lambda session, by, now: group_verbs.leave(session, key, person_id, by=by, now=now),
        f"/people/{person_id}",
        _("The group is changed. What was claimed stays claimed."),
    )


@page(pages, "/people/<person_id>/end", scope="admin", method="POST")
def end(person_id: str) -> Response:
    """Somebody leaves, and hands over what he holds."""
    named, reason = request.form.get("hand_over_to", "").strip(), request.form.get("reason", "").strip()

    def verb(session: Session, by: Person, now: datetime) -> None:
        to = found.whom(session, named) or None
        departures.leave(session, person_id, hand_over_to=to, reason=reason, by=by, now=now)

    return acting.done(
        verb,
        f"/people/{person_id}",
        _("The account is closed as soon as everything has been handed over."),
    )


@page(pages, "/people/<person_id>/second-factor/remove", scope="admin", method="POST")
def remove_second_factor(person_id: str) -> Response:
    """Take the second factor from somebody who has lost it."""
    reason = request.form.get("reason", "")
    return acting.done(
        lambda session, by, now: factors.remove(session, person_id, reason=reason, by=by, now=now),
        f"/people/{person_id}",
        _("The second factor is removed. The trail says who did it and why."),
    )


@page(pages, "/people/<person_id>/invite", scope="admin", method="POST")
def invite(person_id: str) -> Response:
    """Send somebody a link by which he chooses a password."""
    at = services().machine_clock()
    return acting.done(
        lambda session, by, now: resets.invite(session, person_id, by=by, now=now, machine_now=at),
        f"/people/{person_id}",
        _("A link is on its way by mail. It holds for a day, and once."),
    )


@page(pages, "/groups")
def all_groups() -> Response:
    """The groups with their open work, so that overload is seen."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        work = workload.open_work(session, by=reader.person, now=reader.now)
        return {"groups": sorted(work, key=lambda one: one["name"].casefold())}

    return show("groups.html", **look(read))


@page(pages, "/groups/<key>")
def group(key: str) -> Response:
    """A group with its members: lead, deputy, then the others."""

    def read(session: Session, _reader: Reader) -> dict[str, Any]:
        vacant = [one for one in vacancies.vacancies(session) if one.key == key]
        group = found.one_group(session, key)
        named = [(one.person_id, one.asked_by) for one in group["wishes"]]
        return {"group": group, "vacant": vacant, "names": entries.names_in(session, named)}

    return show("group.html", **look(read), standings=_standings())


def _listed(wrong: Wrong | None = None) -> Response:
    wanted = request.args.get("text", "").strip()
    left = request.args.get("left") == "yes"

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        asked = {"text": wanted or None, "active": not left, "limit": A_PAGE, "cursor": request.args.get("cursor")}
        listed = found.people(session, asked)
        here = [one.id for one in listed.items]
        away = {
            one["person"]: one
            for one in absence.substitutions(session, reader.person, {"person": None, "live": True})["items"]
            if one["begins_at"] <= reader.now and one["person"] in here
        }
        return {
            "people": listed,
            "away": away,
            "groups": found.groups_of(session, here),
            "names": entries.names_in(session, [one["first"] for one in away.values()]),
            "manages": reader.person.platform_admin and not reader.person.auditor,
        }

    return show("people.html", 422 if wrong else 200, **look(read), wanted=wanted, left=left, wrong=wrong)


def _standing(said: str) -> Literal["member", "lead", "deputy"]:
    return "lead" if said == "lead" else "deputy" if said == "deputy" else "member"


def _until() -> date | None:
    return typed.day(request.form.get("until", ""), "until")


def _standings() -> dict[str, str]:
    return {"member": _("member"), "deputy": _("deputy"), "lead": _("lead")}


def _holdings() -> dict[str, str]:
    """What each kind of thing is called that must be somebody else's before a person can leave."""
    return {
        "task": _("Task"),
        "case": _("Case that is owned"),
        "lead": _("Lead of a group"),
        "deputy": _("Deputy of a group"),
        "last member": _("Last member of a group"),
        "process": _("Process that is owned"),
        "binding": _("Role in a process"),
        "rotation": _("Turn on call"),
        "substitution": _("Stands in"),
        "register": _("Named in an entry"),
        "unseen": _("Something more"),
    }
