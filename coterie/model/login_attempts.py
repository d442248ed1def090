"""Limits failed logins, so that passwords cannot be guessed and no one can lock out the owner of an address.

Within 15 minutes: 10 failures of one address from one source; 100 from one source, whatever the address; 100 of one
address, whatever the source, except from sources from which it has logged in. All requests through a proxy on the same
machine have one source, loopback, which is not limited by source.
"""

import ipaddress
import time
from collections import OrderedDict
from threading import Lock

from msgspec import Struct

from coterie.errors import TooOften
from coterie.model.plurals import duration

SECONDS = 900
PAIR_MAX = 10
SOURCE_MAX = 100
ADDRESS_MAX = 100
REMEMBERED_MAX = 10_000

Key = tuple[str, ...]


class LoginAttempt(Struct, frozen=True):
    """address: normalized, "" if it is not one. source: the client's network, of IPv6 the first 64 bits."""

    address: str
    source: str


class LoginAttempts:
    """The attempts of one process that have not succeeded, for up to 10,000 keys."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures: OrderedDict[Key, list[float]] = OrderedDict()
        self._trusted: OrderedDict[LoginAttempt, None] = OrderedDict()

    def begin(self, address: str, source: str) -> LoginAttempt:
        """Counts an attempt as a failure until it succeeds, so that parallel attempts cannot bypass the limits.

        Raises TooOften if one of them is reached.
        """
        attempt = LoginAttempt(address, network_of(source))
        now = time.monotonic()
        with self._lock:
            limits = self._limits(attempt)
            for key, limit in limits.items():
                recent = [at for at in self._failures.get(key, ()) if at > now - SECONDS]
                if len(recent) >= limit:
                    wait = int(recent[-limit] + SECONDS - now) + 1
                    raise TooOften(f"Too many failed logins; try again in {duration(wait)}", wait)
                self._failures[key] = recent
            for key in limits:
                self._failures[key].append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > REMEMBERED_MAX:
                self._failures.popitem(last=False)
        return attempt

    def succeed(self, attempt: LoginAttempt) -> None:
        """Deletes the failures of the address from this source, and this attempt everywhere."""
        with self._lock:
            for key in self._limits(attempt):
                if self._failures.get(key):
                    self._failures[key].pop()
            self._failures.pop(("pair", attempt.address, attempt.source), None)
            self._trusted[attempt] = None
            while len(self._trusted) > REMEMBERED_MAX:
                self._trusted.popitem(last=False)

    def _limits(self, attempt: LoginAttempt) -> dict[Key, int]:
        limits: dict[Key, int] = {("pair", attempt.address, attempt.source): PAIR_MAX}
        if attempt.source != "loopback":
            limits["source", attempt.source] = SOURCE_MAX
        if attempt.address and attempt not in self._trusted:
            limits["address", attempt.address] = ADDRESS_MAX
        return limits


def network_of(source: str) -> str:
    """The network of a client: its IPv4 address, the first 64 bits of its IPv6 address, or loopback."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "loopback"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return "loopback" if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "loopback" if address.is_loopback else str(address)
