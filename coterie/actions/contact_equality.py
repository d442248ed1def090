"""Makes a contact equal to a draft, for doors that receive a whole contact: a card, a page that edits all fields."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from msgspec.structs import replace

from coterie.actions.addresses import ADDRESSES_MAX
from coterie.actions.attachments import change_pictures
from coterie.actions.contact_rows import save_contact
from coterie.actions.dates import FIELDS as DATE_FIELDS
from coterie.actions.events import Changes, EventRow, differences, row_of
from coterie.actions.folders import change_folders, find_or_create_folder
from coterie.actions.handles import HANDLES_MAX, check_username_is_free, handle_changes, save_handles
from coterie.actions.notes import change_pinned_note
from coterie.actions.reminders import refresh_dates
from coterie.actions.terms import change_tags
from coterie.drafts.equal_parts import Changed, Deleted
from coterie.drafts.equality import ALL_FAMILIES, EqualPlan, plan_equal
from coterie.drafts.from_sheet import DRAFT_PARTS
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.addresses import TEXTS as ADDRESS_FIELDS
from coterie.model.addresses import Address
from coterie.model.contact_sheets import ContactSheet
from coterie.model.dates import DATES_MAX, ImportantDate
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.imports import ContactDraft
from coterie.model.organizations import Caller
from coterie.store import addresses as address_store
from coterie.store import dates as date_store
from coterie.store import handles as handle_store
from coterie.store import terms as term_store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

_KINDS = {Handle: "contact.handle_", Address: "address.", ImportantDate: "date."}
Part = Handle | Address | ImportantDate
P = TypeVar("P", Handle, Address, ImportantDate)


def make_equal(
    tx: Tx,
    caller: Caller,
    contact_id: int,
    draft: ContactDraft,
    families: Collection[str] = ALL_FAMILIES,
    *,
    sheet: ContactSheet | None = None,
) -> list[EventRow]:
    """Adds, changes and deletes parts until the contact equals a normalized draft; returns the events.

    families: which of drafts.equality.ALL_FAMILIES the draft governs. All else stays unchanged, so that a client that
    cannot show a kind of part does not delete it. An equal part keeps its id; a deleted part that the
    draft has is restored. If nothing differs, there is no event and no new revision.
    The caller has stored the files of new pictures and holds store.files.lock_files.
    sheet: the contact with DRAFT_PARTS, if this transaction has loaded it to change it.

    Raises NotFound if the contact does not exist or is deleted; Invalid if another contact has a username of the draft
    or a limit is exceeded.
    """
    if "tags" in families:
        # the contact first: a change of a tag locks its contacts and then the tag
        lock_contacts(tx, caller.organization_id, [contact_id])
        term_store.lock_tags(tx, caller.organization_id, contact_id, draft.tags)
    sheet = sheet or load_sheets(tx, caller.organization_id, [contact_id], DRAFT_PARTS, to_change=True).get(contact_id)
    if sheet is None:
        raise NotFound("Contact not found")
    plan = plan_equal(sheet, Deleted(), draft, families)
    if any(before is None for before, _ in (*plan.handles, *plan.addresses, *plan.dates)):
        plan = plan_equal(sheet, _deleted_parts(tx, caller, contact_id), draft, families)
    _check(tx, caller, sheet, plan)
    return _write(tx, caller, sheet, plan)


def _deleted_parts(tx: Tx, caller: Caller, contact_id: int) -> Deleted:
    of = (tx, caller.organization_id, contact_id)
    return Deleted(
        handles=[handle for handle in handle_store.list_handles(*of, include_deleted=True) if handle.deleted_at],
        addresses=[a for a in address_store.list_addresses(*of, include_deleted=True, limit=1000) if a.deleted_at],
        dates=[date for date in date_store.list_dates(*of, include_deleted=True, limit=1000) if date.deleted_at],
    )


def _check(tx: Tx, caller: Caller, sheet: ContactSheet, plan: EqualPlan) -> None:
    problems: list[Problem] = []
    for before, after in plan.handles:
        if _username(after) and _username(after) != _username(before):
            with gathering(problems):
                check_username_is_free(tx, caller, sheet.contact.id, after.normalized, "username")
    problems += _check_count("handles", len(sheet.handles) + _growth(plan.handles), HANDLES_MAX, plan.handles)
    problems += _check_count("addresses", len(sheet.addresses) + _growth(plan.addresses), ADDRESSES_MAX, plan.addresses)
    problems += _check_count("dates", len(sheet.dates) + _growth(plan.dates), DATES_MAX, plan.dates)
    if problems:
        raise Invalid(*problems)


def _growth(changes: Changed[P]) -> int:
    return sum((_live(after) is not None) - (_live(before) is not None) for before, after in changes)


def _check_count(field: str, count: int, most: int, changes: Changed[P]) -> Sequence[Problem]:
    """A problem if the changes add to more parts than a contact may have."""
    if count <= most or _growth(changes) <= 0:
        return ()
    return invalid(field, f"exceed the limit of {most} per contact").problems


def _username(handle: Handle | None) -> str | None:
    """The username by which a handle names an account at present."""
    is_username = handle is not None and handle.channel == INSTAGRAM and not handle.is_former
    return handle.normalized if handle is not None and is_username and not handle.deleted_at else None


def _live(part: P | None) -> P | None:
    return None if part is None or part.deleted_at else part


# Writing --------------------------------------------------------------------------------------------------------------


def _write(tx: Tx, caller: Caller, sheet: ContactSheet, plan: EqualPlan) -> list[EventRow]:
    contact = sheet.contact
    after = replace(contact, **plan.fields)
    changes = differences(contact, after, [name for name in plan.fields if name != "pinned_note"])
    rows = [row_of(caller, "contact.updated", contact.id, contact_ids=[contact.id], changes=changes)] if changes else []
    handles = _write_handles(tx, caller, sheet, plan.handles)
    rows += [_row(caller, contact.id, (b, a), handle_changes(_live(b), _live(a))) for b, a in plan.handles]
    rows += _write_addresses(tx, caller, contact.id, plan.addresses)
    rows += _write_dates(tx, caller, contact.id, plan.dates)
    rows += change_tags(tx, caller, contact.id, plan.tags_to_add, plan.tags_to_remove)
    rows += _write_folders(tx, caller, sheet, plan)
    rows += change_pictures(tx, caller, contact.id, plan.pictures_to_add, plan.pictures_to_remove)
    if "pinned_note" in plan.fields:
        rows += change_pinned_note(tx, caller, contact.id, plan.fields["pinned_note"])
    save_contact(tx, caller, contact, after, rows, handles=handles)
    if plan.dates or "birthday" in plan.fields:
        refresh_dates(tx, caller.organization_id, contact_id=contact.id)
    return rows


def _row(caller: Caller, contact_id: int, pair: tuple[Part | None, Part], changes: Changes) -> EventRow:
    """The event of a part that changed; pair: (as stored or None, as it is now)."""
    before, after = pair
    verb = "updated"
    if before is None:
        verb = "added" if isinstance(after, Handle) else "created"
    elif bool(before.deleted_at) != bool(after.deleted_at):
        verb = "deleted" if after.deleted_at else "restored"
    kind, undo = f"{_KINDS[type(after)]}{verb}", {"handles": [pair]} if isinstance(after, Handle) else None
    return row_of(caller, kind, after.id, contact_ids=[contact_id], changes=changes, undo=undo)


def _write_handles(tx: Tx, caller: Caller, sheet: ContactSheet, changed: Changed[Handle]) -> list[Handle] | None:
    """The handles as saved; None if none of them changed."""
    if not changed:
        return None
    stored = [*sheet.handles, *(before for before, _ in changed if before is not None and before.deleted_at)]
    after = {handle.id: handle for handle in stored} | {handle.id: handle for _, handle in changed}
    return save_handles(tx, caller, stored, sorted(after.values(), key=lambda handle: handle.id))


def _write_addresses(tx: Tx, caller: Caller, contact_id: int, changed: Changed[Address]) -> list[EventRow]:
    address_store.insert_addresses(tx, caller.organization_id, [after for before, after in changed if before is None])
    for before, after in changed:
        if before is not None:
            address_store.save_address(tx, caller.organization_id, replace(after, updated_at=times.now()))
    return [_row(caller, contact_id, (b, a), differences(_live(b), _live(a), ADDRESS_FIELDS)) for b, a in changed]


def _write_dates(tx: Tx, caller: Caller, contact_id: int, changed: Changed[ImportantDate]) -> list[EventRow]:
    for before, after in changed:
        if before is None:
            date_store.insert_date(tx, caller.organization_id, after)
        else:
            date_store.save_date(tx, caller.organization_id, replace(after, updated_at=times.now()))
    return [_row(caller, contact_id, (b, a), differences(_live(b), _live(a), DATE_FIELDS)) for b, a in changed]


def _write_folders(tx: Tx, caller: Caller, sheet: ContactSheet, plan: EqualPlan) -> list[EventRow]:
    if not plan.folders_to_add and not plan.folders_to_remove:
        return []
    added = {find_or_create_folder(tx, caller, name).id for name in plan.folders_to_add}
    present = {folder_id for folder_id, _, _ in sheet.folders}
    return change_folders(tx, caller, sheet.contact.id, (present - set(plan.folders_to_remove)) | added)
