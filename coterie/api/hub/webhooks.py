"""/webhooks: endpoints that receive events, what was sent to them, and sending it again."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import webhooks as actions
from coterie.actions.members import require_owner
from coterie.actions.webhook_filters import describe_webhook_filter, read_webhook_filter
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import Page
from coterie.api.route import Request
from coterie.model.filters.tree import LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.model.webhook_messages import example_of, schema_of
from coterie.model.webhooks import (
    DESCRIPTION_LENGTH_MAX,
    EVERY,
    FULL,
    PAYLOADS,
    SENT_KINDS,
    WEBHOOKS_MAX,
    Webhook,
    new_secret,
    parse_headers,
)
from coterie.store import webhooks as store
from coterie.store.database import Tx
from coterie.store.secrets import seal

KINDS_MAX = 200
Url = Annotated[str, Meta(min_length=1, max_length=2000, description="https://…")]
Kinds = Annotated[
    list[Annotated[str, Meta(max_length=100)]],
    Meta(max_length=KINDS_MAX, description="contact.created, contact.*, …, or * for all: GET /webhooks/event_kinds."),
]
Payload = Annotated[Literal[PAYLOADS], Meta(description="thin: ids only, no values.")]  # type: ignore[valid-type]
Description = Annotated[str, Meta(max_length=DESCRIPTION_LENGTH_MAX)]
Headers = Annotated[
    dict[str, str], Meta(max_length=100, description="Headers of every request, such as Authorization. Never shown.")
]


FilterText = Annotated[
    str,
    Meta(
        max_length=LENGTH_MAX,
        description="Only events of contacts that match when the event is processed, and of erased ones. In one line or"
        " as JSON: docs/filters.md.",
    ),
]
Ordered = Annotated[
    bool,
    Meta(description="Each message waits until the one before was accepted, for an hour at most. Slower."),
]


class WebhookEntity(Struct, kw_only=True):
    id: str
    url: str
    description: str | None
    kinds: list[str]
    payload: str
    include_bulk: Annotated[bool, Meta(description="Whether events of imports and bulk updates are sent.")]
    filter: Annotated[str | None, Meta(description="In one line; null for none.")]
    ordered: Ordered
    is_active: bool
    has_headers: bool
    failing_since: Annotated[str | None, Meta(description="The first failure since the last success.")]
    disabled_reason: Annotated[
        str | None, Meta(description="failures, or gone; null if a user disabled it; filter if its filter is broken.")
    ]
    previous_secret_until: Annotated[str | None, Meta(description="Until then, messages have two signatures.")]
    created_at: str
    updated_at: str


class NewWebhookEntity(WebhookEntity, kw_only=True):
    secret: Annotated[str, Meta(description="whsec_…: verifies signatures. Shown only now.")]


class WebhookPage(Page, kw_only=True):
    items: list[WebhookEntity]


class WebhookBody(Struct, forbid_unknown_fields=True):
    url: Url
    description: Description | None = None
    kinds: Annotated[Kinds | None, Meta(description="By default all.")] = None
    payload: Payload = FULL
    include_bulk: bool = False
    filter: FilterText | None = None
    ordered: Ordered = False
    headers: Headers = {}


class WebhookFields(Struct, forbid_unknown_fields=True):
    url: Url | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    payload: Payload | UnsetType = UNSET
    include_bulk: bool | UnsetType = UNSET
    filter: FilterText | None | UnsetType = UNSET
    ordered: Ordered | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    from_now: Annotated[bool, Meta(description="With is_active: do not send what happened while it was disabled.")] = (
        False
    )


class RotateBody(Struct, forbid_unknown_fields=True):
    old_valid_hours: Annotated[
        int,
        Meta(ge=0, le=actions.OLD_SECRET_HOURS_MAX, description="Hours in which messages carry both signatures."),
    ] = 24


class SecretEntity(Struct):
    secret: Annotated[str, Meta(description="Shown only now.")]
    previous_secret_until: str | None


class EventKindEntity(Struct):
    kind: str
    description: str
    example: Annotated[dict[str, Any], Meta(description="The body of a message.")]
    schema: Annotated[dict[str, Any], Meta(description="The JSON Schema of the body. Later versions may add members.")]


class EventKindList(Struct):
    items: list[EventKindEntity]


def list_(tx: Tx, caller: Caller, request: Request) -> WebhookPage:
    found = store.list_webhooks(tx, caller.organization_id)[:WEBHOOKS_MAX]
    return WebhookPage(items=[WebhookEntity(**_values(tx, caller, each)) for each in found], next_cursor=None)


def list_event_kinds(tx: Tx, caller: Caller, request: Request) -> EventKindList:
    return EventKindList(
        [EventKindEntity(kind, text, example_of(kind), schema_of(kind)) for kind, text in SENT_KINDS.items()]
    )


def show(tx: Tx, caller: Caller, request: Request) -> WebhookEntity:
    return WebhookEntity(**_values(tx, caller, actions.find_webhook(tx, caller, webhook_id(request))))


def create(tx: Tx, caller: Caller, request: Request) -> NewWebhookEntity:
    """For owners: an endpoint receives what happens in the whole organization."""
    require_owner(tx, caller)
    body: WebhookBody = request.body
    secret = new_secret()
    webhook = Webhook(
        id="", url=body.url, description=body.description, kinds=(EVERY,) if body.kinds is None else tuple(body.kinds),
        payload=body.payload,
        include_bulk=body.include_bulk,
        filter=read_webhook_filter(tx, caller, body.filter),
        is_ordered=body.ordered,
        secret_sealed=seal(request.settings.data_folder, secret),
        headers_sealed=_sealed(request, body.headers),
    )  # fmt: skip
    allowed = request.settings.outgoing_allowed
    created = actions.create_webhook(tx, caller, webhook, allowed=allowed, own=request.base_url)
    return NewWebhookEntity(**_values(tx, caller, created), secret=secret)


def update(tx: Tx, caller: Caller, request: Request) -> WebhookEntity:
    require_owner(tx, caller)
    fields = {name: value for name, value in msgspec.structs.asdict(request.body).items() if value is not UNSET}
    from_now = fields.pop("from_now")
    if "headers" in fields:
        fields["headers_sealed"] = _sealed(request, fields.pop("headers"))
    if "kinds" in fields:
        fields["kinds"] = tuple(fields["kinds"])
    if "filter" in fields:
        fields["filter"] = read_webhook_filter(tx, caller, fields["filter"])
    if "ordered" in fields:
        fields["is_ordered"] = fields.pop("ordered")
    webhook = actions.update_webhook(
        tx, caller, webhook_id(request), fields, from_now=from_now, allowed=request.settings.outgoing_allowed,
        own=request.base_url,
    )  # fmt: skip
    return WebhookEntity(**_values(tx, caller, webhook))


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    require_owner(tx, caller)
    actions.delete_webhook(tx, caller, webhook_id(request))


def rotate(tx: Tx, caller: Caller, request: Request) -> SecretEntity:
    require_owner(tx, caller)
    secret = new_secret()
    webhook = actions.rotate_secret(
        tx, caller, webhook_id(request), sealed=seal(request.settings.data_folder, secret),
        old_valid_hours=request.body.old_valid_hours,
    )  # fmt: skip
    return SecretEntity(secret, webhook.previous_until)


def webhook_id(request: Request) -> str:
    return part_id(request, "webhook_id", "Webhook")


def _sealed(request: Request, headers: dict[str, str]) -> str | None:
    checked = parse_headers(headers)
    return seal(request.settings.data_folder, msgspec.json.encode(checked).decode()) if checked else None


def _values(tx: Tx, caller: Caller, webhook: Webhook) -> dict[str, Any]:
    same = ("id", "url", "description", "payload", "include_bulk", "is_active", "failing_since", "disabled_reason",
            "created_at", "updated_at")  # fmt: skip
    return {name: getattr(webhook, name) for name in same} | {
        "kinds": list(webhook.kinds),
        "filter": describe_webhook_filter(tx, caller, webhook.filter),
        "ordered": webhook.is_ordered,
        "has_headers": webhook.headers_sealed is not None,
        "previous_secret_until": webhook.previous_until,
    }
