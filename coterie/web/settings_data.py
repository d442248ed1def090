"""Settings: an export of everything, made by the worker, and where to erase. For owners."""

import time

from coterie.actions.exports import EXPORT_JOB, request_export
from coterie.actions.members import require_owner
from coterie.errors import Conflict, NotFound
from coterie.model.jobs import DEAD, DONE
from coterie.store.contacts import count_contacts, count_deleted_contacts
from coterie.store.database import Tx
from coterie.store.export_files import KEPT_SECONDS, export_path
from coterie.store.jobs import find_job, list_jobs
from coterie.store.last_backup import read_last_backup
from coterie.web.page import Download, Go, Page, Result, Show, Visit

SHOWN_MAX = 5
_PATH = "/{o:int}/settings/data"


def show(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    organization_id, folder = visit.acting.organization_id, visit.settings.data_folder
    jobs = list_jobs(tx, organization_id, EXPORT_JOB, limit=SHOWN_MAX)
    return Show(
        template="settings/data.html",
        values={
            "title": "Data",
            "exports": [(job, _byte_count(visit, job.id) if job.state == DONE else 0) for job in jobs],
            "is_running": any(job.state not in (DONE, DEAD) for job in jobs),
            "people_count": count_contacts(tx, organization_id),
            "deleted_count": count_deleted_contacts(tx, organization_id),
            "backup": read_last_backup(folder),
        },
    )


def _byte_count(visit: Visit, job_id: str) -> int:
    """The size of an export that can be downloaded; 0 if it is a day old or was deleted."""
    try:
        facts = export_path(visit.settings.data_folder, job_id).stat()
    except (OSError, ValueError):
        return 0
    return facts.st_size if facts.st_mtime > time.time() - KEPT_SECONDS else 0


def export(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    try:
        request_export(tx, visit.acting)
    except Conflict as error:
        return Go(url=f"{visit.root}/settings/data", message=str(error))
    return Go(url=f"{visit.root}/settings/data", message="The export is being made")


def download(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    id_ = visit.path["job"]
    job = None if "\0" in id_ else find_job(tx, visit.acting.organization_id, id_)
    if job is None or job.name != EXPORT_JOB or not _byte_count(visit, job.id):
        raise NotFound("The export no longer exists", hint="make a new one")
    path = export_path(visit.settings.data_folder, job.id)
    return Download(filename=f"coterie-{job.created_at[:10]}.zip", media_type="application/zip", path=path)


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH + "/exports", export, "write"),
    Page("GET", _PATH + "/exports/{job}", download),
)
