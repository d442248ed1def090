"""Pictures of a card: base64 (2.1, 3.0), a data: URI (4.0, RFC 2397) or a link."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

from coterie.model.imports import PictureDraft
from coterie.vcard import values
from coterie.vcard.lines import Property

_URL_LENGTH_MAX = 2_000


def read_picture(entry: Property) -> PictureDraft | str | None:
    """The picture of a PHOTO; None if it is empty, a warning if it cannot be read."""
    value = entry.value.strip()
    if not value:
        return None
    if value[:5].lower() == "data:":
        return _data_uri(value)
    if entry.first("ENCODING"):
        data = _decode(value)
        return PictureDraft(_media_type(entry), data) if data else "PHOTO is not base64 and was skipped"
    url = values.line(value[: _URL_LENGTH_MAX * 2]) or ""
    if url[:8].lower().startswith(("http://", "https://")):
        if len(url) > _URL_LENGTH_MAX:
            return f"PHOTO: the link is longer than {_URL_LENGTH_MAX:,} characters and was skipped"
        return PictureDraft(_media_type(entry), url=url)
    return "PHOTO is neither a picture nor a link to one and was skipped"


def _media_type(entry: Property) -> str | None:
    kind = entry.first("MEDIATYPE") or next(
        (name for name in entry.parameters.get("TYPE", ()) if name.lower() != "pref"), ""
    )
    if not kind:
        return None
    return (kind if "/" in kind else f"image/{kind}").lower()


def _data_uri(value: str) -> PictureDraft | str:
    head, _, body = values.escape_free(value[5:]).partition(",")
    media_type = head.split(";")[0].strip().lower() or None
    data = _decode(body) if head.lower().endswith(";base64") else unquote_to_bytes(body)
    return PictureDraft(media_type, data) if data else "PHOTO is not a picture and was skipped"


def _decode(value: str) -> bytes | None:
    """Decodes base64 with or without spaces and padding; None if it is not base64."""
    plain = "".join(value.split()).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
