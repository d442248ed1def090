"""Adds messages, comments, mentions and follower counts to contacts."""

from collections.abc import Sequence

from coterie.actions.search_index import index_new
from coterie.actions.touch_plans import refresh_plans
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.imports import InteractionDraft
from coterie.model.interactions import FollowerSnapshot, follower_growth
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import interactions as store
from coterie.store.database import Tx


def add_interactions(
    tx: Tx, caller: Caller, contact_id: int, drafts: Sequence[InteractionDraft], channel: str = "instagram"
) -> None:
    """Adds interactions to a contact. Those whose external id exists are skipped."""
    now = times.now()
    rows = [
        {
            "contact_id": contact_id,
            "kind": draft.kind,
            "happened_at": draft.happened_at,
            "id": new_id(),
            "channel": channel,
            "external_id": draft.external_id,
            "direction": draft.direction,
            "text": draft.text,
            "data": None,
            "now": now,
        }
        for draft in drafts
    ]
    index_new(tx, caller.organization_id, rows)
    store.insert_interactions(tx, caller.organization_id, rows)
    kinds = {(contact_id, draft.kind) for draft in drafts}
    store.mark_recent(tx, caller.organization_id, sorted(kinds))
    refresh_plans(tx, caller.organization_id, [contact_id])


def add_snapshots(tx: Tx, caller: Caller, contact_id: int, snapshots: Sequence[FollowerSnapshot]) -> None:
    """Saves how many followers a contact had on these days, and updates its count and growth."""
    before = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if before is None:
        raise NotFound("Contact not found")
    contact_id = before.id
    store.save_snapshots(tx, caller.organization_id, contact_id, snapshots)
    all_snapshots = store.list_snapshots(tx, caller.organization_id, contact_id)
    columns = {"follower_count": all_snapshots[-1].follower_count, "follower_growth": follower_growth(all_snapshots)}
    if columns != {name: getattr(before, name) for name in columns}:
        contact_store.update_contact(tx, caller.organization_id, contact_id, columns)
