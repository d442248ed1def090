"""Makes the export of everything that a user requested: the portable archive, in the data folder for a day."""

import os
import threading
import time
from typing import IO

import msgspec

from coterie.actions.callers import caller_for
from coterie.model.jobs import Job
from coterie.portable.write import write_portable
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.export_files import KEPT_SECONDS, export_path, remove_exports

LEASE_SECONDS = 300.0
RENEW_SECONDS = 30.0


def export_everything(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """The file appears when it is complete. It has the personal notes and reminders of the user alone."""
    arguments = msgspec.json.decode(job.arguments)
    path = export_path(settings.data_folder, job.id)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    remove_exports(settings.data_folder, before=time.time() - KEPT_SECONDS)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as stream, database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments["user_id"], via=arguments["via"])
        lease = _Lease(database, job, stopping, stream)
        write_portable(tx, caller, settings.data_folder, lease)  # type: ignore[arg-type]
    part.replace(path)


class _Lease:
    """A stream that renews the lease of its job while it is written to.

    Raises LookupError if another worker owns the job, or this one is stopping.
    """

    def __init__(self, database: Database, job: Job, stopping: threading.Event, stream: IO[bytes]) -> None:
        self._database, self._job, self._stopping, self._stream = database, job, stopping, stream
        self._renew_at = 0.0
        self.flush = stream.flush

    def write(self, data: bytes) -> int:
        if self._stopping.is_set():
            raise LookupError("the worker is stopping")
        if time.monotonic() >= self._renew_at:
            self._renew_at = time.monotonic() + RENEW_SECONDS
            with self._database.write() as tx:
                if not jobs.renew(tx, self._job, lease_seconds=LEASE_SECONDS):
                    raise LookupError("another worker owns this job")
        return self._stream.write(data)
