"""POST /login creates a token, DELETE /logout revokes it."""

from contextlib import suppress
from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions import logins as actions
from coterie.api.r0.organizations import OrganizationEntity, present_organization
from coterie.api.r0.users import UserEntity, present_user
from coterie.api.route import Request
from coterie.errors import CoterieError
from coterie.http.password_checks import check_in_thread, require_room
from coterie.model.organizations import Caller
from coterie.model.passwords import LENGTH_MAX as PASSWORD_LENGTH_MAX
from coterie.store.database import Database, Tx

VIA = "r0"
# anybody may send one
BODY_BYTES_MAX = 65_536


class Credentials(Struct):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=PASSWORD_LENGTH_MAX)]


class LoginBody(Struct):
    user: Credentials


class LoginEntity(Struct):
    token: Annotated[str, Meta(description="Shown here and never again; sent as Authorization: Bearer <token>.")]
    user: UserEntity
    organization: Annotated[OrganizationEntity, Meta(description="The user's first; GET /orgs lists all of them.")]


async def check(database: Database, caller: Caller, request: Request) -> str:
    """Runs before the write: the id of the user, if the password is right. The limits come first."""
    credentials = request.body.user
    require_room()
    attempt = actions.begin_login(credentials.email, request.source)
    login = await database.run_read(lambda tx: actions.find_password_hash(tx, attempt))
    is_right = await check_in_thread(lambda: actions.is_password_right(login, credentials.password))
    if not is_right:
        with suppress(CoterieError):  # the response is the same
            await database.run_write(lambda tx: actions.record_failed_login(tx, attempt, login, VIA))
    return actions.end_login(attempt, login, is_right=is_right)


def log_in(tx: Tx, caller: Caller, request: Request) -> LoginEntity:
    token, user, organization = actions.log_in(tx, request.prepared, caller.via)
    return LoginEntity(token, present_user(tx, user), present_organization(organization))


def log_out(tx: Tx, caller: Caller, request: Request) -> None:
    actions.log_out(tx, caller)
