"""Jobs: units of background work, with a name and arguments."""

from msgspec import Struct

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"

# A worker runs one job of each lane at a time: a job that waits for a mail server delays mail only.
DELIVERIES, MAIL, CHANGES, IMPORTS, INSTAGRAM, MATCHING, BOOKS = (
    "deliveries", "mail", "changes", "imports", "instagram", "matching", "books",
)  # fmt: skip
LANES = (DELIVERIES, MAIL, CHANGES, IMPORTS, INSTAGRAM, MATCHING, BOOKS)
# a letter that a user sends to try the mail server
TEST_MAIL_JOB = "mail_test"
# name of a job -> its lane; all other jobs change stored data
_LANES = {
    "instagram_delivery": DELIVERIES,
    "send_reminder": MAIL,
    "send_digest": MAIL,
    "webhook_disabled": MAIL,
    "mail_deletions": MAIL,
    "mail_invitation": MAIL,
    "mail_password_reset": MAIL,
    "mail_account_change": MAIL,
    TEST_MAIL_JOB: MAIL,
    "export_everything": IMPORTS,
    "stage_import": IMPORTS,
    "apply_import": IMPORTS,
    "undo_import": IMPORTS,
    "instagram_profile": INSTAGRAM,
    "instagram_mention": INSTAGRAM,
    "scan_duplicates": MATCHING,
    "sync_subscription": BOOKS,
}
# a job of these waits until all earlier ones of its name and organization are done or dead
IN_ORDER = ("bulk_update",)


class Job(Struct, frozen=True):
    organization_id: int
    id: str
    name: str
    arguments: str
    state: str
    run_at: str
    attempt_count: int
    attempts_max: int
    progress: str | None
    last_error: str | None
    created_at: str
    updated_at: str
    finished_at: str | None
    claim: str | None = None


def lane_of(name: str) -> str:
    """The lane of a job."""
    return _LANES.get(name, CHANGES)


class Reschedule(Exception):
    """Raised by a handler to run later without failing. run_at: the moment at which the job may run again."""

    def __init__(self, run_at: str) -> None:
        super().__init__(run_at)
        self.run_at = run_at
