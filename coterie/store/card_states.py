"""Which contacts phones see: contacts.card_state is NULL for audience, 'on' for a card, 'off' for one taken away."""

from collections.abc import Collection, Iterable

from coterie.store.database import Tx, matching


def add_to_book(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> None:
    """Gives these contacts a card unless they have one or lost it. Their new revision tells clients."""
    if not contact_ids:
        return
    condition, ids = matching(tx, "ids", contact_ids)
    tx.run(
        "UPDATE contacts SET card_state = 'on' WHERE organization_id = :organization_id"
        f" AND id {condition} AND card_state IS NULL",
        {"organization_id": organization_id, "ids": ids},
    )


def find_card_states(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> dict[int, str | None]:
    """contact id -> 'on', 'off' or None."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT id, card_state FROM contacts WHERE organization_id = :organization_id AND id {condition}",
        {"organization_id": organization_id, "ids": ids},
    )
    return {contact_id: state for contact_id, state in rows}


def find_states_by_handle(tx: Tx, organization_id: int, channel: str, values: Iterable[str]) -> dict[int, str | None]:
    """contact id -> card state, for contacts that have one of these normalized handles; two at most."""
    condition, bound = matching(tx, "values", values)
    rows = tx.all(
        "SELECT DISTINCT c.id, c.card_state FROM handles h JOIN contacts c ON c.organization_id = h.organization_id"
        " AND c.id = h.contact_id WHERE h.organization_id = :organization_id AND h.channel = :channel"
        f" AND h.normalized {condition} AND h.deleted_at IS NULL AND c.deleted_at IS NULL LIMIT 2",
        {"organization_id": organization_id, "channel": channel, "values": bound},
    )
    return {contact_id: state for contact_id, state in rows}


def set_card_state(tx: Tx, organization_id: int, contact_id: int, state: str | None) -> None:
    """state: 'on', 'off' or None. The caller records an event, whose revision tells clients."""
    tx.run(
        "UPDATE contacts SET card_state = :state WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": contact_id, "state": state},
    )
