"""Networks of trusted reverse proxies, and the client behind them."""

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks separated by commas or spaces. Raises ValueError if one is neither."""
    return tuple(ipaddress.ip_network(part, strict=False) for part in text.replace(",", " ").split())


def plain_address(address: str) -> str:
    """The IPv4 address of a client of a socket that listens on both kinds (::ffff:192.0.2.1); others unchanged."""
    parsed = _parse(address) if address.startswith("::") else None
    return str(parsed) if isinstance(parsed, ipaddress.IPv4Address) else address


def find_client(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address of the client of a request: the peer itself, or if that is trusted, the last address of
    X-Forwarded-For that is not.

    Every proxy appends the address of its own peer, so what stands left of an address that is not trusted was written
    by the client. A text that is not an address ends the search at the proxy that passed it on.
    """
    client = peer
    for text in reversed([part for line in forwarded_for for part in line.split(",")]):
        if not _is_in(client, trusted):
            return client
        if (address := _without_port(text.strip())) is None:
            return client
        client = address
    return client


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed.version == network.version and parsed in network for network in networks)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _without_port(text: str) -> str | None:
    """An address, also as 192.0.2.1:80 or [2001:db8::1]:80; None if it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    parsed = _parse(text)
    return None if parsed is None else str(parsed)
