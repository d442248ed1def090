"""Runs all checks: each page in a read transaction of its own, each repair in a short write transaction."""

from collections.abc import Iterator

from msgspec import Struct, field

from coterie.checks import (
    contacts,
    counts,
    events,
    files,
    instance,
    messages,
    relationships,
    search,
    subscriptions,
    touch_plans,
)
from coterie.checks.check import Check, CheckScope
from coterie.model.organizations import Caller, Organization
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import list_organizations

# counts are checked after the rows they count are repaired
OF_ORGANIZATION = (
    *contacts.CHECKS,
    *relationships.CHECKS,
    *events.CHECKS,
    *search.CHECKS,
    *messages.CHECKS,
    *touch_plans.CHECKS,
    *subscriptions.CHECKS,
    *files.CHECKS,
    *counts.CHECKS,
)
ORGANIZATIONS_MAX = 100_000
EXAMPLES_MAX = 10
REPAIRED_AT_ONCE = 100
# effectively no deadline: readers do not block anyone
SECONDS = 86_400.0


class Example(Struct, frozen=True):
    """One violation, with the UUID of its organization."""

    organization_uuid: str
    subject: str
    text: str


class CheckResult(Struct):
    """The violations that a check found in all organizations, and how many it repaired. examples: the first ten."""

    name: str
    is_repairable: bool
    hint: str | None
    problem_count: int = 0
    repaired_count: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        """The number of violations that were not repaired."""
        return self.problem_count - self.repaired_count


def run_checks(database: Database, settings: Settings, *, is_deep: bool, is_repairing: bool) -> Iterator[CheckResult]:
    """Yields the result of each check. Without is_repairing nothing is written."""
    with database.read() as tx:
        organizations = list_organizations(tx, limit=ORGANIZATIONS_MAX)
    for check in OF_ORGANIZATION:
        yield _run(database, settings, check, organizations, is_deep=is_deep, is_repairing=is_repairing)
    for check in instance.CHECKS:
        # any organization: these checks look at all of them
        yield _run(database, settings, check, organizations[:1], is_deep=is_deep, is_repairing=is_repairing)


def _run(
    database: Database,
    settings: Settings,
    check: Check,
    organizations: list[Organization],
    *,
    is_deep: bool,
    is_repairing: bool,
) -> CheckResult:
    result = CheckResult(check.name, check.repair is not None, check.hint)
    for organization in organizations:
        scope = CheckScope(organization.id, settings.data_folder, is_deep, settings.import_days * 86_400.0)
        after: int | None = 0
        while after is not None:
            with database.read(SECONDS) as tx:
                violations, following = check.find(tx, scope, after)
            result.problem_count += len(violations)
            for violation in violations[: EXAMPLES_MAX - len(result.examples)]:
                result.examples.append(Example(organization.uuid, violation.subject, violation.text))
            if is_repairing and violations:
                result.repaired_count += _repair(database, check, scope, organization, after)
            after = following
    return result


def _repair(database: Database, check: Check, scope: CheckScope, organization: Organization, after: int) -> int:
    """Repairs the violations of a page, some in each transaction; they are looked for again in it, under its locks."""
    if check.repair is None:
        return 0
    caller, repaired, seen = Caller.for_organization(organization, via="cli"), 0, set[str]()
    while True:
        with database.write(SECONDS) as tx:
            violations, _ = check.find(tx, scope, after)
            some = [each for each in violations if each.subject not in seen][:REPAIRED_AT_ONCE]
            repaired += check.repair(tx, caller, some) if some else 0
        if len(some) < REPAIRED_AT_ONCE:
            return repaired
        seen.update(each.subject for each in some)
