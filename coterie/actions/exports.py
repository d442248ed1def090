"""Requests an export of everything; the worker makes it (worker/exports.py)."""

from coterie.actions.jobs import enqueue
from coterie.errors import Conflict
from coterie.model.organizations import Caller
from coterie.store.database import Tx

EXPORT_JOB = "export_everything"


def request_export(tx: Tx, caller: Caller) -> str:
    """Returns the id of the job. Raises Conflict if an export of the organization is waiting or runs."""
    arguments = {"user_id": caller.user_id, "via": caller.via}
    job_id = enqueue(tx, caller, EXPORT_JOB, arguments, dedupe_key=f"{EXPORT_JOB}:{caller.organization_id}")
    if job_id is None:
        raise Conflict("An export is already being made")
    return job_id
