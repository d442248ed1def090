"""A backup's file: a compressed tar of rows (tables/NAME.jsonl), attachments and keys, and at its end a manifest.

The manifest names each member with its size and SHA-256; it is written last, so that a file cut short has none.
"""

import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from coterie.errors import Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024
# what may stand in an archive; no other name is ever made a path
_MEMBER = re.compile(r"tables/[a-z_]{1,63}\.jsonl|attachments/[0-9a-f]{2}/[0-9a-f]{62}|[a-z_]{1,40}\.key")


class Damaged(Unavailable):
    """The archive is not whole, or was changed, or is no archive of ours."""


class Member(Struct, frozen=True):
    byte_count: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What an archive is a copy of. tables: the columns of each, in the order their values stand in."""

    format: int
    version: str
    engine: str
    migration: int
    created_at: str
    counts: dict[str, int]
    tables: dict[str, list[str]]
    members: dict[str, Member]


class ArchiveWriter:
    """Writes FILE.part beside the file, which takes its place when all is written; only its owner may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        try:
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Unavailable(f"{path}: {error.strerror}") from None
        self._stream = os.fdopen(handle, "wb")
        self._tar = tarfile.open(fileobj=self._stream, mode="w:gz", compresslevel=1)  # noqa: SIM115
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: Path) -> None:
        """One file under a name. Refused (ValueError): a name that reading would refuse."""
        if not _MEMBER.fullmatch(name):
            raise ValueError(name)
        with source.open("rb") as stream:
            entry = tarfile.TarInfo(name)
            entry.size = os.fstat(stream.fileno()).st_size
            entry.mode = 0o600
            hashed = _Hashed(stream)
            self._tar.addfile(entry, hashed)
        self.members[name] = Member(entry.size, hashed.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest; from now on the file is there."""
        body = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(body), 0o600
        self._tar.addfile(entry, BytesIO(body))
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.replace(self._path)

    def give_up(self) -> None:
        """Remove what was written so far."""
        with suppress(OSError, ValueError):
            self._stream.close()
        self._part.unlink(missing_ok=True)


class _Hashed:
    """Reads on while it hashes."""

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
    """Unpack an archive below the folder, once it is known to be whole: its manifest.

    Refused (Damaged): what is cut short, was changed, holds a name, a link or a kind of file that does not belong
    there, or is of a later format than this version knows.
    """
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            found, manifest = _unpack(tar, folder)
            # the checksum of the whole stands at its end
            while packed.read(_CHUNK):
                pass
    except FileNotFoundError:
        raise Unavailable(f"{path}: there is no such file") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, msgspec.MsgspecError) as error:
        raise Damaged(f"{path} is damaged or no backup: {error}") from None
    if manifest is None:
        raise Damaged(f"{path} is damaged: it ends before its manifest")
    if manifest.format != FORMAT:
        raise Damaged(f"{path} is of a later version of Coterie ({manifest.version})")
    if found != manifest.members:
        wrong = sorted({name for name, _ in found.items() ^ manifest.members.items()})
        raise Damaged(f"{path} is damaged: {wrong[0]} is not what was saved")
    return manifest


def _unpack(tar: tarfile.TarFile, folder: Path) -> tuple[dict[str, Member], Manifest | None]:
    found: dict[str, Member] = {}
    for entry in tar:
        stream = tar.extractfile(entry) if entry.isreg() else None
        if stream is None:
            raise ValueError(f"{entry.name!r} is not a file")
        if entry.name == MANIFEST:
            return found, msgspec.json.decode(stream.read(), type=Manifest)
        if not _MEMBER.fullmatch(entry.name) or entry.name in found:
            raise ValueError(f"{entry.name!r} does not belong there")
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        with target.open("wb") as copy:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        found[entry.name] = Member(entry.size, digest.hexdigest())
    return found, None


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name in an archive, path) of what a data folder keeps beside its database: attachments and keys."""
    for path in sorted([*folder.glob("attachments/*/*"), *folder.glob("*.key")]):
        name = path.relative_to(folder).as_posix()
        if _MEMBER.fullmatch(name) and path.is_file() and not path.is_symlink():
            yield name, path
