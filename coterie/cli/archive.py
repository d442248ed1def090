"""The file of a backup: a compressed tar of rows (tables/NAME.jsonl), attachments, keys and a manifest.

The manifest lists each member with its size and SHA-256. It comes last, so a truncated file has none.
"""

import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

import msgspec
import typer
from msgspec import Struct

from coterie.cli.output import print_json
from coterie.errors import Unavailable
from coterie.model.plurals import count

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024
# the only names an archive may contain; no other name becomes a path
_MEMBER = re.compile(r"tables/[a-z_]{1,63}\.jsonl|attachments/[0-9a-f]{2}/[0-9a-f]{62}|[a-z_]{1,40}\.key")


class Damaged(Unavailable):
    """The archive is incomplete, was changed, or is not a Coterie backup."""


class ArchiveMember(Struct, frozen=True):
    byte_count: int
    sha256: str


class Manifest(Struct, frozen=True):
    """tables: the columns of each table, in the order of the values in its rows."""

    format: int
    version: str
    engine: str
    migration: int
    created_at: str
    counts: dict[str, int]
    tables: dict[str, list[str]]
    members: dict[str, ArchiveMember]


class ArchiveWriter:
    """Writes FILE.part, which is renamed to FILE once it is complete; only its owner may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        try:
            # never an existing file or link of another user
            self._part.unlink(missing_ok=True)
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Unavailable(f"{path}: {error.strerror}") from None
        self._stream = os.fdopen(handle, "wb")
        self._tar = tarfile.open(fileobj=self._stream, mode="w:gz", compresslevel=1)  # noqa: SIM115
        self.members: dict[str, ArchiveMember] = {}

    def add(self, name: str, source: Path) -> None:
        """Adds a file under a name. Raises ValueError if read_archive would reject the name."""
        if not _MEMBER.fullmatch(name):
            raise ValueError(name)
        with source.open("rb") as stream:
            entry = tarfile.TarInfo(name)
            entry.size = os.fstat(stream.fileno()).st_size
            entry.mode = 0o600
            hashed = _Hashed(stream)
            self._tar.addfile(entry, hashed)
        self.members[name] = ArchiveMember(entry.size, hashed.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest and renames the file."""
        body = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(body), 0o600
        self._tar.addfile(entry, BytesIO(body))
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.replace(self._path)

    def abandon(self) -> None:
        """Deletes the incomplete file."""
        with suppress(OSError, ValueError):
            self._stream.close()
        self._part.unlink(missing_ok=True)


class _Hashed:
    """A stream that hashes the bytes it passes on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def read_archive(path: Path, folder: Path) -> Manifest:
    """Unpacks an archive into the folder and returns its manifest. Raises as read_members does."""
    return read_members(path, lambda name, stream: _unpack(stream, folder / name))


def read_members(path: Path, read: Callable[[str, IO[bytes]], str]) -> Manifest:
    """Reads an archive and returns its manifest. read: gets the name and the bytes of each member in turn, reads all of
    them and returns their SHA-256.

    Raises Damaged if the archive is truncated, was changed, contains an unexpected name, a link or a special file, or
    has a later format; Unavailable if there is no such file.
    """
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            members, manifest = _read_members(tar, read)
            # gzip verifies its checksum at the end of the stream
            while packed.read(_CHUNK):
                pass
    except FileNotFoundError:
        raise Unavailable(f"{path}: no such file") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, msgspec.MsgspecError) as error:
        raise Damaged(f"{path} is damaged or not a backup: {error}") from None
    if manifest is None:
        raise Damaged(f"{path} is damaged: its end is missing")
    if manifest.format != FORMAT:
        raise Damaged(f"{path} is from a newer Coterie ({manifest.version}); upgrade this one first")
    if members != manifest.members:
        wrong = sorted({name for name, _ in members.items() ^ manifest.members.items()})
        raise Damaged(f"{path} is damaged: {wrong[0]} differs from the manifest")
    return manifest


def _read_members(
    tar: tarfile.TarFile, read: Callable[[str, IO[bytes]], str]
) -> tuple[dict[str, ArchiveMember], Manifest | None]:
    members: dict[str, ArchiveMember] = {}
    for entry in tar:
        stream = tar.extractfile(entry) if entry.isreg() else None
        if stream is None:
            raise ValueError(f"{entry.name!r} is not a file")
        if entry.name == MANIFEST:
            return members, msgspec.json.decode(stream.read(), type=Manifest)
        if not _MEMBER.fullmatch(entry.name) or entry.name in members:
            raise ValueError(f"{entry.name!r} is not expected in a backup")
        members[entry.name] = ArchiveMember(entry.size, read(entry.name, stream))
    return members, None


def _unpack(stream: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with target.open("wb") as copy:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name in an archive, path) of the attachments and keys of a data folder.

    Raises OSError if a folder cannot be read: without its files a backup would look complete.
    """
    attachments = [path for group in _entries(folder / "attachments") for path in _entries(group)]
    for path in (*attachments, *sorted(folder.glob("*.key"))):
        name = path.relative_to(folder).as_posix()
        if _MEMBER.fullmatch(name) and path.is_file() and not path.is_symlink():
            yield name, path


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def print_manifest(manifest: Manifest, done: str, *, as_json: bool) -> None:
    """Prints the contents of a backup; done: "saved as FILE", "restored from FILE"."""
    counts = manifest.counts
    if as_json:
        output = {"version": manifest.version, "created_at": manifest.created_at, **counts}
        print_json(output)
        return
    *others, files = [count(counts[f"{name}s"], name) for name in ("organization", "contact", "row", "file")]
    typer.echo(f"{', '.join(others)} and {files} as of {manifest.created_at} {done}.")
