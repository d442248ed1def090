"""Exports an organization as the portable archive: a ZIP with a manifest, a file of JSON lines per noun, and all files.

The archive is written as it is read, so memory stays flat. Equal data gives the same bytes at any time and in any
instance: no line contains an id of the instance (model.portable), and neither a moment nor the way the stream is
written is in the ZIP. tests/portable/test_write.py lists the columns that are not exported, with reasons.
"""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from coterie.model.organizations import Caller
from coterie.model.portable import FORMAT, MANIFEST, VERSION, ContactRow, file_of, member_of
from coterie.portable.segments import list_portable_segments
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.portable import NOUNS
from coterie.store.portable_export import (
    ExportReader,
    find_contacts_with_interactions,
    list_card_states,
    list_contact_rows_after,
    list_interactions,
    list_rows,
    list_rows_of_contacts,
)

PAGE_SIZE = 200
_CHUNK_BYTES = 1024 * 1024
Lines = Iterator[dict[str, Any]]


def write_portable(tx: Tx, caller: Caller, folder: Path, stream: IO[bytes], *, everything: bool = False) -> None:
    """Writes the archive to a stream, which need not be seekable. One transaction reads everything: one point in time.

    Personal notes and reminders belong to their users. The archive has the caller's own; with everything=True, which
    is for operators, it has all of them. folder is the data folder.
    """
    reader = ExportReader(caller.user_id, everything=everything)
    # without tell and seek, files and pipes get the same bytes
    forward: Any = _Forward(stream)
    with zipfile.ZipFile(forward, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        nouns = [file_of(name).removesuffix(".jsonl") for name in ("contacts", *NOUNS)]
        manifest = {"format": FORMAT, "version": VERSION, "nouns": nouns}
        archive.writestr(_member(MANIFEST), msgspec.json.encode(manifest))
        _write_lines(archive, "contacts", ContactRow, _contacts(tx, caller))
        for name, noun in NOUNS.items():
            _write_lines(archive, name, noun.row, _rows(tx, caller, name, reader))
        written: set[str] = set()
        for row in _parts(tx, caller, "attachments"):
            if row["digest"] not in written:
                written.add(row["digest"])
                _write_file(archive, folder, row["digest"])


class _Forward:
    """A stream that can only be written forward."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.write = stream.write
        self.flush = stream.flush


def _member(name: str) -> zipfile.ZipInfo:
    """A member of the archive with a fixed time, mode and system."""
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o600 << 16
    return member


def _pages(tx: Tx, caller: Caller) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    last = ""
    while page := list_contact_rows_after(tx, caller.organization_id, last, limit=PAGE_SIZE):
        last = page[-1][1]["uuid"]
        yield page


def _contacts(tx: Tx, caller: Caller) -> Lines:
    for page in _pages(tx, caller):
        yield from (row for _, row in page)


def _rows(tx: Tx, caller: Caller, name: str, reader: ExportReader) -> Lines:
    if NOUNS[name].walk_by == "contact":
        return _parts(tx, caller, name)
    if name == "segments":
        return list_portable_segments(tx, caller.organization_id)
    return list_rows(tx, caller.organization_id, name, reader)


def _parts(tx: Tx, caller: Caller, name: str) -> Lines:
    for page in _pages(tx, caller):
        ids = [contact_id for contact_id, _ in page]
        if name == "card_states":
            yield from list_card_states(tx, caller.organization_id, ids)
            continue
        if name != "interactions":
            yield from list_rows_of_contacts(tx, caller.organization_id, name, ids)
            continue
        with_interactions = find_contacts_with_interactions(tx, caller.organization_id, ids)
        for contact_id in ids:
            if contact_id in with_interactions:
                yield from list_interactions(tx, caller.organization_id, contact_id)


def _write_lines(archive: zipfile.ZipFile, name: str, kind: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    """Writes fields in the order of the Struct and omits nulls: equal rows give equal lines."""
    encoder = msgspec.json.Encoder()
    with archive.open(_member(file_of(name)), "w", force_zip64=True) as member:
        for row in rows:
            member.write(encoder.encode(kind(**row)) + b"\n")


def _write_file(archive: zipfile.ZipFile, folder: Path, digest: str) -> None:
    with suppress(FileNotFoundError):  # erased in the meantime
        source = file_path(folder, digest).open("rb")
        with source, archive.open(_member(member_of(digest)), "w", force_zip64=True) as member:
            while chunk := source.read(_CHUNK_BYTES):
                member.write(chunk)
