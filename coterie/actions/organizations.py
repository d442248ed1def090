"""Organizations: set-up, name, country, time zone and quotas."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from coterie.actions.access_tokens import insert_token
from coterie.actions.events import differences, record
from coterie.actions.members import require_owner
from coterie.actions.time_zones import follow_organization
from coterie.actions.touch_plans import refresh_many
from coterie.errors import Conflict, Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.countries import find_country
from coterie.model.emails import normalize_email
from coterie.model.handles import parse_username
from coterie.model.ids import new_id
from coterie.model.organizations import NAME_LENGTH_MAX, OWNER, Caller, Organization, User
from coterie.model.time_zones import DEFAULT, parse_time_zone
from coterie.search.index import unindex_contacts
from coterie.store import organizations as store
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.touch_plans import list_planned

QUOTAS = ("contacts_max", "file_bytes_max")
QUOTA_MAX = 2**53
_UNINDEXED = 1000


def create_organization(
    tx: Tx, *, name: str, email: str, password_hash: str, username: str | None, country: str | None
) -> tuple[Organization, User, str]:
    """Creates an organization, its owner and an API token, which cannot be read again later.

    Raises as create_owner does.
    """
    organization, user = create_owner(
        tx, name=name, email=email, password_hash=password_hash, username=username, country=country, via="cli"
    )
    _, token = insert_token(tx, organization.id, user_id=user.id, name="bootstrap")
    return organization, user, token


def create_owner(
    tx: Tx,
    *,
    name: str,
    email: str,
    password_hash: str,
    via: str,
    username: str | None = None,
    country: str | None = None,
    first_name: str | None = None,
    time_zone: str = DEFAULT,
) -> tuple[Organization, User]:
    """Creates an organization and its owner, both in the time zone.

    Raises Invalid if the name, the address, the username, the country, the first name or the time zone is not valid,
    Conflict if the address already has an account.
    """
    email_key = normalize_email(email.strip(), "email")
    if store.find_login(tx, email_key) is not None:
        raise Conflict(f"{email} already has an account")
    zone, now = parse_time_zone(time_zone, "time_zone"), times.now()
    organization = _insert_organization(tx, name, username, country, zone)
    user = User(
        id=new_id(),
        email=email.strip(),
        first_name=_parse_name(first_name, "first_name") if first_name else None,
        last_name=None,
        time_zone=zone,
        created_at=now,
        updated_at=now,
    )
    store.insert_user(tx, user, email_key, password_hash)
    _add_first_owner(tx, organization, user.id, via)
    return organization, user


def create_organization_of(
    tx: Tx, user_id: str, *, name: str, via: str, username: str | None = None, country: str | None = None
) -> Organization:
    """Creates an organization whose owner is a user who exists.

    Raises Invalid if the name, the username or the country is not valid.
    """
    organization = _insert_organization(tx, name, username, country)
    _add_first_owner(tx, organization, user_id, via)
    return organization


def _insert_organization(
    tx: Tx, name: str, username: str | None, country: str | None, time_zone: str = DEFAULT
) -> Organization:
    name, now = _parse_name(name, "organization"), times.now()
    handle = parse_username(username.strip(), "username") if username else None
    organization = Organization(
        id=0, uuid=new_id(), name=name, username=handle, profile_picture_url=None, country=_parse_country(country),
        created_at=now, updated_at=now, time_zone=time_zone,
    )  # fmt: skip
    return store.insert_organization(tx, organization)


def _add_first_owner(tx: Tx, organization: Organization, user_id: str, via: str) -> None:
    now = times.now()
    store.insert_membership(tx, organization.id, user_id, OWNER, now)
    caller = Caller.for_organization(organization, user_id=user_id, via=via)
    record(tx, caller, "organization.created", organization.id, now=now)


def erase_organization(tx: Tx, caller: Caller) -> None:
    """Erases an organization with everything in it. Accounts of its members stay; nothing restores it.

    Its files are removed by the sweep. Raises Forbidden unless the caller's user is an owner of it.
    """
    require_owner(tx, caller)
    after_id = 0
    while contact_ids := list_ids_after(tx, caller.organization_id, after_id, limit=_UNINDEXED):
        unindex_contacts(tx, caller.organization_id, contact_ids)
        after_id = contact_ids[-1]
    store.delete_organization(tx, caller.organization_id)


def update_organization(
    tx: Tx,
    caller: Caller,
    *,
    name: str | None = None,
    country: str | None = None,
    time_zone: str | None = None,
    contacts_max: int | None | UnsetType = UNSET,
    file_bytes_max: int | None | UnsetType = UNSET,
    require_if_match: bool | None = None,
) -> Organization:
    """Changes the given values; None leaves all but the quotas, of which it removes the limit. An empty country removes
    it.

    Raises Invalid with every value that is not valid, NotFound if the organization does not exist.
    """
    before = store.find_organization(tx, caller.organization_id)
    if before is None:
        raise NotFound("Organization not found")
    given = {"name": name, "country": country, "time_zone": time_zone, "require_if_match": require_if_match}
    values: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    quotas = {"contacts_max": contacts_max, "file_bytes_max": file_bytes_max}
    values |= {field: value for field, value in quotas.items() if value is not UNSET}
    after = replace(before, **_parse_fields(values))
    changes = differences(before, after, ("name", "country", "time_zone", "require_if_match", *QUOTAS))
    if changes:
        now = times.now()
        after = replace(after, updated_at=now)
        store.save_organization(tx, caller.organization_id, after)
        if "time_zone" in changes:
            follow_organization(tx, caller, before.time_zone, after.time_zone)
            refresh_many(tx, caller.organization_id, list_planned(tx, caller.organization_id))
        record(tx, caller, "organization.updated", caller.organization_id, changes=changes, now=now)
    return after


def _parse_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of fields as they are stored. Raises Invalid with every problem."""
    parsed: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, value in values.items():
        with gathering(problems):
            parsed[field] = _PARSERS[field](value, field)
    if problems:
        raise Invalid(*problems)
    return parsed


def _parse_quota(value: Any, field: str) -> int | None:
    if value is not None and not 0 <= value <= QUOTA_MAX:
        raise invalid(field, f"must be a number from 0 to {QUOTA_MAX:,}")
    return int(value) if value is not None else None


def _parse_name(name: str, field: str) -> str:
    if not name.strip() or len(name) > NAME_LENGTH_MAX or "\0" in name:
        raise invalid(field, f"must have 1 to {NAME_LENGTH_MAX} characters")
    return name.strip()


def _parse_country(text: str | None, field: str = "country") -> str | None:
    """The ISO code of a country given by code or name."""
    if not text:
        return None
    country = find_country(text)
    if country is None:
        raise invalid(field, f"{text[:100]!r} is not a country: use its ISO code, such as DE")
    return country[0]


_PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    "name": _parse_name,
    "country": _parse_country,
    "time_zone": parse_time_zone,
    "require_if_match": lambda value, _: bool(value),
    "contacts_max": _parse_quota,
    "file_bytes_max": _parse_quota,
}
