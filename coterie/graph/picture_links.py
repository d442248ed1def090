"""Signed addresses of stored pictures: /instagram/pictures/{token}. Meta's own addresses expire after some days.

Programs show a picture in an <img>, without a token of ours, so the address itself grants access. It identifies one
attachment, is signed with the instance's key, and gives access to that picture only, as Meta's addresses do.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from coterie.settings import Settings
from coterie.store.secrets import sign

FOLDER = "/instagram/pictures/"
PURPOSE = "picture links"
# the image types that are stored and served
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
# organization, contact, attachment; a signature of 16 bytes is still infeasible to guess
_PAYLOAD = struct.Struct(">qq16s")
_SIGNATURE_BYTES = 16
TOKEN_LENGTH = (_PAYLOAD.size + _SIGNATURE_BYTES) * 4 // 3


def address_prefix(settings: Settings) -> str:
    """The beginning of all addresses of stored pictures; empty, without any, if COTERIE_BASE_URL is not set."""
    return settings.base_url + FOLDER if settings.base_url else ""


def picture_address(settings: Settings, organization_id: int, contact_id: int, attachment_id: str) -> str:
    """The address of a picture. COTERIE_BASE_URL must be set."""
    payload = _PAYLOAD.pack(organization_id, contact_id, UUID(attachment_id).bytes)
    return address_prefix(settings) + urlsafe_b64encode(payload + _signature(settings, payload)).decode()


def read_token(settings: Settings, token: str) -> tuple[int, int, str] | None:
    """(organization id, contact id, attachment id), or None if the signature is not ours."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        decoded = urlsafe_b64decode(token)
    except ValueError:
        return None
    payload, signature = decoded[: _PAYLOAD.size], decoded[_PAYLOAD.size :]
    if len(payload) != _PAYLOAD.size or not hmac.compare_digest(signature, _signature(settings, payload)):
        return None
    organization_id, contact_id, attachment_id = _PAYLOAD.unpack(payload)
    return organization_id, contact_id, str(UUID(bytes=attachment_id))


def _signature(settings: Settings, payload: bytes) -> bytes:
    return sign(settings.data_folder, PURPOSE, payload)[:_SIGNATURE_BYTES]
