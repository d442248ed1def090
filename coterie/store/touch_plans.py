"""When contacts are due: derived from cadences, touches and snoozes, so that a list reads one index.

Guarantee: actions.touch_plans writes the plans of the contacts that a change concerns, in its transaction.
"""

from collections.abc import Iterable

from msgspec.structs import asdict

from coterie.model.cadences import TOUCHES, TouchPlan
from coterie.model.interactions import MESSAGE
from coterie.store.database import Row, Tx

_SELECT = "p.contact_id, p.cadence_id, p.every, p.last_touch_at, p.due_on"


def _plan(row: Row) -> TouchPlan:
    return TouchPlan(*row)


def list_plans_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, TouchPlan]:
    """contact id -> its plan, for those that have one."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM touch_plans p WHERE p.organization_id = :organization_id"
        f" AND p.contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0]: _plan(row) for row in rows}


def list_due(
    tx: Tx, organization_id: int, until_on: str, *, from_on: str = "", after: tuple[str, int] = ("", 0), limit: int
) -> list[TouchPlan]:
    """The plans due from one day to another, both included, the longest due first. after: the (due_on, contact id) of
    the last plan of the page before."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM touch_plans p WHERE p.organization_id = :organization_id AND p.due_on <= :until_on"
        " AND p.due_on >= :from_on AND (p.due_on, p.contact_id) > (:due_on, :contact_id)"
        " ORDER BY p.due_on, p.contact_id LIMIT :limit",
        {
            "organization_id": organization_id, "until_on": until_on, "from_on": from_on, "due_on": after[0],
            "contact_id": after[1], "limit": limit,
        },
    )  # fmt: skip
    return [_plan(row) for row in rows]


def count_due(tx: Tx, organization_id: int, until_on: str, most: int) -> int:
    """The number of contacts due until a day, counted up to most."""
    row = tx.one(
        "SELECT count(*) FROM (SELECT 1 FROM touch_plans WHERE organization_id = :organization_id"
        " AND due_on <= :until_on LIMIT :most) counted",
        {"organization_id": organization_id, "until_on": until_on, "most": most},
    )
    return int(row[0]) if row else 0


def list_planned(tx: Tx, organization_id: int, cadence_id: str | None = None) -> list[int]:
    """The contacts with a plan, by id: all, or those of one rule."""
    condition = "" if cadence_id is None else " AND cadence_id = :cadence_id"
    rows = tx.all(
        f"SELECT contact_id FROM touch_plans WHERE organization_id = :organization_id{condition} ORDER BY contact_id",
        {"organization_id": organization_id, "cadence_id": cadence_id},
    )
    return [row[0] for row in rows]


def list_orphans(tx: Tx, organization_id: int) -> list[int]:
    """The contacts that have a plan and do not exist."""
    rows = tx.all(
        "SELECT p.contact_id FROM touch_plans p WHERE p.organization_id = :organization_id AND NOT EXISTS ("
        "SELECT 1 FROM contacts c WHERE c.organization_id = p.organization_id AND c.id = p.contact_id)",
        {"organization_id": organization_id},
    )
    return [row[0] for row in rows]


def save_plans(tx: Tx, organization_id: int, plans: Iterable[TouchPlan]) -> None:
    rows = [{"organization_id": organization_id, **asdict(plan)} for plan in plans]
    tx.insert_rows("touch_plans", rows, replace_on=("organization_id", "contact_id"))


def delete_plans(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    tx.run(
        f"DELETE FROM touch_plans WHERE organization_id = :organization_id AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )


def list_created_at(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> when it was added, for those that exist and are not deleted."""
    rows = tx.all(
        "SELECT id, created_at FROM contacts WHERE organization_id = :organization_id"
        f" AND id {tx.in_list('ids')} AND deleted_at IS NULL",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {contact_id: created_at for contact_id, created_at in rows}


def list_last_touches(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> the moment of its newest message or logged conversation, for those that have one."""
    # the newest messages are marked: thousands of a talkative contact are not read
    index = " INDEXED BY interactions_recent" if tx.engine == "sqlite" else ""
    logged = [kind for kind in TOUCHES if kind != MESSAGE]
    rows = tx.all(
        f"SELECT contact_id, max(happened_at) FROM interactions{index} WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND kind = :message AND is_recent GROUP BY contact_id"
        " UNION ALL SELECT contact_id, max(happened_at) FROM interactions WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND kind {tx.in_list('kinds')} AND deleted_at IS NULL"
        " GROUP BY contact_id",
        {
            "organization_id": organization_id, "ids": tx.list_param(contact_ids), "message": MESSAGE,
            "kinds": tx.list_param(logged),
        },
    )  # fmt: skip
    touches: dict[int, str] = {}
    for contact_id, at in rows:
        touches[contact_id] = max(at, touches.get(contact_id, ""))
    return touches
