"""The files of an export, read from a ZIP archive or from the folder it was unpacked into.

Sizes that a ZIP header claims are not trusted: bytes are counted as they are read, against the size of the archive on
disk. Files that share bytes of the archive are rejected, because a few bytes would unpack to many.
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

from msgspec import Struct, field

from coterie.errors import Invalid, TooLarge, invalid

ENTRIES_MAX = 500_000
DIRECTORY_BYTES_MAX = 64 * 1024**2
TOTAL_BYTES_MAX = 8 * 1024**3
# so many bytes per byte of the archive; a small archive may unpack to the second number
TOTAL_RATIO_MAX = 100
TOTAL_BYTES_MIN = 50 * 1000**2
# text compresses 5 to 30 times; the maximum of the ZIP format is 1,032
RATIO_MAX = 200
RATIO_FROM_BYTES = 1024**2
LINES_RATIO_FROM_BYTES = 64 * 1024**2
_CHUNK = 64 * 1024
# the part of a local file header that all have
_HEADER_BYTES = 30
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_DRIVE = re.compile(r"^[A-Za-z]:")
# general purpose bit 0 (APPNOTE.TXT 4.4.4)
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# what reading a damaged archive raises
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, struct.error)


class BrokenFile(Exception):
    """One file of an archive cannot be read; the others can. The message says why."""


class Archive(Struct):
    """names: its files, with slashes, in order. byte_count: how many bytes were read so far, of each file once.

    counted: the files whose bytes are counted already. byte_count_max: of all files together.
    """

    path: Path
    zipped: zipfile.ZipFile | None
    names: list[str]
    byte_count: int = 0
    byte_count_max: int = TOTAL_BYTES_MAX
    counted: set[str] = field(default_factory=set)


class LineFile(Struct):
    """A file of an archive that is read line by line. packed: its size in the archive, in bytes."""

    archive: Archive
    name: str
    stream: IO[bytes]
    packed: int
    byte_count: int = 0


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Opens a ZIP archive or a folder.

    Raises Invalid if the archive is damaged or incomplete, a name points outside of it, or two files share bytes of it;
    TooLarge if it has more than 500,000 entries or a central directory over 64 MB.
    """
    if path.is_dir():
        yield Archive(path, None, list(_names_in_folder(path)))
        return
    try:
        check_table_of_contents(path)
        zipped = zipfile.ZipFile(path)
    except (*BROKEN, ValueError):
        raise _damaged() from None
    with zipped:
        for name in zipped.namelist():
            if name.startswith("/") or "\\" in name or ".." in name.split("/") or _DRIVE.match(name):
                raise invalid("file", "contains a file whose name points outside of the archive")
        _check_overlaps(zipped)
        byte_count_max = min(TOTAL_BYTES_MAX, max(TOTAL_BYTES_MIN, TOTAL_RATIO_MAX * path.stat().st_size))
        names = [name for name in zipped.namelist() if not name.endswith("/")]
        yield Archive(path, zipped, names, byte_count_max=byte_count_max)


