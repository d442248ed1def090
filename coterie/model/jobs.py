"""Jobs: units of background work, with a name and arguments."""

from msgspec import Struct

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"


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


class Reschedule(Exception):
    """Raised by a handler to run later without failing. run_at: the moment at which the job may run again."""

    def __init__(self, run_at: str) -> None:
        super().__init__(run_at)
        self.run_at = run_at
