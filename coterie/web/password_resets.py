"""A new password by mail: the form that asks for a link, and the page that the link opens."""

import asyncio

from coterie.actions import password_resets as actions
from coterie.actions.passwords import hash_password
from coterie.errors import Invalid, NotFound
from coterie.model.passwords import LENGTH_MIN, RULE
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

EMAIL_LENGTH_MAX = 254


def can_reset(settings: Settings) -> bool:
    """The link needs an address from the settings: a client chooses that of its request."""
    return settings.can_mail and bool(settings.base_url)


def show(tx: Tx, visit: Visit) -> Result:
    return Show(template="account/forgot.html", values={"can_reset": can_reset(visit.settings), "is_sent": False})


async def count(database: Database, visit: Visit) -> None:
    actions.count_request(visit.text("email", EMAIL_LENGTH_MAX), visit.source)


def request(tx: Tx, visit: Visit) -> Result:
    """The same response for every address."""
    if not can_reset(visit.settings):
        raise NotFound("This instance sends no mail")
    actions.request_password_reset(tx, visit.text("email", EMAIL_LENGTH_MAX))
    return Show(template="account/forgot.html", values={"can_reset": True, "is_sent": True})


def show_form(tx: Tx, visit: Visit) -> Result:
    return _form(tx, visit.query.get("code", "")[: actions.CODE_LENGTH_MAX])


def form_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {problem.path[-1]: problem.reason for problem in error.problems}
    return _form(tx, visit.text("code", actions.CODE_LENGTH_MAX), problems)


def _form(tx: Tx, code: str, problems: dict[str, str] | None = None) -> Show:
    return Show(
        template="account/reset.html",
        values={
            "code": code,
            "email": actions.check_code(tx, code).email,
            "problems": problems or {},
            "password_rule": RULE,
            "password_length_min": LENGTH_MIN,
        },
        status=422 if problems else 200,
        headers={"Cache-Control": "no-store"},
    )


async def hash_new_password(database: Database, visit: Visit) -> str:
    """Nobody without a valid link can make the server compute one."""
    code = visit.text("code", actions.CODE_LENGTH_MAX)
    await database.run_read(lambda tx: actions.check_code(tx, code))
    return await asyncio.to_thread(hash_password, visit.text("password"))


def reset(tx: Tx, visit: Visit) -> Result:
    actions.reset_password(tx, visit.text("code", actions.CODE_LENGTH_MAX), visit.prepared, VIA)
    return Go(url="/sign-in", session="", message="Your password was changed: sign in with it")


PAGES = (
    Page("GET", "/forgot-password", show, access="anyone"),
    Page("POST", "/forgot-password", request, "write", access="anyone", prepare=count),
    Page("GET", "/reset-password", show_form, access="anyone"),
    Page("POST", "/reset-password", reset, "write", access="anyone", prepare=hash_new_password, again=form_again),
)
