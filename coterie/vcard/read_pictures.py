"""Pictures of a card: base64 (2.1, 3.0), a data: URI (4.0, RFC 2397) or a link."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

from coterie.model.attachments import clean_media_type
from coterie.model.imports import PictureDraft
from coterie.vcard import values
from coterie.vcard.lines import Property

_URL_LENGTH_MAX = 2_000
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"), (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"), (b"MM\x00*", "image/tiff"),
)  # fmt: skip


def read_picture(entry: Property) -> PictureDraft | str | None:
    """The picture of a PHOTO; None if it is empty, a warning if it cannot be read. Its first bytes tell its type."""
    value = entry.value.strip()
    if not value:
        return None
    if value[:5].lower() == "data:":
        return _data_uri(value)
    url = values.line(value[: _URL_LENGTH_MAX * 2]) or ""
    if url[:8].lower().startswith(("http://", "https://")):
        if len(url) > _URL_LENGTH_MAX:
            return f"PHOTO: the link is longer than {_URL_LENGTH_MAX:,} characters and was skipped"
        return PictureDraft(_media_type(entry), url=url)
    data = _decode(value)
    if entry.first("ENCODING"):
        return _picture(data) if data else "PHOTO is not base64 and was skipped"
    if data and type_of(data):
        return _picture(data)
    return "PHOTO is neither a picture nor a link to one and was skipped"


def type_of(data: bytes) -> str | None:
    """The media type of a picture by its first bytes; None if it is not a known one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((name for signature, name in _SIGNATURES if data.startswith(signature)), None)


def _picture(data: bytes) -> PictureDraft:
    return PictureDraft(type_of(data), data)


def _media_type(entry: Property) -> str | None:
    kind = entry.first("MEDIATYPE") or next(
        (name for name in entry.parameters.get("TYPE", ()) if name.lower() != "pref"), ""
    )
    if not kind:
        return None
    return clean_media_type(kind if "/" in kind else f"image/{kind}")


def _data_uri(value: str) -> PictureDraft | str:
    head, _, body = values.escape_free(value[5:]).partition(",")
    media_type, *rest = [part.strip().lower() for part in head.split(";")]
    data = _decode(body) if "base64" in (media_type, *rest) else unquote_to_bytes(body)
    return _picture(data) if data else "PHOTO is not a picture and was skipped"


def _decode(value: str) -> bytes | None:
    """Decodes base64 with or without spaces and padding; None if it is not base64."""
    plain = "".join(value.split()).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
