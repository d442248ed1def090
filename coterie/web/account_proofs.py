"""Forms that change how a user signs in ask for the password again."""

from contextlib import suppress

from coterie.actions import logins
from coterie.errors import CoterieError, Unauthorized, invalid
from coterie.http.password_checks import check_in_thread, require_room
from coterie.model.organizations import User
from coterie.model.passwords import LENGTH_MAX
from coterie.store.database import Database
from coterie.web.page import VIA, Visit


def user_of(visit: Visit) -> User:
    """The user of a page for signed-in users."""
    assert visit.user is not None
    return visit.user


async def check_present_password(database: Database, visit: Visit) -> None:
    """Raises Invalid if the field `present` is not the user's password. Failures count as failed logins."""
    require_room()
    attempt = logins.begin_login(user_of(visit).email, visit.source)
    login = await database.run_read(lambda tx: logins.find_password_hash(tx, attempt))
    present = visit.text("present", LENGTH_MAX)
    is_right = await check_in_thread(lambda: logins.is_password_right(login, present))
    if not is_right:
        with suppress(CoterieError):  # the response is the same
            await database.run_write(lambda tx: logins.record_failed_login(tx, attempt, login, VIA))
    try:
        logins.end_login(attempt, login, is_right=is_right)
    except Unauthorized:
        raise invalid("present", "is wrong") from None
