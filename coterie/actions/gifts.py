"""Changes of gifts."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.gifts import GIFTS_MAX, LINK_LENGTH_MAX, NAME_LENGTH_MAX, STATUSES, Gift
from coterie.model.handles import UNSAFE_LINK, is_unsafe_link
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import gifts as store
from coterie.store.database import Tx

Fields = Mapping[str, str | None]


def create_gift(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> Gift:
    """Creates a gift of a contact from the fields update_gift takes; name and status are required.

    Raises Invalid as update_gift does, or if the contact has 2,000 gifts.
    """
    if store.count_gifts(tx, caller.organization_id, contact_id, include_deleted=True) >= GIFTS_MAX:
        raise invalid("name", f"exceeds the limit of {GIFTS_MAX} gifts per contact")
    now = times.now()
    columns = _check({"name": None, "status": None, **fields})
    blank = Gift(
        contact_id=contact_id,
        id=new_id(),
        name="",
        link=None,
        status="",
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    gift = replace(blank, **columns)
    store.insert_gift(tx, caller.organization_id, gift)
    _record(tx, caller, "gift.created", None, gift)
    return gift


def update_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str, fields: Fields) -> Gift:
    """Changes the given fields of a gift: name, link (stored as typed; None clears), status.

    Raises NotFound if the gift is deleted; Invalid if the name is empty, a text is too long or the status unknown.
    """
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is not None:
        raise NotFound("Gift not found")
    after = replace(before, **_check(fields))
    if after == before:
        return before
    return _save(tx, caller, "gift.updated", before, replace(after, updated_at=times.now()))


def delete_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    """Deletes a gift so that it can be restored. Deleting it again changes nothing."""
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, "gift.deleted", before, replace(before, deleted_at=now, updated_at=now))


def restore_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    """Restores a deleted gift. One that is not deleted stays unchanged."""
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "gift.restored", before, replace(before, deleted_at=None, updated_at=times.now()))


def erase_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> None:
    """Erases a gift, deleted or not; its event has the old values."""
    gift = _find(tx, caller, contact_id, gift_id)
    store.erase_gift(tx, caller.organization_id, gift)
    _record(tx, caller, "gift.erased", gift, None)


def _save(tx: Tx, caller: Caller, kind: str, before: Gift, after: Gift) -> Gift:
    store.save_gift(tx, caller.organization_id, after)
    _record(tx, caller, kind, before, after)
    return after


def _record(tx: Tx, caller: Caller, kind: str, before: Gift | None, after: Gift | None) -> None:
    gift = after or before
    assert gift is not None
    changes = differences(before, after, ("name", "link", "status"))
    record(tx, caller, kind, gift.id, contact_ids=[gift.contact_id], changes=changes)


def _find(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    gift = store.find_gift(tx, caller.organization_id, contact_id, gift_id, to_change=True)
    if gift is None:
        raise NotFound("Gift not found")
    return gift


def _check(fields: Fields) -> dict[str, Any]:
    """Returns the columns among the fields. Raises Invalid with every problem."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, length in (("name", NAME_LENGTH_MAX), ("link", LINK_LENGTH_MAX), ("status", 20)):
        if name in fields:
            text = (fields[name] or "").strip() or None
            columns[name] = text
            if name == "status":
                if text not in STATUSES:
                    problems.append(Problem((name,), "choice", f"must be one of {', '.join(STATUSES)}"))
            elif text is not None and len(text) > length:
                problems.append(Problem((name,), "too_long", f"is longer than {length} characters"))
            elif name == "link" and text is not None and is_unsafe_link(text):
                problems.append(Problem((name,), "invalid", UNSAFE_LINK))
            elif name == "name" and text is None:
                problems.append(Problem((name,), "blank", "is empty"))
    if problems:
        raise Invalid(*problems)
    return columns
