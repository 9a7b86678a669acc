"""The server as the command line sees it: HTTP with a person's token, like any other client."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

LOCAL = "http://127.0.0.1:8080"
PATIENCE = urllib3.Timeout(connect=10, read=600)
"""Seconds: moving a clock over months takes a while."""

Files = list[tuple[str, tuple[str, bytes] | tuple[str, bytes, str]]]


@dataclass
class Answered(Exception):
    """The server said no: a problem document (RFC 9457)."""

    status: int
    problem: dict[str, Any]

    def __str__(self) -> str:
        return str(self.problem.get("detail") or self.problem.get("title") or f"HTTP {self.status}")


@dataclass
class Unreachable(Exception):
    """Nobody answers at the address."""

    address: str
    why: str

    def __str__(self) -> str:
        return f"No Steward answers at {self.address} ({self.why}). Start it with `steward run`, or use --server."


@dataclass
class NotLoggedIn(Exception):
    """There is no token for this server."""

    address: str
    person: str | None

    def __str__(self) -> str:
        whom = f" as {self.person}" if self.person else ""
        return f"You are not logged in at {self.address}{whom}. Use `steward login PERSON`, or set STEWARD_TOKEN."


@dataclass
class Unreadable(Exception):
    """The file of tokens is broken."""

    path: Path

    def __str__(self) -> str:
        return f"{self.path} is not a file of tokens. Delete it and log in again."


class Credentials:
    """
    Tokens by server and person, in a file that only its owner can read.

    The file is `STEWARD_CREDENTIALS`, else `~/.config/steward/credentials.json`.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        chosen = environment.get("STEWARD_CREDENTIALS")
        self.path = Path(chosen) if chosen else Path.home() / ".config/steward/credentials.json"

    def token(self, address: str, person: str | None) -> str | None:
        """
        The token kept for this person, or of who logged in last.

        Raises:
            Unreadable: the file is broken.
        """
        held = self._read().get(address, {})
        token = held.get("tokens", {}).get(person or held.get("last"))
        return str(token) if token else None

    def keep(self, address: str, person: str, token: str) -> None:
        """Keep a token, and remember who logged in last."""
        everything = self._read()
        held = everything.setdefault(address, {"tokens": {}})
        held["tokens"][person] = token
        held["last"] = person
        self._write(everything)

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text())) if self.path.exists() else {}
        except (ValueError, TypeError) as error:
            raise Unreadable(self.path) from error

    def _write(self, everything: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(everything, file, indent=2, sort_keys=True)
        draft.replace(self.path)


@dataclass
class Server:
    """One server, in one person's name."""

    address: str = LOCAL
    person: str | None = None
    token: str | None = None
    credentials: Credentials = field(default_factory=Credentials)
    as_json: bool = False

    def get(self, path: str, **filters: Any) -> Any:
        """The document at `path`; filters that are None are left out."""
        query = urlencode({name: value for name, value in filters.items() if value is not None}, doseq=True)
        return self.call("GET", f"{path}?{query}" if query else path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """What the server answers to `body`."""
        return self.call("POST", path, body=body if body is not None else {}, headers=headers)

    def change(self, method: str, path: str, body: Any, *, dry_run: bool) -> Any:
        """Change something; with `dry_run` everything is checked and computed, and nothing is kept."""
        return self.call(method, f"{path}?dry_run=true" if dry_run else path, body=body)

    def upload(self, path: str, fields: Mapping[str, str], files: Files) -> Any:
        """Send files as a form (RFC 7578)."""
        return self.call("POST", path, parts=[*fields.items(), *files])

    def call(self, method: str, path: str, *, body: Any = None, parts: Any = None, headers: Any = None) -> Any:
        """
        One request.

        Raises:
            Answered: the server said no.
            Unreachable: nobody answered.
            NotLoggedIn: there is no token to send.
        """
        sent = {"Authorization": f"Bearer {self._known_token()}", "Accept": "application/json"} | (headers or {})
        return self._send(method, path, sent, body, parts)

    def log_in(self, body: Mapping[str, Any]) -> Any:
        """Trade a password for a token, and keep it; `body` says whose, the password, and what the token is for."""
        said = {name: value for name, value in body.items() if value}
        given = self._send("POST", "/tokens", {}, said, None)
        self.credentials.keep(self.address, body["person"], given["token"])
        return given

    def raw(self, path: str) -> bytes:
        """The bytes at `path`, such as a diagram or a piece of evidence."""
        return self._request("GET", path, {"Authorization": f"Bearer {self._known_token()}"}, None, None).data

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: Any, parts: Any) -> Any:
        answer = self._request(method, path, headers, body, parts)
        return json.loads(answer.data) if answer.data else None

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, parts: Any
    ) -> urllib3.BaseHTTPResponse:
        url = f"{self.address}/api/v1{path}"
        kind: dict[str, Any] = {"json": body} if body is not None else {"fields": parts} if parts is not None else {}
        try:
            answer = urllib3.request(
                method, url, headers=dict(headers), retries=False, redirect=False, timeout=PATIENCE, **kind
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(self.address, str(error).split(": ")[-1]) from error
        if answer.status >= 400:
            raise Answered(answer.status, _problem(answer))
        return answer

    def _known_token(self) -> str:
        token = self.token or self.credentials.token(self.address, self.person)
        if token is None:
            raise NotLoggedIn(self.address, self.person)
        return token


def _problem(answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        said = json.loads(answer.data)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {"title": f"HTTP {answer.status}", "status": answer.status}
