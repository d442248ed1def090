"""What Meta delivered becomes contacts, interactions and events, a batch at a time: a few statements for each kind of
thing in a batch, not for each update.

Guarantees. An update applied twice, in the same delivery, another one or by another worker, counts once: its outside
id tells. The order of arrival does not matter: an edit that comes before its message stands for it, and a message
unsent before it came stays unsent. Events never hold a text, so that what is unsent is gone everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.actions.events import record, record_all, row_of
from coterie.actions.instagram import MENTION_JOB, enqueue_profiles
from coterie.actions.instagram_people import find_or_add_by_username, find_or_add_people
from coterie.actions.jobs import enqueue
from coterie.errors import Invalid, TooSlow, Unavailable
from coterie.model import times
from coterie.model.contacts import OPTOUT
from coterie.model.handles import INSTAGRAM
from coterie.model.ids import new_id
from coterie.model.instagram import OPT_OUT_WORDS, find_opt_out_word, fold_opt_out_words
from coterie.model.instagram_updates import ADD, EDIT, MENTIONED, REACT, UNSEND, Update
from coterie.model.interactions import INCOMING, MENTION, MESSAGE, StoredInteraction
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import instagram as store
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx

# small enough that others, who wait for the writer meanwhile, wait some 30 ms
BATCH = 100
Stored = dict[str, StoredInteraction]
Events = list[dict[str, Any]]
Difference = dict[str, tuple[object, object]]


def apply_updates(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> list[tuple[str, str]]:
    """Apply one batch; the (external id, reason) of updates that could not be, each of which cost only itself.

    When none can be applied the reason lies elsewhere, and the last error is raised.
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
        except Exception as error:
            lost.append((update.external_id, f"{type(error).__name__}: {error}"))
            if len(lost) == len(updates):
                raise
    return lost


