"""The moment and size of the last backup: a file of the data folder, because a backup may read from a replica."""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

FILE = "last-backup.json"


class LastBackup(Struct, frozen=True):
    """created_at: the moment of its snapshot. byte_count: the size of its file."""

    created_at: str
    byte_count: int


def write_last_backup(folder: Path, created_at: str, byte_count: int) -> None:
    """Stores the facts of a complete backup."""
    part = folder / f"{FILE}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(msgspec.json.encode(LastBackup(created_at, byte_count)))
    part.replace(folder / FILE)


def read_last_backup(folder: Path) -> LastBackup | None:
    """None if there has been no backup, or the file is damaged."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=LastBackup)
    except (OSError, ValueError):
        return None
