"""Members of an organization."""

from coterie.actions.events import record
from coterie.errors import Conflict, Forbidden, NotFound, invalid
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.ids import new_id
from coterie.model.organizations import NAME_LENGTH_MAX, OWNER, ROLES, Caller, Organization, User
from coterie.store import organizations as store
from coterie.store.access_tokens import revoke_access_tokens_of_user
from coterie.store.calendar_feeds import delete_feeds_of_user
from coterie.store.database import Tx
from coterie.store.devices import revoke_devices_of_user
from coterie.store.invitations import delete_invitations_by


def is_owner(tx: Tx, caller: Caller) -> bool:
    """Whether the caller's user is an owner of the organization."""
    return bool(caller.user_id) and store.find_membership(tx, caller.organization_id, caller.user_id or "") == OWNER


def require_owner(tx: Tx, caller: Caller) -> None:
    """Raises Forbidden unless the caller's user is an owner of the organization."""
    if not is_owner(tx, caller):
        raise Forbidden("Only an owner of the organization may do this")


def check_role(role: str) -> None:
    """Raises Invalid if there is no such role."""
    if role not in ROLES:
        raise invalid("role", f"is not {' or '.join(ROLES)}", kind="choice")


def find_member(tx: Tx, caller: Caller, email: str) -> str:
    """The user id of the member with this e-mail address. Raises NotFound if there is none."""
    login = store.find_login(tx, normalize_email(email.strip(), "email"))
    if login is None or store.find_membership(tx, caller.organization_id, login[0]) is None:
        raise NotFound(f"{email} is not a member of this organization")
    return login[0]


def add_member(tx: Tx, caller: Caller, email: str, *, role: str, password_hash: str | None) -> str:
    """Adds a member and returns the user id. password_hash is for a new user; a user who exists keeps the password.

    Raises Invalid if the address or the role is not valid, or a new user has no password; Conflict if the user is a
    member already.
    """
    check_role(role)
    now = times.now()
    login = store.find_login(tx, normalize_email(email.strip(), "email"))
    if login is not None and store.find_membership(tx, caller.organization_id, login[0]) is not None:
        raise Conflict(f"{email} is already a member")
    user_id = login[0] if login is not None else _insert_user(tx, caller, email, password_hash)
    store.insert_membership(tx, caller.organization_id, user_id, role, now)
    record(tx, caller, "member.added", user_id, changes={"role": (None, role)}, now=now)
    return user_id


def _insert_user(tx: Tx, caller: Caller, email: str, password_hash: str | None) -> str:
    organization = store.find_organization(tx, caller.organization_id)
    if password_hash is None or organization is None:
        raise invalid("password", "is needed for a new user", kind="missing")
    return insert_user(tx, organization, email, password_hash=password_hash).id


def insert_user(tx: Tx, organization: Organization, email: str, *, password_hash: str, first_name: str = "") -> User:
    """Creates an account with the time zone of an organization, of which it is not a member yet.

    Raises Invalid if the address is not valid or has an account, or the name is longer than 200 characters.
    """
    email_key, now = normalize_email(email.strip(), "email"), times.now()
    if store.find_login(tx, email_key) is not None:
        raise invalid("email", "is already in use", kind="taken")
    if len(first_name.strip()) > NAME_LENGTH_MAX:
        raise invalid("first_name", f"is longer than {NAME_LENGTH_MAX} characters", kind="too_long")
    user = User(
        id=new_id(),
        email=email.strip(),
        first_name=first_name.strip() or None,
        last_name=None,
        time_zone=organization.time_zone,
        created_at=now,
        updated_at=now,
    )
    store.insert_user(tx, user, email_key, password_hash)
    return user


def change_role(tx: Tx, caller: Caller, email: str, role: str) -> None:
    """Gives a member another role. Raises Invalid if the role does not exist, NotFound if the user is not a member,
    Conflict for the last owner."""
    check_role(role)
    store.lock_organization(tx, caller.organization_id)
    user_id = find_member(tx, caller, email)
    before = store.find_membership(tx, caller.organization_id, user_id)
    if before == role:
        return
    _check_other_owner(tx, caller, email, before)
    store.save_role(tx, caller.organization_id, user_id, role)
    record(tx, caller, "member.role_changed", user_id, changes={"role": (before, role)})


def _check_other_owner(tx: Tx, caller: Caller, email: str, role: str | None) -> None:
    if role == OWNER and store.count_owners(tx, caller.organization_id) == 1:
        raise Conflict(f"{email} is the only owner: add another owner first")


def remove_member(tx: Tx, caller: Caller, email: str) -> int:
    """Ends a membership and revokes the user's tokens, devices and invitations for this organization. Returns how many
    tokens were revoked.

    Everything the user wrote stays. Raises NotFound if the user is not a member, Conflict for the last owner.
    """
    user_id, now = find_member(tx, caller, email), times.now()
    store.lock_organization(tx, caller.organization_id)
    _check_other_owner(tx, caller, email, store.find_membership(tx, caller.organization_id, user_id))
    store.delete_membership(tx, caller.organization_id, user_id)
    revoked = revoke_access_tokens_of_user(tx, caller.organization_id, user_id, now)
    delete_invitations_by(tx, caller.organization_id, user_id)
    revoke_devices_of_user(tx, caller.organization_id, user_id, now)
    delete_feeds_of_user(tx, caller.organization_id, user_id)
    record(tx, caller, "member.removed", user_id, now=now)
    return revoked
