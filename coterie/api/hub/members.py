"""/members: who belongs to the organization. Owners add and remove members; a member can leave."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions import members as actions
from coterie.actions.members import require_owner
from coterie.api.hub.ids import part_id
from coterie.api.hub.me import Password, hash_in_thread
from coterie.api.hub.pages import LONG_LIMIT, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.cursors import CursorScope
from coterie.model.organizations import Caller, Member
from coterie.store import organizations as store
from coterie.store.database import Database, Tx


class MemberEntity(Struct):
    user_id: str
    email: str
    first_name: str | None
    last_name: str | None
    role: Annotated[str, Meta(description="owner or member.")]
    member_since: str


class MemberPage(Page, kw_only=True):
    items: list[MemberEntity]


class MemberBody(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=254)]
    role: Literal["owner", "member"] = "member"
    password: (
        Annotated[
            Password, Meta(description="Needed for a new user; a user of this instance keeps the present password.")
        ]
        | None
    ) = None


def list_(tx: Tx, caller: Caller, request: Request) -> MemberPage:
    limit, scope = request.query.limit or LONG_LIMIT, CursorScope(request.settings, caller, "members")
    after = open_page(scope, request.query.cursor, tuple[str, str], None)
    members = store.list_members(tx, caller.organization_id, after=after, limit=limit + 1)
    page, cursor = cut_page(scope, members, limit, lambda member: (member.created_at, member.user_id))
    return MemberPage(items=[_present(member) for member in page], next_cursor=cursor)


def _present(member: Member) -> MemberEntity:
    return MemberEntity(
        user_id=member.user_id, email=member.email, first_name=member.first_name, last_name=member.last_name,
        role=member.role, member_since=member.created_at,
    )  # fmt: skip


async def hash_new_password(database: Database, caller: Caller, request: Request) -> str | None:
    """Runs before the write: the hash of the password of a new user."""
    await database.run_read(lambda tx: require_owner(tx, caller))
    password = request.body.password
    return await hash_in_thread(password, "password") if password is not None else None


def add(tx: Tx, caller: Caller, request: Request) -> MemberEntity:
    require_owner(tx, caller)
    body: MemberBody = request.body
    user_id = actions.add_member(tx, caller, body.email, role=body.role, password_hash=request.prepared)
    member = store.find_member(tx, caller.organization_id, user_id)
    assert member is not None
    return _present(member)


def remove(tx: Tx, caller: Caller, request: Request) -> None:
    user_id = part_id(request, "user_id", "Member")
    if user_id != caller.user_id:
        require_owner(tx, caller)
    user = store.find_user(tx, user_id)
    if user is None or store.find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("Member not found")
    actions.remove_member(tx, caller, user.email)
