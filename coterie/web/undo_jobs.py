"""The progress and the result of an undo that a job does."""

from coterie.actions import undo_jobs
from coterie.model.jobs import DEAD
from coterie.store.database import Tx
from coterie.store.jobs import find_job
from coterie.web.history import left_words, undo_path
from coterie.web.page import NoPage, Page, Result, Show, Visit

LEFT_SHOWN = 20


def show(tx: Tx, visit: Visit) -> Result:
    return show_undo(tx, visit, visit.path["job"])


def show_undo(tx: Tx, visit: Visit, job_id: str) -> Show:
    """A message that refreshes itself, or a page that does, with what stayed at the end.

    Raises NoPage if no undo has this id.
    """
    job = find_job(tx, visit.acting.organization_id, job_id)
    if job is None or job.name != undo_jobs.JOB:
        raise NoPage
    progress, event_id = undo_jobs.progress_of(job), undo_jobs.arguments_of(job).event_id
    is_over = progress.is_finished or job.state == DEAD
    values = {
        "job_id": job_id, "progress": progress, "is_over": is_over, "is_dead": job.state == DEAD,
        "left": left_words(progress.cannot)[:LEFT_SHOWN],
        "undo": undo_path(visit, event_id, event_id) if is_over and progress.undone else "",
    }  # fmt: skip
    if visit.is_fragment:
        return Show(template="history/undo.html", values=values)
    return Show(template="history/undo_page.html", values=values, headers={} if is_over else {"Refresh": "3"})


PAGES = (Page("GET", "/{o:int}/history/undo/{job}", show),)
