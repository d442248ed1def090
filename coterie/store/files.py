"""Files kept by what is in them: attachments/ab/cdef… in the data folder, named by their SHA-256.

Guarantees. A file is there whole or not at all: it is written beside its place, flushed to the disk and renamed.
Only its owner may read it. The same bytes are kept once, however many rows name them; whoever deletes the last row
that does removes the file, after that transaction committed (is_used asks).
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from coterie.store.database import Tx

FOLDER = "attachments"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024


def save_file(folder: Path, source: Path | bytes) -> tuple[str, int]:
    """Keep bytes, or a copy of a file, in the data folder: (digest, how many bytes). Memory stays flat."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes files that only their owner may read
    handle, name = tempfile.mkstemp(prefix="new-", dir=place)
    try:
        with os.fdopen(handle, "wb") as target:
            digest, byte_count = _copy(source, target)
            target.flush()
            os.fsync(target.fileno())
        path = file_path(folder, digest)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return digest, byte_count


def file_path(folder: Path, digest: str) -> Path:
    """Where the file with this digest lies in the data folder. Refused (ValueError): what is no digest."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256 digest")
    return folder / FOLDER / digest[:2] / digest[2:]


def remove_file(folder: Path, digest: str) -> None:
    """Remove a file for good; one that is not there is no matter."""
    path = file_path(folder, digest)
    path.unlink(missing_ok=True)
    with suppress(OSError):  # others are in it
        path.parent.rmdir()


def lock_files(tx: Tx) -> None:
    """Until the commit nobody else saves a file and names it, or removes one nobody names: between the two steps of
    either nothing can come. SQLite's writer is alone anyway."""
    if tx.engine == "postgresql":
        tx.one("SELECT pg_advisory_xact_lock(72023)")


def is_used(tx: Tx, digest: str) -> bool:
    """Whether any row of any organization names this file: an attachment, or an import that read it."""
    bound = {"digest": digest}
    of_attachment = (
        "SELECT 1 FROM organizations o JOIN attachments a ON a.organization_id = o.id AND a.digest = :digest LIMIT 1"
    )
    if tx.one(of_attachment, bound):
        return True
    return tx.one("SELECT 1 FROM imports WHERE file_digest = :digest LIMIT 1", bound) is not None


def _copy(source: Path | bytes, target: BinaryIO) -> tuple[str, int]:
    digest, byte_count = hashlib.sha256(), 0
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            target.write(chunk)
            digest.update(chunk)
            byte_count += len(chunk)
    return digest.hexdigest(), byte_count


def _flush_folder(folder: Path) -> None:
    """A rename is on the disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
