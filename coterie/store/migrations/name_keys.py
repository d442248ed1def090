"""The Python part of migration 0011: sort keys of the names that are composed family name first, and an index job."""

from collections.abc import Iterator, Sequence
from typing import Any

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.names import join_name
from coterie.model.text import sort_key
from coterie.store.database import Tx

PAGE_SIZE = 5_000


def recompute_name_keys(tx: Tx) -> None:
    """Writes the keys of names in Han, Kana and Hangul; enqueues an index job for each organization without one."""
    for page in _pages(tx):
        tx.execute_many(
            "UPDATE contacts SET name_key = :name_key, real_name_key = :real_name_key"
            " WHERE organization_id = :organization_id AND id = :id",
            [_keys(*row) for row in page if _is_composed_otherwise(row[2:7])],
        )
    now = times.now()
    organizations = tx.all(
        "SELECT id FROM organizations o WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = o.id"
        " AND j.name = 'index_contacts' AND j.state = 'waiting' AND j.progress IS NULL)"
    )
    jobs = [
        {"organization_id": organization_id, "id": new_id(), "name": "index_contacts", "arguments": "{}", "run_at": now,
         "created_at": now, "updated_at": now}
        for (organization_id,) in organizations
    ]  # fmt: skip
    tx.insert_rows("jobs", jobs)


def _pages(tx: Tx) -> Iterator[list[tuple[Any, ...]]]:
    """All contacts: organization, id, the parts of the name, display name and nickname."""
    last = (0, 0)
    while rows := tx.all(
        "SELECT organization_id, id, name_prefix, first_name, middle_name, last_name, name_suffix, display_name,"
        " nickname FROM contacts WHERE (organization_id, id) > (:organization_id, :id)"
        " ORDER BY organization_id, id LIMIT :limit",
        {"organization_id": last[0], "id": last[1], "limit": PAGE_SIZE},
    ):
        yield rows
        last = rows[-1][:2]


def _is_composed_otherwise(parts: Sequence[str | None]) -> bool:
    joined = " ".join(filter(None, parts))
    return not joined.isascii() and join_name(*parts) != joined


def _keys(organization_id: int, contact_id: int, *texts: str | None) -> dict[str, Any]:
    *parts, display_name, nickname = texts
    full_name = join_name(*parts)
    return {
        "organization_id": organization_id,
        "id": contact_id,
        "name_key": sort_key(display_name or full_name or nickname),
        "real_name_key": sort_key(full_name),
    }
