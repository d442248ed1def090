"""/tokens: the API tokens of the organization. An owner sees and revokes all of them, a member their own."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import access_tokens as actions
from coterie.actions.members import is_owner
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import LONG_LIMIT, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import Forbidden, NotFound
from coterie.http.cursors import CursorScope
from coterie.model import times
from coterie.model.access_tokens import AccessToken
from coterie.model.organizations import NAME_LENGTH_MAX, SCOPES, Caller
from coterie.store import access_tokens as store
from coterie.store.database import Tx


class TokenEntity(Struct, kw_only=True):
    id: str
    name: str
    user_id: Annotated[str, Meta(description="The user the token acts for.")]
    email: str
    scopes: Annotated[list[str], Meta(description="* is everything.")]
    is_login: Annotated[bool, Meta(description="Whether it comes from R0's POST /login.")]
    state: Literal["active", "expired", "revoked"]
    created_at: str
    expires_at: str | None
    last_used_at: Annotated[str | None, Meta(description="To the hour.")]


class NewTokenEntity(TokenEntity, kw_only=True):
    token: Annotated[str, Meta(description="Shown here and never again.")]


class TokenPage(Page, kw_only=True):
    items: list[TokenEntity]


class TokenBody(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, description="What it is for.")]
    scopes: (
        Annotated[
            list[Literal[SCOPES]],  # type: ignore[valid-type]
            Meta(
                min_length=1, max_length=len(SCOPES), description="What it may do; by default what your token may do."
            ),
        ]
        | UnsetType
    ) = UNSET
    days: Annotated[int, Meta(ge=1, le=actions.DAYS_MAX, description="How long it is valid.")] | None = None


def list_(tx: Tx, caller: Caller, request: Request) -> TokenPage:
    user_id = None if is_owner(tx, caller) else caller.user_id
    limit, scope = request.query.limit or LONG_LIMIT, CursorScope(request.settings, caller, "tokens")
    after = open_page(scope, request.query.cursor, str, "")
    tokens = store.list_access_tokens(tx, caller.organization_id, user_id=user_id, after=after, limit=limit + 1)
    page, cursor = cut_page(scope, tokens, limit, lambda token: token.id)
    return TokenPage(items=[TokenEntity(**_values(token)) for token in page], next_cursor=cursor)


def _values(token: AccessToken) -> dict[str, Any]:
    return {
        "id": token.id, "name": token.name, "user_id": token.user_id, "email": token.email,
        "scopes": list(token.scopes), "is_login": token.all_organizations, "state": token.state(times.now()),
        "created_at": token.created_at, "expires_at": token.expires_at, "last_used_at": token.last_used_at,
    }  # fmt: skip


def create(tx: Tx, caller: Caller, request: Request) -> NewTokenEntity:
    body: TokenBody = request.body
    scopes = tuple(caller.scopes if isinstance(body.scopes, UnsetType) else body.scopes)
    missing = [scope for scope in scopes if not caller.may(scope)]
    if missing:
        raise Forbidden(f"Your token lacks {', '.join(missing)}, so it cannot give it to another")
    token_id, secret = actions.create_access_token(
        tx, caller, user_id=caller.user_id or "", name=body.name, scopes=scopes, days=body.days
    )
    return NewTokenEntity(token=secret, **_values(_find(tx, caller, token_id)))


def revoke(tx: Tx, caller: Caller, request: Request) -> None:
    token = _find(tx, caller, part_id(request, "token_id", "Token"))
    if token.user_id != caller.user_id and not is_owner(tx, caller):
        raise NotFound("Token not found")
    actions.revoke_access_token(tx, caller, token.id)


def _find(tx: Tx, caller: Caller, token_id: str) -> AccessToken:
    found = store.find_access_token(tx, caller.organization_id, token_id)
    if found is None:
        raise NotFound("Token not found")
    return found
