"""/users/{user_id} and /orgs/{org_id}/users/{user_id}. `self` is the user of the token."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import users as actions
from coterie.api.errors import wire_names
from coterie.api.r0.ids import part_id
from coterie.api.r0.input import Text, fields_set
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.notifications import ACTIVE, notification_id
from coterie.model.organizations import Caller, User
from coterie.store import organizations as organization_store
from coterie.store import users as store
from coterie.store.database import Tx

SELF = "self"


class NotificationEntity(Struct):
    notif_id: str
    notif_name: Annotated[str, Meta(description="product_updates or reminders.")]
    notif_status: Literal["active", "disabled"]


class UserEntity(Struct):
    id: str
    email: str
    first_name: str | None
    last_name: str | None
    time_zone: str
    notifications: Annotated[
        list[NotificationEntity], Meta(description="What the user is told about; only shown to the user.")
    ]
    created_at: str
    updated_at: str


class NotificationFields(Struct):
    notif_id: Annotated[str, Meta(max_length=36)]
    notif_status: Annotated[
        Literal["active", "disabled", "enabled"], Meta(description="`enabled` is taken as `active`.")
    ]


class UserFields(Struct):
    first_name: Text = UNSET
    last_name: Text = UNSET
    notifications: Annotated[list[NotificationFields], Meta(max_length=100)] | UnsetType = UNSET


class UserBody(Struct):
    user: UserFields


def present_user(tx: Tx, user: User, *, is_self: bool = True) -> UserEntity:
    """The entity of a user. Other users do not see the notifications."""
    statuses: dict[str, Any] = store.list_subscriptions(tx, user.id) if is_self else {}
    return UserEntity(
        id=user.id,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        time_zone=user.time_zone,
        notifications=[
            NotificationEntity(notification_id(user.id, name), name, status) for name, status in statuses.items()
        ],
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def _user_id(caller: Caller, request: Request) -> str:
    if request.path["user_id"] == SELF and caller.user_id:
        return caller.user_id
    return part_id(request, "user_id", "User")


def show(tx: Tx, caller: Caller, request: Request) -> UserEntity:
    user_id = _user_id(caller, request)
    user = organization_store.find_user(tx, user_id) if user_id == caller.user_id else None
    if user is None:
        raise NotFound("User not found")
    return present_user(tx, user)


def show_member(tx: Tx, caller: Caller, request: Request) -> UserEntity:
    user_id = _user_id(caller, request)
    role = organization_store.find_membership(tx, caller.organization_id, user_id)
    user = organization_store.find_user(tx, user_id) if role else None
    if user is None:
        raise NotFound("User not found")
    return present_user(tx, user, is_self=user_id == caller.user_id)


def update(tx: Tx, caller: Caller, request: Request) -> UserEntity:
    if _user_id(caller, request) != caller.user_id:
        raise NotFound("User not found")
    fields = fields_set(request.body.user)
    notifications: list[NotificationFields] = fields.pop("notifications", [])
    statuses = {
        each.notif_id.lower(): ACTIVE if each.notif_status == "enabled" else each.notif_status for each in notifications
    }
    with wire_names("user"):
        return present_user(tx, actions.update_user(tx, caller, fields, statuses))
