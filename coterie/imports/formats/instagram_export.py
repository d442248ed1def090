"""The files of Instagram's export, and the people and conversations found in them."""

import re
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from coterie.imports.formats.archives import Archive, BrokenFile, read_file
from coterie.imports.formats.instagram_json import ThreadHead, repair
from coterie.model import times
from coterie.model.imports import RowError

# Instagram splits conversations into files of ten thousand messages, which are 2 to 10 MB
FILE_BYTES_MAX = 32 * 1024**2
# a person in a list is two objects and an array; more of them would take hundreds of MB of memory
BRACKETS_MAX = 600_000
COMMAS_MAX = 2_000_000

_USERNAME = re.compile(r"[a-z0-9._]{1,30}")
_THREAD_PATH = re.compile(r"(?:.*/)?(?P<username>[^/]+?)_(?P<number>\d+)$", re.DOTALL)
# names of deleted accounts
_DELETED = ("instagramuser", "instagram_user")


class Thread(Struct):
    """One conversation: its files as (number, name), in order; its folder; its participants, from the first file."""

    files: list[tuple[int, str]]
    folder: str
    head: ThreadHead = field(default_factory=ThreadHead)


class ExportedPerson(Struct):
    """The entries of lists and threads about one username. dates: label -> day, '' if unknown."""

    dates: dict[str, str] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)


class Export(Struct):
    """people: username -> person, without those who only follow, who may be millions. owner: the display name."""

    archive: Archive
    people: dict[str, ExportedPerson] = field(default_factory=dict)
    owner: str | None = None


def read_json(export: Export, name: str) -> bytes:
    """A file of the export. Raises as read_file does, and BrokenFile if it contains too many values to decode."""
    data = read_file(export.archive, name, FILE_BYTES_MAX)
    if data.count(b"{") + data.count(b"[") > BRACKETS_MAX or data.count(b",") > COMMAS_MAX:
        raise BrokenFile("contains more entries than any export does")
    return data


def is_username(text: str) -> bool:
    """Whether a text, in lower case, can be an Instagram username."""
    return _USERNAME.fullmatch(text) is not None


def username_of(thread_path: str) -> str | None:
    """The username in a thread's path; None if it is not one, or that of a deleted account."""
    match = _THREAD_PATH.match(repair(thread_path).strip("/"))
    username = match["username"].lower() if match else ""
    return username if is_username(username) and username not in _DELETED else None


def thread_key(thread: Thread) -> str:
    """The digits of a thread's folder, which stay the same if its person takes another username."""
    match = _THREAD_PATH.match(thread.folder)
    return match["number"] if match else thread.folder


def moment_of(number: Any) -> str | None:
    """The time of a number of seconds or milliseconds since 1970; None if it is not one."""
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number[:20])
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    try:
        seconds = number / 1000 if abs(number) >= 100_000_000_000 else number
        return times.moment(datetime.fromtimestamp(seconds, UTC)) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def broken_file(name: str, error: Exception) -> RowError:
    """The error for a file that cannot be read."""
    reason = str(error) if isinstance(error, BrokenFile) else "is not JSON in Instagram's format"
    return RowError(f"the file {name[-200:]} {reason}")
