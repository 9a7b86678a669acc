"""What the front door needs from the program that opens it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from engine.evidence import Store
from engine.figures import Figure
from engine.identity.visits import Lasting
from engine.strongbox import Strongbox
from engine.transactions import Database
from web.language import CATALOGUES
from webhooks.safe_http import Rules


@dataclass(frozen=True, kw_only=True)
class Limits:
    """
    Bounds on what one request may carry.

    `body`, `upload`, `hook` and `public` are bytes of a whole request;
    `sign_ins`, `resets`, `hook_calls` and `public_calls` are how often one address may
    be wrong about a password or a code, ask for a new password, call hooks and
    use public doors, in Flask-Limiter's notation.
    """

    body: int = 2_000_000
    upload: int = 60_000_000
    sign_ins: str = "60 per minute"
    resets: str = "20 per hour"
    hook: int = 1_000_000
    hook_calls: str = "600 per minute"
    public: int = 12_000_000
    public_calls: str = "30 per minute"


@dataclass(frozen=True, kw_only=True)
class Visits:
    """
    How people are signed in at browsers.

    Args:
        key: signs what a browser keeps; by default one that nobody else has.
        lasting: when a visit is over by itself.
        secure: whether people come by https alone, so that the cookie and the browser know no other way.
    """

    key: bytes = field(default_factory=lambda: token_bytes(32), repr=False)
    lasting: Lasting = field(default_factory=Lasting)
    secure: bool = False


@dataclass(frozen=True, kw_only=True)
class Services:
    """
    Everything a request reaches, put together by `steward`.

    Args:
        database: where transactions begin.
        clock: the product's moment, aware; it may be simulated.
        machine_clock: the machine's moment, aware; heartbeats go by it.
        evidence: the folder of files handed in.
        seal_key: signs the heads of the audit chains; without it nothing can be sealed.
        sealed: is told number and digest of a seal that was made, once it is committed.
        simulated: whether `clock` moves only when told; every answer then says so.
        move_clock: moves a simulated clock to a moment, lets everything due on the way happen, and says what did.
        release_at_once: whether a deployment needs no second person.
        release_groups: members of these may release, beside a definition's owner.
        visits: how people are signed in at browsers.
        token_life: how long a token lives that names no other date.
        message_life: how long a message that nobody awaits is kept.
        heartbeat_within: a worker that was silent for longer counts as gone.
        strongbox: locks the secrets of hooks and of second factors; by default with a key that nobody keeps.
        second_factor_for: groups whose members need a second factor; `admin` stands for who manages the platform.
        outward: what requests to addresses outside may do, for telling before one is kept.
        figures: the key figures that are defined.
        templates: element templates for the modeler, by file name.
        catalogues: the folder of what pages say in languages other than English.
        links_key: signs the links by which people acknowledge calls; by default one that nobody keeps.
        public_url: where people reach Steward; empty where requests themselves say so.
        ring: wakes the worker; called after each commit.
    """

    database: Database
    clock: Callable[[], datetime]
    machine_clock: Callable[[], datetime]
    evidence: Store
    seal_key: Ed25519PrivateKey | None = None
    sealed: Callable[[int, bytes], None] = lambda _number, _digest: None
    simulated: bool = False
    move_clock: Callable[[datetime], Any] | None = None
    release_at_once: bool = False
    release_groups: tuple[str, ...] = ()
    visits: Visits = field(default_factory=Visits)
    token_life: timedelta = timedelta(days=30)
    message_life: timedelta = timedelta(days=30)
    heartbeat_within: timedelta = timedelta(seconds=60)
    strongbox: Strongbox = field(default_factory=Strongbox.fleeting)
    second_factor_for: frozenset[str] = frozenset()
    outward: Rules = field(default_factory=Rules)
    figures: tuple[Figure, ...] = ()
    catalogues: Path = CATALOGUES
    templates: Mapping[str, bytes] = field(default_factory=dict)
    links_key: bytes = field(default_factory=lambda: token_bytes(32), repr=False)
    public_url: str = ""
    ring: Callable[[], None] = lambda: None
    limits: Limits = field(default_factory=Limits)


def services() -> Services:
    """The services of the application that answers this request."""
    found: Services = current_app.extensions["steward"]
    return found
