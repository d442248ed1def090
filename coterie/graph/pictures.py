"""Fetches a person's picture from the address Meta gave, before it expires.

The address is untrusted, so requests are restricted (SSRF): https only, public IP addresses only (the checked address
is the one connected to), no redirects, limits of size and time, and the content must be an image by its first bytes.
The host of the Graph API, which the operator configured, is exempt.
"""

import socket
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

PICTURE_BYTES_MAX = 5 * 1024 * 1024
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# for the whole picture, because a slow trickle never exceeds the timeout between two chunks
PICTURE_SECONDS_MAX = 60.0

# NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is connected to
_TRANSLATED = IPv6Network("64:ff9b::/96")
# NAT64 within a network (RFC 8215), IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765) addresses, Teredo
_LOCAL_TRANSLATIONS = tuple(map(IPv6Network, ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "2001::/32")))


class NoPicture(Exception):
    """The address returns no picture; the message has the reason."""


def fetch_picture(url: str, graph_url: str) -> tuple[bytes, str]:
    """(the bytes, their media type). Raises NoPicture."""
    target, headers, extensions = _target(url, graph_url)
    deadline = time.monotonic() + PICTURE_SECONDS_MAX
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", target, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code != 200:
                raise NoPicture(f"status {response.status_code}")
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > PICTURE_BYTES_MAX:
                    raise NoPicture("it is too large")
                if time.monotonic() > deadline:
                    raise NoPicture("it takes too long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoPicture(f"no response: {type(error).__name__}") from None
    media_type = image_type(bytes(body[:16]))
    if media_type is None:
        raise NoPicture("it is not an image")
    return bytes(body), media_type


def image_type(start: bytes) -> str | None:
    """The media type of a JPEG, PNG, GIF or WebP by its first bytes; None for anything else."""
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return None


def _target(url: str, graph_url: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """(URL with a checked public IP address, headers, extensions) to connect to. Raises NoPicture."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NoPicture("not a URL") from None
    graph = urlsplit(graph_url)
    if not host or parts.username or parts.password:
        raise NoPicture("not a URL")
    if (parts.scheme, parts.netloc) == (graph.scheme, graph.netloc):
        return url, {}, {}
    if parts.scheme != "https" or port not in (None, 443):
        raise NoPicture("not https")
    address = _public_address(host)
    literal = f"[{address}]" if ":" in address else address
    target = f"https://{literal}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
    # the connection goes to the checked address; the certificate is verified against the name
    return target, {"Host": host}, {"sni_hostname": host}


def _public_address(host: str) -> str:
    try:
        resolved = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoPicture("unknown host") from None
    addresses = [str(entry[4][0]) for entry in resolved]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NoPicture("the host is not public")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is public: not loopback, private, link-local, reserved or multicast."""
    try:
        parsed = ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if any(parsed in network for network in _LOCAL_TRANSLATIONS):
            return False
        if parsed in _TRANSLATED:
            return is_public(str(IPv4Address(int(parsed) & 0xFFFF_FFFF)))
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    return parsed.is_global and not parsed.is_multicast
