"""Finds the device of a request, and saves in the background when it was last seen."""

from contextlib import suppress

from coterie.actions import logins
from coterie.actions.devices import save_last_seen
from coterie.errors import CoterieError, Unauthorized
from coterie.http.asgi import Headers
from coterie.http.background import BackgroundWrites, is_this_hour
from coterie.http.basic import PasswordFailures, read_basic
from coterie.http.recent import Recent
from coterie.model import times
from coterie.model.devices import USER_AGENT_LENGTH_MAX, hash_password
from coterie.model.login_attempts import LoginAttempt
from coterie.store import devices as store
from coterie.store.database import Database, Tx
from coterie.store.devices import Login

VIA = "carddav"


class DeviceLogins:
    """The devices of one process."""

    def __init__(self, database: Database, writes: BackgroundWrites) -> None:
        self._database, self._writes = database, writes
        # by the hash of a password
        self._recent = Recent[Login]()
        self._failures = PasswordFailures()

    async def find(self, headers: Headers, source: str, *, is_checked_again: bool = False) -> Login:
        """The device of the credentials. One indexed read: revoking a device holds at once.

        is_checked_again: the request passes the login to `again` before it reads or writes the database, so the login
        may be a recent one.

        Raises Unauthorized if the password is unknown or revoked or the user name is another member's, TooOften after
        many failures.
        """
        credentials = read_basic(headers)
        if credentials is None:
            raise Unauthorized("Unauthorized")
        user, password = credentials
        token_hash = hash_password(password)
        login = self._recent.find(token_hash) if is_checked_again else None
        if login is None:
            login = await self._database.run_read(lambda tx: store.find_login(tx, token_hash))
            if login is not None:
                self._recent.remember(token_hash, login)
        if login is None or user != login.device.email.casefold():
            self._failures.check(source, password)
            self._failures.add(source, password)
            await self._record_failure(logins.failed_device_login(user, source))
            raise Unauthorized("Unauthorized")
        return login

    async def _record_failure(self, attempt: LoginAttempt) -> None:
        """Logs the failure and stores it for `coterie logins`."""
        logins.log_failed_login(attempt)

        def record(tx: Tx) -> None:
            logins.record_failed_login(tx, attempt, logins.find_password_hash(tx, attempt), VIA)

        with suppress(CoterieError):  # the response is the same
            await self._database.run_write(record)

    def again(self, tx: Tx, login: Login) -> Login:
        """The same device within a write. Raises Unauthorized if it was revoked."""
        present = store.find_login(tx, login.token_hash)
        if present is None:
            self._recent.forget(login.token_hash)
            raise Unauthorized("Unauthorized")
        return present

    def seen(self, login: Login, user_agent: str, revision: int | None = None) -> None:
        """Saves in the background that a device was seen, and up to which change number it knows everything."""
        device = login.device
        agent = "".join(char for char in user_agent[:USER_AGENT_LENGTH_MAX] if char.isprintable())
        is_recent = is_this_hour(device.last_seen_at, times.now())
        if is_recent and agent == device.user_agent and revision in (None, login.seen_revision):
            return

        def save(tx: Tx) -> None:
            save_last_seen(tx, login.caller.organization_id, device.id, user_agent=agent, revision=revision)

        self._writes.start(save)