def _apply(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> None:
    if store.lock_account(tx, caller.organization_id, account_id) is None:
        return  # it was taken away since
    organization_id = caller.organization_id
    stored = interaction_store.find_stored(tx, organization_id, INSTAGRAM, {update.external_id for update in updates})
    _ask_for_mentions(
        tx, caller, account_id, [u for u in updates if u.what == MENTIONED and u.external_id not in stored]
    )
    of_people = [update for update in updates if update.what != MENTIONED]
    fresh = [update for update in of_people if update.what == ADD and update.external_id not in stored]
    usernames = {update.person_id: update.username for update in fresh if update.username}
    contact_ids = find_or_add_people(tx, caller, account_id, {update.person_id for update in of_people}, usernames)
    now = times.now()
    changed, events = _work_through(caller, of_people, contact_ids, stored, now)
    interaction_store.insert_stored(tx, organization_id, INSTAGRAM, [s for s in changed if s.is_new], now)
    interaction_store.save_stored(tx, organization_id, [s for s in changed if not s.is_new], now)
    interaction_store.trim_recent(tx, organization_id, sorted({s.contact_id for s in changed if s.is_new}))
    unsent = {(s.contact_id, s.kind) for s in changed if s.deleted_at and not s.is_new}
    interaction_store.mark_recent(tx, organization_id, sorted(unsent))
    record_all(tx, caller, events)
    _opt_out(tx, caller, {s.external_id: s for s in changed if s.is_new})
    _ask_for_profiles(tx, caller, account_id, fresh, contact_ids)


def _work_through(
    caller: Caller, updates: Sequence[Update], contact_ids: dict[str, int], stored: Stored, now: str
) -> tuple[list[StoredInteraction], Events]:
    """Bring the interactions at hand in step with the updates, new ones first, then what happened to them: (those that
    are new or changed, their events)."""
    changed: Stored = {}
    events: Events = []

    def note(kind: str, interaction: StoredInteraction, changes: Difference) -> None:
        changed[interaction.external_id] = interaction
        contact_id = interaction.contact_id
        events.append(row_of(caller, kind, interaction.id, contact_id=contact_id, changes=changes, now=now))

    for update in sorted(updates, key=lambda update: update.what != ADD):
        if update.external_id not in stored and update.what in (ADD, EDIT, UNSEND):
            stored[update.external_id] = made = _made(update, contact_ids[update.person_id])
            if update.what != UNSEND:
                kind = "interaction.received" if made.direction == INCOMING else "interaction.sent"
                note(kind, made, {"kind": (None, made.kind)})
    for what, change in _CHANGES.items():
        for update in updates:
            interaction = stored.get(update.external_id)
            if update.what == what and interaction is not None and interaction.deleted_at is None:
                difference = change(interaction, update)
                if difference is not None:
                    note("interaction.deleted" if what == UNSEND else "interaction.updated", interaction, difference)
    return list(changed.values()), events


def _made(update: Update, contact_id: int) -> StoredInteraction:
    """A new interaction; of an edit or an unsending that came first, what is left for its message."""
    return StoredInteraction(
        external_id=update.external_id,
        contact_id=contact_id,
        kind=update.kind,
        happened_at=update.happened_at,
        id=new_id(),
        direction=update.direction,
        text=update.text,
        data=dict(update.data),
        deleted_at=None,
        is_new=True,
    )


def _edit(interaction: StoredInteraction, update: Update) -> Difference | None:
    before, after = interaction.data.get("edit_count", 0), update.data["edit_count"]
    if after <= before:
        return None  # an older edit that came late
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


def _opt_out(tx: Tx, caller: Caller, added: Stored) -> None:
    """Who writes one of the opt-out words, and nothing else, is not written to any more."""
    texts = store.find_opt_out_words(tx, caller.organization_id)
    words = fold_opt_out_words(OPT_OUT_WORDS if texts is None else texts)
    said = {
        interaction.contact_id: word
        for interaction in added.values()
        if interaction.direction == INCOMING and interaction.kind == MESSAGE
        if (word := find_opt_out_word(interaction.text, words)) is not None
    }
    now = times.now()
    rows = []
    for contact in contact_store.list_contacts_by_id(tx, caller.organization_id, said):
        if contact.status != OPTOUT:
            columns = {"status": OPTOUT, "updated_at": now}
            contact_store.update_contact(tx, caller.organization_id, contact.id, columns)
            changes = {"status": (contact.status, OPTOUT), "opt_out_word": (None, said[contact.id])}
            rows.append(row_of(caller, "contact.updated", contact.id, contact_id=contact.id, changes=changes, now=now))
    record_all(tx, caller, rows)


def add_mention(tx: Tx, caller: Caller, account_id: str, ids: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Keep a mention whose text and author were asked for: ids are the arguments of its job, found holds text,
    username and timestamp. Without a username, or by the account itself, it is nobody's and passed over."""
    account = store.lock_account(tx, caller.organization_id, account_id)
    username = found.get("username")
    if account is None or not username or username == account.username:
        return
    external_id = f"mention:{ids.get('comment_id') or ids.get('media_id')}"
    if interaction_store.find_known(tx, caller.organization_id, INSTAGRAM, [external_id]):
        return
    try:
        contact_id = find_or_add_by_username(tx, caller, username)
        happened_at = times.parse_moment(found.get("timestamp") or ids["happened_at"], "timestamp")
    except Invalid:
        return
    data = {key: ids[key] for key in ("media_id", "comment_id") if ids.get(key)}
    update = Update(
        what=ADD, external_id=external_id, happened_at=happened_at, kind=MENTION, text=found.get("text"), data=data
    )
    made = _made(update, contact_id)
    interaction_store.insert_stored(tx, caller.organization_id, INSTAGRAM, [made], times.now())
    interaction_store.mark_recent(tx, caller.organization_id, [(contact_id, MENTION)])
    record(tx, caller, "interaction.received", made.id, contact_id=contact_id, changes={"kind": (None, MENTION)})


def _ask_for_mentions(tx: Tx, caller: Caller, account_id: str, updates: Sequence[Update]) -> None:
    for update in updates:
        arguments = {"account_id": account_id, "happened_at": update.happened_at, **update.data}
        enqueue(tx, caller, MENTION_JOB, arguments, dedupe_key=f"{MENTION_JOB}:{update.external_id}")


def _ask_for_profiles(
    tx: Tx, caller: Caller, account_id: str, fresh: Sequence[Update], contact_ids: dict[str, int]
) -> None:
    """Who was not asked about for a day is; writing a message is the consent that was missing."""
    wrote = {u.person_id for u in fresh if u.kind == MESSAGE and u.direction == INCOMING}
    store.forget_refusals(tx, caller.organization_id, wrote)
    now = times.now()
    people = store.find_people(tx, caller.organization_id, contact_ids)
    enqueue_profiles(
        tx, caller, account_id, [person_id for person_id, person in people.items() if person.may_be_asked(now)]
    )
