"""The guard of requests to addresses that come from outside (SSRF): webhooks, pictures, address books elsewhere.

A host is resolved once, each of its addresses must be public, and the connection goes to a checked address, so that a
second answer of the name server cannot change it. Only https, unless the operator allows a host or network in
COTERIE_OUTGOING_ALLOWED: that one may be private, and plain http. Redirects are never followed.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AI_NUMERICHOST, SOCK_STREAM, getaddrinfo
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx

URL_LENGTH_MAX = 2000
# of the addresses of a host, so many are tried
ADDRESSES_MAX = 4
RETRY_AFTER_SECONDS_MAX = 86_400.0
_FIRST_FREE_PORT = 1024
_DATE_LENGTH_MAX = 40
_NOT_HTTPS = "the address does not begin with https://"
_DEFAULT_PORTS = {"https": 443, "http": 80}

# NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is connected to
_TRANSLATED = IPv6Network("64:ff9b::/96")
# addresses that `is_global` of Python 3.11 lets pass, and that lead into a network or nowhere: NAT64 within a network
# (RFC 8215), IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765) addresses, Teredo, site-local (RFC 3879),
# documentation (RFC 9637), segment routing (RFC 9602)
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "2001::/32", "fec0::/10", "3fff::/20", "5f00::/16"),
    )
)
# 6to4 relays (RFC 7526), protocol assignments (RFC 6890)
_NOT_PUBLIC_4 = tuple(map(IPv4Network, ("192.88.99.0/24", "192.0.0.0/24")))


class NotAllowed(Exception):
    """The address may not be connected to; the message says why."""


class CheckedAddress(Struct, frozen=True):
    """A checked place to connect to. url: with an IP address for the host; host: as the header Host has it; name: the
    name that the certificate must have, None for plain http."""

    url: str
    host: str
    name: str | None


class Rules(Struct, frozen=True):
    """The addresses that the operator allows beyond public ones over https.

    own: this instance's URL, which must not be called: a webhook that creates a contact would never end.
    """

    own: str = ""
    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def allows(self, host: str, address: str) -> bool:
        """Whether this host, or the network of this address, is allowed."""
        if host in self.hosts:
            return True
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self.networks)


def parse_rules(text: str, own: str = "") -> Rules:
    """Reads COTERIE_OUTGOING_ALLOWED: hosts and networks, separated by commas. own: COTERIE_BASE_URL.

    Raises ValueError for a part that is neither.
    """
    hosts, networks = set(), []
    for part in filter(None, (part.strip().lower() for part in text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            if "/" in part or ":" in part or not part.isascii() or " " in part:
                raise ValueError(f"{part[:100]!r} is neither a host nor a network such as 192.168.0.0/16") from None
            hosts.add(part.rstrip("."))
    return Rules(own, frozenset(hosts), tuple(networks))


def check_url(url: str) -> str:
    """A URL that is well formed: http or https, a host, no user name, a usual port. Raises NotAllowed."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed(f"the address is not a URL of up to {URL_LENGTH_MAX} ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotAllowed("the address is not a URL") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise NotAllowed("the address does not begin with https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("the address has a user name; send credentials in a header")
    if port is not None and port not in _DEFAULT_PORTS.values() and port < _FIRST_FREE_PORT:
        raise NotAllowed(f"port {port} is not allowed: use 443, 80, or 1024 and above")
    return url


def check_place(url: str, rules: Rules) -> str:
    """A well-formed URL that may be connected to, as far as that is known without a name server.

    Raises NotAllowed as check_url does; for this instance's own address; for an IP address or localhost that is not
    allowed; for plain http to a host that is not allowed, unless a network is, in which the host may be.
    """
    host, port = _place(check_url(url))
    _check_own(url, rules)
    is_name = _is_local(host) and _parse(host) is None
    addresses = ["127.0.0.1"] if is_name else _addresses(host, port, AI_NUMERICHOST)
    _check_addresses(url, addresses, rules)
    is_known = bool(addresses) or host in rules.hosts or bool(rules.networks)
    if urlsplit(url).scheme != "https" and not is_known:
        raise NotAllowed(_NOT_HTTPS)
    return url


def resolve(url: str, rules: Rules) -> list[CheckedAddress]:
    """The places a URL leads to, all of them checked, in the order of the name server; at most four.

    Looks the host up, so it may take seconds. Raises NotAllowed if one address is not allowed, none is found, or the
    URL is this instance's own.
    """
    parts = urlsplit(check_url(url))
    host, port = _place(url)
    addresses = _addresses(host, port)
    _check_own(url, rules, addresses)
    if not addresses:
        raise NotAllowed("the host is unknown")
    _check_addresses(url, addresses, rules)
    name = host if parts.scheme == "https" else None
    places = [f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address in addresses]
    query = (parts.path or "/", parts.query, "")
    header = parts.netloc.removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}")
    return [CheckedAddress(urlunsplit((parts.scheme, place, *query)), header, name) for place in places[:ADDRESSES_MAX]]


