"""Which contacts phones see: contacts.card_state is NULL for audience, 'on' for a card, 'off' for one taken away."""

from collections.abc import Collection

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


def set_card_state(tx: Tx, organization_id: int, contact_id: int, state: str | None) -> None:
    """state: 'on', 'off' or None. The caller records an event, whose revision tells clients."""
    tx.run(
        "UPDATE contacts SET card_state = :state WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": contact_id, "state": state},
    )
