"""Requests to addresses that somebody else wrote down: what they must never reach, and what bounds them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.integration.reach.peers import Peer, http_peer, raw_peer
from webhooks.safe_http import Refused, Rules, Unanswered, allowed, networks, request

LOCAL = networks("127.0.0.0/8")
OPEN = Rules(networks=LOCAL, insecure=True, seconds=5)
CLOSED = Rules(insecure=True, seconds=5)
QUICK = Rules(networks=LOCAL, insecure=True, seconds=0.4)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with http_peer() as found:
        yield found


def test_what_is_configured_is_reached_and_answers(peer: Peer) -> None:
    answer = request("POST", peer.url("/in?x=1"), body=b"hello", headers={"X-Mark": "7"}, rules=OPEN)

    assert (answer.status, answer.body, answer.good) == (200, b"ok", True)
    got = peer.got[0]
    assert (got.method, got.path, got.body, got.headers["x-mark"]) == ("POST", "/in?x=1", b"hello", "7")
    assert got.headers["host"] == f"127.0.0.1:{peer.port}"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[ff02::1]",
    ],
)
def test_no_spelling_of_a_local_address_is_reached(peer: Peer, host: str) -> None:
    with pytest.raises((Refused, Unanswered)):
        request("GET", peer.url(host=host), rules=CLOSED)

    assert peer.got == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "http:///nowhere",
        "//example.org/",
        "http://user:word@127.0.0.1/",
        "http://example.org@127.0.0.1/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org/\r\nX-Evil: 1",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://[::1/",
        "http://ⓔxample.org/",
    ],
)
def test_an_address_that_is_no_plain_one_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        request("GET", url, rules=OPEN)


def test_without_leave_nothing_goes_in_the_clear(peer: Peer) -> None:
    with pytest.raises(Refused, match="scheme"):
        request("GET", peer.url(), rules=Rules(networks=LOCAL))


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(peer: Peer) -> None:
    given: list[str] = []

    def moving(host: str, port: int) -> list[str]:
        given.append(host)
        return ["127.0.0.1"] if len(given) == 1 else ["127.0.0.2"]

    request("GET", peer.url(host="moves.test"), rules=Rules(networks=LOCAL, insecure=True, resolve=moving))

    assert given == ["moves.test"]
    assert peer.got[0].headers["host"] == f"moves.test:{peer.port}"


@pytest.mark.parametrize("addresses", [["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"]])
def test_one_local_address_among_public_ones_is_enough_to_refuse(peer: Peer, addresses: list[str]) -> None:
    rules = Rules(insecure=True, resolve=lambda host, port: addresses)

    with pytest.raises(Refused, match=r"127\.0\.0\.1"):
        request("GET", peer.url(host="both.test"), rules=rules)

    assert peer.got == []


def test_a_redirect_is_an_answer_and_leads_nowhere(peer: Peer) -> None:
    peer.answers["/away"] = (302, {"Location": peer.url("/inside")}, b"")

    answer = request("GET", peer.url("/away"), rules=OPEN)

    assert answer.status == 302
    assert not answer.good
    assert [one.path for one in peer.got] == ["/away"]


def test_no_proxy_of_the_environment_is_used(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert request("GET", peer.url(), rules=OPEN).good


def test_an_answer_that_is_too_long_is_given_up(peer: Peer) -> None:
    peer.answers["/"] = (200, {}, b"x" * 100_001)

    with pytest.raises(Unanswered, match="longer"):
        request("GET", peer.url(), rules=Rules(networks=LOCAL, insecure=True, most=100_000))


def _drip(before: bytes, piece: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def behave(link: socket.socket, closing: threading.Event) -> None:
        link.sendall(before)
        while not closing.wait(0.02):
            link.sendall(piece)

    return behave


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "drip", "chunks", "headers", "one header", "continue"],
)
def test_the_whole_exchange_ends_in_time_however_slowly_the_peer_speaks(before: bytes, piece: bytes) -> None:
    with raw_peer(_drip(before, piece)) as port, pytest.raises(Unanswered):
        request("GET", f"http://127.0.0.1:{port}/", rules=QUICK)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 500,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000,
        b"not HTTP at all\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    ],
    ids=["many headers", "long header", "no HTTP", "nothing", "half"],
)
def test_an_answer_that_is_none_is_told_as_such(said: bytes) -> None:
    with raw_peer(lambda link, _: link.sendall(said)) as port, pytest.raises(Unanswered):
        request("GET", f"http://127.0.0.1:{port}/", rules=OPEN)


def test_a_peer_that_keeps_silent_while_greeting_is_given_up(tmp_path: Path) -> None:
    with raw_peer(_drip(b"", b"")) as port, pytest.raises(Unanswered):
        request("GET", f"https://127.0.0.1:{port}/", rules=QUICK)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    authority = trustme.CA()
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return authority, str(file)


def _tls(authority: trustme.CA, *names: str) -> Callable[[socket.socket], socket.socket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return lambda plain: context.wrap_socket(plain, server_side=True)


def test_a_certificate_is_held_against_the_name_and_not_the_address(authority: tuple[trustme.CA, str]) -> None:
    rules = Rules(networks=LOCAL, ca_file=authority[1], resolve=lambda host, port: ["127.0.0.1"])

    with http_peer(_tls(authority[0], "hooks.test")) as peer:
        assert request("POST", peer.url(host="hooks.test", scheme="https"), body=b"{}", rules=rules).good
        with pytest.raises(Unanswered, match=r"CERTIFICATE_VERIFY_FAILED|match"):
            request("POST", peer.url(host="other.test", scheme="https"), body=b"{}", rules=rules)

    assert len(peer.got) == 1


def test_a_certificate_of_a_stranger_is_refused(authority: tuple[trustme.CA, str]) -> None:
    rules = Rules(networks=LOCAL, resolve=lambda host, port: ["127.0.0.1"])

    with http_peer(_tls(authority[0], "hooks.test")) as peer, pytest.raises(Unanswered, match="CERTIFICATE"):
        request("POST", peer.url(host="hooks.test", scheme="https"), rules=rules)


def test_public_addresses_are_allowed_and_a_configured_network_only_where_it_is_named() -> None:
    assert allowed("93.184.215.14")
    assert allowed("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert allowed("10.1.2.3", networks("10.1.0.0/16"))
    assert not allowed("10.2.2.3", networks("10.1.0.0/16"))
    assert not allowed("fe80::1%eth0", networks("fe80::/10"))
