"""The text files of an export, out of a ZIP archive or the folder it was unpacked into.

Nothing is ever unpacked to disk. What a header claims about sizes is not believed: bytes are counted as they come.
"""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from msgspec import Struct

from coterie.errors import Invalid, TooLarge, invalid

ENTRIES_MAX = 500_000
DIRECTORY_BYTES_MAX = 64 * 1024**2
TOTAL_BYTES_MAX = 8 * 1024**3
# text packs 5 to 30 times smaller, the most a ZIP can say is 1,032 times
RATIO_MAX = 200
RATIO_FROM_BYTES = 1024**2
LINES_RATIO_FROM_BYTES = 64 * 1024**2
_CHUNK = 64 * 1024
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_DRIVE = re.compile(r"^[A-Za-z]:")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, struct.error)


class BrokenFile(Exception):
    """One file of an archive cannot be read; the others may be."""


class Archive(Struct):
    """names: its files, with slashes, in their order; byte_count: how much was read of it until now."""

    path: Path
    zipped: zipfile.ZipFile | None
    names: list[str]
    byte_count: int = 0


class LineFile(Struct):
    """One file of an archive that is read line by line; packed: how many bytes it takes up where it lies."""

    archive: Archive
    name: str
    stream: IO[bytes]
    packed: int
    byte_count: int = 0


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """An archive, or a folder. Refused: what is damaged or cut short, names that point elsewhere (Invalid); more than
    500,000 entries, a table of contents beyond 64 MB (TooLarge)."""
    if path.is_dir():
        yield Archive(path, None, list(_names_in_folder(path)))
        return
    try:
        check_table_of_contents(path)
        zipped = zipfile.ZipFile(path)
    except (*_BROKEN, ValueError):
        raise _damaged() from None
    with zipped:
        for name in zipped.namelist():
            if name.startswith("/") or "\\" in name or ".." in name.split("/") or _DRIVE.match(name):
                raise invalid("file", "holds a file whose name points outside of the archive")
        yield Archive(path, zipped, [name for name in zipped.namelist() if not name.endswith("/")])


def _damaged() -> Invalid:
    return invalid("file", "is a damaged ZIP archive, or one that was cut short: download it again")


def check_table_of_contents(path: Path) -> None:
    """Look at how large a ZIP's table of contents is, before anything of it is read into memory.

    Refused: more than 64 MB, more than 500,000 entries (TooLarge); none (Invalid).
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 65_557 - 76))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise _damaged()
    count, byte_count = struct.unpack_from("<HL", tail, end + 10)
    end_64 = tail.rfind(_END_64, 0, end)
    if end_64 >= 0 and len(tail) >= end_64 + 48:
        count, byte_count = struct.unpack_from("<QQ", tail, end_64 + 32)
    if count > ENTRIES_MAX or byte_count > DIRECTORY_BYTES_MAX:
        raise TooLarge(f"the archive holds more than {ENTRIES_MAX:,} files")


def _names_in_folder(folder: Path) -> Iterator[str]:
    count = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        count += len(folders) + len(files)
        if count > ENTRIES_MAX:
            raise TooLarge(f"the folder holds more than {ENTRIES_MAX:,} files")
        for file in sorted(files):
            # a link may lead anywhere
            if not (Path(place) / file).is_symlink():
                yield (Path(place) / file).relative_to(folder).as_posix()


def read_file(archive: Archive, name: str, bytes_max: int) -> bytes:
    """One file of an archive. Refused: a broken one, or one larger than bytes_max or packed more than 200 times
    (BrokenFile, with the reason); more than 8 GB of all files together (TooLarge)."""
    try:
        with _opened(archive, name) as (stream, packed):
            chunks = b"".join(chunk for chunk in _chunks(archive, stream, packed, bytes_max))
    except _BROKEN as error:
        reason = "is protected by a password" if "encrypted" in str(error) else "is damaged"
        raise BrokenFile(f"{reason}") from None
    return chunks


def copy_file(archive: Archive, name: str, target: Path, bytes_max: int) -> tuple[str, int]:
    """One file of an archive onto the disk, piece by piece: (its SHA-256, how many bytes). Refused as in read_file; a
    name that is not in the archive is a KeyError."""
    digest, byte_count = sha256(), 0
    try:
        with _opened(archive, name) as (stream, packed), target.open("wb") as file:
            for chunk in _chunks(archive, stream, packed, bytes_max):
                digest.update(chunk)
                byte_count += file.write(chunk)
    except _BROKEN:
        raise BrokenFile("is damaged") from None
    return digest.hexdigest(), byte_count


@contextmanager
def open_lines(archive: Archive, name: str) -> Iterator[LineFile]:
    """A file to be read line by line, with next_line. Refused: one packed in a way that is not read (Invalid)."""
    try:
        with _opened(archive, name) as (stream, packed):
            yield LineFile(archive, name, stream, packed)
    except BrokenFile as error:
        raise invalid("file", f"cannot be read: {name} {error}") from None


def next_line(lines: LineFile, bytes_max: int) -> bytes:
    """The next line with its end; b"" behind the last.

    Refused (TooLarge): a line of more than bytes_max, more than 8 GB of all files together, a file packed more than
    200 times. One that is smaller than 64 MB may be: our own export brings back whatever people wrote.
    """
    line = lines.stream.readline(bytes_max + 1)
    lines.byte_count += len(line)
    lines.archive.byte_count += len(line)
    if len(line) > bytes_max:
        raise TooLarge(f"{lines.name} has a line of more than {bytes_max // 1024**2} MB")
    if lines.byte_count > LINES_RATIO_FROM_BYTES and lines.byte_count > lines.packed * RATIO_MAX:
        raise TooLarge(f"{lines.name} is packed more than {RATIO_MAX} times: that is no export")
    _check_total(lines.archive)
    return line


@contextmanager
def _opened(archive: Archive, name: str) -> Iterator[tuple[IO[bytes], int]]:
    """A file to read from, and how many bytes it takes up where it lies."""
    if archive.zipped is None:
        with (archive.path / name).open("rb") as stream:
            yield stream, os.fstat(stream.fileno()).st_size
        return
    info = archive.zipped.getinfo(name)
    if info.compress_type not in _METHODS:
        raise BrokenFile("is packed in a way that is not read")
    with archive.zipped.open(info) as stream:
        yield stream, info.compress_size


def _chunks(archive: Archive, stream: IO[bytes], packed: int, bytes_max: int) -> Iterator[bytes]:
    count = 0
    while chunk := stream.read(_CHUNK):
        count += len(chunk)
        archive.byte_count += len(chunk)
        if count > bytes_max:
            raise BrokenFile(f"is larger than {bytes_max // 1024**2} MB")
        if count > RATIO_FROM_BYTES and count > packed * RATIO_MAX:
            raise BrokenFile(f"is packed more than {RATIO_MAX} times: that is no export")
        _check_total(archive)
        yield chunk


def _check_total(archive: Archive) -> None:
    if archive.byte_count > TOTAL_BYTES_MAX:
        raise TooLarge(f"the archive unpacks to more than {TOTAL_BYTES_MAX // 1024**3} GB")
