"""Mentions: Meta delivers only ids, so text and author are fetched by a job and stored then."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.actions.events import record
from coterie.actions.instagram import MENTION_JOB
from coterie.actions.instagram_people import find_or_add_by_username
from coterie.actions.jobs import enqueue
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.handles import INSTAGRAM
from coterie.model.ids import new_id
from coterie.model.instagram_updates import Update
from coterie.model.interactions import INCOMING, MENTION, StoredInteraction
from coterie.model.organizations import Caller
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx
from coterie.store.instagram_accounts import lock_account


def enqueue_mentions(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> None:
    """Enqueues a job per mention, unless one is waiting already."""
    for update in updates:
        arguments = {"account_id": account_id, "happened_at": update.happened_at, **update.data}
        enqueue(tx, caller, MENTION_JOB, arguments, dedupe_key=f"{MENTION_JOB}:{update.external_id}")


def add_mention(tx: Tx, caller: Caller, account_id: str, ids: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """Stores a fetched mention with the contact of its author.

    ids: the arguments of the job. content: text, username and timestamp. Ignores a mention without a username, and
    one by the account itself.
    """
    account = lock_account(tx, caller.organization_id, account_id)
    username = content.get("username")
    if account is None or not username or username.lower() == (account.username or "").lower():
        return
    external_id = f"mention:{ids.get('comment_id') or ids.get('media_id')}"
    if interaction_store.find_existing(tx, caller.organization_id, INSTAGRAM, [external_id]):
        return
    try:
        contact_id = find_or_add_by_username(tx, caller, username)
        happened_at = times.parse_moment(content.get("timestamp") or ids["happened_at"], "timestamp")
    except Invalid:
        return
    interaction = StoredInteraction(
        external_id=external_id,
        contact_id=contact_id,
        kind=MENTION,
        happened_at=happened_at,
        id=new_id(),
        direction=INCOMING,
        text=content.get("text"),
        data={key: ids[key] for key in ("media_id", "comment_id") if ids.get(key)},
        deleted_at=None,
        is_new=True,
    )
    interaction_store.insert_stored(tx, caller.organization_id, INSTAGRAM, [interaction], times.now())
    interaction_store.mark_recent(tx, caller.organization_id, [(contact_id, MENTION)])
    record(
        tx, caller, "interaction.received", interaction.id, contact_ids=[contact_id], changes={"kind": (None, MENTION)}
    )
