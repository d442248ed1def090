"""Events become deliveries, and attempts become outcomes. The worker calls these, each in a transaction."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.callers import caller_for
from coterie.actions.events import record
from coterie.actions.webhook_filters import list_matching_ids, problem_of
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.organizations import Organization
from coterie.model.webhooks import (
    DISABLE_AFTER_SECONDS,
    DISABLED_BY_FAILURES,
    DISABLED_BY_FILTER,
    DISABLED_BY_RECEIVER,
    DONE,
    FAILED,
    FULL,
    HOLD_SECONDS,
    PROBE_AFTER,
    WAITING,
    Attempt,
    Delivery,
    Webhook,
    delay_before,
    encode_body,
    is_chosen,
    probe_delay,
)
from coterie.store import jobs, webhook_deliveries, webhooks
from coterie.store.database import Tx
from coterie.store.events import EventSheet, list_events_since
from coterie.store.organizations import find_organization

VIA = "webhook"
PAGE = 500
DISABLED_JOB = "webhook_disabled"
# while a delivery is being sent, no other worker takes it
CLAIM_SECONDS = 120.0
_GONE = 410
_ERASED = "contact.erased"


def enqueue_page(tx: Tx, organization_id: int, webhook_id: str) -> bool:
    """Makes deliveries of the next 500 events of an endpoint; returns whether there are more events.

    The cursor moves in the same transaction: no event is lost or sent as two messages.
    """
    webhook = webhooks.find_webhook(tx, organization_id, webhook_id, lock=True)
    organization = find_organization(tx, organization_id)
    if webhook is None or organization is None or not webhook.is_active:
        return False
    events = list_events_since(tx, organization_id, webhook.last_event_id, limit=PAGE)
    if not events:
        return False
    try:
        sent = _chosen(tx, organization, webhook, events)
    except Invalid as error:
        _disable(tx, organization_id, webhook, problem_of(error))
        return False
    now = times.now()
    prefix = f"evt_{organization.uuid.replace('-', '')}_"
    deliveries = [
        Delivery(
            webhook_id=webhook.id,
            id=f"{prefix}{event.id}",
            event_id=event.id,
            kind=event.kind,
            body=_body(webhook, event),
            status=WAITING,
            next_attempt_at=now,
            created_at=now,
        )
        for event in sent
    ]
    webhook_deliveries.insert_deliveries(tx, organization_id, deliveries)
    webhooks.save_cursor(tx, organization_id, webhook.id, events[-1].id)
    return len(events) == PAGE


def _chosen(tx: Tx, organization: Organization, webhook: Webhook, events: Sequence[EventSheet]) -> list[EventSheet]:
    """Those of the events that the endpoint asks for. Raises Invalid if its filter is broken."""
    events = [event for event in events if _is_sent(webhook, event)]
    if webhook.filter is None:
        return events
    ids = {contact_id for event in events for contact_id in event.contact_ids}
    matching = list_matching_ids(tx, organization, webhook.filter, ids)
    # whether an erased contact matched is no longer stored; its message contains only ids
    return [event for event in events if event.kind == _ERASED or not matching.isdisjoint(event.contact_ids)]


def _disable(tx: Tx, organization_id: int, webhook: Webhook, problem: str) -> None:
    """Disables an endpoint whose filter is broken. Its cursor stays, so missed events are sent once it is enabled."""
    after = replace(webhook, is_active=False, disabled_reason=DISABLED_BY_FILTER)
    webhooks.save_health(tx, organization_id, after)
    _record_disabled(tx, organization_id, after, problem)


def _is_sent(webhook: Webhook, event: EventSheet) -> bool:
    if event.is_bulk and not webhook.include_bulk:
        return False
    # a note that names no contact may be a personal one
    if event.kind.startswith("note.") and not event.contact_ids:
        return False
    return is_chosen(webhook.kinds, event.kind)


def _body(webhook: Webhook, event: EventSheet) -> str:
    data: dict[str, Any] = {
        "event_id": event.id,
        "subject_id": event.subject_id,
        "contact_ids": event.contact_ids,
        "user_id": event.user_id,
        "via": event.via,
        "token_id": event.token_id,
    }
    if webhook.payload == FULL and event.changes is not None:
        data["changes"] = msgspec.Raw(event.changes.encode())
    return encode_body(event.kind, event.happened_at, data)


def claim_deliveries(
    tx: Tx, organization_id: int, webhook_id: str, limit: int
) -> tuple[Webhook, list[Delivery]] | None:
    """The endpoint and up to so many of its due deliveries, which are this worker's for two minutes.

    One at a time while the endpoint fails. None if it is disabled, or nothing is due.
    """
    webhook = webhooks.find_webhook(tx, organization_id, webhook_id, lock=True)
    now = times.now()
    if webhook is None or not webhook.is_active or (webhook.retry_at or "") > now:
        return None
    probes = webhook.failure_count >= PROBE_AFTER
    until = times.after(now, CLAIM_SECONDS)
    count = 1 if probes else limit
    if webhook.is_ordered:
        deliveries = webhook_deliveries.claim_in_order(
            tx, organization_id, webhook_id, now=now, until=until, held_since=times.after(now, -HOLD_SECONDS),
            limit=count,
        )  # fmt: skip
    else:
        deliveries = webhook_deliveries.claim_due(
            tx, organization_id, webhook_id, now=now, until=until, limit=count, probes=probes
        )
    if probes and deliveries:
        # until this probe has an outcome, no other is sent
        webhooks.save_health(tx, organization_id, replace(webhook, retry_at=until))
    return (webhook, deliveries) if deliveries else None


def save_attempts(
    tx: Tx, organization_id: int, attempts: Mapping[str, Sequence[tuple[Delivery, Attempt]]]
) -> dict[str, Webhook]:
    """Logs attempts of endpoints (webhook id -> delivery as it was claimed, attempt) and decides what follows.

    Returns the endpoints that these attempts disabled.
    """
    disabled = {}
    for webhook_id, made in attempts.items():
        webhook = webhooks.find_webhook(tx, organization_id, webhook_id, lock=True)
        if webhook is None:
            continue
        numbered = [
            (replace(delivery, attempt_count=delivery.attempt_count + 1), attempt) for delivery, attempt in made
        ]
        webhook_deliveries.save_attempts(tx, organization_id, numbered)
        outcomes = [_outcome(delivery, attempt) for delivery, attempt in numbered]
        webhook_deliveries.save_outcomes(tx, organization_id, outcomes)
        after = _health(webhook, [attempt for _, attempt in made])
        if after != webhook:
            webhooks.save_health(tx, organization_id, after)
        if webhook.is_active and not after.is_active:
            disabled[webhook_id] = after
            _record_disabled(tx, organization_id, after)
    return disabled


def _outcome(delivery: Delivery, attempt: Attempt) -> Delivery:
    """The delivery after its attempt. attempt_count counts this one."""
    if attempt.is_success:
        return replace(delivery, status=DONE, next_attempt_at=None, finished_at=attempt.at)
    delay = delay_before(delivery.attempt_count + 1, chance=random.random(), retry_after=attempt.retry_after)  # noqa: S311
    if delay is None or attempt.status == _GONE:
        return replace(delivery, status=FAILED, next_attempt_at=None, finished_at=attempt.at)
    return replace(delivery, next_attempt_at=times.after(times.now(), delay))


def _health(webhook: Webhook, attempts: Sequence[Attempt]) -> Webhook:
    """The endpoint after attempts, in the order in which they ended."""
    for attempt in attempts:
        if attempt.is_success:
            webhook = replace(webhook, failure_count=0, failing_since=None, retry_at=None)
            continue
        since = webhook.failing_since or attempt.at
        count = webhook.failure_count + 1
        webhook = replace(webhook, failure_count=count, failing_since=since)
        wait = max(probe_delay(count) if count >= PROBE_AFTER else 0.0, attempt.retry_after or 0.0)
        if wait:
            webhook = replace(webhook, retry_at=times.after(times.now(), wait))
        if attempt.status == _GONE:
            webhook = replace(webhook, is_active=False, disabled_reason=DISABLED_BY_RECEIVER)
        elif times.after(since, DISABLE_AFTER_SECONDS) < times.now():
            webhook = replace(webhook, is_active=False, disabled_reason=DISABLED_BY_FAILURES)
    return webhook


def _record_disabled(tx: Tx, organization_id: int, webhook: Webhook, problem: str | None = None) -> None:
    caller = caller_for(tx, organization_id, via=VIA)
    changes = {"disabled_reason": (None, webhook.disabled_reason)}
    if problem is not None:
        changes["problem"] = (None, problem)
    record(tx, caller, "webhook.disabled", webhook.id, changes=changes)
    jobs.enqueue(
        tx, organization_id, DISABLED_JOB, {"webhook_id": webhook.id}, dedupe_key=f"{DISABLED_JOB}:{webhook.id}"
    )
