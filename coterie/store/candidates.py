"""The contacts a draft may be: found by an external id, a handle or the name, with one query for a whole batch."""

from collections.abc import Iterable
from typing import Any

from coterie.model.ids import parse_id
from coterie.model.imports import UID_SOURCE
from coterie.store.database import Tx

# A value that more people share (a switchboard, info@) identifies none of them
OWNERS_MAX = 20


def find_owners_of_external_ids(
    tx: Tx, organization_id: int, source: str, external_ids: Iterable[str]
) -> dict[str, int]:
    """external id -> the contact that has it and is not deleted.

    The UID that an export writes for a contact without one is its uuid: of source UID_SOURCE, it is found too.
    """
    rows = tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = :source AND external_id {tx.in_list('values')}",
        {"organization_id": organization_id, "source": source, "values": tx.list_param(external_ids)},
    )
    missing = set(external_ids) - {row[0] for row in rows} if source == UID_SOURCE else ()
    by_uuid = _find_uuids(tx, organization_id, missing)
    if not rows:
        return by_uuid
    # a separate query: in one statement either engine, without statistics, may begin with every contact
    ids = list_alive(tx, organization_id, {row[1] for row in rows})
    return by_uuid | {external_id: contact_id for external_id, contact_id in rows if contact_id in ids}


def list_alive(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Those of the contacts that exist and are not deleted."""
    ids = set(contact_ids)
    if not ids:
        return set()
    rows = tx.all(
        f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
        " AND deleted_at IS NULL",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return {row[0] for row in rows}


def _find_uuids(tx: Tx, organization_id: int, texts: Iterable[str]) -> dict[str, int]:
    uuids = {text: uuid for text in texts if (uuid := parse_id(text))}
    if not uuids:
        return {}
    rows = tx.all(
        "SELECT m.uuid, c.id FROM contacts m JOIN contacts c ON c.organization_id = m.organization_id"
        " AND c.id = COALESCE(m.merged_into, m.id) WHERE m.organization_id = :organization_id"
        f" AND m.uuid {tx.in_list('uuids')} AND c.deleted_at IS NULL",
        {"organization_id": organization_id, "uuids": tx.list_param(set(uuids.values()))},
    )
    found = {row[0]: row[1] for row in rows}
    return {text: found[uuid] for text, uuid in uuids.items() if uuid in found}


# The first 21 of each value, written for each engine so that it uses the index: without statistics SQLite assumes that
# an organization has a handful of rows, and PostgreSQL has no statistics yet of tables that are being filled
_FIRST_OWNERS = {
    "sqlite": (
        "SELECT v.value, h.contact_id FROM json_each(:values) v CROSS JOIN handles h INDEXED BY handles_by_value"
        " WHERE h.organization_id = :organization_id AND h.channel = :channel AND h.normalized = v.value"
        " AND h.contact_id IN (SELECT o.contact_id FROM handles o INDEXED BY handles_by_value"
        " WHERE o.organization_id = :organization_id AND o.channel = :channel AND o.normalized = v.value"
        " ORDER BY o.contact_id LIMIT :most) AND h.deleted_at IS NULL"
    ),
    "postgresql": (
        "SELECT v.value, h.contact_id FROM unnest(CAST(:values AS text[])) AS v (value) CROSS JOIN LATERAL"
        " (SELECT o.contact_id, o.deleted_at FROM handles o WHERE o.organization_id = :organization_id"
        " AND o.channel = :channel AND o.normalized = v.value ORDER BY o.contact_id LIMIT :most) h"
        " WHERE h.deleted_at IS NULL"
    ),
}
_FIRST_NAMESAKES = {
    "sqlite": (
        "SELECT v.value, c.id FROM json_each(:values) v CROSS JOIN contacts c INDEXED BY contacts_by_real_name"
        " WHERE c.organization_id = :organization_id AND c.real_name_key = v.value AND c.deleted_at IS NULL"
        " AND c.id IN (SELECT o.id FROM contacts o INDEXED BY contacts_by_real_name"
        " WHERE o.organization_id = :organization_id AND o.real_name_key = v.value AND o.deleted_at IS NULL"
        " ORDER BY o.id LIMIT :most)"
    ),
    "postgresql": (
        "SELECT v.value, c.id FROM unnest(CAST(:values AS text[])) AS v (value) CROSS JOIN LATERAL"
        " (SELECT o.id FROM contacts o WHERE o.organization_id = :organization_id AND o.real_name_key = v.value"
        " AND o.deleted_at IS NULL ORDER BY o.id LIMIT :most) c"
    ),
}


def find_owners_of_handles(tx: Tx, organization_id: int, channel: str, values: Iterable[str]) -> dict[str, list[int]]:
    """normalized value -> contacts that have it, deleted ones too; at most 21 of each, to detect more than 20."""
    bound = {
        "organization_id": organization_id,
        "channel": channel,
        "values": tx.list_param(values),
        "most": OWNERS_MAX + 1,
    }
    return _gathered(tx.all(_FIRST_OWNERS[tx.engine], bound))


def find_namesakes(tx: Tx, organization_id: int, keys: Iterable[str]) -> dict[str, list[int]]:
    """real_name_key -> contacts (none deleted) of that name; at most 21 of each."""
    bound = {"organization_id": organization_id, "values": tx.list_param(keys), "most": OWNERS_MAX + 1}
    return _gathered(tx.all(_FIRST_NAMESAKES[tx.engine], bound))


def _gathered(rows: list[tuple[Any, ...]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for value, contact_id in rows:
        owners = found.setdefault(value, [])
        if contact_id not in owners:
            owners.append(contact_id)
    return found
