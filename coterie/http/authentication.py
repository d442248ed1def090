"""Authenticates requests: credentials become a Caller.

Programs send a bearer token (RFC 6750), browsers the cookie of a session. Phones send a Basic password, which basic.py
reads and carddav/devices.py checks.
"""

from coterie.errors import Forbidden, NotFound, Unauthorized
from coterie.http.asgi import Headers
from coterie.http.background import BackgroundWrites, is_this_hour
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.organizations import Caller, User
from coterie.model.sessions import Session
from coterie.settings import Settings
from coterie.store import access_tokens as token_store
from coterie.store import organizations as store
from coterie.store import sessions as session_store
from coterie.store.database import Tx

_DAY_SECONDS = 86_400


def read_bearer_token(headers: Headers) -> str | None:
    """The token of an Authorization header; None if the header is missing or of another scheme."""
    value = headers.get(b"authorization", b"")
    return value[7:].strip().decode("latin-1") if value[:7].lower() == b"bearer " else None


def require_scope(caller: Caller | None, scope: str) -> Caller:
    """The caller. Raises Unauthorized if there is none, Forbidden if it lacks the scope."""
    if caller is None:
        raise Unauthorized("Unauthorized")
    if not caller.may(scope):
        raise Forbidden(f"Token lacks the scope {scope}")
    return caller


class Authentication:
    """Finds the caller of credentials, and saves in the background when a token or session was last used."""

    def __init__(self, writes: BackgroundWrites, settings: Settings) -> None:
        self._writes = writes
        self._login_seconds = settings.login_days * _DAY_SECONDS
        self._idle_seconds = settings.login_idle_days * _DAY_SECONDS

    def find_caller(self, tx: Tx, token: str, *, via: str, organization_uuid: str | None = None) -> Caller | None:
        """The caller of a token; None if it is unknown, revoked, expired or an idle login. Any thread may call this.

        organization_uuid: the organization the request is about. Raises NotFound if it is not the token's own, unless
        the token is for all organizations of its user and the user has been a member since before the token.
        """
        now = times.now()
        row = token_store.find_caller(
            tx, hash_token(token), via, now,
            created_after=times.after(now, -self._login_seconds), used_after=times.after(now, -self._idle_seconds),
        )  # fmt: skip
        if row is None:
            return None
        caller, spans_organizations, last_used_at = row
        if not is_this_hour(last_used_at, now):
            self._save_last_use(caller, now)
        if organization_uuid is None or organization_uuid.lower() == caller.organization_uuid:
            return caller
        if not spans_organizations:
            raise NotFound("Organization not found")
        return _in_organization(tx, caller, organization_uuid.lower())

    def find_session(self, tx: Tx, token: str) -> tuple[Session, User] | None:
        """The session with this token and its user; None if it is unknown or has ended. Any thread may call this."""
        now = times.now()
        found = session_store.find_session(tx, hash_token(token), **self.session_limits(now))
        if found is not None and not is_this_hour(found[0].last_used_at, now):
            session_id, before = found[0].id, found[0].last_used_at
            # a write authenticates twice, so the first save may still be running
            self._writes.start(
                lambda tx: session_store.touch_session(tx, session_id, before=before, now=now), session_id
            )
        return found

    def session_limits(self, now: str) -> dict[str, str]:
        """created_after and used_after: a session that was not created and used after these moments has ended."""
        return {
            "created_after": times.after(now, -self._login_seconds),
            "used_after": times.after(now, -self._idle_seconds),
        }

    def _save_last_use(self, caller: Caller, now: str) -> None:
        token_id = caller.token_id
        if token_id is None:
            return

        def save(tx: Tx) -> None:
            token_store.touch_access_token(tx, caller.organization_id, token_id, now)

        self._writes.start(save, token_id)


def _in_organization(tx: Tx, caller: Caller, organization_uuid: str) -> Caller:
    organizations = store.list_organizations_of_token(tx, caller.organization_id, caller.token_id or "")
    organization = next((each for each in organizations if each.uuid == organization_uuid), None)
    if organization is None:
        raise NotFound("Organization not found")
    return Caller.for_organization(organization, via=caller.via, user_id=caller.user_id, scopes=caller.scopes)
