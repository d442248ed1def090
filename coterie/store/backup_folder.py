"""A folder of backups: names that sort by time, the newest, and which may be deleted.

A backup with a moment of the future in its name was made by a clock that was ahead, or the clock is behind now. It is
neither the newest nor deleted.
"""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coterie.errors import Unavailable
from coterie.model import times

# only files of this name are ever deleted
PATTERN = "coterie-????-??-??T??????Z.backup"
LEFTOVER_SECONDS = 86_400
# the clocks of the machines that share a folder differ by less
TOLERANCE = timedelta(hours=1)


def new_file(folder: Path) -> Path:
    """coterie-2026-11-29T053000Z.backup"""
    return folder / _name_at(datetime.now(UTC))


def newest_file(folder: Path) -> Path:
    """One of the future only if there is no other. Raises Unavailable if the folder has no backup."""
    if not (files := _past_files(folder) or _files(folder)):
        raise Unavailable(f"{folder} has no backup")
    return files[-1]


def find_newest_moment(folder: Path) -> str | None:
    """The moment in the name of the newest backup of a folder; None if it has none, or does not exist."""
    if not (files := _past_files(folder)):
        return None
    text = files[-1].name.removeprefix("coterie-").removesuffix(".backup")
    try:
        return times.moment(datetime.strptime(text, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return None


def delete_old_files(folder: Path, keep: int) -> list[Path]:
    """Deletes all but the newest so many backups, and returns those it deleted."""
    old = _past_files(folder)[:-keep]
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


def _name_at(moment: datetime) -> str:
    return f"coterie-{moment:%Y-%m-%dT%H%M%SZ}.backup"


def _past_files(folder: Path) -> list[Path]:
    latest = _name_at(datetime.now(UTC) + TOLERANCE)
    return [path for path in _files(folder) if path.name <= latest]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(PATTERN) if path.is_file() and not path.is_symlink())
