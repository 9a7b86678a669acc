"""Every address of the front door, and people who ask them all."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engine.transactions import Database
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, signed_in
from web.pages import is_page

PART = re.compile(r"<(?:[^<>]+:)?(\w+)>")
CHOICE = re.compile(r"<any\((\w+)[^>]*>")
NOTHING = str(UUID(int=7))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HIDDEN = {"instance_id", "task_id", "evidence_id", "delivery_id", "stuck_id", "job_id", "target_id", "chain"}
HIDDEN |= {"document_id", "file_id"}
"""Parts of addresses that name something of a case."""
OWN = {"token_id", "visit_id", "feed_id"}
"""Parts that name what is one person's alone."""
SECRETS = {"secret", "link"}
"""Parts that are secrets themselves: whoever has one needs nothing else."""
SHARED = {
    "applicability/ref": "10.2",
    "auditors/person_id": "bert",
    "calendar/year": "2027",
    "channels/channel_key": "mail",
    "clauses/ref": "10.2",
    "clauses/standard_id": "iso9001-2015",
    "cycles/cycle_key": "round",
    "cycles/key": "round",
    "cycles/occurrence_id": "",
    "decisions/decision_key": "none",
    "definitions/definition_id": "",
    "deployment/deployment_id": "",
    "deployments/deployment_id": "",
    "engine-rest/rest": "nowhere",
    "groups/key": "board",
    "hooks/hook_key": "alerts",
    "hooks/key": "alerts",
    "key/key": "secret",
    "kits/key": "secret",
    "ladders/ladder_key": "none",
    "members/person_id": "bert",
    "occurrences/occurrence_id": "",
    "of/key": "iso9001:10.2",
    "overrides/override_id": "",
    "people/person_id": "bert",
    "problems/code": "not-found",
    "process-definition/definition": "",
    "processes/key": "secret",
    "processes/number": "1",
    "public-ways/way_key": "none",
    "public/way_key": "none",
    "registers/key": "reg_machines",
    "resources/resource_id": "",
    "rows/row_key": "press",
    "standards/standard_id": "iso9001-2015",
    "statement/ref": "10.2",
    "subscriptions/subscription_key": "none",
    "substitutes/substitution_id": "",
    "substitutions/substitution_id": "",
    "tell/way_key": "none",
    "verification/verification_id": "",
    "verifications/verification_id": "",
    "views/number": "1",
}
"""Parts that name what is no secret to whoever has signed in, by the word before, and what stands
there in a walk; empty: an id that has to be known."""
PERIOD = "since=2027-01-01T00:00:00Z&until=2028-01-01T00:00:00Z"
SUBJECT = "subject=reg_machines:press"
QUERIES = {
    "figures/shared": PERIOD,
    "groups/<key>/decisions": PERIOD,
    "on-call": SUBJECT,
    "on-call/gaps": SUBJECT,
    "on-call/pausing": SUBJECT,
    "pack": "rows=reg_machines:press",
    "standards/<standard_id>/clauses/<ref>/records": PERIOD,
    "standards/<standard_id>/clauses/<ref>/rows": PERIOD,
    "standards/<standard_id>/coverage": PERIOD,
    "standards/<standard_id>/strengths": PERIOD,
}
"""What addresses of the API cannot do without."""
VARYING = ("Set-Cookie", "Content-Length", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
FORM = {
    "reason": "It is so.",
    "text": "Hello",
    "to": "anna",
    "values": "{}",
    "slot": "report",
    "url": "https://example.org",
    "name": "site",
    "value": "Kiel",
    "password": "no password",
    "meaning": "approved",
}


@dataclass(frozen=True)
class Address:
    """A method at a rule of the address map."""

    method: str
    rule: Rule
    app: Flask

    @property
    def parts(self) -> frozenset[str]:
        """What the address names, by the names that the rule gives."""
        return frozenset(self.rule.arguments)

    @property
    def page(self) -> bool:
        """Whether it is for people at browsers."""
        return is_page(self.rule.endpoint)

    @property
    def modelers(self) -> bool:
        """Whether it is the modeler's, which asks who speaks in its own way."""
        return self.rule.endpoint.startswith("engine_rest.")

    @property
    def open(self) -> bool:
        """Whether anybody reaches it."""
        return not self.modelers and getattr(self.app.view_functions[self.rule.endpoint], "scope", "public") == "public"

    @property
    def named(self) -> list[str]:
        """Its parts but for choices, each after the last word that stands before it: `people/person_id`."""
        found, word = [], ""
        for segment in self.rule.rule.split("/"):
            part = PART.search(segment)
            word = word if part else segment
            found += [f"{word}/{part[1]}"] if part and not CHOICE.search(segment) else []
        return found

    def filled(self, known: dict[str, str]) -> str:
        """The address with these parts, and the first of each choice; ids that are not known name nothing."""
        address = CHOICE.sub(r"\1", self.rule.rule)
        for one in self.named:
            part = one.partition("/")[2]
            stands = known.get(part) or SHARED.get(one) or NOTHING
            address = re.sub(rf"<(?:[^<>]+:)?{part}>", stands, address)
        return address

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def addresses(app: Flask) -> list[Address]:
    """Everything that can be asked of the front door."""
    return [
        Address(method, rule, app)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    ]


@dataclass
class Somebody:
    """
    A person who asks every address in the way that it wants: pages by a browser, everything else by a token.

    `known` is what addresses name that is no secret.
    """

    browser: Reader
    token: Client
    known: dict[str, str]

    @classmethod
    def of(cls, app: Flask, login: Callable[..., Client], person: str, known: dict[str, str]) -> "Somebody":
        """Somebody who has signed in in both ways, and has a page of his own open."""
        browser, token = signed_in(app.test_client(), person), login(person)
        browser.open("/account")
        token.get("/me")  # From now on it has been used.
        return cls(browser, token, known)

    def ask(self, at: Address, known: dict[str, str] | None = None, *, proof: bool = True) -> TestResponse:
        """What is answered there; without `proof` nothing shows that a form comes from one of our pages."""
        client, where = self.browser.client, at.filled(self.known | (known or {}))
        asks = {"query_string": QUERIES.get(at.rule.rule.removeprefix("/api/v1/"), "")}
        given = asks if at.method == "GET" else _sent(at)
        if not at.page:
            bearer = {"Authorization": f"Bearer {self.token.token}"}
            return self.token.app.test_client().open(where, method=at.method, headers=bearer, **given)
        if at.method != "GET" and proof:
            given["headers"] = {"X-CSRFToken": self.browser.proof}
        return client.open(where, method=at.method, **given)


def _sent(at: Address) -> dict[str, Any]:
    if at.page:
        return {"json": {"answers": {"a": 1}}} if at.rule.rule.endswith("/draft") else {"data": dict(FORM)}
    if at.rule.rule.endswith("/evidence"):
        return {"data": {"slot": "report", "url": "https://example.org"}, "content_type": "multipart/form-data"}
    if at.modelers:
        return {"json": {"userId": "anna", "workerId": "w", "newDuration": 1000, "topics": [{"topicName": "print"}]}}
    paths = at.app.extensions["steward-description"].spec.to_dict()["paths"]
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", at.rule.rule)
    content = paths.get(path, {}).get(at.method.lower(), {}).get("requestBody", {}).get("content", {})
    return {"json": dict(content.get("application/json", {}).get("example", {}))}


def told(answer: TestResponse, known: dict[str, str] | None = None) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, body and headers, without the ids that were asked for and what a browser is told anew each time."""

    def plain(said: str) -> str:
        for one in (known or {}).values():
            said = said.replace(one, "ID")
        return re.sub(r'(csrf[-_]token"[^>]*(?:content|value)=")[^"]*', r"\1", said)

    headers = [(name, plain(value)) for name, value in answer.headers if name not in VARYING]
    return answer.status_code, plain(answer.get_data().decode(errors="replace")), headers


@contextmanager
def asked_of(database: Database) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def writes(statements: list[str]) -> list[str]:
    """Those that change something."""
    return [
        one for one in statements if re.match(r"\s*(insert|update|delete|with .*\b(insert|update|delete)\b)", one, re.I)
    ]
