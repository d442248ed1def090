"""Time zones of users and organizations. Reminders of dates, and dates relative to today, follow the user's.

An organization's zone is that of its new members; when it changes, members whose zone was the former one follow.
"""

from coterie.actions.events import record
from coterie.actions.reminders import refresh_dates
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.organizations import Caller, User
from coterie.model.time_zones import parse_time_zone
from coterie.store import organizations as organization_store
from coterie.store import users as store
from coterie.store.database import Tx


def set_user_time_zone(tx: Tx, caller: Caller, user_id: str, time_zone: str) -> User:
    """Changes the time zone of a member of the caller's organization; returns the user.

    Raises Invalid if there is no such zone, NotFound if the user is not a member.
    """
    name = parse_time_zone(time_zone, "time_zone")
    user = organization_store.find_user(tx, user_id)
    if user is None or organization_store.find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("User not found")
    if user.time_zone != name:
        now = times.now()
        store.save_time_zone(tx, user_id, name, now)
        record(tx, caller, "user.updated", user_id, changes={"time_zone": (user.time_zone, name)}, now=now)
        for organization in organization_store.list_organizations_of_user(tx, user_id):
            refresh_reminders(tx, organization.id)
    return organization_store.find_user(tx, user_id) or user


def follow_organization(tx: Tx, caller: Caller, before: str, after: str) -> None:
    """Gives the members whose zone was the organization's former one its new one."""
    if store.save_time_zone_of_members(tx, caller.organization_id, before, after, times.now()):
        refresh_reminders(tx, caller.organization_id)


def refresh_reminders(tx: Tx, organization_id: int) -> None:
    """Recomputes when reminders of dates are due: at nine o'clock where their users are."""
    after_id: str | None = ""
    while after_id is not None:
        after_id = refresh_dates(tx, organization_id, after_id=after_id)
