"""Subscriptions to address books elsewhere: added, changed, removed, run, decided about.

The password comes sealed from the door, because only it knows the data folder.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict, replace

from coterie import outgoing
from coterie.actions.events import differences, record
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.subscriptions import (
    ACTIVE,
    APPLY,
    CARD_HELD,
    DETACH,
    HELD,
    OURS,
    PAUSED,
    REMOTE,
    SUBSCRIPTIONS_MAX,
    SYNC_JOB,
    Approval,
    Subscription,
    checked,
)
from coterie.store import jobs, remote_cards
from coterie.store import subscriptions as store
from coterie.store.database import Tx
from coterie.store.folders import find_folder
from coterie.store.organizations import lock_organization

# fields that a door may change, and that events show
FIELDS = ("name", "username", "direction", "policy", "folder_id", "state")
HELD_CARDS_MAX = 10_000


def add_subscription(tx: Tx, caller: Caller, subscription: Subscription) -> Subscription:
    """Adds a subscription (its id, user and moments are set here). Its first run only reads.

    Raises Invalid if a field is not valid, the book has a subscription, or the organization has 50.
    """
    lock_organization(tx, caller.organization_id)
    present = store.list_subscriptions(tx, caller.organization_id)
    if len(present) >= SUBSCRIPTIONS_MAX:
        raise invalid("url", f"cannot be added: the limit is {SUBSCRIPTIONS_MAX} subscriptions")
    if any((each.url, each.username) == (subscription.url, subscription.username) for each in present):
        raise invalid("url", "is already subscribed to", kind="taken")
    now = times.now()
    new = replace(
        _checked(tx, caller, subscription), id=new_id(), user_id=caller.user_id, created_at=now, updated_at=now,
        next_run_at=now,
    )  # fmt: skip
    store.insert_subscription(tx, caller.organization_id, new)
    record(tx, caller, "subscription.added", new.id, changes=differences(None, new, FIELDS))
    return new


def update_subscription(tx: Tx, caller: Caller, subscription_id: str, fields: Mapping[str, Any]) -> Subscription:
    """Changes fields (of FIELDS except state, and password_sealed). Raises NotFound, or Invalid."""
    before = find_subscription(tx, caller, subscription_id, lock=True)
    after = _checked(tx, caller, replace(before, **fields))
    changed = {name: value for name, value in asdict(after).items() if value != getattr(before, name)}
    if changed:
        # a new password may mend what failed
        changed |= {"updated_at": times.now(), "failure_count": 0, "error_code": None, "error": None}
        store.update_subscription(tx, caller.organization_id, subscription_id, changed)
        record(tx, caller, "subscription.updated", subscription_id, changes=differences(before, after, FIELDS))
    return find_subscription(tx, caller, subscription_id)


def pause_subscription(tx: Tx, caller: Caller, subscription_id: str, *, is_paused: bool) -> None:
    """Pauses a subscription, or resumes it at once. Raises NotFound; Conflict if its import was undone."""
    before = find_subscription(tx, caller, subscription_id, lock=True)
    if (before.state == PAUSED) == is_paused:
        return
    if before.error_code == "import_undone":
        raise Conflict("The import of its first run was undone: remove the subscription and add it again")
    state = PAUSED if is_paused else ACTIVE
    now = times.now()
    columns = {"state": state, "updated_at": now, "next_run_at": None if is_paused else now}
    store.update_subscription(tx, caller.organization_id, subscription_id, columns)
    after = replace(before, state=state)
    record(tx, caller, "subscription.updated", subscription_id, changes=differences(before, after, FIELDS))


def remove_subscription(tx: Tx, caller: Caller, subscription_id: str) -> None:
    """Removes a subscription. Its contacts stay on both sides. Raises NotFound."""
    if not store.delete_subscription(tx, caller.organization_id, subscription_id):
        raise NotFound("Subscription not found")
    record(tx, caller, "subscription.removed", subscription_id)


def request_run(tx: Tx, organization_id: int, subscription_id: str, *, run_at: str | None = None) -> str | None:
    """Enqueues a run of a subscription; returns the job's id, None if one waits or runs."""
    return jobs.enqueue(
        tx, organization_id, SYNC_JOB, {"subscription_id": subscription_id}, run_at=run_at, attempts_max=5,
        dedupe_key=dedupe_key(subscription_id),
    )  # fmt: skip


def dedupe_key(subscription_id: str) -> str:
    """Of the jobs of a subscription: one runs at a time."""
    return f"{SYNC_JOB}:{subscription_id}"


def decide_run(tx: Tx, caller: Caller, subscription_id: str, decision: str) -> None:
    """Decides about a held run, and starts it. APPLY: it makes its changes; DETACH: these contacts stay as they are on
    both sides and are no longer kept in sync.

    Raises NotFound; Conflict if no run is held; Invalid for another decision.
    """
    if decision not in (APPLY, DETACH):
        raise invalid("decision", f"must be {APPLY} or {DETACH}", kind="choice")
    subscription = find_subscription(tx, caller, subscription_id, lock=True)
    held = subscription.held
    if subscription.state != HELD or held is None:
        raise Conflict("No run of this subscription is waiting for a decision")
    approval = Approval(decision, held.removed, held.changed, held.deleted)
    columns = {"approved": approval, "next_run_at": times.now()}
    store.update_subscription(tx, caller.organization_id, subscription_id, columns)
    request_run(tx, caller.organization_id, subscription_id)


def decide_cards(tx: Tx, caller: Caller, subscription_id: str, decision: str, hrefs: list[str] | None = None) -> int:
    """Decides whose value counts for held cards, these or all, and starts a run; returns how many.

    Raises NotFound; Invalid if the decision is neither remote nor ours.
    """
    if decision not in (REMOTE, OURS):
        raise invalid("decision", f"must be {REMOTE} or {OURS}", kind="choice")
    find_subscription(tx, caller, subscription_id, lock=True)
    held = remote_cards.list_in_state(tx, caller.organization_id, subscription_id, [CARD_HELD], limit=HELD_CARDS_MAX)
    chosen = [replace(card, decision=decision) for card in held if hrefs is None or card.href in hrefs]
    remote_cards.save_remote_cards(tx, caller.organization_id, subscription_id, chosen)
    if chosen:
        store.update_subscription(tx, caller.organization_id, subscription_id, {"next_run_at": times.now()})
        request_run(tx, caller.organization_id, subscription_id)
    return len(chosen)


def find_subscription(tx: Tx, caller: Caller, subscription_id: str, *, lock: bool = False) -> Subscription:
    """A subscription of the organization. lock: until the commit. Raises NotFound."""
    subscription = store.find_subscription(tx, caller.organization_id, subscription_id, lock=lock)
    if subscription is None:
        raise NotFound("Subscription not found")
    return subscription


def _checked(tx: Tx, caller: Caller, subscription: Subscription) -> Subscription:
    try:
        outgoing.check_url(subscription.url)
    except outgoing.NotAllowed as error:
        raise invalid("url", f"cannot be used: {error}") from None
    folder_id = subscription.folder_id
    if folder_id is not None and find_folder(tx, caller.organization_id, folder_id) is None:
        raise invalid("folder_id", "is not a folder of the organization")
    return checked(subscription)
