"""Applies updates from Meta in batches: they become contacts, interactions and events.

A batch takes a few statements per table, not per update.

Guarantees. An update that is applied twice counts once, by its external id: within a delivery, in another one, or by
another worker. The order of arrival does not matter: an edit that arrives before its message creates it, and a message
unsent before it arrives stays unsent. Events never contain text, so no copy of an unsent text remains.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.actions.events import record_events, row_of
from coterie.actions.instagram import enqueue_profiles
from coterie.actions.instagram_mentions import enqueue_mentions
from coterie.actions.instagram_people import find_or_add_people
from coterie.actions.search_index import index_changed
from coterie.errors import TooSlow, Unavailable
from coterie.model import times
from coterie.model.contacts import OPTOUT
from coterie.model.handles import INSTAGRAM
from coterie.model.ids import new_id
from coterie.model.instagram import (
    OPT_OUT_WORDS,
    Account,
    InstagramPerson,
    find_opt_out_word,
    fold_opt_out_words,
    may_opt_out,
)
from coterie.model.instagram_updates import ADD, EDIT, MENTIONED, REACT, UNSEND, Update
from coterie.model.interactions import INCOMING, MESSAGE, StoredInteraction
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import instagram_people as store
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx
from coterie.store.instagram_accounts import open_account
from coterie.store.revisions import lock_contacts

# small enough to block other writers for about 30 ms only
BATCH = 100
# in the data of an interaction whose edit arrived before its message
EDITED_EARLY = "edited_early"
Stored = dict[str, StoredInteraction]
People = Mapping[str, InstagramPerson]
Events = list[dict[str, Any]]
Difference = dict[str, tuple[object, object]]


def apply_updates(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> list[tuple[str, str]]:
    """Applies one batch and returns (external id, reason) of the updates that failed, without affecting the others.

    If none can be applied, the cause is elsewhere, and the last error is raised.
    """
    try:
        with tx.savepoint():
            _apply(tx, caller, account_id, updates)
        return []
    except (Unavailable, TooSlow):
        raise
    except Exception:
        if len(updates) == 1:
            raise
    lost = []
    for update in updates:
        try:
            with tx.savepoint():
                _apply(tx, caller, account_id, [update])
        except (Unavailable, TooSlow):
            raise
        except Exception as error:
            lost.append((update.external_id, f"{type(error).__name__}: {error}"))
            if len(lost) == len(updates):
                raise
    return lost


def _apply(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> None:
    opened = open_account(tx, caller.organization_id, account_id)
    if opened is None:
        return  # disconnected in the meantime
    account, opt_out_words = opened
    updates = [update for update in updates if not _is_by(account, update)]
    organization_id = caller.organization_id
    stored = interaction_store.find_stored(tx, organization_id, INSTAGRAM, {update.external_id for update in updates})
    new_mentions = [update for update in updates if update.what == MENTIONED and update.external_id not in stored]
    enqueue_mentions(tx, caller, account_id, new_mentions)
    with_person = [update for update in updates if update.what != MENTIONED]
    added = [update for update in with_person if update.what == ADD and update.external_id not in stored]
    usernames = {update.person_id: update.username for update in added if update.username}
    people = find_or_add_people(tx, caller, account_id, {update.person_id for update in with_person}, usernames)
    now = times.now()
    changed, events = _apply_to_interactions(caller, with_person, people, stored, now)
    index_changed(tx, organization_id, changed)
    interaction_store.insert_stored(tx, organization_id, INSTAGRAM, [s for s in changed if s.is_new], now)
    interaction_store.save_stored(tx, organization_id, [s for s in changed if not s.is_new], now)
    interaction_store.trim_recent(tx, organization_id, sorted({s.contact_id for s in changed if s.is_new}))
    interaction_store.mark_recent(tx, organization_id, sorted(_reordered(changed)))
    record_events(tx, caller, events)
    _opt_out(tx, caller, [s for s in changed if s.is_new], opt_out_words)
    _request_profiles(tx, caller, account_id, added, people)


def _apply_to_interactions(
    caller: Caller, updates: Sequence[Update], people: People, stored: Stored, now: str
) -> tuple[list[StoredInteraction], Events]:
    """Applies the updates to the stored interactions, additions first: (new or changed interactions, their events)."""
    changed: Stored = {}
    events: Events = []

    def add_change(kind: str, interaction: StoredInteraction, changes: Difference) -> None:
        changed[interaction.external_id] = interaction
        contact_id = interaction.contact_id
        events.append(row_of(caller, kind, interaction.id, contact_ids=[contact_id], changes=changes, now=now))

    for update in sorted(updates, key=lambda update: update.what != ADD):
        early = stored.get(update.external_id)
        if update.what == ADD and early is not None and early.data.get(EDITED_EARLY) and early.deleted_at is None:
            add_change("interaction.updated", early, _complete(early, update))
        if update.external_id not in stored and update.what in (ADD, EDIT, UNSEND):
            stored[update.external_id] = added = _new_interaction(update, people[update.person_id].contact_id)
            if update.what != UNSEND:
                kind = "interaction.received" if added.direction == INCOMING else "interaction.sent"
                add_change(kind, added, {"kind": (None, added.kind)})
    for what, change in _CHANGES.items():
        for update in updates:
            interaction = stored.get(update.external_id)
            if update.what == what and interaction is not None and interaction.deleted_at is None:
                difference = change(interaction, update)
                if difference is not None:
                    add_change(
                        "interaction.deleted" if what == UNSEND else "interaction.updated", interaction, difference
                    )
    return list(changed.values()), events


def _new_interaction(update: Update, contact_id: int) -> StoredInteraction:
    """A new interaction. If an edit or an unsend arrives before its message, it takes the message's place."""
    return StoredInteraction(
        external_id=update.external_id,
        contact_id=contact_id,
        kind=update.kind,
        happened_at=update.happened_at,
        id=new_id(),
        direction=update.direction,
        text=update.text,
        data=dict(update.data) | ({EDITED_EARLY: True} if update.what == EDIT else {}),
        deleted_at=None,
        is_new=True,
    )


