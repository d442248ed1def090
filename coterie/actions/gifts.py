"""What can happen to gifts."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.gifts import GIFTS_MAX, LINK_LENGTH_MAX, NAME_LENGTH_MAX, STATUSES, Gift
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import gifts as store
from coterie.store.database import Tx

Fields = Mapping[str, str | None]


def create_gift(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> Gift:
    """A new gift of a contact from the fields update_gift takes; name and status must be among them.

    Refused: what update_gift refuses; more than 2,000 gifts of one contact.
    """
    if store.count_gifts(tx, caller.organization_id, contact_id, include_deleted=True) >= GIFTS_MAX:
        raise invalid("name", f"is one too many: a contact has at most {GIFTS_MAX} gifts")
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
    changes = {"name": (None, gift.name), "status": (None, gift.status)}
    record(tx, caller, "gift.created", gift.id, contact_id=contact_id, changes=changes, now=now)
    return gift


def update_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str, fields: Fields) -> Gift:
    """Change the fields named, and no others: name, link (kept as typed; None clears), status.

    Refused: a gift that is deleted or not there; an empty name, long texts, a status that is none of the three.
    """
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is not None:
        raise NotFound("Gift not found")
    after = replace(before, **_check(fields))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_gift(tx, caller.organization_id, after)
    changes = differences(before, after, ("name", "link", "status"))
    record(tx, caller, "gift.updated", gift_id, contact_id=contact_id, changes=changes)
    return after


def delete_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    """Delete a gift so that it can be restored. Deleting twice is once."""
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    after = replace(before, deleted_at=now, updated_at=now)
    store.save_gift(tx, caller.organization_id, after)
    record(tx, caller, "gift.deleted", gift_id, contact_id=contact_id, now=now)
    return after


def restore_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    """Bring a deleted gift back. One that is not deleted stays as it is."""
    before = _find(tx, caller, contact_id, gift_id)
    if before.deleted_at is None:
        return before
    after = replace(before, deleted_at=None, updated_at=times.now())
    store.save_gift(tx, caller.organization_id, after)
    record(tx, caller, "gift.restored", gift_id, contact_id=contact_id)
    return after


def erase_gift(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> None:
    """Remove a gift for good, deleted before or not."""
    gift = _find(tx, caller, contact_id, gift_id)
    store.erase_gift(tx, caller.organization_id, gift)
    record(tx, caller, "gift.erased", gift_id, contact_id=contact_id)


def _find(tx: Tx, caller: Caller, contact_id: int, gift_id: str) -> Gift:
    gift = store.find_gift(tx, caller.organization_id, contact_id, gift_id, to_change=True)
    if gift is None:
        raise NotFound("Gift not found")
    return gift


def _check(fields: Fields) -> dict[str, Any]:
    """The columns among the fields, with every problem at once."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, length in (("name", NAME_LENGTH_MAX), ("link", LINK_LENGTH_MAX), ("status", 20)):
        if name in fields:
            text = (fields[name] or "").strip() or None
            columns[name] = text
            if name == "status":
                if text not in STATUSES:
                    problems.append(Problem((name,), "choice", f"is not one of {', '.join(STATUSES)}"))
            elif text is not None and len(text) > length:
                problems.append(Problem((name,), "too_long", f"is longer than {length} characters"))
            elif name == "name" and text is None:
                problems.append(Problem((name,), "blank", "is empty"))
    if problems:
        raise Invalid(*problems)
    return columns
