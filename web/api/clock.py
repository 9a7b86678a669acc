"""The product's clock, and the seals that prove what was before."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine import seals, timetable
from engine.core.calendar import TimeError
from engine.core.due import resolve
from engine.core.spans import Repeat
from engine.errors import Conflict, Invalid
from engine.identity.people import must_manage
from engine.identity.person import Person
from web.acts import act, answer, is_dry_run
from web.auth import caller
from web.headers import SIMULATED
from web.operations import Theme
from web.schemas.traffic import ClockOut, MoveClock, MovedOut, SealOut
from web.services import services

theme = Theme("clock", __name__, description="The moment that decides what is due, and seals over what was.")
CLOCK, MOVED, SEAL = ClockOut(), MovedOut(), SealOut()


@theme.operation("GET", "/clock", scope="read", gives=CLOCK)
def now() -> Response:
    """The product's moment."""
    return answer({"now": caller().now, "simulated": services().simulated}, CLOCK)


@theme.operation("POST", "/clock", scope="admin", body=MoveClock, gives=MOVED, refused=(409,), whole=False)
def move(body: dict[str, Any]) -> Response:
    """Let time pass, where the clock is simulated: what falls due on the way happens in order, each at its moment."""
    move_clock = services().move_clock
    if move_clock is None:
        raise Conflict("The clock is the machine's. Start the server with --simulated-clock to move it.")
    must_manage(caller().person)
    happened = move_clock(_moment(body["to"]))
    moved = services().clock()
    given = answer({"now": moved, "simulated": True, **happened}, MOVED)
    given.headers[SIMULATED] = moved.isoformat()
    return given


def _moment(text: str) -> datetime:
    """A moment as it is, or a span from now, counted by the organisation's calendar."""
    who = caller()

    def verb(session: Session) -> datetime | Repeat | None:
        calendar = timetable.calendar(session, timetable.in_use(session, by=who.person, now=who.now))
        return resolve(text, since=who.now, calendar=calendar)

    try:
        moment = services().database.perform(verb, by=who.person, now=who.now)
    except TimeError as error:
        raise Invalid(str(error), {"to": str(error)}) from error
    if not isinstance(moment, datetime):
        raise Invalid("Name one moment or one span.", {"to": "One moment or one span."})
    return moment


@theme.operation("POST", "/seals", scope="admin", gives=SEAL, status=201, refused=(409,))
def seal() -> Response:
    """Sign the heads of all chains as they are now."""
    key = services().seal_key
    if key is None:
        raise Conflict("This server has no key to seal with.")

    digests: dict[int, bytes] = {}

    def verb(session: Session, by: Person, now: datetime) -> Any:
        must_manage(by)
        made = seals.seal(session, key, now=now)
        digests[made.number] = seals.digest_of(made)
        return {name: getattr(made, name) for name in ("number", "at", "key")} | {
            "root": made.root.hex(),
            "signature": made.signature.hex(),
        }

    answer = act(verb, SEAL, status=201)
    if not is_dry_run():
        for number, digest in digests.items():
            services().sealed(number, digest)
    return answer
