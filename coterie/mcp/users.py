"""Names of the users of the organization."""

from coterie.mcp.tool import Call
from coterie.store.database import Tx
from coterie.store.organizations import list_members

_MEMBERS_MAX = 200


def names_of_users(tx: Tx, call: Call) -> dict[str, str]:
    """user id -> name, or e-mail address where there is none; "you" for the calling user."""
    members = list_members(tx, call.caller.organization_id, limit=_MEMBERS_MAX)
    names = {each.user_id: each.name for each in members}
    return names | ({call.caller.user_id: "you"} if call.caller.user_id else {})
