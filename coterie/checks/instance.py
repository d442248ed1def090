"""Checks of the whole instance: dead jobs, unreferenced files, the key of sealed values, the database file."""

from collections.abc import Sequence

from coterie.actions.attachments import delete_unreferenced
from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.files import SAVED_SECONDS, SETTLED_SECONDS, find_referenced, list_files, lock_files
from coterie.store.integrity import list_damage
from coterie.store.job_reports import list_dead_jobs
from coterie.store.organizations import list_organizations
from coterie.store.sealed import list_sealed
from coterie.store.secrets import describe_seal

LISTED_MAX = 10_000
FILES = 500


def _find_dead_jobs(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    jobs = list_dead_jobs(tx, limit=LISTED_MAX)
    return [Violation(f"job {job.id}", f"{job.name} failed: {job.last_error or 'no error'}") for job in jobs], None


def _find_files(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Files that were saved over a day ago and that no row refers to."""
    digests = list(list_files(scope.folder, seconds=SAVED_SECONDS))[after : after + FILES]
    unreferenced = set(digests) - find_referenced(tx, digests, scope.import_seconds)
    violations = [Violation(f"file {digest[:12]}…", "is not referenced", digest) for digest in sorted(unreferenced)]
    return violations, after + FILES if len(digests) == FILES else None


def _repair_files(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    """Has the worker delete them, by the rule of its daily sweep: not in the first week of an instance."""
    oldest = list_organizations(tx, limit=1)
    if not oldest or oldest[0].created_at > times.after(times.now(), -SETTLED_SECONDS):
        return 0
    lock_files(tx)
    delete_unreferenced(tx, caller, [violation.key for violation in violations])
    return len(violations)


def _find_sealed(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Values that no longer have their key, as after a move to another data folder."""
    return [
        Violation(owner, reason)
        for owner, sealed in list_sealed(tx)
        if (reason := describe_seal(scope.folder, sealed)) is not None
    ], None


def _find_damage(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    return [Violation("database", text) for text in list_damage(tx)] if scope.is_deep else [], None


CHECKS = (
    Check(name="dead-jobs", find=_find_dead_jobs, hint="`coterie jobs retry ID` or `coterie jobs drop ID`"),
    Check(
        name="unreferenced-files",
        find=_find_files,
        repair=_repair_files,
        hint="the worker deletes them once a day, from the second week of an instance on",
    ),
    Check(
        name="sealed-secrets",
        find=_find_sealed,
        hint="put the secret.key of a backup or of the earlier data folder into the data folder",
    ),
    Check(name="database", find=_find_damage, hint="restore a backup; see docs/operating.md"),
)
