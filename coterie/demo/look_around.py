"""Creates Springfield as a second organization of a user, who looks around and removes it again."""

from coterie.actions.members import require_owner
from coterie.demo.build import build_springfield_of
from coterie.demo.connections import add_connections
from coterie.demo.files import add_files
from coterie.demo.springfield import NAME, SPRINGFIELD, can_look_around
from coterie.errors import Conflict
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx
from coterie.store.organizations import find_membership, find_organization_by_uuid, lock_organization

SEED = 742


def look_around(database: Database, caller: Caller) -> int:
    """Creates Springfield with the caller's user as its owner, and returns the id of the organization.

    If the user is a member of a Springfield that exists, that one. Raises Forbidden unless the user is an owner,
    Conflict if the instance has other organizations.
    """
    with database.write() as tx:
        require_owner(tx, caller)
        # two requests at once: the second one finds what the first has created
        lock_organization(tx, caller.organization_id)
        organization_id = _find(tx, caller)
        if organization_id is not None:
            return organization_id
        if not can_look_around(tx, caller):
            raise Conflict(f"{NAME} is only for an instance with one organization")
        demo = build_springfield_of(tx, caller.user_id or "", SEED, via=caller.via)
        made = _caller(tx, caller)
        add_connections(tx, made, database.settings.data_folder)
    add_files(database, made, demo)
    return demo.organization_id


def _find(tx: Tx, caller: Caller) -> int | None:
    organization = find_organization_by_uuid(tx, SPRINGFIELD)
    if organization is None or find_membership(tx, organization.id, caller.user_id or "") is None:
        return None
    return organization.id


def _caller(tx: Tx, caller: Caller) -> Caller:
    organization = find_organization_by_uuid(tx, SPRINGFIELD)
    assert organization is not None
    return Caller.for_organization(organization, user_id=caller.user_id, via=caller.via)
