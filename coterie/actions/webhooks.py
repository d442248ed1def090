"""Webhooks: endpoints are added, changed, tested and replayed.

Secrets and headers come sealed from the door, because only it knows the data folder.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie import outgoing
from coterie.actions.events import differences, record
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.webhooks import (
    DESCRIPTION_LENGTH_MAX,
    PAYLOADS,
    STATUSES,
    TEST_KIND,
    WAITING,
    WEBHOOKS_MAX,
    Delivery,
    Webhook,
    encode_body,
    parse_kinds,
)
from coterie.store import webhook_deliveries, webhooks
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.organizations import lock_organization

# fields that a door may change; secrets and headers have functions of their own
FIELDS = ("url", "description", "kinds", "payload", "include_bulk", "filter", "is_ordered", "is_active")
REPLAYS_MAX = 10_000
OLD_SECRET_HOURS_MAX = 24 * 30


def create_webhook(tx: Tx, caller: Caller, webhook: Webhook, *, allowed: str = "", own: str = "") -> Webhook:
    """Adds an endpoint (its id and moments are set here); it receives events from now on.

    allowed, own: as outgoing.parse_rules. Raises Invalid if a field is not valid, nothing could be delivered to the
    URL, or the organization has 100 webhooks.
    """
    _check_url(webhook.url, allowed, own)
    lock_organization(tx, caller.organization_id)
    if len(webhooks.list_webhooks(tx, caller.organization_id)) >= WEBHOOKS_MAX:
        raise invalid("url", f"cannot be added: the limit is {WEBHOOKS_MAX} webhooks")
    now = times.now()
    last = find_last_event(tx, caller.organization_id)
    webhook = replace(_checked(webhook), id=new_id(), last_event_id=last, created_at=now, updated_at=now)
    webhooks.insert_webhook(tx, caller.organization_id, webhook)
    record(tx, caller, "webhook.created", webhook.id, changes=differences(None, webhook, FIELDS))
    # its own event is not news to the endpoint
    webhooks.save_cursor(tx, caller.organization_id, webhook.id, find_last_event(tx, caller.organization_id))
    return webhook


def update_webhook(
    tx: Tx,
    caller: Caller,
    webhook_id: str,
    fields: Mapping[str, Any],
    *,
    from_now: bool = False,
    allowed: str = "",
    own: str = "",
) -> Webhook:
    """Changes fields of an endpoint. Enabling one ends its failures; from_now: events before now are not sent.

    allowed, own: as outgoing.parse_rules. Raises NotFound, or Invalid as create_webhook does.
    """
    before = find_webhook(tx, caller, webhook_id, lock=True)
    if "url" in fields and fields["url"] != before.url:
        _check_url(fields["url"], allowed, own)
    after = _checked(replace(before, **fields))
    if after.is_active and not before.is_active:
        after = replace(after, failure_count=0, failing_since=None, retry_at=None, disabled_reason=None)
        if from_now:
            after = replace(after, last_event_id=find_last_event(tx, caller.organization_id))
    if after != before:
        webhooks.save_webhook(tx, caller.organization_id, replace(after, updated_at=times.now()))
        record(tx, caller, "webhook.updated", webhook_id, changes=differences(before, after, FIELDS))
    return after


def rotate_secret(tx: Tx, caller: Caller, webhook_id: str, *, sealed: str, old_valid_hours: int) -> Webhook:
    """Gives an endpoint a new secret. For so many hours messages are signed with the old one too.

    Raises NotFound, or Invalid if the hours are not 0 to 720.
    """
    if not 0 <= old_valid_hours <= OLD_SECRET_HOURS_MAX:
        raise invalid("old_valid_hours", f"must be 0 to {OLD_SECRET_HOURS_MAX}")
    before = find_webhook(tx, caller, webhook_id, lock=True)
    now = times.now()
    until = times.after(now, old_valid_hours * 3600) if old_valid_hours else None
    after = replace(
        before,
        secret_sealed=sealed,
        previous_secret_sealed=before.secret_sealed if until else None,
        previous_until=until,
        updated_at=now,
    )
    webhooks.save_webhook(tx, caller.organization_id, after)
    record(tx, caller, "webhook.secret_rotated", webhook_id)
    return after


def delete_webhook(tx: Tx, caller: Caller, webhook_id: str) -> None:
    """Deletes an endpoint with its log. Raises NotFound."""
    if not webhooks.delete_webhook(tx, caller.organization_id, webhook_id):
        raise NotFound("There is no such webhook")
    record(tx, caller, "webhook.deleted", webhook_id)


def send_test(tx: Tx, caller: Caller, webhook_id: str) -> Delivery:
    """Sends a message of the kind webhook.test; returns its delivery. Raises NotFound, Invalid if it is disabled."""
    webhook = find_webhook(tx, caller, webhook_id)
    if not webhook.is_active:
        raise invalid("webhook", "is disabled: enable it first")
    now = times.now()
    body = encode_body(TEST_KIND, now, {"webhook_id": webhook.id})
    delivery = Delivery(
        webhook_id=webhook.id,
        id=f"test_{new_id()}",
        kind=TEST_KIND,
        body=body,
        status=WAITING,
        next_attempt_at=now,
        created_at=now,
    )
    webhook_deliveries.insert_deliveries(tx, caller.organization_id, [delivery])
    return delivery


def replay_deliveries(tx: Tx, caller: Caller, webhook_id: str, conditions: Mapping[str, Any]) -> int:
    """Sends finished deliveries again, with the ids and bodies they had; returns how many, at most 10,000.

    conditions: any of id, status, since and until. Raises NotFound, Invalid for a wrong status
    or an empty span.
    """
    find_webhook(tx, caller, webhook_id, lock=True)
    if conditions.get("status") not in (None, *STATUSES):
        raise invalid("status", f"must be one of {', '.join(STATUSES)}", kind="choice")
    for name in ("since", "until"):
        if name in conditions:
            conditions = {**conditions, name: times.parse_moment(conditions[name], name)}
    if "since" in conditions and conditions["since"] >= conditions.get("until", "~"):
        raise invalid("until", "must be after since", kind="together")
    return webhook_deliveries.replay(
        tx, caller.organization_id, webhook_id, now=times.now(), conditions=conditions, limit=REPLAYS_MAX
    )


def find_webhook(tx: Tx, caller: Caller, webhook_id: str, *, lock: bool = False) -> Webhook:
    """Raises NotFound."""
    webhook = webhooks.find_webhook(tx, caller.organization_id, webhook_id, lock=lock)
    if webhook is None:
        raise NotFound("There is no such webhook")
    return webhook


def _check_url(url: str, allowed: str, own: str) -> None:
    """Raises Invalid for a URL to which nothing could be delivered."""
    try:
        outgoing.check_place(url, outgoing.parse_rules(allowed, own))
    except outgoing.NotAllowed as error:
        reason = f"cannot be used: {error}. Public https:// addresses can; the operator allows others with"
        raise invalid("url", f"{reason} COTERIE_OUTGOING_ALLOWED") from None


def _checked(webhook: Webhook) -> Webhook:
    description = (webhook.description or "").strip() or None
    if description and (len(description) > DESCRIPTION_LENGTH_MAX or not description.isprintable()):
        raise invalid("description", f"must have up to {DESCRIPTION_LENGTH_MAX} printable characters")
    if webhook.payload not in PAYLOADS:
        raise invalid("payload", f"must be one of {', '.join(PAYLOADS)}", kind="choice")
    return replace(webhook, description=description, kinds=parse_kinds(webhook.kinds))
