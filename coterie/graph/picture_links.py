"""The addresses of pictures that were kept: /instagram/pictures/{token}. Meta's own expire after some days.

A picture is shown in an <img> by programs that send no token of ours, so the address itself is the key: it names one
attachment and is signed with the instance's key. Whoever has it sees that picture and nothing else, as with Meta's.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from coterie.settings import Settings
from coterie.store.secrets import sign

FOLDER = "/instagram/pictures/"
PURPOSE = "picture links"
# what is taken in as a picture and given out again
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
# organization, contact, attachment; a signature cut to 16 bytes is as far out of reach as a longer one
_NAMED = struct.Struct(">qq16s")
_SIGNATURE_BYTES = 16
TOKEN_LENGTH = (_NAMED.size + _SIGNATURE_BYTES) * 4 // 3


def address_prefix(settings: Settings) -> str:
    """What the addresses of kept pictures begin with; empty where COTERIE_BASE_URL is not set and there are none."""
    return settings.base_url + FOLDER if settings.base_url else ""


def picture_address(settings: Settings, organization_id: int, contact_id: int, attachment_id: str) -> str:
    """Where a picture can be seen. COTERIE_BASE_URL must be set."""
    named = _NAMED.pack(organization_id, contact_id, UUID(attachment_id).bytes)
    return address_prefix(settings) + urlsafe_b64encode(named + _signature(settings, named)).decode()


def read_token(settings: Settings, token: str) -> tuple[int, int, str] | None:
    """(organization id, contact id, attachment id) of a token that is ours."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        decoded = urlsafe_b64decode(token)
    except ValueError:
        return None
    named, signature = decoded[: _NAMED.size], decoded[_NAMED.size :]
    if len(named) != _NAMED.size or not hmac.compare_digest(signature, _signature(settings, named)):
        return None
    organization_id, contact_id, attachment_id = _NAMED.unpack(named)
    return organization_id, contact_id, str(UUID(bytes=attachment_id))


def _signature(settings: Settings, named: bytes) -> bytes:
    return sign(settings.data_folder, PURPOSE, named)[:_SIGNATURE_BYTES]
