"""Names of the users of an organization."""

from coterie.store.database import Tx
from coterie.store.organizations import list_members
from coterie.web.page import Visit

MEMBERS_MAX = 1_000


def names_of_users(tx: Tx, visit: Visit) -> dict[str, str]:
    """user id -> name of each member."""
    members = list_members(tx, visit.acting.organization_id, limit=MEMBERS_MAX)
    return {each.user_id: each.name for each in members}
