"""PUT /contacts/bulk and /batch_tasks: updates of many contacts, done in the background."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import bulk_updates as actions
from coterie.actions.contacts import check_columns
from coterie.api.inro.contact_input import ContactFields, LocatorQuery, fields_of, locator
from coterie.api.inro.ids import ID_MAX
from coterie.api.inro.pages import page_response, read_page
from coterie.api.route import Request
from coterie.errors import Invalid, NotFound, Problem
from coterie.http.responses import Response
from coterie.model.ids import parse_id
from coterie.model.jobs import DEAD, DONE, RUNNING, Job
from coterie.model.organizations import Caller
from coterie.store import jobs as store
from coterie.store.database import Tx

_WIRE = {"properties": "custom_properties"}


class BulkEntry(Struct):
    """Exactly one of id, username, email says who; `contact` holds what changes."""

    contact: ContactFields
    id: int | None = None
    username: str | None = None
    email: str | None = None


class BulkBody(Struct):
    contacts: Annotated[list[BulkEntry], Meta(max_length=actions.ENTRIES_MAX, min_length=1)]


class MissingEntity(Struct, omit_defaults=True):
    """The identifier of an entry that names nobody, as it was sent."""

    id: int | UnsetType = UNSET
    username: str | UnsetType = UNSET
    email: str | UnsetType = UNSET


class ReceiptEntity(Struct):
    batch_task_id: str
    status: Literal["pending"]
    accepted_count: int
    not_found_count: int
    not_found: list[MissingEntity]


class FailureEntity(Struct):
    id: int
    error: str


class BatchTaskEntity(Struct):
    id: str
    task_type: Literal["contacts_bulk_update"]
    status: Literal["pending", "processing", "completed", "failed"]
    total_count: int
    processed_count: int
    updated_count: int
    failed_count: int
    failures: Annotated[list[FailureEntity], Meta(description="The first hundred that could not be changed.")]
    created_at: str
    updated_at: str
    completed_at: str | None


def update_many(tx: Tx, caller: Caller, request: Request) -> ReceiptEntity:
    sent: list[BulkEntry] = request.body.contacts
    entries, unknown = _read_entries(sent)
    job_id, missing = actions.start_bulk_update(tx, caller, [entry for _, entry in entries])
    missing_ids = {id(entry) for entry in missing}
    positions = sorted([*unknown, *(position for position, entry in entries if id(entry) in missing_ids)])
    not_found = [
        MissingEntity(
            **{name: value for name in ("id", "username", "email") if (value := getattr(sent[p], name)) is not None}
        )
        for p in positions
    ]
    return ReceiptEntity(job_id, "pending", len(sent) - len(not_found), len(not_found), not_found)


def _read_entries(sent: list[BulkEntry]) -> tuple[list[tuple[int, actions.Entry]], list[int]]:
    """The entries with their positions, and the positions of those whose identifier cannot exist.

    Raises Invalid, naming each position, for an entry with none or several identifiers or with an invalid field.
    """
    entries, unknown, problems = [], [], []
    for position, entry in enumerate(sent):
        try:
            by, value = locator(LocatorQuery(entry.id, entry.username, entry.email))
            fields = fields_of(entry.contact)
            check_columns(fields)
            if by == "id" and not 0 < value <= ID_MAX:
                raise NotFound
            entries.append((position, actions.Entry(by, value, fields)))
        except NotFound:
            unknown.append(position)
        except Invalid as error:
            problems += [_placed(position, problem) for problem in error.problems]
    if problems:
        raise Invalid(*problems[:100])
    return entries, unknown


def _placed(position: int, problem: Problem) -> Problem:
    if problem.kind == "together":
        return problem._replace(reason=f"contacts[{position}] {problem.reason}")
    return problem._replace(path=("contacts", str(position), "contact", *problem.path))


def list_tasks(tx: Tx, caller: Caller, request: Request) -> Response:
    page = read_page(request.query.page, request.query.per_page, request.query.offset)
    jobs = store.list_jobs(tx, caller.organization_id, actions.JOB, limit=page.size, offset=page.skip)
    total = store.count_jobs(tx, caller.organization_id, actions.JOB)
    return page_response([present_task(job) for job in jobs], page, total)


def show_task(tx: Tx, caller: Caller, request: Request) -> BatchTaskEntity:
    job_id = parse_id(request.path["id"])
    job = store.find_job(tx, caller.organization_id, job_id) if job_id else None
    if job is None or job.name != actions.JOB:
        raise NotFound("Batch task not found")
    return present_task(job)


def _message(failure: actions.Failure) -> str:
    """The error of an entry, with wire names."""
    if not failure.problems:
        return failure.error
    paths = [tuple(_WIRE.get(part, part) for part in problem.path) for problem in failure.problems]
    return Invalid(*(p._replace(path=path) for p, path in zip(failure.problems, paths, strict=True))).message


def present_task(job: Job) -> BatchTaskEntity:
    """A job as a batch task."""
    progress = actions.progress_of(job)
    statuses: dict[str, Any] = {DONE: "completed", DEAD: "failed", RUNNING: "processing"}
    return BatchTaskEntity(
        id=job.id,
        task_type="contacts_bulk_update",
        status=statuses.get(job.state, "processing" if progress.done else "pending"),
        total_count=progress.total,
        processed_count=progress.done,
        updated_count=progress.updated,
        failed_count=progress.failed,
        failures=[FailureEntity(failure.id, _message(failure)) for failure in progress.failures],
        created_at=job.created_at,
        updated_at=job.updated_at,
        completed_at=job.finished_at,
    )
