"""Whether Springfield, the demo world, can be created or removed. Light: pages ask it.

See docs/decisions/0056-look-around.md.
"""

from coterie.actions.members import is_owner
from coterie.model.ids import named_id
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.organizations import find_membership, list_organizations, list_organizations_of_user

NAME = "Springfield"
EMAIL = "demo@springfield.example"
# its UUID, and the id of the account that only `coterie demo` creates
SPRINGFIELD = named_id("springfield")
_DEMO_USER = named_id("springfield", 1)


def can_look_around(tx: Tx, caller: Caller) -> bool:
    """Whether the user may create Springfield: an owner of the only organization of the instance."""
    organizations = list_organizations(tx, limit=2)
    return len(organizations) == 1 and organizations[0].uuid != SPRINGFIELD and is_owner(tx, caller)


def can_remove(tx: Tx, caller: Caller) -> bool:
    """Whether the caller acts for a Springfield that the user may remove: an owner, who has another organization.

    The Springfield of `coterie demo` has an account of its own, and stays.
    """
    if caller.organization_uuid != SPRINGFIELD or not is_owner(tx, caller):
        return False
    if find_membership(tx, caller.organization_id, _DEMO_USER) is not None:
        return False
    return len(list_organizations_of_user(tx, caller.user_id or "")) > 1
