"""Files kept by what is in them: attachments/ab/cdef… in the data folder, named by their SHA-256.

Guarantees. A file is there whole or not at all: it is written beside its place, flushed to the disk and renamed.
Only its owner may read it. The same bytes are kept once, however many rows name them; whoever deletes the last row
that does removes the file, after that transaction committed (find_used asks). What is left over all the same, by an
import that was never applied or a process that died, is found by list_files and removed later (worker/files.py).
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

FOLDER = "attachments"
# The files of rows that wait to be applied are kept for so long after anything last happened to their import
STAGED_SECONDS = 90 * 86_400.0
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


def find_used(tx: Tx, digests: Iterable[str]) -> set[str]:
    """Those of these files that a row of any organization refers to: an attachment, an import that reads it, a row
    that an import may still apply."""
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
            "since": times.after(times.now(), -STAGED_SECONDS),
        },
    )
    return {digest for (digest,) in (*attached, *imported, *staged)}


def list_files(folder: Path, *, seconds: float) -> Iterator[str]:
    """The digests of files that were saved longer ago than so many seconds."""
    for path in sorted((folder / FOLDER).glob("??/*")):
        digest = path.parent.name + path.name
        if _DIGEST.fullmatch(digest) and _is_older(path, seconds):
            yield digest


def remove_old_file(folder: Path, digest: str, *, seconds: float) -> bool:
    """Remove a file unless it was saved, or saved again, within so many seconds; whether it is gone."""
    path = file_path(folder, digest)
    aside = path.with_name(f"old-{path.name}")
    with suppress(FileNotFoundError):
        path.replace(aside)
        # whoever saved it meanwhile has put another in this place, or finds this one back in it
        if not _is_older(aside, seconds):
            aside.replace(path)
            return False
        aside.unlink()
    with suppress(OSError):  # others are in it
        path.parent.rmdir()
    return True


def remove_leftovers(folder: Path, *, seconds: float) -> None:
    """Remove what processes that died in the middle of saving a file have left, after so many seconds."""
    for path in (*(folder / FOLDER).glob("new-*"), *(folder / FOLDER).glob("??/old-*"), *folder.glob("import-*")):
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
    """A rename is on the disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
