"""Deliveries to webhooks: those that wait, and the log of their attempts."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import msgspec

from coterie.model.webhooks import CANCELLED, WAITING, Attempt, Delivery
from coterie.store.database import Tx

_COLUMNS = Delivery.__struct_fields__
_SELECT = ", ".join(_COLUMNS)
_OF_WEBHOOK = "organization_id = :organization_id AND webhook_id = :webhook_id"


def _delivery(row: tuple[Any, ...]) -> Delivery:
    return Delivery(**dict(zip(_COLUMNS, row, strict=True)))


def insert_deliveries(tx: Tx, organization_id: int, deliveries: Iterable[Delivery]) -> None:
    """Inserts deliveries; a message that exists already stays as it is."""
    rows = [{"organization_id": organization_id, **msgspec.structs.asdict(delivery)} for delivery in deliveries]
    tx.insert_rows("webhook_deliveries", rows, skip_existing=True)


def list_due(tx: Tx, now: str, limit: int = 1000) -> list[tuple[int, str]]:
    """(organization id, id) of active webhooks with a delivery that is due."""
    rows = tx.all(
        "SELECT w.organization_id, w.id FROM webhooks w WHERE w.is_active"
        " AND (w.retry_at IS NULL OR w.retry_at <= :now) AND EXISTS"
        " (SELECT 1 FROM webhook_deliveries d WHERE d.organization_id = w.organization_id"
        " AND d.webhook_id = w.id AND d.next_attempt_at <= :now) LIMIT :limit",
        {"now": now, "limit": limit},
    )
    return [(organization_id, webhook_id) for organization_id, webhook_id in rows]


def claim_due(
    tx: Tx, organization_id: int, webhook_id: str, *, now: str, until: str, limit: int, probes: bool
) -> list[Delivery]:
    """The deliveries that are due, in the order of their events, now this worker's until a moment.

    probes: whether the endpoint fails; then the one that was tried least often is taken, so that none uses up all its
    attempts. The row of the webhook must be locked.
    """
    order = "attempt_count, event_id" if probes else "event_id"
    rows = tx.all(
        f"SELECT {_SELECT} FROM webhook_deliveries WHERE {_OF_WEBHOOK} AND next_attempt_at <= :now"
        f" ORDER BY {order}, id LIMIT :limit",
        {"organization_id": organization_id, "webhook_id": webhook_id, "now": now, "limit": limit},
    )
    deliveries = [_delivery(row) for row in rows]
    postpone(tx, organization_id, webhook_id, [delivery.id for delivery in deliveries], until)
    return deliveries


def claim_in_order(
    tx: Tx, organization_id: int, webhook_id: str, *, now: str, until: str, held_since: str, limit: int
) -> list[Delivery]:
    """As claim_due, but only up to the first message that waits for its next attempt.

    held_since: one that was tried and is older than that holds up no other. The row of the webhook must be locked.
    """
    rows = tx.all(
        f"SELECT {_SELECT} FROM webhook_deliveries WHERE {_OF_WEBHOOK} AND next_attempt_at IS NOT NULL"
        " AND (next_attempt_at <= :now OR attempt_count = 0 OR created_at > :held_since)"
        " ORDER BY coalesce(event_id, 0), id LIMIT :limit",
        {
            "organization_id": organization_id, "webhook_id": webhook_id, "now": now, "held_since": held_since,
            "limit": limit,
        },
    )  # fmt: skip
    deliveries = list(takewhile(lambda delivery: (delivery.next_attempt_at or "") <= now, map(_delivery, rows)))
    postpone(tx, organization_id, webhook_id, [delivery.id for delivery in deliveries], until)
    return deliveries


def postpone(tx: Tx, organization_id: int, webhook_id: str, ids: Sequence[str], until: str) -> None:
    """Moves the next attempt of waiting deliveries."""
    tx.run(
        f"UPDATE webhook_deliveries SET next_attempt_at = :until WHERE {_OF_WEBHOOK} AND id {tx.in_list('ids')}"
        " AND next_attempt_at IS NOT NULL",
        {"organization_id": organization_id, "webhook_id": webhook_id, "ids": tx.list_param(ids), "until": until},
    )


def save_attempts(tx: Tx, organization_id: int, attempts: Sequence[tuple[Delivery, Attempt]]) -> None:
    """Logs attempts. attempt_count of each delivery is the number of its attempt.

    A delivery that was deleted has no attempt.
    """
    rows = [
        {
            "organization_id": organization_id,
            "webhook_id": delivery.webhook_id,
            "delivery_id": delivery.id,
            "number": delivery.attempt_count,
            "at": attempt.at,
            "milliseconds": attempt.milliseconds,
            "status": attempt.status,
            "error": attempt.error,
            "answer": attempt.answer,
        }
        for delivery, attempt in attempts
    ]
    tx.insert_rows("webhook_attempts", rows, skip_existing=True)


def save_outcomes(tx: Tx, organization_id: int, deliveries: Iterable[Delivery]) -> None:
    """Saves status, attempts and next attempt of deliveries that have not been cancelled."""
    tx.execute_many(
        "UPDATE webhook_deliveries SET status = :status, attempt_count = :attempt_count,"
        f" next_attempt_at = :next_attempt_at, finished_at = :finished_at WHERE {_OF_WEBHOOK} AND id = :id"
        " AND next_attempt_at IS NOT NULL",
        [
            {
                "organization_id": organization_id,
                "webhook_id": delivery.webhook_id,
                "id": delivery.id,
                "status": delivery.status,
                "attempt_count": delivery.attempt_count,
                "next_attempt_at": delivery.next_attempt_at,
                "finished_at": delivery.finished_at,
            }
            for delivery in deliveries
        ],
    )


def list_deliveries(
    tx: Tx, organization_id: int, webhook_id: str, *, status: str | None = None, kind: str | None = None,
    before: tuple[str, str] | None = None, limit: int = 100,
) -> list[Delivery]:  # fmt: skip
    """The newest deliveries of a webhook before (created_at, id)."""
    bound: dict[str, Any] = {"organization_id": organization_id, "webhook_id": webhook_id, "limit": limit}
    tests = {"status": status, "kind": kind}
    conditions = "".join(f" AND {name} = :{name}" for name, value in tests.items() if value is not None)
    if before is not None:
        conditions += " AND (created_at, id) < (:created_at, :id)"
        bound |= {"created_at": before[0], "id": before[1]}
    rows = tx.all(
        f"SELECT {_SELECT} FROM webhook_deliveries WHERE {_OF_WEBHOOK}{conditions} ORDER BY created_at DESC, id DESC"
        " LIMIT :limit",
        bound | {name: value for name, value in tests.items() if value is not None},
    )
    return [_delivery(row) for row in rows]


def list_attempts(tx: Tx, organization_id: int, webhook_id: str, ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """delivery id -> its attempts, oldest first."""
    rows = tx.all(
        "SELECT delivery_id, at, milliseconds, status, error, answer FROM webhook_attempts"
        f" WHERE {_OF_WEBHOOK} AND delivery_id {tx.in_list('ids')} ORDER BY delivery_id, at, number",
        {"organization_id": organization_id, "webhook_id": webhook_id, "ids": tx.list_param(ids)},
    )
    found: dict[str, list[Attempt]] = {each: [] for each in ids}
    for delivery_id, at, milliseconds, status, error, answer in rows:
        attempt = Attempt(at=at, milliseconds=milliseconds, status=status, error=error, answer=answer)
        found[delivery_id].append(attempt)
    return found


def replay(
    tx: Tx, organization_id: int, webhook_id: str, *, now: str, conditions: Mapping[str, Any], limit: int
) -> int:
    """Sends deliveries again with the same message; returns how many. A message whose body is gone stays.

    conditions: of `id`, `status`, `since` and `until` (moments of creation) those that limit them.
    """
    tests = {
        "id": "id = :id", "status": "status = :status", "since": "created_at >= :since", "until": "created_at < :until",
    }  # fmt: skip
    chosen = "".join(f" AND {tests[name]}" for name in conditions)
    rows = tx.all(
        f"SELECT id FROM webhook_deliveries WHERE {_OF_WEBHOOK}{chosen} AND next_attempt_at IS NULL"
        " AND body IS NOT NULL ORDER BY created_at, id LIMIT :limit",
        {"organization_id": organization_id, "webhook_id": webhook_id, "limit": limit, **conditions},
    )
    return tx.run(
        "UPDATE webhook_deliveries SET status = :waiting, attempt_count = 0, next_attempt_at = :now, finished_at = NULL"
        f" WHERE {_OF_WEBHOOK} AND id {tx.in_list('ids')}",
        {
            "organization_id": organization_id, "webhook_id": webhook_id, "waiting": WAITING, "now": now,
            "ids": tx.list_param([row[0] for row in rows]),
        },
    )  # fmt: skip


def scrub_deliveries(tx: Tx, organization_id: int, events: str, bound: Mapping[str, Any]) -> None:
    """Empties the messages of events and cancels those that wait. events: a condition on event_id."""
    tx.run(
        "UPDATE webhook_deliveries SET body = NULL, next_attempt_at = NULL,"
        f" status = CASE WHEN status = '{WAITING}' THEN '{CANCELLED}' ELSE status END"
        f" WHERE organization_id = :organization_id AND body IS NOT NULL AND event_id {events}",
        {"organization_id": organization_id, **bound},
    )


def delete_old_deliveries(tx: Tx, before: str, limit: int) -> int:
    """Deletes finished deliveries created before a moment; returns how many."""
    return tx.run(
        "DELETE FROM webhook_deliveries WHERE (organization_id, webhook_id, id) IN (SELECT organization_id, webhook_id,"
        " id FROM webhook_deliveries WHERE created_at < :before AND next_attempt_at IS NULL LIMIT :limit)",
        {"before": before, "limit": limit},
    )
