"""Exports of everything that wait to be downloaded: exports/ID.zip in the data folder, for a day."""

import re
from pathlib import Path

FOLDER = "exports"
KEPT_SECONDS = 86_400.0
_ID = re.compile(r"[0-9a-f-]{36}")


def export_path(folder: Path, job_id: str) -> Path:
    """The file of the export that a job makes. Raises ValueError if it is not the id of a job."""
    if not _ID.fullmatch(job_id):
        raise ValueError("not the id of a job")
    return folder / FOLDER / f"{job_id}.zip"


def remove_exports(folder: Path, *, before: float) -> None:
    """Deletes exports, and parts of exports, that were last written before a moment (seconds since 1970)."""
    for path in (folder / FOLDER).glob("*.zip*"):
        if path.lstat().st_mtime < before:
            path.unlink(missing_ok=True)
