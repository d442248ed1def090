"""Second factors: time-based codes of an authenticator app (RFC 6238) and recovery codes."""

import hmac
import secrets
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

from msgspec import Struct

from coterie.model.access_tokens import hash_token

STEP_SECONDS = 30
DIGITS = 6
# a code of the step before or after is accepted, for clocks that differ and for slow typing
WINDOW = 1
SETUP_SECONDS = 3600
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_RECOVERY_BYTES = 10


class SecondFactor(Struct, frozen=True):
    """last_step: the newest time step whose code was used. confirmed_at: None until a code was right."""

    user_id: str
    sealed_secret: str
    last_step: int
    created_at: str
    confirmed_at: str | None


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, *, seconds: float, after: int) -> int | None:
    """The step the code is of, among those around a moment (seconds since 1970) that are later than `after`."""
    present = int(seconds) // STEP_SECONDS
    steps = range(max(after + 1, present - WINDOW, 0), present + WINDOW + 1)
    matching = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return matching[0] if matching else None


def uri_of(secret: str, email: str, issuer: str) -> str:
    """The address that authenticator apps read from a QR code (otpauth://, as Google Authenticator defined it)."""
    label = quote(f"{issuer}:{email}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, such as "k7qm-2f9x-v3ab-6hzt"."""
    plain = (b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]


def plain_code(text: str) -> str:
    """A code as typed, without blanks and hyphens, in lower case."""
    return "".join(char for char in text.lower() if char.isalnum())


def hash_recovery_code(code: str) -> str:
    """The stored form of a recovery code as typed."""
    return hash_token(plain_code(code))
