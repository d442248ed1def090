"""Names of the users of the organization."""

from coterie.mcp.tool import Call
from coterie.store.database import Tx
from coterie.store.organizations import names_of_members


def names_of_users(tx: Tx, call: Call) -> dict[str, str]:
    """user id -> name, or e-mail address where there is none; "you" for the calling user."""
    names = names_of_members(tx, call.caller.organization_id)
    return names | ({call.caller.user_id: "you"} if call.caller.user_id else {})
