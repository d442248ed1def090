"""Attachments: files of a contact. Their type is recognized by their content, never by their name."""

import re
import unicodedata
import zlib

from msgspec import Struct

from coterie.model.text import stream_safe

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# media type -> its file name extensions, the usual one first
EXTENSIONS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"), PNG: (".png",)}
ATTACHMENTS_MAX = 1_000
FILENAME_LENGTH_MAX = 200
FILE, PICTURE = "file", "picture"
# of a picture without a filename
PICTURE_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
# How a file came here
UPLOAD, IMPORT, INSTAGRAM = "upload", "import", "instagram"
OCTETS = "application/octet-stream"
# of a picture that is uploaded to be shown
PIXELS_MAX = 40_000_000
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Attachment(Struct, frozen=True):
    """One file of a contact, its fields in the order of the columns. The data folder stores the bytes by digest."""

    contact_id: int
    id: str
    kind: str
    filename: str
    media_type: str
    byte_count: int
    digest: str
    created_at: str
    source: str = UPLOAD


def clean_media_type(media_type: str | None) -> str | None:
    """A media type from outside in lower case, without parameters (RFC 6838, section 4.2); None if it is not one."""
    plain = (media_type or "").strip(" ").lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else None


def recognize(data: bytes) -> str | None:
    """The media type of a PDF, JPEG or PNG by its structure, or None for anything else.

    The structure must begin at the first byte: a file that contains a PDF somewhere is not a PDF.
    """
    if data.startswith(b"%PDF-"):
        return PDF if _is_pdf(data) else None
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG if _is_jpeg(data) else None
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG if _is_png(data) else None
    return None


def pixel_count(data: bytes) -> int:
    """How many pixels a JPEG or PNG that recognize() accepts says it has; 0 for anything else."""
    if data.startswith(b"\x89PNG"):
        return int.from_bytes(data[16:20]) * int.from_bytes(data[20:24])
    position, largest = 2, 0
    while data.startswith(b"\xff\xd8\xff") and position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xDA:
            break
        if marker in _FRAME_MARKERS:
            height, width = data[position + 5 : position + 7], data[position + 7 : position + 9]
            largest = max(largest, int.from_bytes(height) * int.from_bytes(width))
        position += 1 if marker == 0xFF else 2 + int.from_bytes(data[position + 2 : position + 4])
    return largest


def why_rejected(data: bytes) -> str:
    """Why recognize() returned None, as a message for people."""
    if data.startswith(b"%PDF-"):
        return _problem_of_pdf(data)
    for name, start in (("JPEG", b"\xff\xd8\xff"), ("PNG", b"\x89PNG\r\n\x1a\n")):
        if data.startswith(start):
            return f"starts like a {name} file but is damaged or truncated"
    return "is not a PDF, JPEG or PNG file"


def _is_pdf(data: bytes) -> bool:
    return not _problem_of_pdf(data)


def _problem_of_pdf(data: bytes) -> str:
    """ISO 32000-2, 7.5: a version, objects, and %%EOF at the end. The cross-reference table is not checked: readers
    manage without one, and small programs write none. Returns "" if there is no problem."""
    if not re.match(rb"%PDF-[12]\.\d", data):
        return "starts like a PDF file but has no version 1.x or 2.x"
    if not re.search(rb"\d\s+\d+\s+obj\b", data):
        return "starts like a PDF file but contains no objects"
    if b"%%EOF" not in data[-2048:]:
        return "starts like a PDF file but is truncated: it has no %%EOF at its end"
    return ""


def _is_jpeg(data: bytes) -> bool:
    """ISO/IEC 10918-1, annex B: segments up to the start of a scan, one of them a frame that is not empty."""
    position, has_frame = 2, False
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return False
        marker = data[position + 1]
        if marker == 0xFF:  # fill bytes
            position += 1
            continue
        if marker in (0x01, 0xD8, 0xD9) or 0xD0 <= marker <= 0xD7:
            return False
        length = int.from_bytes(data[position + 2 : position + 4])
        if length < 2:
            return False
        if marker == 0xDA:
            return has_frame and b"\xff\xd9" in data[position:]
        if marker in _FRAME_MARKERS:
            height = int.from_bytes(data[position + 5 : position + 7])
            width = int.from_bytes(data[position + 7 : position + 9])
            has_frame = length >= 8 and height > 0 and width > 0
        position += 2 + length
    return False


def _is_png(data: bytes) -> bool:
    """PNG, 5.3: chunks with valid checksums: first a header with a size, then data, last the end."""
    position, is_first, has_data = 8, True, False
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        kind = data[position + 4 : position + 8]
        body_end = position + 8 + length
        if body_end + 4 > len(data):
            return False
        if zlib.crc32(memoryview(data)[position + 4 : body_end]) != int.from_bytes(data[body_end : body_end + 4]):
            return False
        if is_first:
            size = data[position + 8 : position + 16]
            if kind != b"IHDR" or length != 13 or not (any(size[:4]) and any(size[4:])):
                return False
        has_data = has_data or kind == b"IDAT"
        if kind == b"IEND":
            return has_data
        is_first, position = False, body_end + 4
    return False


def clean_filename(name: str, media_type: str) -> str:
    """A safe file name with an extension of its media type, at most 200 characters.

    Folders, control characters and characters that change the direction of text are removed.
    """
    plain = unicodedata.normalize("NFC", stream_safe(name.replace("\\", "/").rpartition("/")[2]))
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    plain = _UNSAFE.sub("_", plain).strip(" .")
    ends = EXTENSIONS[media_type]
    if not plain.lower().endswith(ends) or len(plain) <= len(ends[0]):
        plain = (plain or "file") + ends[0]
    if len(plain) > FILENAME_LENGTH_MAX:
        stem, _, end = plain.rpartition(".")
        plain = f"{stem[: FILENAME_LENGTH_MAX - len(end) - 1].rstrip()}.{end}"
    return plain
