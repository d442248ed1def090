"""Authenticates requests: credentials become a Caller.

Programs send a bearer token (RFC 6750), browsers the cookie of a session. CardDAV's Basic password belongs here as
well: it needs a function that reads its header, and a method of Authentication that returns a Caller.
"""

import asyncio

from coterie.errors import CoterieError, Forbidden, NotFound, Unauthorized
from coterie.http.asgi import Headers
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.organizations import Caller, User
from coterie.model.sessions import Session
from coterie.settings import Settings
from coterie.store import access_tokens as token_store
from coterie.store import organizations as store
from coterie.store import sessions as session_store
from coterie.store.database import Database, Tx, Work

# The last use of a token is saved once an hour: the first 13 characters of a moment
_HOUR = 13
_DAY_SECONDS = 86_400
_STOP_SECONDS = 5.0


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
    """Finds the caller of credentials, and saves in the background when a token was last used."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._login_seconds = settings.login_days * _DAY_SECONDS
        self._idle_seconds = settings.login_idle_days * _DAY_SECONDS
        self._background: set[asyncio.Task[None]] = set()
        # ids of the tokens and sessions whose last use is being saved: a write authenticates twice
        self._saving: set[str] = set()

    async def started(self) -> None:
        """Must be awaited once on the event loop of the application."""
        self._loop = asyncio.get_running_loop()

    async def stopped(self) -> None:
        """Waits up to 5 seconds for changes that are being saved."""
        if self._background:
            await asyncio.wait(self._background, timeout=_STOP_SECONDS)

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
        if last_used_at is None or last_used_at[:_HOUR] != now[:_HOUR]:
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
        if found is not None and found[0].last_used_at[:_HOUR] != now[:_HOUR]:
            session_id, before = found[0].id, found[0].last_used_at
            self._in_background(
                session_id, lambda tx: session_store.touch_session(tx, session_id, before=before, now=now)
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

        self._in_background(token_id, save)

    def _in_background(self, id_: str, save: Work[None]) -> None:
        if id_ in self._saving:
            return
        self._saving.add(id_)

        async def save_or_skip() -> None:
            try:
                await self._database.run_write(save)
            except CoterieError:
                pass  # no request fails for this
            finally:
                self._saving.discard(id_)

        def start() -> None:
            task = self._loop.create_task(save_or_skip())
            self._background.add(task)
            task.add_done_callback(self._background.discard)

        self._loop.call_soon_threadsafe(start)


def _in_organization(tx: Tx, caller: Caller, organization_uuid: str) -> Caller:
    organizations = store.list_organizations_of_token(tx, caller.organization_id, caller.token_id or "")
    organization = next((each for each in organizations if each.uuid == organization_uuid), None)
    if organization is None:
        raise NotFound("Organization not found")
    return Caller.for_organization(organization, via=caller.via, user_id=caller.user_id, scopes=caller.scopes)
