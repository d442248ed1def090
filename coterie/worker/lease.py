"""How a handler holds its job while it works: each batch says how far it is, then lets others write."""

from typing import Any

from coterie.model.jobs import Job
from coterie.store import jobs
from coterie.store.database import Tx

# Between two batches others get the writer: without a pause this process would take it right back
PAUSE_SECONDS = 0.002


def renew_lease(tx: Tx, job: Job, progress: dict[str, Any]) -> None:
    """Keep the job for longer and note how far it is, in the transaction of the batch. Raises LookupError, which takes
    the batch back, where another worker has the job by now."""
    if not jobs.renew(tx, job, progress=progress):
        raise LookupError("another worker has this job by now")
