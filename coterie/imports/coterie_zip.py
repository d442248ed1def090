"""Our own export: everything, so that an empty instance becomes the one it was taken from.

The file of each noun is in the order of its contacts' ids, so the files are read side by side and memory stays flat.
What it does not bring back: reminders (they are their users'), the data of interactions beside their text, handles of
former times, files of more than 10 MB, beyond five a contact or 64 MB in 500 contacts (with a warning).
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct, field

from coterie.errors import Invalid, TooLarge, invalid
from coterie.imports.archives import TOTAL_BYTES_MAX, Archive, BrokenFile, open_archive, read_file
from coterie.imports.own_rows import draft_of
from coterie.model.attachments import clean_filename, recognize
from coterie.model.imports import ContactDraft, Kept, PictureDraft, RowError

FORMAT, VERSION, MANIFEST = "coterie", 1, "manifest.json"
NOUNS = (
    "outside_ids", "handles", "addresses", "dates", "properties", "folders", "tags", "expertises", "notes",
    "note_tags", "gifts", "pets", "relationships", "attachments", "interactions", "snapshots",
)  # fmt: skip
LINE_BYTES_MAX = 4 * 1024**2
MANIFEST_BYTES_MAX = 1024**2
PARTS_MAX = 20_000
FILE_BYTES_MAX = 10 * 1024**2
FILES_BYTES_MAX = 64 * 1024**2
FILES_MAX = 5
# so many rows are staged at once, with their files in memory
STAGED_AT_ONCE = 500
_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, msgspec.DecodeError, Invalid)


class Lines(Struct):
    """The rows of one noun that are not given out yet; row is the next."""

    noun: str
    stream: IO[bytes]
    archive: Archive
    row: dict[str, Any] | None = None
    is_begun: bool = False


class Reading(Struct):
    archive: Archive
    lines: list[Lines]
    names: set[str]
    byte_counts: list[int] = field(default_factory=list)


def member_of(digest: str) -> str:
    """The name of an attachment's file in the archive."""
    return f"files/{digest}"


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """A draft for each contact. Refused at the first next(): what open_archive refuses, another format, a version
    this one does not know (Invalid). A part that is cut short or out of order ends the reading (Invalid)."""
    with open_archive(path) as archive, ExitStack() as stack:
        if archive.zipped is None:
            raise invalid("file", "is a folder")
        try:
            manifest = msgspec.json.decode(read_file(archive, MANIFEST, MANIFEST_BYTES_MAX), type=dict[str, Any])
        except (BrokenFile, KeyError, ValueError, msgspec.DecodeError):
            raise invalid("file", "has no manifest of Coterie's") from None
        if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
            raise invalid("file", "is of a version of Coterie that this one does not know")
        names = set(archive.names)
        if "contacts.jsonl" not in names:
            raise invalid("file", "holds no contacts")
        opened = {
            noun: Lines(noun, stack.enter_context(archive.zipped.open(f"{noun}.jsonl")), archive)
            for noun in ("contacts", *NOUNS)
            if f"{noun}.jsonl" in names
        }
        contacts = opened.pop("contacts")
        reading = Reading(archive, list(opened.values()), names)
        try:
            yield from _contacts(reading, contacts)
        except (TooLarge, Invalid):
            raise
        except Exception as error:
            raise invalid("file", f"is damaged: {type(error).__name__}") from None


def _contacts(reading: Reading, contacts: Lines) -> Iterator[ContactDraft | RowError]:
    last = 0
    while contact := _next(contacts):
        contact_id = contact.get("id")
        if not isinstance(contact_id, int) or contact_id <= last:
            raise invalid("file", "holds contacts that are not in the order of their ids")
        last = contact_id
        parts = {lines.noun: _rows_of(lines, contact_id) for lines in reading.lines}
        try:
            yield _draft(reading, contact, parts)
        except _BROKEN as error:
            yield RowError(f"is not as Coterie writes it: {type(error).__name__}", str(contact)[:2000])


