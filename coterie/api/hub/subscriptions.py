"""/subscriptions: address books on other servers that contacts are kept in sync with."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import subscriptions as actions
from coterie.actions.members import require_owner
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import LIMIT_MAX, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.http.cursors import CursorScope
from coterie.model.organizations import Caller
from coterie.model.subscriptions import (
    CARD_HELD,
    CREDENTIAL_LENGTH_MAX,
    DIRECTIONS,
    MIRROR,
    NAME_LENGTH_MAX,
    OURS,
    POLICIES,
    REJECTED,
    REMOTE,
    Subscription,
)
from coterie.store import remote_cards as cards
from coterie.store import subscriptions as store
from coterie.store.database import Tx
from coterie.store.secrets import seal

HREFS_MAX = 1000
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Username = Annotated[str, Meta(max_length=CREDENTIAL_LENGTH_MAX)]
Password = Annotated[str, Meta(min_length=1, max_length=CREDENTIAL_LENGTH_MAX, description="Sealed, and never shown.")]
Direction = Annotated[
    Literal[DIRECTIONS],  # type: ignore[valid-type]
    Meta(description="mirror: changes there come here; two_way: ours are written there too."),
]
Policy = Annotated[
    Literal[POLICIES],  # type: ignore[valid-type]
    Meta(description="Whose value counts if both sides changed a name, note or birthday. ask: the card is held."),
]
Hrefs = Annotated[list[Annotated[str, Meta(max_length=2000)]], Meta(max_length=HREFS_MAX)]
FolderId = Annotated[int, Meta(ge=1, le=2**53)]


class HeldEntity(Struct):
    code: Annotated[str, Meta(description="many, empty or incomplete.")]
    removed: Annotated[int, Meta(description="Contacts that were deleted there.")]
    changed: int
    deleted: Annotated[int, Meta(description="Contacts that were deleted here.")]
    names: list[str]


class SubscriptionEntity(Struct, kw_only=True):
    id: str
    name: str
    url: str
    username: str
    direction: str
    policy: str
    folder_id: int | None
    state: Annotated[str, Meta(description="new, preview, active, held or paused.")]
    import_id: Annotated[str | None, Meta(description="The import of the first run, to be applied by a user.")]
    held: Annotated[HeldEntity | None, Meta(description="What a run would do that waits for a decision.")]
    error_code: Annotated[str | None, Meta(description="Of a run that failed: why, in a word.")]
    error: Annotated[str | None, Meta(description="Why, and what mends it. The state stays as it was.")]
    last_run_at: str | None
    last_success_at: str | None
    next_run_at: str | None
    created_at: str
    updated_at: str
    cards: Annotated[dict[str, int], Meta(description="How many cards are in each state.")]


class SubscriptionPage(Page, kw_only=True):
    items: list[SubscriptionEntity]


class SubscriptionBody(Struct, forbid_unknown_fields=True):
    name: Name
    url: Annotated[str, Meta(min_length=1, max_length=2000, description="Of the book, or of its server: https://…")]
    username: Username
    password: Password
    direction: Direction = MIRROR
    policy: Policy = REMOTE
    folder_id: Annotated[FolderId | None, Meta(description="The folder that its contacts are put into.")] = None


class SubscriptionFields(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    username: Username | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    direction: Direction | UnsetType = UNSET
    policy: Policy | UnsetType = UNSET
    folder_id: FolderId | None | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET


class RunDecision(Struct, forbid_unknown_fields=True):
    decision: Annotated[
        Literal["apply", "detach"],
        Meta(description="apply: do it; detach: leave these contacts as they are, and no longer keep them in step."),
    ]


class RemoteCardEntity(Struct):
    href: str
    contact_id: int | None
    state: Annotated[str, Meta(description="held or rejected.")]
    reason_code: str | None
    reason: str | None
    decision: str | None


class RemoteCardPage(Page, kw_only=True):
    items: list[RemoteCardEntity]


class CardsDecision(Struct, forbid_unknown_fields=True):
    decision: Literal[REMOTE, OURS]  # type: ignore[valid-type]
    hrefs: Annotated[Hrefs | None, Meta(description="By default all.")] = None


class DecisionReceipt(Struct):
    decided_count: int


def list_(tx: Tx, caller: Caller, request: Request) -> SubscriptionPage:
    require_owner(tx, caller)
    found = store.list_subscriptions(tx, caller.organization_id)
    return SubscriptionPage(items=[_entity(tx, caller, each) for each in found], next_cursor=None)


def show(tx: Tx, caller: Caller, request: Request) -> SubscriptionEntity:
    require_owner(tx, caller)
    return _entity(tx, caller, actions.find_subscription(tx, caller, subscription_id(request)))


def create(tx: Tx, caller: Caller, request: Request) -> SubscriptionEntity:
    """For owners: a run changes many contacts at once."""
    require_owner(tx, caller)
    body: SubscriptionBody = request.body
    new = Subscription(
        id="", user_id=None, name=body.name, url=body.url, username=body.username,
        password_sealed=seal(request.settings.data_folder, body.password), direction=body.direction,
        policy=body.policy, folder_id=body.folder_id,
    )  # fmt: skip
    added = actions.add_subscription(tx, caller, new)
    actions.request_run(tx, caller.organization_id, added.id)
    return _entity(tx, caller, added)


def update(tx: Tx, caller: Caller, request: Request) -> SubscriptionEntity:
    require_owner(tx, caller)
    fields = {name: value for name, value in msgspec.structs.asdict(request.body).items() if value is not UNSET}
    is_paused = fields.pop("is_paused", None)
    if "password" in fields:
        fields["password_sealed"] = seal(request.settings.data_folder, fields.pop("password"))
    updated = actions.update_subscription(tx, caller, subscription_id(request), fields)
    if is_paused is not None:
        actions.pause_subscription(tx, caller, updated.id, is_paused=is_paused)
    return show(tx, caller, request)


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    require_owner(tx, caller)
    actions.remove_subscription(tx, caller, subscription_id(request))


def run(tx: Tx, caller: Caller, request: Request) -> SubscriptionEntity:
    require_owner(tx, caller)
    found = actions.find_subscription(tx, caller, subscription_id(request))
    actions.request_run(tx, caller.organization_id, found.id)
    return _entity(tx, caller, found)


def decide(tx: Tx, caller: Caller, request: Request) -> SubscriptionEntity:
    require_owner(tx, caller)
    actions.decide_run(tx, caller, subscription_id(request), request.body.decision)
    return show(tx, caller, request)


def list_cards(tx: Tx, caller: Caller, request: Request) -> RemoteCardPage:
    require_owner(tx, caller)
    found = actions.find_subscription(tx, caller, subscription_id(request))
    limit, scope = request.query.limit or LIMIT_MAX, CursorScope(request.settings, caller, f"cards of {found.id}")
    after = open_page(scope, request.query.cursor, str, "")
    states = (CARD_HELD, REJECTED)
    rows = cards.list_in_state(tx, caller.organization_id, found.id, states, after=after, limit=limit + 1)
    page, cursor = cut_page(scope, rows, limit, lambda card: card.href)
    items = [
        RemoteCardEntity(**{name: getattr(row, name) for name in RemoteCardEntity.__struct_fields__}) for row in page
    ]
    return RemoteCardPage(items=items, next_cursor=cursor)


def decide_cards(tx: Tx, caller: Caller, request: Request) -> DecisionReceipt:
    require_owner(tx, caller)
    body: CardsDecision = request.body
    return DecisionReceipt(actions.decide_cards(tx, caller, subscription_id(request), body.decision, body.hrefs))


def subscription_id(request: Request) -> str:
    return part_id(request, "subscription_id", "Subscription")


def _entity(tx: Tx, caller: Caller, subscription: Subscription) -> SubscriptionEntity:
    derived = ("held", "cards")
    names = [name for name in SubscriptionEntity.__struct_fields__ if name not in derived]
    held = subscription.held
    values: dict[str, Any] = {name: getattr(subscription, name) for name in names}
    return SubscriptionEntity(
        **values,
        held=HeldEntity(held.code, held.removed, held.changed, held.deleted, held.names) if held else None,
        cards=cards.count_by_state(tx, caller.organization_id, subscription.id),
    )
