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
    """A handler's way to say: not now, and no failure either; the job waits until run_at (a moment)."""

    def __init__(self, run_at: str) -> None:
        super().__init__(run_at)
        self.run_at = run_at
