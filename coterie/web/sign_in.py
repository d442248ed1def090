"""Sign in and out."""

import re
from contextlib import suppress

from coterie.actions import logins
from coterie.actions import sessions as actions
from coterie.errors import CoterieError, TooOften, Unauthorized
from coterie.http.password_checks import check_in_thread
from coterie.model.passwords import LENGTH_MAX as PASSWORD_LENGTH_MAX
from coterie.store.database import Database, Tx
from coterie.store.organizations import any_organization
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

EMAIL_LENGTH_MAX = 254
# of this instance: no scheme, no other host, and nothing a browser reads as one
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,2000}")


def show(tx: Tx, visit: Visit) -> Result:
    """The form; a visitor who is signed in goes on."""
    if visit.organizations:
        return Go(url=f"/{visit.organizations[0].id}/today")
    if not any_organization(tx):
        return Go(url="/")
    return _form(visit, email="", next_=visit.query.get("next", ""))


async def check(database: Database, visit: Visit) -> str | Unauthorized | TooOften:
    """The id of the user if the password is right, else the error to show. The limits come first."""
    try:
        attempt = logins.begin_login(visit.text("email", EMAIL_LENGTH_MAX), visit.source)
        password = visit.text("password", PASSWORD_LENGTH_MAX)
        login = await database.run_read(lambda tx: logins.find_password_hash(tx, attempt))
        is_right = await check_in_thread(lambda: logins.is_password_right(login, password))
        if not is_right:
            with suppress(CoterieError):  # the response is the same
                await database.run_write(lambda tx: logins.record_failed_login(tx, attempt, login, VIA))
        return logins.end_login(attempt, login, is_right=is_right)
    except (Unauthorized, TooOften) as error:
        return error


def sign_in(tx: Tx, visit: Visit) -> Result:
    next_ = visit.text("next")
    if isinstance(visit.prepared, Unauthorized | TooOften):
        return _form(visit, email=visit.text("email"), next_=next_, error=visit.prepared)
    token, organization = actions.sign_in(tx, visit.prepared, visit.user_agent, VIA)
    return Go(url=next_ if _OWN_PATH.fullmatch(next_) else f"/{organization.id}/today", session=token)


def sign_out(tx: Tx, visit: Visit) -> Result:
    actions.sign_out(tx, visit.signed_in, VIA)
    return Go(url="/sign-in", session="")


def _form(visit: Visit, *, email: str, next_: str, error: Unauthorized | TooOften | None = None) -> Show:
    is_too_often = isinstance(error, TooOften)
    return Show(
        template="account/sign_in.html",
        values={"email": email, "next": next_, "error": error.message if error else ""},
        status=429 if is_too_often else 422 if error else 200,
        headers={"Retry-After": str(error.seconds)} if isinstance(error, TooOften) else {},
    )


PAGES = (
    Page("GET", "/sign-in", show, access="anyone"),
    Page("POST", "/sign-in", sign_in, "write", access="anyone", prepare=check),
    Page("POST", "/sign-out", sign_out, "write", access="user"),
)