def _next(lines: Lines) -> dict[str, Any] | None:
    """The next row of a file; None at its end."""
    line = lines.stream.readline(LINE_BYTES_MAX + 1)
    lines.archive.byte_count += len(line)
    if len(line) > LINE_BYTES_MAX or lines.archive.byte_count > TOTAL_BYTES_MAX:
        raise TooLarge(f"{lines.noun}.jsonl is too large, or has a line of more than {LINE_BYTES_MAX // 1024**2} MB")
    return msgspec.json.decode(line, type=dict[str, Any]) if line else None


def _rows_of(lines: Lines, contact_id: int) -> list[dict[str, Any]]:
    """The rows of this contact; those of contacts before it, which are not there, are passed over."""
    if not lines.is_begun:
        lines.row, lines.is_begun = _next(lines), True
    found = []
    while lines.row is not None and lines.row["contact_id"] <= contact_id:
        if lines.row["contact_id"] == contact_id:
            found.append(lines.row)
            if len(found) > PARTS_MAX:
                raise TooLarge(f"a contact has more than {PARTS_MAX:,} {lines.noun}")
        lines.row = _next(lines)
    return found


def _draft(reading: Reading, contact: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> ContactDraft:
    draft = draft_of(contact, parts)
    tags: dict[str, list[str]] = {}
    for row in parts.get("note_tags", ()):
        tags.setdefault(row["note_id"], []).append(row["name"])
    kept: dict[str, Any] = {name: contact.get(name) for name in Kept.__struct_fields__ if name in contact}
    kept |= {name: parts.get(name, []) for name in ("gifts", "pets", "relationships")}
    kept["notes"] = [row | {"tags": tags.get(row["id"], [])} for row in parts.get("notes", ())]
    kept["properties"] = [
        row | {"value": msgspec.json.decode(row["value"]), "choices": _json(row.get("choices"))}
        for row in parts.get("properties", ())
    ]
    kept["expertises"] = [row["name"] for row in parts.get("expertises", ())]
    kept["snapshots"] = [(row["taken_on"], row["follower_count"]) for row in parts.get("snapshots", ())]
    for each in kept["gifts"] + kept["pets"]:
        each.pop("contact_id")
    draft.kept = msgspec.convert(kept, Kept)
    if isinstance(contact.get("profile_picture_url"), str):
        draft.pictures.append(PictureDraft(url=contact["profile_picture_url"]))
    _put_files(reading, draft, parts.get("attachments", []))
    # a row that is not of the types it should be is told here, and not when it is written
    return msgspec.convert(msgspec.to_builtins(draft, builtin_types=(bytes,)), ContactDraft, builtin_types=(bytes,))


def _json(text: str | None) -> Any:
    return msgspec.json.decode(text) if text else None


def _put_files(reading: Reading, draft: ContactDraft, rows: list[dict[str, Any]]) -> None:
    reading.byte_counts = [*reading.byte_counts[-STAGED_AT_ONCE + 1 :], 0]
    for number, row in enumerate(rows):
        data = None
        if number < FILES_MAX and sum(reading.byte_counts) + row["byte_count"] <= FILES_BYTES_MAX:
            data = _file(reading, row)
        if data is None:
            draft.warnings.append(f"Left out: the file {row['filename'][:100]}")
            continue
        reading.byte_counts[-1] += len(data)
        filename = None if row["kind"] == "picture" else clean_filename(row["filename"], row["media_type"])
        draft.pictures.append(PictureDraft(row["media_type"], data, filename=filename))


def _file(reading: Reading, row: dict[str, Any]) -> bytes | None:
    """The bytes of an attachment, which must be those its digest names, and of the type that is said."""
    digest, media_type = row["digest"], row["media_type"]
    if not _DIGEST.fullmatch(digest) or member_of(digest) not in reading.names:
        return None
    try:
        data = read_file(reading.archive, member_of(digest), FILE_BYTES_MAX)
    except BrokenFile:
        return None
    is_known = media_type in _PICTURES if row["kind"] == "picture" else recognize(data) == media_type
    return data if is_known and sha256(data).hexdigest() == digest else None