def _check_overlaps(zipped: zipfile.ZipFile) -> None:
    """Raises Invalid if two files share bytes: each needs its header, its name and as many bytes as it claims."""
    end = zipped.start_dir
    for info in sorted(zipped.infolist(), key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + _HEADER_BYTES + len(info.orig_filename) + info.compress_size > end:
            raise invalid("file", "is a ZIP archive with overlapping files, unlike any real export")
        end = info.header_offset


def _damaged() -> Invalid:
    return invalid("file", "is a damaged or incomplete ZIP archive; download it again")


def check_table_of_contents(path: Path) -> None:
    """Checks the size of a ZIP's central directory before it is read into memory.

    Raises TooLarge over 64 MB or 500,000 entries, Invalid if there is no directory.
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
        raise TooLarge(f"the archive contains more than {ENTRIES_MAX:,} files")


def _names_in_folder(folder: Path) -> Iterator[str]:
    count = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        count += len(folders) + len(files)
        if count > ENTRIES_MAX:
            raise TooLarge(f"the folder contains more than {ENTRIES_MAX:,} files")
        for file in sorted(files):
            # a symbolic link may point anywhere
            if not (Path(place) / file).is_symlink():
                yield (Path(place) / file).relative_to(folder).as_posix()


def read_file(archive: Archive, name: str, bytes_max: int) -> bytes:
    """The bytes of a file.

    Raises BrokenFile if it is damaged, encrypted, larger than bytes_max or compressed more than 200 times; TooLarge if
    all files together exceed 8 GB, or 50 MB and 100 times the size of the archive; KeyError if the archive lacks it.
    """
    try:
        with _opened(archive, name) as (stream, packed):
            chunks = b"".join(chunk for chunk in _chunks(archive, name, stream, packed, bytes_max))
    except BROKEN:
        raise BrokenFile("is damaged") from None
    return chunks


def copy_file(archive: Archive, name: str, target: Path, bytes_max: int) -> tuple[str, int]:
    """Copies a file to disk, chunk by chunk. Returns (SHA-256, byte count). Raises as read_file does."""
    digest, byte_count = sha256(), 0
    try:
        with _opened(archive, name) as (stream, packed), target.open("wb") as file:
            for chunk in _chunks(archive, name, stream, packed, bytes_max):
                digest.update(chunk)
                byte_count += file.write(chunk)
    except BROKEN:
        raise BrokenFile("is damaged") from None
    return digest.hexdigest(), byte_count


@contextmanager
def open_lines(archive: Archive, name: str) -> Iterator[LineFile]:
    """Opens a file for next_line. Raises Invalid if it is encrypted, or its compression method is not supported."""
    try:
        with _opened(archive, name) as (stream, packed):
            yield LineFile(archive, name, stream, packed)
    except BrokenFile as error:
        raise invalid("file", f"cannot be read: {name} {error}") from None


def next_line(lines: LineFile, bytes_max: int) -> bytes:
    """The next line including its line ending; b"" at the end of the file.

    Raises TooLarge if a line exceeds bytes_max, all files together unpack to too much (see read_file), or a file over
    64 MB is compressed more than 200 times. Smaller files may be: people can write very repetitive notes.
    """
    line = lines.stream.readline(bytes_max + 1)
    lines.byte_count += len(line)
    lines.archive.byte_count += len(line)
    if len(line) > bytes_max:
        raise TooLarge(f"{lines.name} has a line of more than {bytes_max // 1024**2} MB")
    if lines.byte_count > LINES_RATIO_FROM_BYTES and lines.byte_count > lines.packed * RATIO_MAX:
        raise TooLarge(f"{lines.name} is compressed more than {RATIO_MAX} times, unlike any real export")
    _check_total(lines.archive)
    return line


@contextmanager
def _opened(archive: Archive, name: str) -> Iterator[tuple[IO[bytes], int]]:
    """(an open file, its size in the archive in bytes)."""
    if archive.zipped is None:
        with (archive.path / name).open("rb") as stream:
            yield stream, os.fstat(stream.fileno()).st_size
        return
    info = archive.zipped.getinfo(name)
    if info.flag_bits & _ENCRYPTED:
        raise BrokenFile("is protected by a password")
    if info.compress_type not in _METHODS:
        raise BrokenFile("uses an unsupported compression method")
    with archive.zipped.open(info) as stream:
        yield stream, info.compress_size


def _chunks(archive: Archive, name: str, stream: IO[bytes], packed: int, bytes_max: int) -> Iterator[bytes]:
    count, is_counted = 0, name in archive.counted
    while chunk := stream.read(_CHUNK):
        count += len(chunk)
        archive.byte_count += 0 if is_counted else len(chunk)
        if count > bytes_max:
            raise BrokenFile(f"is larger than {bytes_max // 1024**2} MB")
        if count > RATIO_FROM_BYTES and count > packed * RATIO_MAX:
            raise BrokenFile(f"is compressed more than {RATIO_MAX} times, unlike any real export")
        _check_total(archive)
        yield chunk
    archive.counted.add(name)


def _check_total(archive: Archive) -> None:
    if archive.byte_count > archive.byte_count_max:
        most = archive.byte_count_max // 1000**2
        raise TooLarge(f"the archive unpacks to more than {most:,} MB, too much for its size")
