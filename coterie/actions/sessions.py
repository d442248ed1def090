"""Sessions: a browser whose user proved the password gets a token, which it sends as a cookie."""

import secrets

from coterie.actions.events import record
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.ids import new_id
from coterie.model.organizations import Caller, Organization
from coterie.model.sessions import USER_AGENT_LENGTH_MAX, Session
from coterie.store import sessions as store
from coterie.store.database import Tx
from coterie.store.organizations import list_organizations_of_user

SESSIONS_MAX = 100


def sign_in(tx: Tx, user_id: str, user_agent: str, via: str) -> tuple[str, Organization | None]:
    """(token, first organization): a session of a user whose password was checked.

    A user can have 100 sessions; the oldest ends when there are more. A user without an organization can
    sign in to accept an invitation.
    """
    organizations = list_organizations_of_user(tx, user_id)
    token, now = secrets.token_urlsafe(32), times.now()
    session = Session(new_id(), user_id, user_agent[:USER_AGENT_LENGTH_MAX], now, now)
    store.insert_session(tx, session, hash_token(token))
    store.delete_oldest_sessions(tx, user_id, keep=SESSIONS_MAX)
    if not organizations:
        return token, None
    caller = Caller.for_organization(organizations[0], user_id=user_id, via=via)
    record(tx, caller, "user.logged_in", user_id, now=now)
    return token, organizations[0]


def sign_out(tx: Tx, session: Session, via: str) -> None:
    """Ends this session of a user; others stay."""
    store.delete_session(tx, session.user_id, session.id)
    organizations = list_organizations_of_user(tx, session.user_id)
    if organizations:
        caller = Caller.for_organization(organizations[0], user_id=session.user_id, via=via)
        record(tx, caller, "user.logged_out", session.user_id)


def end_session(tx: Tx, user_id: str, session_id: str) -> None:
    """Ends another session of the user. Raises NotFound if there is none with this id."""
    if not store.delete_session(tx, user_id, session_id):
        raise NotFound("The session has already ended")
