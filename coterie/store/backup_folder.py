"""A folder of backups: names that sort by time, the newest, and which may be deleted."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from coterie.errors import Unavailable
from coterie.model import times

# only files of this name are ever deleted
PATTERN = "coterie-????-??-??T??????Z.backup"
LEFTOVER_SECONDS = 86_400


def new_file(folder: Path) -> Path:
    """coterie-2026-11-29T053000Z.backup"""
    return folder / f"coterie-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.backup"


def newest_file(folder: Path) -> Path:
    """Raises Unavailable if the folder has no backup."""
    if not (files := _files(folder)):
        raise Unavailable(f"{folder} has no backup")
    return files[-1]


def find_newest_moment(folder: Path) -> str | None:
    """The moment in the name of the newest backup of a folder; None if it has none, or does not exist."""
    if not (files := _files(folder)):
        return None
    text = files[-1].name.removeprefix("coterie-").removesuffix(".backup")
    try:
        return times.moment(datetime.strptime(text, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return None


def delete_old_files(folder: Path, keep: int) -> list[Path]:
    """Deletes all but the newest so many backups, and returns those it deleted."""
    old = _files(folder)[:-keep]
    for file in old:
        file.unlink(missing_ok=True)
    return old


def delete_leftovers(folder: Path) -> None:
    """Deletes leftovers of killed backups in the folder after a day: they have all rows in plain text."""
    for path in _leftovers(folder):
        if path.lstat().st_mtime < time.time() - LEFTOVER_SECONDS:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _leftovers(folder: Path) -> Iterator[Path]:
    yield from folder.glob(".coterie-backup-*")
    yield from folder.glob(PATTERN + ".part")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(PATTERN) if path.is_file() and not path.is_symlink())
