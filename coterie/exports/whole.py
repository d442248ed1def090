"""Everything of an organization's contacts as one ZIP: a manifest, a file of JSON lines for each noun, and the files.

Written to a stream as it is read, so memory stays flat. Not in it: what is deleted, events, imports, users, settings,
and what is other users' own (their reminders and personal notes).
"""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from coterie.exports.write import CONTACTS_AT_ONCE
from coterie.imports.coterie_zip import FORMAT, MANIFEST, VERSION, member_of
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.exports import NOUNS, list_contact_rows_after, list_part_rows
from coterie.store.files import file_path

_CHUNK = 1024 * 1024


def write_whole(tx: Tx, caller: Caller, folder: Path, stream: IO[bytes]) -> None:
    """The whole export onto a stream, which need not be seekable. One transaction reads it all: it is of one moment."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        manifest = {
            "format": FORMAT, "version": VERSION, "exported_at": times.now(), "organization": caller.organization_uuid,
            "nouns": ["contacts", *NOUNS],
        }  # fmt: skip
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        _write_lines(archive, "contacts", _contacts(tx, caller))
        for noun in NOUNS:
            _write_lines(archive, noun, _parts(tx, caller, noun))
        written: set[str] = set()
        for row in _parts(tx, caller, "attachments"):
            if row["digest"] not in written:
                written.add(row["digest"])
                _write_file(archive, folder, row["digest"])


def _pages(tx: Tx, caller: Caller) -> Iterator[list[dict[str, Any]]]:
    last = 0
    while page := list_contact_rows_after(tx, caller.organization_id, last, limit=CONTACTS_AT_ONCE):
        last = page[-1]["id"]
        yield page


def _contacts(tx: Tx, caller: Caller) -> Iterator[dict[str, Any]]:
    for page in _pages(tx, caller):
        yield from page


def _parts(tx: Tx, caller: Caller, noun: str) -> Iterator[dict[str, Any]]:
    for page in _pages(tx, caller):
        ids = [contact["id"] for contact in page]
        yield from list_part_rows(tx, caller.organization_id, noun, ids, user_id=caller.user_id)


def _write_lines(archive: zipfile.ZipFile, noun: str, rows: Iterable[dict[str, Any]]) -> None:
    encoder = msgspec.json.Encoder()
    with archive.open(f"{noun}.jsonl", "w", force_zip64=True) as member:
        for row in rows:
            member.write(encoder.encode(row) + b"\n")


def _write_file(archive: zipfile.ZipFile, folder: Path, digest: str) -> None:
    with suppress(FileNotFoundError):  # erased by now
        source = file_path(folder, digest).open("rb")
        with source, archive.open(member_of(digest), "w", force_zip64=True) as member:
            while chunk := source.read(_CHUNK):
                member.write(chunk)
