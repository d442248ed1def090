"""…/contacts/{contact_id}/important_dates. Ours, in the style of R0's other parts of a contact."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import dates as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, delete, fields_set
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.dates import ImportantDate
from coterie.model.handles import LABEL_LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.store import dates as store
from coterie.store.database import Tx

_NAMES = {"date": "occurs_on"}
_WIRE = {ours: wire for wire, ours in _NAMES.items()}
Label = Annotated[str, Meta(description="Which day it is: Anniversary, First met.", max_length=LABEL_LENGTH_MAX)]
Day = Annotated[str, Meta(description="YYYY-MM-DD, or --MM-DD without a year.", max_length=40)]


class ImportantDateEntity(Struct):
    id: str
    label: str
    date: Annotated[str, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class ImportantDateList(PageEntity):
    important_dates: list[ImportantDateEntity]


class ImportantDateFields(Struct, kw_only=True):
    label: Label | UnsetType = UNSET
    date: Day | UnsetType = UNSET
    deleted: Deleted = UNSET


class NewImportantDate(ImportantDateFields, kw_only=True):
    label: Label
    date: Day


class NewImportantDateBody(Struct):
    important_date: NewImportantDate


class ImportantDateBody(Struct):
    important_date: ImportantDateFields


def present(date: ImportantDate) -> ImportantDateEntity:
    """The entity of an important date."""
    return ImportantDateEntity(date.id, date.label, date.occurs_on, date.created_at, date.updated_at, date.deleted_at)


def list_(tx: Tx, caller: Caller, request: Request) -> ImportantDateList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id), includes_deleted(request.query.include)
    dates = store.list_dates(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_dates(*of, include_deleted=deleted)
    return ImportantDateList(*envelope(page, total, dates), [present(date) for date in dates])


def show(tx: Tx, caller: Caller, request: Request) -> ImportantDateEntity:
    contact = contact_of(tx, caller, request)
    date = store.find_date(tx, caller.organization_id, contact.id, _id(request))
    if date is None:
        raise NotFound("Date not found")
    return present(date)


def create(tx: Tx, caller: Caller, request: Request) -> ImportantDateEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    with wire_names("important_date", _WIRE):
        return present(actions.create_date(tx, caller, contact.id, fields_set(request.body.important_date, _NAMES)))


def update(tx: Tx, caller: Caller, request: Request) -> ImportantDateEntity:
    contact, date_id = contact_of(tx, caller, request, to_change=True), _id(request)
    with wire_names("important_date", _WIRE):
        date = change(
            request.body.important_date,
            _NAMES,
            restore=lambda: actions.restore_date(tx, caller, contact.id, date_id),
            update=lambda columns: actions.update_date(tx, caller, contact.id, date_id, columns),
            delete=lambda: actions.delete_date(tx, caller, contact.id, date_id),
        )
    return present(date)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact, date_id = contact_of(tx, caller, request, to_change=True), _id(request)
    return delete(
        request,
        lambda: present(actions.delete_date(tx, caller, contact.id, date_id)),
        lambda: actions.erase_date(tx, caller, contact.id, date_id),
    )


def _id(request: Request) -> str:
    return part_id(request, "date_id", "Date")
