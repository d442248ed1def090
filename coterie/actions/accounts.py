"""What changes of an account have in common: the event, and the end of other sessions and logins."""

from coterie.actions.events import record
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.organizations import list_organizations_of_user
from coterie.store.sessions import delete_other_sessions
from coterie.store.users import revoke_login_tokens


def record_of_user(tx: Tx, user_id: str, kind: str, via: str) -> None:
    """Records an event about a user in each of the user's organizations."""
    now = times.now()
    for organization in list_organizations_of_user(tx, user_id):
        caller = Caller.for_organization(organization, user_id=user_id, via=via)
        record(tx, caller, kind, user_id, now=now)


def end_other_logins(tx: Tx, user_id: str, session_id: str) -> int:
    """Ends the sessions of a user but one, and the tokens that a password was exchanged for. Returns their number."""
    return delete_other_sessions(tx, user_id, session_id) + revoke_login_tokens(tx, user_id, times.now())