def _is_by(account: Account, update: Update) -> bool:
    """Whether the account itself is the author: it has another id in some of Meta's deliveries."""
    return bool(update.username and account.username and update.username.lower() == account.username.lower())


def _reordered(changed: Sequence[StoredInteraction]) -> set[tuple[int, str]]:
    """(contact id, kind) of the interactions whose place among the newest may have changed."""
    places = {(s.contact_id, s.kind) for s in changed if not s.is_new and (s.deleted_at or s.moved_from)}
    return places | {(s.contact_id, s.moved_from[0]) for s in changed if s.moved_from}


def _complete(interaction: StoredInteraction, update: Update) -> Difference:
    """Completes an interaction that an early edit created with the values of its message; the edited text stays."""
    before = (interaction.kind, interaction.happened_at)
    if not interaction.is_new:
        interaction.moved_from = before
    interaction.kind, interaction.happened_at = update.kind, update.happened_at
    interaction.data = update.data | {k: v for k, v in interaction.data.items() if k != EDITED_EARLY}
    return {"kind": (before[0], update.kind), "happened_at": (before[1], update.happened_at)}


def _edit(interaction: StoredInteraction, update: Update) -> Difference | None:
    before, after = interaction.data.get("edit_count", 0), update.data["edit_count"]
    if after <= before:
        return None  # an older edit that arrived late
    interaction.text = update.text
    interaction.data["edit_count"] = after
    return {"edit_count": (before, after)}


def _react(interaction: StoredInteraction, update: Update) -> Difference | None:
    reactions = interaction.data.setdefault("reactions", {})
    before, after = reactions.get(update.direction), update.data["emoji"]
    if before == after:
        return None
    reactions[update.direction] = after
    return {"reaction": (before, after)}


def _unsend(interaction: StoredInteraction, update: Update) -> Difference | None:
    interaction.text, interaction.data, interaction.deleted_at = None, {}, update.happened_at
    return {}


_CHANGES = {EDIT: _edit, REACT: _react, UNSEND: _unsend}


def _opt_out(tx: Tx, caller: Caller, added: Sequence[StoredInteraction], texts: Sequence[str] | None) -> None:
    """Marks contacts as opted out whose whole message is an opt-out word: one of texts, or None for the built-in."""
    messages = [s for s in added if s.direction == INCOMING and s.kind == MESSAGE and may_opt_out(s.text)]
    if not messages:
        return
    words = fold_opt_out_words(OPT_OUT_WORDS if texts is None else texts)
    words_sent = {s.contact_id: word for s in messages if (word := find_opt_out_word(s.text, words)) is not None}
    if not words_sent:
        return
    lock_contacts(tx, caller.organization_id, words_sent)
    rows, columns = [], {}
    for contact in contact_store.list_contacts_by_id(tx, caller.organization_id, words_sent):
        if contact.status != OPTOUT:
            columns[contact.id] = {"status": OPTOUT}
            changes = {"status": (contact.status, OPTOUT), "opt_out_word": (None, words_sent[contact.id])}
            rows.append(row_of(caller, "contact.updated", contact.id, contact_ids=[contact.id], changes=changes))
    record_events(tx, caller, rows, columns)


def _request_profiles(tx: Tx, caller: Caller, account_id: str, added: Sequence[Update], people: People) -> None:
    """Requests profiles that are a day old. Writing a message counts as the consent that was missing."""
    wrote = {u.person_id for u in added if u.kind == MESSAGE and u.direction == INCOMING}
    consented = {person_id for person_id in wrote if people[person_id].refused_at is not None}
    if consented:
        store.clear_refusals(tx, caller.organization_id, consented)
    now = times.now()
    due = [person_id for person_id, each in people.items() if person_id in consented or each.may_be_asked(now)]
    enqueue_profiles(tx, caller, account_id, due)
