"""
One request to an address that somebody else wrote down, without being led astray (server-side request forgery).

The name is resolved once, every address it has is checked, and the connection
goes to an address that was checked; server name and Host stay those of the
URL. Nothing is redirected, no proxy of the environment is used, and size and
time of the whole exchange are bounded. OWASP, SSRF Prevention.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from webhooks.trust import trusting

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HOST_SERVICES = ipaddress.IPv4Network("168.63.129.16/32")
"""A cloud's own service for its guests, under an address that reads like a public one."""

PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """The request may not be made: its address is not allowed, or is none. Trying again changes nothing."""


class Unanswered(Exception):
    """No whole answer came: the peer is away, slow, too large, or is not who it says it is."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the machine's resolver gives them."""
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)))


@dataclass(frozen=True, kw_only=True)
class Rules:
    """
    What requests to the outside may do.

    Args:
        networks: private, loopback and other local networks that may be reached all the same.
        insecure: whether `http` is allowed beside `https`.
        seconds: the most that resolving apart, an exchange may take.
        most: the most bytes that are read of an answer.
        ca_file: certificates to trust instead of the machine's; empty means the machine's.
        resolve: gives the addresses of a name.
    """

    networks: tuple[Network, ...] = ()
    insecure: bool = False
    seconds: float = 10.0
    most: int = 65_536
    ca_file: str = ""
    resolve: Resolver = field(default=resolve, repr=False)


@dataclass(frozen=True)
class Answer:
    """What the peer said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the peer took it (2xx)."""
        return 200 <= self.status < 300


def networks(text: str) -> tuple[Network, ...]:
    """
    The networks in a list such as `10.0.0.0/8, 127.0.0.1`.

    Raises:
        ValueError: one of them is no network.
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def request(
    method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, rules: Rules
) -> Answer:
    """
    Send one request, and read its whole answer.

    Raises:
        Refused: the URL or an address of its host is not allowed.
        Unanswered: no whole answer came within the bounds.
    """
    until = monotonic() + rules.seconds
    parts, port = checked(url, rules)
    host = _host(parts)
    addresses = reachable(host, port, rules)
    default = port == PORTS[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    given = {"User-Agent": "Steward", **(headers or {}), "Host": name if default else f"{name}:{port}"}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with connected(addresses, port, until) as link:
            answer = _exchange(_connection(parts.scheme, host, port, link, rules), method, path, body, given, rules)
            if monotonic() >= until:  # A link that was cut reads like an answer that has ended.
                raise TimeoutError
            return answer
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        late = monotonic() >= until
        raise Unanswered("No whole answer came in time." if late else f"{type(error).__name__}: {error}") from error


def checked(url: str, rules: Rules) -> tuple[SplitResult, int]:
    """
    The parts and the port of a URL.

    Raises:
        Refused: its scheme is not allowed, it carries a name and a password, or it is none.
    """
    if any(ord(sign) <= 32 or ord(sign) > 126 or sign == "\\" for sign in url):
        raise Refused("The address holds signs that no URL may hold.")
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise Refused(f"The address is no URL: {error}.") from error
    if parts.scheme not in (("https", "http") if rules.insecure else ("https",)):
        raise Refused(f"The scheme {parts.scheme or 'of the address'} is not allowed.")
    if parts.username is not None or parts.password is not None:
        raise Refused("The address carries a name or a password.")
    if not parts.hostname:
        raise Refused("The address names no host.")
    return parts, port


def allowed_so_far(url: str, rules: Rules) -> None:
    """
    Let pass what may be asked as far as a URL itself tells: nothing is resolved.

    Raises:
        Refused: as for `checked`, or its host is a local address whose network is not configured.
    """
    host = _host(checked(url, rules)[0])
    with suppress(ValueError):
        ipaddress.ip_address(host)
        _must_be_open(host, host, rules)


def _must_be_open(host: str, address: str, rules: Rules) -> None:
    if not allowed(address, rules.networks):
        where = "is local" if host == address else f"is at {address}"
        raise Refused(f"{host} {where}, which is not allowed.")


def reachable(host: str, port: int, rules: Rules) -> list[str]:
    """
    The addresses of a host, resolved once; each of them may be connected to.

    Raises:
        Refused: one of them is local and its network is not configured.
        Unanswered: the name has no address.
    """
    try:
        addresses = rules.resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Unanswered(f"The name {host} cannot be resolved.") from error
    if not addresses:
        raise Unanswered(f"The name {host} has no address.")
    for address in addresses:
        _must_be_open(host, address, rules)
    return addresses


def allowed(address: str, networks: tuple[Network, ...] = ()) -> bool:
    """Whether an address is public, or in a network that is configured; what it wraps counts, not how it is wrapped."""
    if "%" in address:
        return False
    ip = ipaddress.ip_address(address)
    real = _unwrapped(ip)
    if any(real in network for network in networks):
        return True
    public = real.is_global and not (real.is_multicast or real.is_reserved or real.is_unspecified)
    return public and real not in HOST_SERVICES


def _unwrapped(ip: Address) -> Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def _host(parts: SplitResult) -> str:
    try:
        return (parts.hostname or "").encode("idna").decode()
    except UnicodeError as error:
        raise Refused("The address names no host.") from error


@contextmanager
def connected(addresses: list[str], port: int, until: float) -> Iterator[socket.socket]:
    """A connection to the first address that answers; it is cut when the time is over, whatever waits for it."""
    failed: OSError = TimeoutError()
    for address in addresses:
        try:
            link = socket.create_connection((address, port), timeout=max(until - monotonic(), 0.001))
            break
        except OSError as error:
            failed = error
    else:
        raise failed
    handle = link.dup()
    timer = Timer(max(until - monotonic(), 0), _cut, [handle])
    timer.daemon = True
    timer.start()
    try:
        yield link
    finally:
        timer.cancel()
        link.close()
        handle.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _connection(scheme: str, host: str, port: int, link: socket.socket, rules: Rules) -> HTTPConnection:
    """A connection of the HTTP library over a link that exists already."""
    wait = rules.seconds
    made = (
        HTTPSConnection(host, port, timeout=wait, ssl_context=trusting(rules.ca_file))
        if scheme == "https"
        else HTTPConnection(host, port, timeout=wait)
    )
    made._new_conn = lambda: link  # type: ignore[method-assign]
    return made


def _exchange(
    connection: HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str], rules: Rules
) -> Answer:
    try:
        connection.request(method, path, body, dict(headers), preload_content=False, decode_content=False)
        given: Any = connection.getresponse()
        read = given.read(rules.most + 1, decode_content=False)
        if len(read) > rules.most:
            raise Unanswered(f"The answer is longer than {rules.most} bytes.")
        if given.length_remaining:
            raise Unanswered("The answer broke off before its end.")
        return Answer(given.status, dict(given.headers), read)
    finally:
        connection.close()
