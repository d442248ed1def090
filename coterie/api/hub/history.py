"""/history: what was done in the organization, by whom, and its undo."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.actions import undo_jobs
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import LIMIT, ListQuery, Page, cut_page, open_page
from coterie.api.hub.timeline import EventEntity
from coterie.api.route import Request
from coterie.errors import NotFound, invalid
from coterie.http.cursors import CursorScope
from coterie.http.responses import Response
from coterie.model.events import OF_THE_BOOK
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.model.undo import REASONS
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.history import HistoryFilter, Unit, list_units
from coterie.store.jobs import find_job

EVENTS_SHOWN = 20
_REASONS = " ".join(f"{reason}: {meaning}" for reason, meaning in REASONS.items())


class HistoryQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    contact_id: Annotated[int, Meta(description="Only what names this contact.", ge=1, le=2**53)] | None = None
    user_id: Annotated[str, Meta(description="Only what this user did.", max_length=36)] | None = None
    via: Annotated[str, Meta(description="Only what came through this door.", max_length=20)] | None = None


class UnitEntity(Struct):
    """Changes that were made at once: one call, one form, one batch."""

    first: Annotated[int, Meta(description="With last, what POST /history/undo takes.")]
    last: int
    user_id: str | None
    via: Annotated[str, Meta(description="The door: inro, r0, hub, web, cli, worker, carddav …")]
    token_id: Annotated[str | None, Meta(description="The API token, assistant or device that did it, if one did.")]
    happened_at: str
    is_undone: Annotated[bool, Meta(description="Whether it was undone, wholly or in part.")]
    undoes: Annotated[int | None, Meta(description="The first of the changes that it undid.")]
    event_count: int
    job_event_count: Annotated[int, Meta(description="Changes of the jobs that it requested.")]
    events: Annotated[list[EventEntity], Meta(description=f"The first {EVENTS_SHOWN}.")]


class HistoryPage(Page, kw_only=True):
    items: list[UnitEntity]


class UndoBody(Struct, forbid_unknown_fields=True):
    """A range of changes, or the id of a job."""

    first: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    last: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    job_id: Annotated[str, Meta(max_length=36)] | None = None


class CannotUndoEntity(Struct):
    event_id: int
    kind: str
    subject_id: str
    contact_ids: list[int]
    reason: Annotated[str, Meta(description=_REASONS)]
    fields: Annotated[list[str], Meta(description="The fields left as they are; none means all of it.")]


class UndoneEntity(Struct):
    first: Annotated[int | None, Meta(description="With last, what undoes the undo; null if nothing was undone.")]
    last: int | None
    undone_count: Annotated[int, Meta(description="Changes that were undone, wholly or in part.")]
    contact_ids: Annotated[list[int], Meta(description="The contacts that changed.")]
    cannot: Annotated[list[CannotUndoEntity], Meta(description="Changes that were not undone in full.")]


class UndoJobEntity(Struct):
    """An undo in the background: of more changes than one request undoes."""

    job_id: str
    state: Annotated[
        Literal["waiting", "running", "done", "dead"], Meta(description="dead: it failed, and has stopped.")
    ]
    first: Annotated[int | None, Meta(description="With last, what undoes the undo; null if nothing was undone yet.")]
    last: int | None
    event_count: Annotated[int, Meta(description="Changes to undo.")]
    done_count: Annotated[int, Meta(description="Changes that were looked at.")]
    undone_count: Annotated[int, Meta(description="Changes that were undone, wholly or in part.")]
    cannot_count: Annotated[int, Meta(description="Changes that were not undone in full.")]
    cannot: Annotated[list[CannotUndoEntity], Meta(description=f"The first {undo_jobs.CANNOT_MAX} of these.")]


def list_(tx: Tx, caller: Caller, request: Request) -> HistoryPage:
    query: HistoryQuery = request.query
    limit = query.limit or LIMIT
    names = (str(query.contact_id), query.user_id or "", query.via or "")
    scope = CursorScope(request.settings, caller, "history", names)
    before = open_page(scope, query.cursor, int, None)
    found = list_units(
        tx, caller.organization_id,
        HistoryFilter(
            nouns=sorted(OF_THE_BOOK), user_id=query.user_id, via=query.via, contact_id=_contact(tx, caller, query)
        ),
        reader_id=caller.user_id, before=before, limit=limit + 1,
    )  # fmt: skip
    page, cursor = cut_page(scope, found, limit, lambda unit: unit.first)
    return HistoryPage(items=[_present(unit) for unit in page], next_cursor=cursor)


def _contact(tx: Tx, caller: Caller, query: HistoryQuery) -> int | None:
    """The contact of the query; of a merged one, the survivor."""
    if query.contact_id is None:
        return None
    contact = find_contact(tx, caller.organization_id, query.contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact.id


def undo(tx: Tx, caller: Caller, request: Request) -> UndoneEntity | Response:
    undone = undo_jobs.undo_or_start(tx, caller, *_range(tx, caller, request.body))
    if isinstance(undone, str):
        return Response(_present_job(_find_job(tx, caller, undone)), 202)
    return msgspec.convert(msgspec.to_builtins(undone), type=UndoneEntity)


def show_undo(tx: Tx, caller: Caller, request: Request) -> UndoJobEntity:
    return _present_job(_find_job(tx, caller, part_id(request, "job_id", "Undo")))


def _find_job(tx: Tx, caller: Caller, job_id: str) -> Job:
    job = find_job(tx, caller.organization_id, job_id)
    if job is None or job.name != undo_jobs.JOB:
        raise NotFound("Undo not found")
    return job


def _present_job(job: Job) -> UndoJobEntity:
    progress, event_id = undo_jobs.progress_of(job), undo_jobs.arguments_of(job).event_id
    first = event_id if progress.undone else None
    return UndoJobEntity(
        job_id=job.id, state=msgspec.convert(job.state, Literal["waiting", "running", "done", "dead"]),
        first=first, last=first, event_count=progress.total, done_count=progress.done, undone_count=progress.undone,
        cannot_count=progress.cannot_count,
        cannot=msgspec.convert(msgspec.to_builtins(progress.cannot), type=list[CannotUndoEntity]),
    )  # fmt: skip


def _range(tx: Tx, caller: Caller, body: UndoBody) -> tuple[int, int]:
    """The events of the body. Raises Invalid unless it has either first and last, or a job; NotFound if there is no
    such job."""
    if body.job_id is not None and body.first is None and body.last is None:
        job = find_job(tx, caller.organization_id, body.job_id)
        event_id = msgspec.json.decode(job.arguments).get("event_id") if job is not None else None
        if event_id is None:
            raise NotFound("No update of contacts has this id")
        return event_id, event_id
    if body.first is None or body.last is None or body.job_id is not None:
        raise invalid("first", "and last are required, or job_id alone", kind="together")
    return body.first, body.last


def _present(unit: Unit) -> UnitEntity:
    return UnitEntity(
        first=unit.first, last=unit.last, user_id=unit.user_id, via=unit.via, token_id=unit.token_id,
        happened_at=unit.happened_at, is_undone=unit.is_undone, undoes=unit.undoes, event_count=len(unit.changes),
        job_event_count=unit.caused_count,
        events=[
            EventEntity(
                id=each.id, kind=each.kind, subject_id=each.subject_id, user_id=unit.user_id, via=unit.via,
                token_id=unit.token_id, happened_at=unit.happened_at,
                changes=msgspec.json.decode(each.changes) if each.changes else None,
            )
            for each in unit.changes[:EVENTS_SHOWN]
        ],
    )  # fmt: skip
