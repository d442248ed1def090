"""Sign in and out. A user with a second factor gets a second page, which asks for a code."""

import re
from contextlib import suppress

from coterie.actions import logins, second_factors
from coterie.actions import sessions as actions
from coterie.actions.sign_in_proofs import check_proof, make_proof
from coterie.errors import CoterieError, TooOften, Unauthorized
from coterie.http.password_checks import check_in_thread, require_room
from coterie.model.login_attempts import network_of
from coterie.model.passwords import LENGTH_MAX as PASSWORD_LENGTH_MAX
from coterie.store.database import Database, Tx
from coterie.store.organizations import any_organization
from coterie.web.page import VIA, Go, Page, Result, Show, Visit
from coterie.web.passkeys import options_for_sign_in, user_of_passkey

EMAIL_LENGTH_MAX = 254
CODE_LENGTH_MAX = 100
# of this instance: no scheme, no other host, and nothing a browser reads as one
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,2000}")


def show(tx: Tx, visit: Visit) -> Result:
    """The form; a signed-in visitor is redirected."""
    if visit.organizations:
        return Go(url=f"/{visit.organizations[0].id}/today")
    if not any_organization(tx):
        return Go(url="/")
    return _form(tx, visit, email="", next_=visit.query.get("next", ""))


async def check(database: Database, visit: Visit) -> str | Unauthorized | TooOften:
    """The id of the user if the password is right, else the error to show. The limits come first."""
    try:
        require_room()
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
        return _form(tx, visit, email=visit.text("email"), next_=next_, error=visit.prepared)
    if second_factors.has_second_factor(tx, visit.prepared):
        proof = make_proof(tx, visit.settings.data_folder, visit.prepared, visit.form_token)
        return _code_form(proof, next_)
    return _signed_in(tx, visit, visit.prepared, next_)


def sign_in_with_code(tx: Tx, visit: Visit) -> Result:
    """A wrong code shows the form again, and counts. A proof that has ended leads back to the password."""
    next_, proof, folder = visit.text("next"), visit.text("proof"), visit.settings.data_folder
    try:
        user_id = check_proof(tx, folder, proof, visit.form_token)
    except Unauthorized as error:
        return _form(tx, visit, email="", next_=next_, error=error)
    try:
        attempt = second_factors.begin_code(user_id)
    except TooOften as error:
        return _code_form(proof, next_, error)
    if not second_factors.use_code(tx, folder, attempt, visit.text("code", CODE_LENGTH_MAX)):
        second_factors.record_wrong_code(tx, user_id, network_of(visit.source), VIA)
        return _code_form(proof, next_, Unauthorized("The code is wrong or was already used"))
    return _signed_in(tx, visit, user_id, next_)


def _signed_in(tx: Tx, visit: Visit, user_id: str, next_: str) -> Go:
    token, organization = actions.sign_in(tx, user_id, visit.user_agent, VIA)
    home = f"/{organization.id}/today" if organization else "/account"
    return Go(url=next_ if _OWN_PATH.fullmatch(next_) else home, session=token)


def sign_in_with_passkey(tx: Tx, visit: Visit) -> Result:
    """No password and no code: the device has checked its owner."""
    next_ = visit.text("next")
    try:
        user_id = user_of_passkey(tx, visit)
    except Unauthorized as error:
        return _form(tx, visit, email="", next_=next_, error=error)
    return _signed_in(tx, visit, user_id, next_)


def sign_out(tx: Tx, visit: Visit) -> Result:
    actions.sign_out(tx, visit.signed_in, VIA)
    return Go(url="/sign-in", session="")


def _form(tx: Tx, visit: Visit, *, email: str, next_: str, error: Unauthorized | TooOften | None = None) -> Show:
    values = {"email": email, "next": next_, "passkey_options": options_for_sign_in(tx, visit)}
    return _show("account/sign_in.html", values, error)


def _code_form(proof: str, next_: str, error: Unauthorized | TooOften | None = None) -> Show:
    return _show("account/code.html", {"proof": proof, "next": next_}, error)


def _show(template: str, values: dict[str, str], error: Unauthorized | TooOften | None) -> Show:
    is_too_often = isinstance(error, TooOften)
    return Show(
        template=template,
        values={**values, "error": error.message if error else ""},
        status=429 if is_too_often else 422 if error else 200,
        headers={"Retry-After": str(error.seconds)} if isinstance(error, TooOften) else {},
    )


PAGES = (
    Page("GET", "/sign-in", show, access="anyone"),
    Page("POST", "/sign-in", sign_in, "write", access="anyone", prepare=check),
    Page("POST", "/sign-in/passkey", sign_in_with_passkey, "write", access="anyone"),
    Page("POST", "/sign-in/code", sign_in_with_code, "write", access="anyone"),
    Page("POST", "/sign-out", sign_out, "write", access="user"),
)
