"""/imports/{import_id}/rows: what was read, what applying does with it, and decisions."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.actions import imports as actions
from coterie.api.hub.duplicates import contact_id
from coterie.api.hub.ids import part_id
from coterie.api.hub.merges import ContactName
from coterie.api.hub.pages import LIMIT, ListQuery, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.cursors import CursorScope
from coterie.model.contacts import Contact
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import UPDATE, RowMatch, StagedRow
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.import_rows import list_matches, list_page_of_rows, list_rows_by_number

Outcome = Literal["create", "update", "unchanged", "match", "reject"]
Decision = Literal["create", "update", "skip"]
ROW_DIGITS_MAX = 9


class MatchEntity(Struct):
    """A contact that a row may be."""

    contact_id: int
    uuid: str
    name: str | None
    score: Annotated[int, Meta(description="0 to 100.")]
    reason: str


class RowEntity(Struct):
    row: Annotated[int, Meta(description="Its number in the file, from 1.")]
    outcome: Annotated[Outcome, Meta(description="What applying does where nothing is decided; match waits.")]
    reason: str | None
    state: Literal["staged", "applied", "undone", "kept"]
    decision: Decision | None
    contact_id: Annotated[int | None, Meta(description="The contact it is, was added to, or became.")]
    contact: Annotated[dict[str, Any] | None, Meta(description="What was read; null if it cannot be read.")]
    source: Annotated[str | None, Meta(description="A row that cannot be read, as it stood.")]
    matches: list[MatchEntity]


class RowPage(Page, kw_only=True):
    items: list[RowEntity]


class RowsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    outcome: Annotated[Outcome | None, Meta(description="Only rows of this outcome.")] = None


class DecisionBody(Struct, forbid_unknown_fields=True):
    decision: Decision
    contact_id: Annotated[
        ContactName | None, Meta(description="Whom to update, by id or uuid; by default the likeliest match.")
    ] = None


def list_(tx: Tx, caller: Caller, request: Request) -> RowPage:
    query: RowsQuery = request.query
    import_id, limit = _import_id(tx, caller, request), query.limit or LIMIT
    scope = CursorScope(request.settings, caller, "import_rows", (import_id, query.outcome or ""))
    offset = open_page(scope, query.cursor, int, 0)
    found = list_page_of_rows(
        tx, caller.organization_id, import_id, outcome=query.outcome, limit=limit + 1, offset=offset
    )
    page, cursor = cut_page(scope, found, limit, lambda _: offset + limit)
    return RowPage(items=present_rows(tx, caller, import_id, page), next_cursor=cursor)


def decide(tx: Tx, caller: Caller, request: Request) -> RowEntity:
    import_id, body = _import_id(tx, caller, request), request.body
    text = request.path["row"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= ROW_DIGITS_MAX else 0
    if number not in list_rows_by_number(tx, caller.organization_id, import_id, [number]):
        raise NotFound("Row not found")
    chosen = _chosen(tx, caller, import_id, number, body) if body.decision == UPDATE else None
    return present_rows(
        tx, caller, import_id, [actions.decide(tx, caller, import_id, number, body.decision, chosen)]
    )[0]  # fmt: skip


def _chosen(tx: Tx, caller: Caller, import_id: str, number: int, body: DecisionBody) -> int | None:
    if body.contact_id is not None:
        return contact_id(tx, caller, body.contact_id)
    likely = list_matches(tx, caller.organization_id, import_id, [number]).get(number)
    return likely[0].contact_id if likely else None


def present_rows(tx: Tx, caller: Caller, import_id: str, rows: Sequence[StagedRow]) -> list[RowEntity]:
    """The entities of rows, with the contacts they match."""
    matches = list_matches(tx, caller.organization_id, import_id, [row.row_number for row in rows])
    ids = {match.contact_id for each in matches.values() for match in each}
    contacts = {contact.id: contact for contact in list_contacts_by_id(tx, caller.organization_id, ids)}
    return [_present(row, matches.get(row.row_number, []), contacts) for row in rows]


def _present(row: StagedRow, matches: list[RowMatch], contacts: dict[int, Contact]) -> RowEntity:
    return RowEntity(
        row=row.row_number,
        outcome=row.outcome,  # type: ignore[arg-type]
        reason=describe_reason(row.reason) if row.reason else None,
        state=row.state,  # type: ignore[arg-type]
        decision=row.decision,  # type: ignore[arg-type]
        contact_id=row.contact_id,
        contact=msgspec.json.decode(row.draft) if row.draft else None,
        source=row.source,
        matches=[_match(contacts[match.contact_id], match) for match in matches if match.contact_id in contacts],
    )


def _match(contact: Contact, match: RowMatch) -> MatchEntity:
    return MatchEntity(contact.id, contact.uuid, contact.name, match.score, describe_reason(match.reason))


def _import_id(tx: Tx, caller: Caller, request: Request) -> str:
    import_id = part_id(request, "import_id", "Import")
    if store.find_import(tx, caller.organization_id, import_id) is None:
        raise NotFound("Import not found")
    return import_id
