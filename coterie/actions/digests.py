"""The daily mail: a member switches it on or off."""

from coterie.actions.events import record
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.store import digests as store
from coterie.store.database import Tx
from coterie.store.organizations import find_membership


def set_digest(tx: Tx, caller: Caller, user_id: str, *, is_wanted: bool) -> None:
    """Switches the daily mail of a member on or off. Raises NotFound if the user is not a member."""
    if find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("User not found")
    before = store.has_digest(tx, caller.organization_id, user_id)
    if before != is_wanted:
        store.save_digest(tx, caller.organization_id, user_id, is_wanted=is_wanted)
        record(tx, caller, "user.updated", user_id, changes={"daily_mail": (before, is_wanted)})
