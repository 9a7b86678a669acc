"""Real peers on loopback: one that keeps what it is sent, and ones that misbehave on the wire."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body, read."""
        return json.loads(self.body)


@dataclass
class Peer:
    """A server that answers each request as `answers` says, by path; 200 where nothing is said."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """An address of this peer."""
        return f"{scheme}://{host}:{self.port}{path}"


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            peer.got.append(Got(self.command, self.path, headers, body))
            status, more, said = peer.answers.get(self.path.split("?")[0], (200, {}, b"ok"))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            try:
                self.wfile.write(said)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = answer  # noqa: N815 (the names are those of the standard library)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def http_peer(wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Peer]:
    """A peer that serves while the block runs; `wrap` makes its socket one of TLS."""
    peer = Peer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(peer))
    server.daemon_threads = True
    if wrap:
        server.socket = wrap(server.socket)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
    peer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw_peer(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A peer that takes one connection and behaves as told until the event is set; gives its port."""
    closing = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        with link:
            try:
                behave(link, closing)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        closing.set()
        listener.close()
        thread.join(timeout=5)
