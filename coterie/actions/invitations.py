"""Invitations: an owner makes a link; the person who opens it joins the organization, with an account or a new one.

Guarantee. A link works once, for seven days, until it is revoked or its maker is no longer an owner.
"""

import secrets
from pathlib import Path

from coterie.actions.events import record
from coterie.actions.members import check_role, insert_user, require_owner
from coterie.errors import Conflict, Forbidden, NotFound, TooLarge
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.emails import normalize_email
from coterie.model.ids import new_id
from coterie.model.invitations import INVITATIONS_MAX, VALID_SECONDS, Invitation
from coterie.model.organizations import OWNER, Caller, Organization, User
from coterie.store import invitations as store
from coterie.store.database import Tx
from coterie.store.jobs import enqueue
from coterie.store.organizations import find_membership, find_organization, insert_membership, lock_organization
from coterie.store.secrets import seal

MAIL_JOB = "mail_invitation"


def create_invitation(tx: Tx, caller: Caller, *, role: str, email: str = "") -> tuple[Invitation, str]:
    """(invitation, code of its link). email: where it will be mailed to, "" for nowhere.

    Raises Forbidden if the caller is not an owner, Invalid if role or address is not valid, TooLarge if the
    organization has 100 open invitations.
    """
    require_owner(tx, caller)
    check_role(role)
    if email:
        normalize_email(email.strip(), "email")
    organization_id, now = caller.organization_id, times.now()
    lock_organization(tx, organization_id)
    store.delete_expired_invitations(tx, organization_id, now)
    if len(store.list_invitations(tx, organization_id, now, limit=INVITATIONS_MAX)) == INVITATIONS_MAX:
        raise TooLarge(f"There are {INVITATIONS_MAX} open invitations: revoke one first")
    invitation = Invitation(
        organization_id=organization_id,
        id=new_id(),
        email=email.strip() or None,
        role=role,
        invited_by=caller.user_id or "",
        created_at=now,
        expires_at=times.after(now, VALID_SECONDS),
    )
    code = secrets.token_urlsafe(24)
    store.insert_invitation(tx, organization_id, invitation, hash_token(code))
    record(tx, caller, "invitation.created", invitation.id, changes={"role": (None, role)}, now=now)
    return invitation, code


def mail_invitation(tx: Tx, folder: Path, invitation: Invitation, link: str) -> None:
    """Enqueues the mail. The link is sealed: a copy of the database with the link in clear would give access."""
    sealed = seal(folder, link)
    enqueue(tx, invitation.organization_id, MAIL_JOB, {"invitation_id": invitation.id, "sealed_link": sealed})


def revoke_invitation(tx: Tx, caller: Caller, invitation_id: str) -> None:
    """Raises Forbidden if the caller is not an owner, NotFound if the invitation does not exist."""
    require_owner(tx, caller)
    if not store.delete_invitation(tx, caller.organization_id, invitation_id):
        raise NotFound("The invitation was used, revoked or has expired")
    record(tx, caller, "invitation.revoked", invitation_id)


def find_invitation(tx: Tx, code: str) -> tuple[Invitation, Organization]:
    """The invitation of a link and its organization. Raises NotFound if the link is not valid."""
    invitation = store.find_invitation(tx, hash_token(code), times.now())
    organization = find_organization(tx, invitation.organization_id) if invitation else None
    if invitation is None or organization is None:
        raise NotFound("This invitation was used, revoked or is older than seven days", hint="ask for a new one")
    return invitation, organization


def join(tx: Tx, code: str, user_id: str, via: str) -> Organization:
    """A user of this instance becomes a member. Raises NotFound, Conflict if the user is a member already."""
    invitation, organization = find_invitation(tx, code)
    if find_membership(tx, organization.id, user_id) is not None:
        raise Conflict(f"You are already a member of {organization.name}")
    _use(tx, invitation, organization, user_id, via)
    return organization


def join_as_new_user(
    tx: Tx, code: str, *, email: str, first_name: str, password_hash: str, via: str
) -> tuple[Organization, User]:
    """Creates an account and makes it a member. Raises NotFound, Invalid if the address already has an account."""
    invitation, organization = find_invitation(tx, code)
    user = insert_user(tx, organization, email, password_hash=password_hash, first_name=first_name)
    _use(tx, invitation, organization, user.id, via)
    return organization, user


def _use(tx: Tx, invitation: Invitation, organization: Organization, user_id: str, via: str) -> None:
    if find_membership(tx, organization.id, invitation.invited_by) != OWNER:
        raise Forbidden("This invitation is no longer valid: ask for a new one")
    if not store.delete_invitation(tx, organization.id, invitation.id):
        raise NotFound("This invitation was already used", hint="ask for a new one")
    now = times.now()
    insert_membership(tx, organization.id, user_id, invitation.role, now)
    caller = Caller.for_organization(organization, user_id=user_id, via=via)
    record(tx, caller, "member.added", user_id, changes={"role": (None, invitation.role)}, now=now)
