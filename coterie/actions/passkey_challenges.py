"""Challenges of passkeys: signed by this instance, so that nothing is stored for those that nobody answers.

Guarantees. A challenge is valid for five minutes, in the browser it was made for and for one purpose. It is answered
once.
"""

import hashlib
import hmac
import secrets
import time
from pathlib import Path

import msgspec

from coterie.model import times
from coterie.store.database import Tx
from coterie.store.passkeys import use_challenge
from coterie.store.secrets import sign

VALID_SECONDS = 300
# seconds since 1970, random bytes, signature
_UNTIL, _RANDOM, _SIGNATURE = 8, 16, 32


def make_challenge(folder: Path, purpose: str, browser: str) -> bytes:
    """browser: a secret that only this browser has."""
    until = int(time.time()) + VALID_SECONDS
    body = until.to_bytes(_UNTIL, "big") + secrets.token_bytes(_RANDOM)
    return body + _signature(folder, purpose, browser, body)


def take_challenge(tx: Tx, folder: Path, purpose: str, browser: str, challenge: bytes) -> bool:
    """Whether the challenge is valid; it is used up then."""
    if len(challenge) != _UNTIL + _RANDOM + _SIGNATURE:
        return False
    body, signature = challenge[:-_SIGNATURE], challenge[-_SIGNATURE:]
    is_signed = hmac.compare_digest(signature, _signature(folder, purpose, browser, body))
    if not is_signed or int.from_bytes(body[:_UNTIL], "big") < time.time():
        return False
    now = times.now()
    digest = hashlib.sha256(challenge).hexdigest()
    return use_challenge(tx, digest, now, used_before=times.after(now, -2 * VALID_SECONDS))


def _signature(folder: Path, purpose: str, browser: str, body: bytes) -> bytes:
    return sign(folder, "passkey", msgspec.json.encode([purpose, browser, body]))
