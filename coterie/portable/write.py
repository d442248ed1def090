"""Everything of an organization's people as one ZIP: a manifest, a file of JSON lines for each noun, and the files.

Written to a stream as it is read, so memory stays flat. The same people give the same lines, in whatever instance:
nothing in them is an instance's own (model.whole). tests/exports/test_whole.py lists what is not in it, and why.
"""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.portable import FORMAT, MANIFEST, NOUNS, VERSION, ContactRow, file_of, member_of
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.portable import (
    Reader,
    find_contacts_with_interactions,
    list_contact_rows_after,
    list_interactions,
    list_rows,
    list_rows_of_contacts,
)

CONTACTS_AT_ONCE = 200
_CHUNK = 1024 * 1024
Lines = Iterator[dict[str, Any]]


def write_portable(tx: Tx, caller: Caller, folder: Path, stream: IO[bytes], *, everything: bool = False) -> None:
    """The whole export onto a stream, which need not be seekable. One transaction reads it all: it is of one moment.

    Personal notes and reminders are their users': the caller's own are in it, or everyone's (everything), which is for
    whoever has the database anyway.
    """
    reader = Reader(caller.user_id, everything=everything)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        manifest = {
            "format": FORMAT, "version": VERSION, "exported_at": times.now(), "organization": caller.organization_uuid,
            "nouns": [file_of(name).removesuffix(".jsonl") for name in ("contacts", *NOUNS)],
        }  # fmt: skip
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        _write_lines(archive, "contacts", ContactRow, _contacts(tx, caller))
        for name, noun in NOUNS.items():
            of_contacts = noun.by == "contact"
            rows = _parts(tx, caller, name) if of_contacts else list_rows(tx, caller.organization_id, name, reader)
            _write_lines(archive, name, noun.row, rows)
        written: set[str] = set()
        for row in _parts(tx, caller, "attachments"):
            if row["digest"] not in written:
                written.add(row["digest"])
                _write_file(archive, folder, row["digest"])


def _pages(tx: Tx, caller: Caller) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    last = ""
    while page := list_contact_rows_after(tx, caller.organization_id, last, limit=CONTACTS_AT_ONCE):
        last = page[-1][1]["uuid"]
        yield page


def _contacts(tx: Tx, caller: Caller) -> Lines:
    for page in _pages(tx, caller):
        yield from (row for _, row in page)


def _parts(tx: Tx, caller: Caller, name: str) -> Lines:
    for page in _pages(tx, caller):
        ids = [contact_id for contact_id, _ in page]
        if name != "interactions":
            yield from list_rows_of_contacts(tx, caller.organization_id, name, ids)
            continue
        talkative = find_contacts_with_interactions(tx, caller.organization_id, ids)
        for contact_id in ids:
            if contact_id in talkative:
                yield from list_interactions(tx, caller.organization_id, contact_id)


def _write_lines(archive: zipfile.ZipFile, name: str, kind: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    """What is null is left out, and the order of fields is that of the Struct: the same row is the same line."""
    encoder = msgspec.json.Encoder()
    with archive.open(file_of(name), "w", force_zip64=True) as member:
        for row in rows:
            member.write(encoder.encode(kind(**row)) + b"\n")


def _write_file(archive: zipfile.ZipFile, folder: Path, digest: str) -> None:
    with suppress(FileNotFoundError):  # erased by now
        source = file_path(folder, digest).open("rb")
        with source, archive.open(member_of(digest), "w", force_zip64=True) as member:
            while chunk := source.read(_CHUNK):
                member.write(chunk)
