"""Files nobody names any more are removed from the data folder."""

import threading

import msgspec

from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import is_used, lock_files, remove_file


def remove_files(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Remove the files with these digests, those that a row still names excepted. Twice does no harm."""
    for digest in msgspec.json.decode(job.arguments)["digests"]:
        with database.write() as tx:
            lock_files(tx)
            if not is_used(tx, digest):
                remove_file(settings.data_folder, digest)
