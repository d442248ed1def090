"""Violations of the invariants of subscriptions, and of the groups of devices."""

from coterie.model.subscriptions import BOUND, CARD_HELD
from coterie.store.database import Tx

PROBLEMS_MAX = 10_000


def list_unbound_cards(tx: Tx, organization_id: int) -> list[tuple[str, str]]:
    """(subscription id, name) of cards in sync with a contact that does not exist."""
    rows = tx.all(
        "SELECT r.subscription_id, r.href FROM remote_cards r LEFT JOIN contacts c"
        " ON c.organization_id = r.organization_id AND c.id = r.contact_id"
        " WHERE r.organization_id = :organization_id AND r.state IN (:bound, :held) AND c.id IS NULL"
        " ORDER BY r.subscription_id, r.href LIMIT :limit",
        {"organization_id": organization_id, "bound": BOUND, "held": CARD_HELD, "limit": PROBLEMS_MAX},
    )
    return [(row[0], row[1]) for row in rows]


def list_second_cards(tx: Tx, organization_id: int) -> list[tuple[str, str]]:
    """(subscription id, name) of cards in sync with a contact that is in sync with an earlier card of that book."""
    rows = tx.all(
        "SELECT r.subscription_id, r.href FROM remote_cards r WHERE r.organization_id = :organization_id"
        " AND r.state = :bound AND r.etag IS NOT NULL AND EXISTS (SELECT 1 FROM remote_cards other"
        " WHERE other.organization_id = r.organization_id AND other.subscription_id = r.subscription_id"
        " AND other.contact_id = r.contact_id AND other.state = :bound AND other.etag IS NOT NULL"
        " AND other.href < r.href) ORDER BY r.subscription_id, r.href LIMIT :limit",
        {"organization_id": organization_id, "bound": BOUND, "limit": PROBLEMS_MAX},
    )
    return [(row[0], row[1]) for row in rows]


def list_without_folder(tx: Tx, organization_id: int) -> list[str]:
    """The ids of subscriptions whose folder does not exist."""
    rows = tx.all(
        "SELECT s.id FROM subscriptions s LEFT JOIN folders f ON f.organization_id = s.organization_id"
        " AND f.id = s.folder_id WHERE s.organization_id = :organization_id AND s.folder_id IS NOT NULL"
        " AND f.id IS NULL ORDER BY s.id",
        {"organization_id": organization_id},
    )
    return [row[0] for row in rows]


def list_groups_without_lines(tx: Tx, organization_id: int) -> list[str]:
    """The names of groups whose card has no lines, so that no device can read the book."""
    rows = tx.all(
        "SELECT k.href FROM cards k LEFT JOIN card_bodies b ON b.organization_id = k.organization_id"
        " AND b.href = k.href AND b.contact_id IS NULL WHERE k.organization_id = :organization_id"
        " AND k.contact_uuid IS NULL AND NOT k.is_deleted AND b.href IS NULL ORDER BY k.href LIMIT :limit",
        {"organization_id": organization_id, "limit": PROBLEMS_MAX},
    )
    return [row[0] for row in rows]
