"""Passkeys (WebAuthn Level 3): the stored key, and the options for the browser."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from msgspec import Struct

from coterie.errors import invalid

NAME_LENGTH_MAX = 100
PASSKEYS_MAX = 20
RESPONSE_LENGTH_MAX = 20_000
TIMEOUT_MILLISECONDS = 300_000
# COSE numbers: EdDSA, ES256, RS256; every authenticator has one of them
ALGORITHMS = (-8, -7, -257)


class Passkey(Struct, frozen=True):
    """credential_id, credential: base64url. sign_count: of the authenticator; 0 if it does not count."""

    user_id: str
    id: str
    credential_id: str
    credential: str
    name: str
    sign_count: int
    created_at: str
    last_used_at: str | None


def parse_name(name: str) -> str:
    """Raises Invalid if it is empty or longer than 100 characters."""
    name = " ".join(name.split())
    if not name:
        raise invalid("name", "is empty", kind="blank")
    if len(name) > NAME_LENGTH_MAX:
        raise invalid("name", f"is longer than {NAME_LENGTH_MAX} characters", kind="too_long")
    return name


def to_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError if it is not base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def creation_options(
    rp_id: str, challenge: bytes, *, user_id: str, email: str, passkeys: list[Passkey]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON: a passkey that names its user, and is unlocked by PIN or body."""
    return {
        "rp": {"id": rp_id, "name": "Coterie"},
        "user": {"id": to_base64url(user_id.encode()), "name": email, "displayName": email},
        "challenge": to_base64url(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": TIMEOUT_MILLISECONDS,
        "excludeCredentials": [{"type": "public-key", "id": each.credential_id} for each in passkeys],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(rp_id: str, challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON: any passkey of this instance."""
    return {
        "challenge": to_base64url(challenge),
        "rpId": rp_id,
        "timeout": TIMEOUT_MILLISECONDS,
        "userVerification": "required",
        "allowCredentials": [],
    }