def _check_own(url: str, rules: Rules, addresses: Iterable[str] = ()) -> None:
    """Raises NotAllowed for this instance's own URL: by its name, or by any name of this computer with its port."""
    if not rules.own:
        return
    (host, port), (own_host, own_port) = _place(url), _place(rules.own)
    is_here = _is_local(own_host) and any(map(_is_local, (host, *addresses)))
    if port == own_port and (host == own_host or is_here):
        raise NotAllowed("the address is that of this instance")


def _is_local(host: str) -> bool:
    """Whether a host name or an address is that of this computer, without asking a name server."""
    parsed = _parse(host)
    if parsed is None:
        return host == "localhost" or host.endswith(".localhost")
    address = (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
    return address.is_loopback or address.is_unspecified


def _check_addresses(url: str, addresses: Iterable[str], rules: Rules) -> None:
    host, _ = _place(url)
    for address in addresses:
        if rules.allows(host, address):
            continue
        if not is_public(address):
            raise NotAllowed("the host is not public")
        if urlsplit(url).scheme != "https":
            raise NotAllowed(_NOT_HTTPS)


def _place(url: str) -> tuple[str, int]:
    """The host, without the dot of a full name, and the port of a well-formed URL."""
    parts = urlsplit(url)
    return (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS[parts.scheme]


def _addresses(host: str, port: int, flags: int = 0) -> list[str]:
    """The addresses of a host; none if it is unknown."""
    try:
        found = getaddrinfo(host, port, type=SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.split("%")[0])
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether an IP address is public: not loopback, private, link-local, reserved or multicast."""
    parsed = _parse(address)
    if parsed is None:
        return False
    if isinstance(parsed, IPv6Address):
        if any(parsed in network for network in _NOT_PUBLIC_6):
            return False
        if parsed in _TRANSLATED:
            return is_public(str(IPv4Address(int(parsed) & 0xFFFF_FFFF)))
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if embedded is not None:
            return is_public(str(embedded))
    elif any(parsed in network for network in _NOT_PUBLIC_4):
        return False
    return parsed.is_global and not parsed.is_multicast


def send(
    client: "httpx.Client",
    method: str,
    url: str,
    rules: Rules,
    *,
    headers: Mapping[str, str],
    content: bytes = b"",
    trace: Callable[[str, dict[str, Any]], None] | None = None,
) -> "httpx.Response":
    """Sends a request to the first place of a URL that accepts a connection; the body of the response is not read yet.

    client: of this URL's host alone, because a connection that is used again was verified for one name; it must not
    follow redirects. trace: httpcore's extension of that name. Raises NotAllowed as resolve does, and httpx.HTTPError.
    """
    import httpx  # lazy: most processes send nothing, and loading takes 60 ms

    failure: httpx.HTTPError = httpx.ConnectError("no address")
    for target in resolve(url, rules):
        extensions: dict[str, Any] = {"sni_hostname": target.name} if target.name else {}
        if trace is not None:
            extensions["trace"] = trace
        request = client.build_request(
            method, target.url, headers={**headers, "Host": target.host}, content=content, extensions=extensions
        )
        try:
            return client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error
    raise failure


def fetch(
    url: str, rules: Rules, *, bytes_max: int, seconds: float, accept: str = "application/json"
) -> bytes:  # fmt: skip
    """The body of a URL, which must answer with 200 in this time.

    Raises NotAllowed as resolve does, and if there is no such response, or it has more than bytes_max.
    """
    import httpx  # lazy: most processes send nothing, and loading takes 60 ms

    ends, body = time.monotonic() + seconds, bytearray()
    try:
        with httpx.Client(verify=tls(), trust_env=False, follow_redirects=False, timeout=seconds) as client:
            response = send(client, "GET", url, rules, headers={"Accept": accept})
            if response.status_code != 200:
                raise NotAllowed(f"the address answers with HTTP {response.status_code}")
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > bytes_max or time.monotonic() > ends:
                    raise NotAllowed(f"the response has more than {bytes_max} bytes, or takes too long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotAllowed(f"the address does not answer ({type(error).__name__})") from None
    return bytes(body)


@cache
def tls(*, trust_env: bool = False) -> "SSLContext":
    """One for all connections of a process: it takes 20 ms and a megabyte. trust_env: with SSL_CERT_FILE."""
    import httpx  # lazy: most processes send nothing, and loading takes 60 ms

    return httpx.create_ssl_context(trust_env=trust_env)


def read_retry_after(text: str | None) -> float | None:
    """Seconds of a Retry-After header, up to a day: a number or a date (RFC 9110, section 10.2.3). None if it is
    neither. A date without a zone is in GMT, as the form of C's asctime is (section 5.6.7)."""
    if not text or len(text) > _DATE_LENGTH_MAX:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), RETRY_AFTER_SECONDS_MAX)
    try:
        at = parsedate_to_datetime(text)
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX)
