"""/webhooks/{webhook_id}/deliveries, …/test and …/replay: what was sent to an endpoint, and sending it again."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions import webhooks as actions
from coterie.actions.members import require_owner
from coterie.api.hub.pages import LIMIT, Cursor, Limit, Page, cut_page, open_page
from coterie.api.hub.webhooks import webhook_id
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.cursors import CursorScope
from coterie.model.organizations import Caller
from coterie.model.webhooks import STATUSES, Attempt, Delivery
from coterie.store import webhook_deliveries as store
from coterie.store.database import Tx

Status = Literal[STATUSES]  # type: ignore[valid-type]
Moment = Annotated[str, Meta(max_length=40, description="ISO 8601.")]


class DeliveriesQuery(Struct, forbid_unknown_fields=True):
    status: Status | None = None
    kind: Annotated[str, Meta(max_length=100, description="Only of this kind of event.")] | None = None
    limit: Limit = None
    cursor: Cursor = None


class AttemptEntity(Struct):
    at: str
    milliseconds: int
    status: Annotated[int | None, Meta(description="The HTTP status; null if no response came.")]
    error: Annotated[str | None, Meta(description="Why it failed, in words; null for a success.")]
    answer: Annotated[str, Meta(description="The beginning of the response's body.")]


class DeliveryEntity(Struct):
    id: Annotated[str, Meta(description="webhook-id, the same in every attempt.")]
    event_id: Annotated[int | None, Meta(description="null for a test.")]
    kind: str
    status: str
    next_attempt_at: str | None
    created_at: str
    finished_at: str | None
    attempts: list[AttemptEntity]


class DeliveryPage(Page, kw_only=True):
    items: list[DeliveryEntity]


class ReplayBody(Struct, forbid_unknown_fields=True):
    """Which finished deliveries are sent again; without any field, all."""

    id: Annotated[str, Meta(max_length=100, description="One delivery.")] | None = None
    status: Status | None = None
    since: Annotated[Moment, Meta(description="Those created at or after it.")] | None = None
    until: Annotated[Moment, Meta(description="Those created before it.")] | None = None


class ReplayReceipt(Struct):
    count: Annotated[int, Meta(description=f"Deliveries that are sent again, at most {actions.REPLAYS_MAX:,}.")]


class _Position(Struct, frozen=True, array_like=True):
    created_at: str
    id: str


def list_(tx: Tx, caller: Caller, request: Request) -> DeliveryPage:
    query: DeliveriesQuery = request.query
    webhook = actions.find_webhook(tx, caller, webhook_id(request))
    limit = query.limit or LIMIT
    scope = CursorScope(request.settings, caller, "deliveries", (webhook.id, query.status or "", query.kind or ""))
    position = open_page(scope, query.cursor, _Position, None)
    found = store.list_deliveries(
        tx, caller.organization_id, webhook.id, status=query.status, kind=query.kind,
        before=(position.created_at, position.id) if position is not None else None, limit=limit + 1,
    )  # fmt: skip
    page, cursor = cut_page(scope, found, limit, lambda delivery: _Position(delivery.created_at, delivery.id))
    attempts = store.list_attempts(tx, caller.organization_id, webhook.id, [each.id for each in page])
    return DeliveryPage(items=[_present(each, attempts[each.id]) for each in page], next_cursor=cursor)


def send_test(tx: Tx, caller: Caller, request: Request) -> DeliveryEntity:
    require_owner(tx, caller)
    return _present(actions.send_test(tx, caller, webhook_id(request)), [])


def replay(tx: Tx, caller: Caller, request: Request) -> ReplayReceipt:
    require_owner(tx, caller)
    body: ReplayBody = request.body
    conditions = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not None}
    count = actions.replay_deliveries(tx, caller, webhook_id(request), conditions)
    if body.id is not None and not count:
        raise NotFound("There is no such delivery that is finished and still has its message")
    return ReplayReceipt(count)


def _present(delivery: Delivery, attempts: list[Attempt]) -> DeliveryEntity:
    return DeliveryEntity(
        delivery.id, delivery.event_id, delivery.kind, delivery.status,
        next_attempt_at=delivery.next_attempt_at, created_at=delivery.created_at, finished_at=delivery.finished_at,
        attempts=[AttemptEntity(each.at, each.milliseconds, each.status, each.error, each.answer) for each in attempts],
    )  # fmt: skip
