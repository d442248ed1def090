"""Rows of contacts compared with their handles: primary handles, summary columns and sort keys."""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.actions.contact_rows import save_contact, summary_of
from coterie.actions.events import row_of
from coterie.actions.handles import handle_changes, save_handles
from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.contacts import Contact, sort_keys
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.organizations import Caller
from coterie.store import contact_checks as store
from coterie.store.contacts import list_contacts_by_id, update_contact
from coterie.store.database import Tx
from coterie.store.handles import list_handles, list_handles_of
from coterie.store.interactions import mark_recent

PAGE = 1_000


def _find_handles(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Channels with several primary handles, a former primary one, or a summary that no primary one has."""
    organization_id = scope.organization_id
    ids = store.list_ids_after(tx, organization_id, after, limit=PAGE, with_merged=False)
    contacts = list_contacts_by_id(tx, organization_id, ids, include_deleted=True)
    handles = list_handles_of(tx, organization_id, ids)
    violations = []
    for contact in contacts:
        correct = correct_handles(contact, handles.get(contact.id, []))
        wrong = {each.channel for each in correct if each not in handles.get(contact.id, [])}
        summary = summary_of(correct)
        wrong |= {channel for channel, name in SUMMARY_COLUMNS.items() if getattr(contact, name) != summary[name]}
        if wrong:
            text = f"has a wrong primary handle or summary: {', '.join(sorted(wrong))}"
            violations.append(Violation(f"contact {contact.id}", text, contact.id))
    return violations, _next(ids)


def correct_handles(contact: Contact, handles: Sequence[Handle]) -> list[Handle]:
    """The handles with at most one primary one on each channel, in use and not a former one.

    Where none is primary but the contact shows a value, that value's handle becomes primary, or else the oldest. A
    channel that was cleared has no primary handle and no value.
    """
    primary: dict[str, str] = {}
    for handle in sorted(handles, key=lambda each: _rank(contact, each)):
        shown = getattr(contact, SUMMARY_COLUMNS[handle.channel]) if handle.channel in SUMMARY_COLUMNS else None
        if not handle.is_former and (handle.is_primary or shown is not None):
            primary.setdefault(handle.channel, handle.id)
    return [
        replace(each, is_primary=is_primary) if each.is_primary != is_primary else each
        for each in handles
        for is_primary in [primary.get(each.channel) == each.id]
    ]


def _rank(contact: Contact, handle: Handle) -> tuple[bool, bool, str]:
    column = SUMMARY_COLUMNS.get(handle.channel)
    is_shown = column is not None and getattr(contact, column) == handle.value
    return not is_shown, not handle.is_primary, handle.id


def _repair_handles(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for violation in violations:
        contact = store.load_contact_to_repair(tx, caller.organization_id, violation.key)
        before = list_handles(tx, caller.organization_id, contact.id)
        correct = correct_handles(contact, before)
        old = {handle.id: handle for handle in before}
        rows = [
            row_of(
                caller,
                "contact.handle_updated",
                handle.id,
                contact_ids=[contact.id],
                changes=handle_changes(old[handle.id], handle),
            )
            for handle in correct
            if handle != old[handle.id]
        ]
        rows = rows or [row_of(caller, "contact.updated", contact.id, contact_ids=[contact.id])]
        saved = save_handles(tx, caller, before, correct)
        save_contact(tx, caller, contact, contact, rows, handles=saved)
    return len(violations)


def _find_keys(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Sort keys that do not fit their contact, by which it stands in the wrong place of a list."""
    stored = store.list_sort_keys_after(tx, scope.organization_id, after, limit=PAGE)
    contacts = list_contacts_by_id(tx, scope.organization_id, stored, include_deleted=True)
    violations = [
        Violation(f"contact {contact.id}", "is sorted by an outdated text", contact.id)
        for contact in contacts
        if sort_keys(contact) != stored[contact.id]
    ]
    return violations, _next(list(stored))


def _repair_keys(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for violation in violations:
        contact = store.load_contact_to_repair(tx, caller.organization_id, violation.key)
        update_contact(tx, caller.organization_id, contact.id, sort_keys(contact))
    return len(violations)


def _find_pinned(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Contacts whose column pinned_note is not the text of their pinned note."""
    ids = store.list_ids_after(tx, scope.organization_id, after, limit=PAGE, with_merged=False)
    notes = store.pinned_texts_of(tx, scope.organization_id, ids)
    violations = [
        Violation(
            f"contact {contact.id}", "shows another text than its pinned note", (contact.id, notes.get(contact.id))
        )
        for contact in list_contacts_by_id(tx, scope.organization_id, ids, include_deleted=True)
        if contact.pinned_note != notes.get(contact.id)
    ]
    return violations, _next(ids)


def _repair_pinned(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for contact_id, text in (violation.key for violation in violations):
        contact = store.load_contact_to_repair(tx, caller.organization_id, contact_id)
        row = row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id])
        save_contact(tx, caller, contact, replace(contact, pinned_note=text), [row])
    return len(violations)


def _find_recent(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Contacts whose marked interactions are not the newest ten of a kind."""
    ids = store.list_ids_after(tx, scope.organization_id, after, limit=PAGE, with_merged=False)
    wrong = store.list_wrong_recent(tx, scope.organization_id, ids)
    violations = [
        Violation(f"contact {contact_id}", f"shows other interactions ({kind}) than the newest", (contact_id, kind))
        for contact_id, kind in wrong
    ]
    return violations, _next(ids)


def _repair_recent(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    mark_recent(tx, caller.organization_id, [violation.key for violation in violations])
    return len(violations)


def _next(ids: Sequence[int]) -> int | None:
    return ids[-1] if len(ids) == PAGE else None


CHECKS = (
    Check(name="handles", find=_find_handles, repair=_repair_handles),
    Check(name="pinned-notes", find=_find_pinned, repair=_repair_pinned),
    Check(name="sort-keys", find=_find_keys, repair=_repair_keys),
    Check(name="recent-interactions", find=_find_recent, repair=_repair_recent),
)
