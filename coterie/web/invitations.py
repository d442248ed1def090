"""Invitations: the owners' page of links, and the page that joins an organization."""

import asyncio

from coterie.actions import invitations as actions
from coterie.actions.members import require_owner
from coterie.actions.passwords import hash_password
from coterie.actions.sessions import sign_in
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.invitations import CODE_LENGTH_MAX, INVITATIONS_MAX
from coterie.model.organizations import MEMBER, NAME_LENGTH_MAX
from coterie.model.passwords import LENGTH_MIN, RULE
from coterie.store.database import Database, Tx
from coterie.store.invitations import list_invitations
from coterie.store.organizations import find_membership
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

EMAIL_LENGTH_MAX = 254


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, problems={problem.path[-1]: problem.reason for problem in error.problems})


def _page(tx: Tx, visit: Visit, *, link: str = "", problems: dict[str, str] | None = None) -> Show:
    require_owner(tx, visit.acting)
    organization_id = visit.acting.organization_id
    return Show(
        template="settings/invitations.html",
        values={
            "title": "Invitations",
            "invitations": list_invitations(tx, organization_id, times.now(), limit=INVITATIONS_MAX),
            "link": link,
            "can_mail": visit.settings.can_mail,
            "email": str(visit.form.get("email") or "")[:EMAIL_LENGTH_MAX] if problems else "",
            "problems": problems or {},
        },
        status=422 if problems else 200,
        headers={"Cache-Control": "no-store"},
    )


def create(tx: Tx, visit: Visit) -> Result:
    """Shows the link in the response, and nowhere else; mails it if there are an address and a mail server."""
    email = visit.text("email", EMAIL_LENGTH_MAX) if visit.settings.can_mail else ""
    invitation, code = actions.create_invitation(tx, visit.acting, role=visit.text("role", 20) or MEMBER, email=email)
    link = f"{visit.origin}/join?code={code}"
    if invitation.email:
        actions.mail_invitation(tx, visit.settings.data_folder, invitation, link)
    return _page(tx, visit, link=link)


def revoke(tx: Tx, visit: Visit) -> Result:
    actions.revoke_invitation(tx, visit.acting, visit.path["invitation"])
    return Go(url=f"{visit.root}/settings/invitations", message="The link no longer works")


def show_join(tx: Tx, visit: Visit) -> Result:
    """The page of the link: a button for a signed-in visitor, else a form for a new account."""
    return _join_page(tx, visit, visit.query.get("code", "")[:CODE_LENGTH_MAX])


def join_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {problem.path[-1]: problem.reason for problem in error.problems}
    return _join_page(tx, visit, visit.text("code", CODE_LENGTH_MAX), problems)


def _join_page(tx: Tx, visit: Visit, code: str, problems: dict[str, str] | None = None) -> Result:
    invitation, organization = actions.find_invitation(tx, code)
    if visit.user is not None and find_membership(tx, organization.id, visit.user.id) is not None:
        return Go(url=f"/{organization.id}/today", message=f"You are already a member of {organization.name}")
    fields = {name: str(visit.form.get(name) or "")[:300] for name in ("first_name", "email")}
    return Show(
        template="account/join.html",
        values={
            "code": code,
            "name": organization.name,
            "fields": fields if problems else {"first_name": "", "email": invitation.email or ""},
            "problems": problems or {},
            "password_rule": RULE,
            "password_length_min": LENGTH_MIN,
        },
        status=422 if problems else 200,
    )


def join(tx: Tx, visit: Visit) -> Result:
    organization = actions.join(tx, visit.text("code", CODE_LENGTH_MAX), visit.signed_in.user_id, VIA)
    return Go(url=f"/{organization.id}/today", message=f"You are now a member of {organization.name}")


async def hash_new_password(database: Database, visit: Visit) -> str:
    """Nobody without a valid link can make the server compute one."""
    code = visit.text("code", CODE_LENGTH_MAX)
    await database.run_read(lambda tx: actions.find_invitation(tx, code))
    return await asyncio.to_thread(hash_password, visit.text("password"))


def join_as_new_user(tx: Tx, visit: Visit) -> Result:
    organization, user = actions.join_as_new_user(
        tx,
        visit.text("code", CODE_LENGTH_MAX),
        email=visit.text("email", EMAIL_LENGTH_MAX),
        first_name=visit.text("first_name", NAME_LENGTH_MAX + 1),
        password_hash=visit.prepared,
        via=VIA,
    )
    token, _ = sign_in(tx, user.id, visit.user_agent, VIA)
    return Go(url=f"/{organization.id}/today", session=token, message=f"Welcome to {organization.name}")


PAGES = (
    Page("GET", "/{o:int}/settings/invitations", show),
    Page("POST", "/{o:int}/settings/invitations", create, "write", again=again, once=True),
    Page("POST", "/{o:int}/settings/invitations/{invitation}/revoke", revoke, "write"),
    Page("GET", "/join", show_join, access="anyone"),
    Page("POST", "/join", join, "write", access="user"),
    Page("POST", "/join/new", join_as_new_user, "write", access="anyone", prepare=hash_new_password, again=join_again),
)
