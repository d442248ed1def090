"""Between the two pages of sign-in: a signed value proves that the password was right.

Guarantees. It is valid for ten minutes, in the browser that sent the password, and until the password changes. Nothing
is stored for it.
"""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import msgspec

from coterie.errors import Unauthorized
from coterie.store.database import Tx
from coterie.store.secrets import sign
from coterie.store.users import find_password_hash

VALID_SECONDS = 600
LENGTH_MAX = 500


class _Claim(msgspec.Struct, array_like=True):
    user_id: str
    until: int


def make_proof(tx: Tx, folder: Path, user_id: str, browser: str) -> str:
    """browser: a secret that only the browser of the user has."""
    claim = _Claim(user_id, int(time.time()) + VALID_SECONDS)
    data = msgspec.json.encode(claim)
    return _text(data) + "." + _text(_signature(tx, folder, claim, browser))


def check_proof(tx: Tx, folder: Path, proof: str, browser: str) -> str:
    """The id of the user. Raises Unauthorized if the proof is not valid, has expired or is of another browser."""
    data, _, signature = proof[:LENGTH_MAX].partition(".")
    try:
        claim = msgspec.json.decode(urlsafe_b64decode(data), type=_Claim)
        given = urlsafe_b64decode(signature)
    except ValueError:
        raise _ended() from None
    if not hmac.compare_digest(given, _signature(tx, folder, claim, browser)) or claim.until < time.time():
        raise _ended()
    return claim.user_id


def _ended() -> Unauthorized:
    return Unauthorized("Signing in took too long: enter your password again")


def _signature(tx: Tx, folder: Path, claim: _Claim, browser: str) -> bytes:
    fields = [claim.user_id, claim.until, browser, find_password_hash(tx, claim.user_id)]
    return sign(folder, "sign-in", msgspec.json.encode(fields))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()
