"""Contacts with a birthday or another date on one day of the year, and that match a filter."""

from collections.abc import Mapping
from typing import Any

from coterie.store.database import Row, Tx
from coterie.store.filters.builder import Where


def list_birthdays_of_day(
    tx: Tx, organization_id: int, day: str, *, where: Where | None = None, limit: int
) -> list[Row]:
    """(contact id, birthday) of contacts, not deleted, with a birthday on this day (MM-DD), by id."""
    return tx.all(
        "SELECT c.id, c.birthday FROM contacts c WHERE c.organization_id = :organization_id AND c.birthday_day = :day"
        f" AND c.birthday_day <> '' AND c.deleted_at IS NULL{_and(where)} ORDER BY c.id LIMIT :limit",
        _bound(organization_id, day, where, limit),
    )


def list_dates_of_day(tx: Tx, organization_id: int, day: str, *, where: Where | None = None, limit: int) -> list[Row]:
    """(contact id, label, date) of the important dates on this day (MM-DD) of contacts not deleted."""
    return tx.all(
        "SELECT d.contact_id, d.label, d.occurs_on FROM important_dates d JOIN contacts c"
        " ON c.organization_id = d.organization_id AND c.id = d.contact_id"
        " WHERE d.organization_id = :organization_id AND substr(d.occurs_on, length(d.occurs_on) - 4) = :day"
        f" AND d.deleted_at IS NULL AND c.deleted_at IS NULL{_and(where)} ORDER BY d.contact_id, d.id LIMIT :limit",
        _bound(organization_id, day, where, limit),
    )


def _and(where: Where | None) -> str:
    return f" AND {where.sql}" if where is not None else ""


def _bound(organization_id: int, day: str, where: Where | None, limit: int) -> Mapping[str, Any]:
    bound = {"organization_id": organization_id, "day": day, "limit": limit}
    return {**where.parameters, **bound} if where is not None else bound
