"""Setting an organization up; letting people and programs in."""

import secrets

from argon2 import PasswordHasher

from coterie.actions.events import record
from coterie.errors import Conflict, invalid
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.countries import find_country
from coterie.model.emails import normalize_email
from coterie.model.handles import parse_username
from coterie.model.ids import new_id
from coterie.model.organizations import ALL_SCOPES, OWNER, Caller, Organization, User
from coterie.store import organizations as store
from coterie.store.database import Tx

PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 200
NAME_LENGTH_MAX = 200


def hash_password(password: str) -> str:
    """argon2id with the library's current parameters. Refused: under 8 or over 200 characters."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise invalid("password", f"has under {PASSWORD_LENGTH_MIN} or over {PASSWORD_LENGTH_MAX} characters")
    return PasswordHasher().hash(password)


def create_organization(
    tx: Tx, *, name: str, email: str, password_hash: str, username: str | None, country: str | None
) -> tuple[Organization, User, str]:
    """An organization, its owner and an API token (shown here and never again).

    Refused: a blank name, an address that is none or has an account already, an unknown country.
    """
    now = times.now()
    if not name.strip() or len(name) > NAME_LENGTH_MAX or "\0" in name:
        raise invalid("organization", f"is empty or longer than {NAME_LENGTH_MAX} characters")
    email_key = normalize_email(email.strip(), "email")
    if store.find_login(tx, email_key) is not None:
        raise Conflict(f"{email} has an account already")
    handle = parse_username(username.strip(), "username") if username else None
    found = find_country(country) if country else None
    if country and found is None:
        raise invalid("country", "is not a country")
    organization = store.insert_organization(
        tx,
        Organization(
            id=0,
            uuid=new_id(),
            name=name.strip(),
            username=handle,
            profile_picture_url=None,
            country=found[0] if found else None,
            created_at=now,
            updated_at=now,
        ),
    )
    user = User(
        id=new_id(),
        email=email.strip(),
        first_name=None,
        last_name=None,
        time_zone="UTC",
        created_at=now,
        updated_at=now,
    )
    store.insert_user(tx, user, email_key, password_hash)
    store.insert_membership(tx, organization.id, user.id, OWNER, now)
    token = create_access_token(tx, organization.id, user_id=user.id, name="bootstrap")
    caller = Caller.for_organization(organization, user_id=user.id, via="cli")
    record(tx, caller, "organization.created", organization.id, now=now)
    return organization, user, token


def create_access_token(
    tx: Tx,
    organization_id: int,
    *,
    user_id: str,
    name: str,
    scopes: tuple[str, ...] = (ALL_SCOPES,),
    all_organizations: bool = False,
) -> str:
    """A new token of a user: 32 random bytes in URL-safe base64 with padding, as R0's documentation shows one."""
    token = secrets.token_urlsafe(32) + "="
    store.insert_access_token(
        tx,
        organization_id,
        new_id(),
        user_id=user_id,
        token_hash=hash_token(token),
        name=name,
        scopes=" ".join(scopes),
        all_organizations=all_organizations,
        now=times.now(),
    )
    return token
