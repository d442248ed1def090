"""Contacts with a birthday or another date on some days of the year, and that match a filter."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.store.database import Row, Tx
from coterie.store.filters.builder import Where

# from the first of the days on, over the end of the year
_ORDER = " ORDER BY {day} < :first, {day}, {id} LIMIT :limit"
_DAY = "substr(d.occurs_on, length(d.occurs_on) - 4)"


def list_birthdays_on_days(
    tx: Tx, organization_id: int, days: Sequence[str], *, where: Where | None = None, limit: int
) -> list[Row]:
    """(contact id, birthday) of contacts, not deleted, with a birthday on these days (MM-DD, in their order)."""
    return tx.all(
        "SELECT c.id, c.birthday FROM contacts c WHERE c.organization_id = :organization_id"
        f" AND c.birthday_day {tx.in_list('days')} AND c.birthday_day <> '' AND c.deleted_at IS NULL{_and(where)}"
        f"{_ORDER.format(day='c.birthday_day', id='c.id')}",
        _bound(tx, organization_id, days, where, limit),
    )


def list_dates_on_days(
    tx: Tx, organization_id: int, days: Sequence[str], *, where: Where | None = None, limit: int
) -> list[Row]:
    """(contact id, label, date) of the important dates on these days of contacts not deleted."""
    return tx.all(
        "SELECT d.contact_id, d.label, d.occurs_on FROM important_dates d JOIN contacts c"
        " ON c.organization_id = d.organization_id AND c.id = d.contact_id"
        f" WHERE d.organization_id = :organization_id AND {_DAY} {tx.in_list('days')}"
        f" AND d.deleted_at IS NULL AND c.deleted_at IS NULL{_and(where)}{_ORDER.format(day=_DAY, id='d.contact_id')}",
        _bound(tx, organization_id, days, where, limit),
    )


def _and(where: Where | None) -> str:
    return f" AND {where.sql}" if where is not None else ""


def _bound(tx: Tx, organization_id: int, days: Sequence[str], where: Where | None, limit: int) -> Mapping[str, Any]:
    bound = {"organization_id": organization_id, "days": tx.list_param(days), "first": days[0], "limit": limit}
    return {**where.parameters, **bound} if where is not None else bound
