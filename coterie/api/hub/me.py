"""/me: the user of the token, and the user's password."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from coterie.actions import logins
from coterie.actions.passwords import hash_password, set_password
from coterie.actions.time_zones import set_user_time_zone
from coterie.actions.users import update_user
from coterie.api.route import Request
from coterie.errors import Conflict, Invalid, NotFound, Unauthorized, invalid
from coterie.http.password_checks import check_in_thread, require_room
from coterie.model.organizations import Caller, User
from coterie.model.passwords import LENGTH_MAX
from coterie.store import organizations as store
from coterie.store.database import Database, Tx

Password = Annotated[str, Meta(max_length=LENGTH_MAX)]


class OrganizationReference(Struct):
    id: int
    uuid: str
    name: str


class MeEntity(Struct):
    id: str
    email: str
    first_name: str | None
    last_name: str | None
    time_zone: str
    role: Literal["owner", "member"]
    organization: OrganizationReference
    scopes: Annotated[list[str], Meta(description="What the token may do; * is everything.")]


class MeFields(Struct, forbid_unknown_fields=True):
    first_name: str | None | UnsetType = UNSET
    last_name: str | None | UnsetType = UNSET
    time_zone: Annotated[str, Meta(description="One of GET /time_zones.")] | UnsetType = UNSET


class PasswordBody(Struct, forbid_unknown_fields=True):
    current_password: Password
    new_password: Password


class PasswordEntity(Struct):
    ended_logins: Annotated[int, Meta(description="Logins and sessions that ended, yours included; tokens stay valid.")]


def user_of(tx: Tx, caller: Caller) -> User:
    """The user of the token. Raises NotFound if there is none."""
    user = store.find_user(tx, caller.user_id) if caller.user_id else None
    if user is None:
        raise NotFound("User not found")
    return user


def show(tx: Tx, caller: Caller, request: Request) -> MeEntity:
    user, organization = user_of(tx, caller), store.find_organization(tx, caller.organization_id)
    if organization is None:
        raise NotFound("Organization not found")
    role: Literal["owner", "member"] = "member"
    if store.find_membership(tx, caller.organization_id, user.id) == "owner":
        role = "owner"
    return MeEntity(
        id=user.id, email=user.email, first_name=user.first_name, last_name=user.last_name, time_zone=user.time_zone,
        role=role, organization=OrganizationReference(organization.id, organization.uuid, organization.name),
        scopes=list(caller.scopes),
    )  # fmt: skip


def update(tx: Tx, caller: Caller, request: Request) -> MeEntity:
    values = {name: value for name, value in structs.asdict(request.body).items() if value is not UNSET}
    time_zone = values.pop("time_zone", None)
    if time_zone is not None:
        set_user_time_zone(tx, caller, user_of(tx, caller).id, time_zone)
    update_user(tx, caller, values)
    return show(tx, caller, request)


async def check_passwords(database: Database, caller: Caller, request: Request) -> str:
    """Runs before the write: the hash of the new password, if the current one is right.

    Wrong passwords count like failed logins.
    """
    body: PasswordBody = request.body
    require_room()
    user = await database.run_read(lambda tx: user_of(tx, caller))
    attempt = logins.begin_login(user.email, request.source)
    login = await database.run_read(lambda tx: logins.find_password_hash(tx, attempt))
    is_right = await check_in_thread(lambda: logins.is_password_right(login, body.current_password))
    try:
        logins.end_login(attempt, login, is_right=is_right)
    except Unauthorized:
        raise invalid("current_password", "is not your password") from None
    return await hash_in_thread(body.new_password, "new_password")


async def hash_in_thread(password: str, field: str) -> str:
    """The hash of a password. Raises Invalid for the field if it breaks the rules."""
    try:
        return await check_in_thread(lambda: hash_password(password))
    except Invalid as error:
        raise Invalid(*(problem._replace(path=(field,)) for problem in error.problems)) from None


def change_password(tx: Tx, caller: Caller, request: Request) -> PasswordEntity:
    user = user_of(tx, caller)
    try:
        return PasswordEntity(set_password(tx, user.email, request.prepared, via=caller.via))
    except NotFound:
        raise Conflict("Another request has changed the e-mail address; try again") from None
