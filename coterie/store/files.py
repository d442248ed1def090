"""Stores files by SHA-256: attachments/ab/cdef… in the data folder.

Guarantees. A file is complete or absent: it is written to a temporary name, flushed and renamed. Only its owner may
read it. Identical bytes are stored once; after the last reference is deleted and committed, the file is deleted
(find_referenced checks). The daily sweep (worker/files.py) finds leftovers of imports that were never applied and of
processes that died.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from coterie.model import times
from coterie.model.imports import APPLIED, APPLYING, ROW_STAGED, STAGED, STAGING
from coterie.store.database import Tx
from coterie.store.thumbnails import remove_thumbnails

FOLDER = "attachments"
# the folder of files that arrive, and the beginning of the names of folders in which a backup is unpacked
UPLOADS = "uploads"
RESTORING = "restoring-"
# the files of rows that wait to be applied stay for at least so long after their import last changed
STAGED_SECONDS = 90 * 86_400.0
# an import refers to its pictures some moments after it saved them; this is far beyond that
SAVED_SECONDS = 86_400.0
# a new database next to an old folder is about to be filled: until then its files are unreferenced
SETTLED_SECONDS = 7 * 86_400.0
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024


def save_file(folder: Path, source: Path | bytes) -> tuple[str, int]:
    """Stores bytes or a copy of a file; returns (digest, byte count). Memory stays flat."""
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
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            _flush_folder(place)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return digest, byte_count


def file_path(folder: Path, digest: str) -> Path:
    """The path of the file with this digest. Raises ValueError if it is not a digest."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256 digest")
    return folder / FOLDER / digest[:2] / digest[2:]


def remove_file(folder: Path, digest: str) -> None:
    """Deletes a file, if it exists."""
    path = file_path(folder, digest)
    path.unlink(missing_ok=True)
    remove_thumbnails(folder, digest)
    with suppress(OSError):  # others are in it
        path.parent.rmdir()


def lock_files(tx: Tx) -> None:
    """Locks files until the commit: no other transaction stores and refers to a file, or deletes an unreferenced one.
    SQLite has one writer anyway."""
    if tx.engine == "postgresql":
        tx.one("SELECT pg_advisory_xact_lock(72023)")


def find_referenced(tx: Tx, digests: Iterable[str], import_seconds: float = 0.0) -> set[str]:
    """Those of the files that a row of any organization refers to: an attachment, an import that reads it, or
    a row that an import may still apply. import_seconds: after which imports expire."""
    bound: dict[str, Any] = {"digests": tx.list_param(set(digests))}
    attached = tx.all(
        "SELECT DISTINCT a.digest FROM organizations o JOIN attachments a ON a.organization_id = o.id"
        f" AND a.digest {tx.in_list('digests')}",
        bound,
    )
    imported = tx.all(f"SELECT DISTINCT file_digest FROM imports WHERE file_digest {tx.in_list('digests')}", bound)
    staged = tx.all(
        "SELECT DISTINCT f.digest FROM import_files f JOIN import_drafts d ON d.organization_id = f.organization_id"
        " AND d.import_id = f.import_id AND d.row_number = f.row_number JOIN imports i"
        " ON i.organization_id = f.organization_id AND i.id = f.import_id"
        f" WHERE f.digest {tx.in_list('digests')} AND d.state = :state AND i.state {tx.in_list('states')}"
        " AND i.updated_at > :since",
        {
            **bound,
            "state": ROW_STAGED,
            "states": tx.list_param((STAGING, STAGED, APPLYING, APPLIED)),
            "since": times.after(times.now(), -max(STAGED_SECONDS, import_seconds + 7 * 86_400.0)),
        },
    )
    return {digest for (digest,) in (*attached, *imported, *staged)}


def list_files(folder: Path, *, seconds: float) -> Iterator[str]:
    """The digests of files that were saved more than `seconds` ago."""
    for path in sorted((folder / FOLDER).glob("??/*")):
        digest = path.parent.name + path.name
        if _DIGEST.fullmatch(digest) and _is_older(path, seconds):
            yield digest


def remove_old_file(folder: Path, digest: str, *, seconds: float) -> bool:
    """Deletes a file unless it was saved, or saved again, within `seconds`; returns whether it was deleted."""
    path = file_path(folder, digest)
    aside = path.with_name(f"old-{path.name}")
    with suppress(FileNotFoundError):
        path.replace(aside)
        # a process that has saved it since has put another file here, or finds this one here again
        if not _is_older(aside, seconds):
            aside.replace(path)
            return False
        aside.unlink()
        remove_thumbnails(folder, digest)
    with suppress(OSError):  # others are in it
        path.parent.rmdir()
    return True


def remove_leftovers(folder: Path, *, seconds: float) -> None:
    """Deletes the temporary files, older than `seconds`, of processes that died while they saved a file, received an
    upload or restored a backup."""
    patterns = (f"{FOLDER}/new-*", f"{FOLDER}/??/old-*", f"{UPLOADS}/upload-*", "import-*", f"{RESTORING}*")
    for path in [path for pattern in patterns for path in folder.glob(pattern)]:
        if _is_older(path, seconds):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return path.lstat().st_mtime < time.time() - seconds
    except FileNotFoundError:
        return False


def _copy(source: Path | bytes, target: BinaryIO) -> tuple[str, int]:
    digest, byte_count = hashlib.sha256(), 0
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            target.write(chunk)
            digest.update(chunk)
            byte_count += len(chunk)
    return digest.hexdigest(), byte_count


def _flush_folder(folder: Path) -> None:
    """Flushes a folder: only then is a rename in it on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
