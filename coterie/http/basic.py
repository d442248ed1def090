"""Basic authentication (RFC 7617) with a password per device, and the limit of failures."""

import base64
import binascii
import time
from collections import OrderedDict
from threading import Lock
from urllib.parse import unquote

from coterie.errors import TooOften
from coterie.http.asgi import Headers
from coterie.model.devices import hash_password
from coterie.model.login_attempts import network_of
from coterie.model.plurals import duration

CHALLENGE = (b"www-authenticate", b'Basic realm="Coterie", charset="UTF-8"')
_LENGTH_MAX = 1024
_PREFIX_LENGTH = 4


def read_basic(headers: Headers) -> tuple[str, str] | None:
    """(user name in lower case, password) of an Authorization header; None if there is none or it is malformed.

    iOS 18.4 sends the user name percent-encoded.
    """
    value = headers.get(b"authorization", b"")
    if value[:6].lower() != b"basic " or len(value) > _LENGTH_MAX:
        return None
    try:
        user, colon, password = base64.b64decode(value[6:].strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote(user).strip().casefold(), password) if colon else None


class PasswordFailures:
    """Slows guesses down: by the client's network and the beginning of the password, never by the user.

    So a phone with an old password locks out neither the user's other devices nor, behind one router, a phone with
    the right one. Each process counts on its own.
    """

    SECONDS = 900
    MAX = 10
    NETWORK_MAX = 300
    REMEMBERED_MAX = 10_000

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def check(self, source: str, password: str) -> None:
        """Raises TooOften if this password's beginning failed 10 times, or all from this network 300 times, within a
        quarter of an hour. Only a wrong password is checked."""
        now = time.monotonic()
        with self._lock:
            for key, limit in self._limits(source, password):
                recent = [at for at in self._failures.get(key, ()) if at > now - self.SECONDS]
                if len(recent) >= limit:
                    wait = int(recent[-limit] + self.SECONDS - now) + 1
                    raise TooOften(f"Too many wrong passwords; try again in {duration(wait)}", wait)

    def add(self, source: str, password: str) -> None:
        """Counts a login that failed."""
        now = time.monotonic()
        with self._lock:
            for key, _ in self._limits(source, password):
                recent = [at for at in self._failures.get(key, ()) if at > now - self.SECONDS]
                self._failures[key] = [*recent, now][-self.NETWORK_MAX :]
                self._failures.move_to_end(key)
            while len(self._failures) > self.REMEMBERED_MAX:
                self._failures.popitem(last=False)

    def _limits(self, source: str, password: str) -> list[tuple[tuple[str, str], int]]:
        network = network_of(source)
        # a digest, so that memory holds no part of a password
        beginning = hash_password(password[:_PREFIX_LENGTH])
        limits = [((network, beginning), self.MAX)]
        return limits if network == "loopback" else [*limits, ((network, ""), self.NETWORK_MAX)]
