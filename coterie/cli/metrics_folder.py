"""The folder in which the web processes of one `coterie serve` share their numbers (http/request_metrics.py)."""

import os
import shutil
from pathlib import Path

FOLDER = "metrics"


def create_metrics_folder(data_folder: Path) -> Path:
    """An empty folder of this `coterie serve`; those of others that have ended are deleted."""
    for path in (data_folder / FOLDER).glob("*"):
        if not _is_alive(path.name) or path.name == str(os.getpid()):
            shutil.rmtree(path, ignore_errors=True)
    folder = metrics_folder_of(data_folder, os.getpid())
    folder.mkdir(parents=True, mode=0o700)
    return folder


def metrics_folder_of(data_folder: Path, process_id: int) -> Path:
    """The folder of the `coterie serve` with this process id."""
    return data_folder / FOLDER / str(process_id)


def _is_alive(process_id: str) -> bool:
    if not process_id.isdigit():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
