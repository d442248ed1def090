"""Settings: the state of mail, and a test mail to oneself."""

import msgspec

from coterie.actions.jobs import enqueue
from coterie.errors import invalid
from coterie.model.jobs import DEAD, DONE, TEST_MAIL_JOB, Job
from coterie.store.database import Tx
from coterie.store.jobs import list_jobs
from coterie.web.page import Go, Page, Result, Show, Visit

SHOWN_MAX = 5
_PATH = "/{o:int}/settings/mail"


def show(tx: Tx, visit: Visit) -> Result:
    settings = visit.settings
    letters = list_jobs(tx, visit.acting.organization_id, TEST_MAIL_JOB, limit=SHOWN_MAX)
    return Show(
        template="settings/mail.html",
        values={
            "title": "Mail",
            "can_mail": settings.can_mail,
            # without its scheme and password
            "server": settings.smtp_url.rpartition("@")[2].rpartition("//")[2],
            "sender": settings.smtp_from,
            "letters": [(job, _outcome(job)) for job in letters],
        },
    )


def _outcome(job: Job) -> str:
    """The error of a letter; "" if it was accepted."""
    error = msgspec.json.decode(job.progress).get("error") if job.progress else None
    if job.state == DEAD:
        return job.last_error or "It failed"
    return str(error) if error else "" if job.state == DONE else "On its way"


def send(tx: Tx, visit: Visit) -> Result:
    if not visit.settings.can_mail:
        raise invalid("mail", "is not set up: set COTERIE_SMTP_URL and COTERIE_SMTP_FROM")
    enqueue(tx, visit.acting, TEST_MAIL_JOB, {"user_id": visit.signed_in.user_id}, attempts_max=1)
    return Go(url=f"{visit.root}/settings/mail", message="A test mail is on its way; reload to see the result")


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, send, "write"),
)
