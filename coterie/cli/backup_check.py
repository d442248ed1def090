"""Checks a backup without unpacking it: what `coterie backup --verify` does."""

import hashlib
from pathlib import Path
from typing import IO, Any

import msgspec

from coterie.cli.archive import Damaged, Manifest, read_members

LINE_BYTES_MAX = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_ROW = msgspec.json.Decoder(list[Any])


def check_archive(path: Path) -> Manifest:
    """Reads a backup to its end and returns its manifest.

    Raises Damaged as read_members does, or if a row is not one of its table, rows are missing, or a file does not have
    the digest it is named by; Unavailable if there is no such file.
    """
    check = _Check()
    manifest = read_members(path, check.read)
    for table, widths in check.widths.items():
        if widths - {len(manifest.tables.get(table, ()))}:
            raise Damaged(f"{path} is damaged: {table} has rows with other columns than the manifest")
    if check.row_count != (expected := manifest.counts.get("rows", 0)):
        raise Damaged(f"{path} is damaged: it has {check.row_count:,} rows instead of {expected:,}")
    return manifest


class _Check:
    """The numbers of columns that the rows of each table have, and the number of all rows."""

    def __init__(self) -> None:
        self.widths: dict[str, set[int]] = {}
        self.row_count = 0

    def read(self, name: str, stream: IO[bytes]) -> str:
        """The SHA-256 of a member. Raises ValueError if it does not match its name."""
        folder, _, rest = name.partition("/")
        if folder == "tables":
            return self._read_rows(rest.removesuffix(".jsonl"), stream)
        digest = hashlib.sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        if folder == "attachments" and digest.hexdigest() != rest.replace("/", ""):
            raise ValueError(f"{name} has other bytes than its name says")
        return digest.hexdigest()

    def _read_rows(self, table: str, stream: IO[bytes]) -> str:
        digest, widths = hashlib.sha256(), self.widths.setdefault(table, set())
        while line := stream.readline(LINE_BYTES_MAX):
            digest.update(line)
            widths.add(len(_ROW.decode(line)))
            self.row_count += 1
        return digest.hexdigest()
