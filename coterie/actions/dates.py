"""What can happen to the important dates of a contact. Reminders that hang on them are rescheduled each time."""

from collections.abc import Mapping

from msgspec.structs import replace

from coterie.actions.events import Changes, differences, record
from coterie.actions.reminders import refresh_dates
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.dates import DATES_MAX, ImportantDate, check_date
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import dates as store
from coterie.store.database import Tx

FIELDS = ("label", "occurs_on")
Fields = Mapping[str, str | None]


def create_date(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> ImportantDate:
    """A new date of a contact; fields must hold label and occurs_on.

    Raises Invalid as check_date does, and if the contact has 200 dates.
    """
    if store.count_dates(tx, caller.organization_id, contact_id, include_deleted=True) >= DATES_MAX:
        raise invalid("label", f"cannot be added: limit of {DATES_MAX} dates per contact reached")
    now = times.now()
    columns = check_date({"label": None, "occurs_on": None, **fields})
    date = ImportantDate(contact_id, new_id(), **columns, created_at=now, updated_at=now, deleted_at=None)
    store.insert_date(tx, caller.organization_id, date)
    _record(tx, caller, "date.created", date, {name: (None, getattr(date, name)) for name in FIELDS})
    return date


def update_date(tx: Tx, caller: Caller, contact_id: int, date_id: str, fields: Fields) -> ImportantDate:
    """Changes label and occurs_on, those of them that are in fields.

    Raises NotFound if the date does not exist or is deleted; Invalid as check_date does.
    """
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is not None:
        raise NotFound("Date not found")
    after = replace(before, **check_date(fields))
    return before if after == before else _save(tx, caller, "date.updated", before, after)


def delete_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    """Deletes a date so that it can be restored. A date that is deleted stays as it is.

    Raises NotFound if the date does not exist.
    """
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is not None:
        return before
    return _save(tx, caller, "date.deleted", before, replace(before, deleted_at=times.now()))


def restore_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    """Restores a deleted date. A date that is not deleted stays as it is.

    Raises NotFound if the date does not exist.
    """
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "date.restored", before, replace(before, deleted_at=None))


def erase_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> None:
    """Erases a date for good, deleted or not. Raises NotFound if it does not exist."""
    date = _find(tx, caller, contact_id, date_id)
    store.erase_date(tx, caller.organization_id, date)
    _record(tx, caller, "date.erased", date, {name: (getattr(date, name), None) for name in FIELDS})


def _save(tx: Tx, caller: Caller, kind: str, before: ImportantDate, after: ImportantDate) -> ImportantDate:
    after = replace(after, updated_at=times.now())
    store.save_date(tx, caller.organization_id, after)
    _record(tx, caller, kind, after, differences(before, after, FIELDS))
    return after


def _find(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    date = store.find_date(tx, caller.organization_id, contact_id, date_id, to_change=True)
    if date is None:
        raise NotFound("Date not found")
    return date


def _record(tx: Tx, caller: Caller, kind: str, date: ImportantDate, changes: Changes) -> None:
    refresh_dates(tx, caller.organization_id, contact_id=date.contact_id)
    record(tx, caller, kind, date.id, contact_id=date.contact_id, changes=changes)
