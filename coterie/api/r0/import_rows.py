"""/orgs/{org_id}/imports/{import_id}/rows: the rows of an import, their outcomes and decisions. Ours."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions import imports as actions
from coterie.api.r0.ids import part_id
from coterie.api.r0.pages import ListQuery, PageEntity, envelope, read_page
from coterie.api.route import Request
from coterie.errors import NotFound, invalid
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, LINKEDIN, PHONE, WEBSITE
from coterie.model.ids import parse_id
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import UPDATE, AddressDraft, ContactDraft, RowMatch, StagedRow
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.contacts import find_contact_by_uuid, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.import_rows import count_rows, list_matches, list_page_of_rows, list_rows_by_number

NOUN, ROW = "Import", "Row"
Outcome = Literal["create", "update", "unchanged", "match", "reject"]
Decision = Literal["create", "update", "skip"]
ROW_DIGITS_MAX = 9


class DraftEntity(Struct):
    """A contact as it was read."""

    first_name: str | None
    middle_name: str | None
    last_name: str | None
    nickname: str | None
    employer: str | None
    job_title: str | None
    how_you_met: str | None
    birthday: str | None
    gender: str | None
    linkedin_url: str | None
    website: str | None
    phone_numbers: list[str]
    email_addresses: list[str]
    addresses: list[AddressDraft]
    tags: list[str]
    note: str | None
    warnings: list[str]


class MatchEntity(Struct):
    """A contact that a row may be."""

    contact_id: str
    name: str | None
    score: Annotated[int, Meta(description="0 to 100.")]
    reason: str


class RowEntity(Struct):
    row: Annotated[int, Meta(description="Its number in the file, from 1.")]
    outcome: Annotated[Outcome, Meta(description="What applying does with it where nothing is decided; match waits.")]
    reason: str | None
    state: Literal["staged", "applied", "undone", "kept"]
    decision: Decision | None
    contact_id: Annotated[str | None, Meta(description="The contact it is, was added to, or became.")]
    contact: Annotated[DraftEntity | None, Meta(description="What was read; null where it cannot be read.")]
    source: Annotated[str | None, Meta(description="A row that cannot be read, as it stood.")]
    matches: list[MatchEntity]


class RowList(PageEntity):
    rows: list[RowEntity]


class RowsQuery(ListQuery):
    outcome: Annotated[Outcome | None, Meta(description="Only rows of this outcome.")] = None


class DecisionBody(Struct):
    decision: Decision
    contact_id: Annotated[
        str | None,
        Meta(description="Whom to update; where nothing is said the likeliest match, or the contact of the row."),
    ] = None


def present_rows(tx: Tx, caller: Caller, import_id: str, rows: list[StagedRow]) -> list[RowEntity]:
    """The entities of rows, with the contacts they match."""
    numbers = [row.row_number for row in rows]
    matches = list_matches(tx, caller.organization_id, import_id, numbers)
    ids = {match.contact_id for each in matches.values() for match in each}
    ids |= {row.contact_id for row in rows if row.contact_id is not None}
    contacts = {contact.id: contact for contact in list_contacts_by_id(tx, caller.organization_id, ids)}
    return [_present(row, matches.get(row.row_number, []), contacts) for row in rows]


def _present(row: StagedRow, matches: list[RowMatch], contacts: dict[int, Contact]) -> RowEntity:
    draft = row.read_draft()
    contact = contacts.get(row.contact_id) if row.contact_id is not None else None
    return RowEntity(
        row=row.row_number,
        outcome=row.outcome,  # type: ignore[arg-type]
        reason=describe_reason(row.reason) if row.reason else None,
        state=row.state,  # type: ignore[arg-type]
        decision=row.decision,  # type: ignore[arg-type]
        contact_id=contact.uuid if contact else None,
        contact=_present_draft(draft) if draft else None,
        source=row.source,
        matches=[
            _present_match(contacts[match.contact_id], match) for match in matches if match.contact_id in contacts
        ],
    )


def _present_match(contact: Contact, match: RowMatch) -> MatchEntity:
    return MatchEntity(contact.uuid, contact.name, match.score, describe_reason(match.reason))


def _present_draft(draft: ContactDraft) -> DraftEntity:
    values: dict[str, list[str]] = {}
    for handle in draft.handles:
        values.setdefault(handle.channel, []).append(handle.value)
    return DraftEntity(
        first_name=draft.first_name or draft.display_name,
        middle_name=draft.middle_name,
        last_name=draft.last_name,
        nickname=draft.nickname,
        employer=draft.employer,
        job_title=draft.job_title,
        how_you_met=draft.how_you_met,
        birthday=draft.birthday,
        gender=draft.gender,
        linkedin_url=values.get(LINKEDIN, [None])[0],
        website=values.get(WEBSITE, [None])[0],
        phone_numbers=values.get(PHONE, []),
        email_addresses=values.get(EMAIL, []),
        addresses=draft.addresses,
        tags=draft.tags,
        note=draft.note,
        warnings=draft.warnings,
    )


def _import_id(tx: Tx, caller: Caller, request: Request) -> str:
    import_id = part_id(request, "import_id", NOUN)
    if store.find_import(tx, caller.organization_id, import_id) is None:
        raise NotFound(f"{NOUN} not found")
    return import_id


def _row_number(request: Request) -> int:
    text = request.path["row"]
    if not (text.isascii() and text.isdigit() and len(text) <= ROW_DIGITS_MAX):
        raise NotFound(f"{ROW} not found")
    return int(text)


def list_(tx: Tx, caller: Caller, request: Request) -> RowList:
    import_id, page, outcome = _import_id(tx, caller, request), read_page(request.query), request.query.outcome
    rows = list_page_of_rows(
        tx, caller.organization_id, import_id, outcome=outcome, limit=page.limit, offset=page.offset
    )
    total = count_rows(tx, caller.organization_id, import_id, outcome=outcome)
    return RowList(*envelope(page, total, rows), present_rows(tx, caller, import_id, rows))


def show(tx: Tx, caller: Caller, request: Request) -> RowEntity:
    import_id, number = _import_id(tx, caller, request), _row_number(request)
    row = list_rows_by_number(tx, caller.organization_id, import_id, [number]).get(number)
    if row is None:
        raise NotFound(f"{ROW} not found")
    return present_rows(tx, caller, import_id, [row])[0]


def decide(tx: Tx, caller: Caller, request: Request) -> RowEntity:
    import_id, number, body = _import_id(tx, caller, request), _row_number(request), request.body
    contact_id = _chosen(tx, caller, import_id, number, body) if body.decision == UPDATE else None
    row = actions.decide(tx, caller, import_id, number, body.decision, contact_id)
    return present_rows(tx, caller, import_id, [row])[0]


def _chosen(tx: Tx, caller: Caller, import_id: str, number: int, body: DecisionBody) -> int | None:
    """The contact of the body, else the likeliest match. Raises Invalid if the contact does not exist."""
    if body.contact_id is None:
        likely = list_matches(tx, caller.organization_id, import_id, [number]).get(number)
        return likely[0].contact_id if likely else None
    uuid = parse_id(body.contact_id)
    contact = find_contact_by_uuid(tx, caller.organization_id, uuid) if uuid else None
    if contact is None:
        raise invalid("contact_id", "is not a contact of this organization")
    return contact.id
