"""The account of a user: profile, password, sessions, appearance."""

import asyncio

from coterie.actions.accounts import end_other_logins
from coterie.actions.passwords import hash_password, set_password
from coterie.actions.second_factors import has_second_factor
from coterie.actions.sessions import end_session, sign_in
from coterie.actions.time_zones import set_user_time_zone
from coterie.actions.users import change_email, update_user
from coterie.errors import Invalid, NotFound
from coterie.model.organizations import NAME_LENGTH_MAX, Caller
from coterie.model.passwords import RULE
from coterie.model.time_zones import time_zone_names
from coterie.store.database import Database, Tx
from coterie.store.passkeys import list_passkeys
from coterie.store.sessions import list_sessions
from coterie.web.account_proofs import check_present_password, user_of
from coterie.web.cookies import PREFERENCES
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

EMAIL_LENGTH_MAX = 254
PREFERENCE_LABELS = {
    "theme": ("Colours", {"system": "Like the system", "light": "Light", "dark": "Dark"}),
    "density": ("Rows", {"normal": "Normal", "compact": "Compact"}),
    "shortcuts": ("Letters as shortcuts", {"on": "On", "off": "Off"}),
}


def _caller(visit: Visit) -> Caller:
    """The user in the first of their organizations, where events of the account are recorded. Raises NotFound."""
    if not visit.organizations:
        raise NotFound("You are not a member of any organization")
    return Caller.for_organization(visit.organizations[0], via=VIA, user_id=user_of(visit).id)


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit, None)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, error)


def _page(tx: Tx, visit: Visit, error: Invalid | None) -> Show:
    sessions = list_sessions(tx, user_of(visit).id, **visit.session_limits)
    return Show(
        template="account/index.html",
        values={
            "user": user_of(visit),
            "sessions": sessions,
            "passkey_count": len(list_passkeys(tx, user_of(visit).id)),
            "has_second_factor": has_second_factor(tx, user_of(visit).id),
            "labels": PREFERENCE_LABELS,
            "time_zones": time_zone_names(),
            "password_rule": RULE,
            "problems": {problem.path[-1]: problem.reason for problem in error.problems} if error else {},
        },
        status=422 if error else 200,
    )


def save_profile(tx: Tx, visit: Visit) -> Result:
    caller = _caller(visit)
    names = {name: visit.text(name, NAME_LENGTH_MAX + 1) for name in ("first_name", "last_name")}
    update_user(tx, caller, names)
    set_user_time_zone(tx, caller, user_of(visit).id, visit.text("time_zone", 100))
    return Go(url="/account", message="Your profile was saved")


async def check_passwords(database: Database, visit: Visit) -> str:
    """The hash of the new password, after the present one was proved."""
    await check_present_password(database, visit)
    return await asyncio.to_thread(hash_password, visit.text("password"))


def change_password(tx: Tx, visit: Visit) -> Result:
    """Ends every session and login; this browser gets a new one."""
    set_password(tx, user_of(visit).email, visit.prepared, via=VIA)
    token, _ = sign_in(tx, user_of(visit).id, visit.user_agent, VIA)
    return Go(url="/account", session=token, message="Your password was changed; you are signed out everywhere else")


def change_email_address(tx: Tx, visit: Visit) -> Result:
    email = visit.text("email", EMAIL_LENGTH_MAX)
    change_email(tx, user_of(visit), email, session_id=visit.signed_in.id, via=VIA)
    return Go(url="/account", message="Your e-mail address was changed; you are signed out everywhere else")


def end_others(tx: Tx, visit: Visit) -> Result:
    """Ends every session but this one, and the tokens that programs got for the password."""
    end_other_logins(tx, user_of(visit).id, visit.signed_in.id)
    return Go(url="/account", message="You are signed out everywhere else")


def end(tx: Tx, visit: Visit) -> Result:
    end_session(tx, user_of(visit).id, visit.path["session"])
    return Go(url="/account", message="The session has ended")


def save_preferences(tx: Tx, visit: Visit) -> Result:
    return Go(url="/account", cookies={name: visit.text(name, 20) for name in PREFERENCES}, message="Saved")


PAGES = (
    Page("GET", "/account", show, access="user"),
    Page("POST", "/account", save_profile, "write", access="user", again=show_again),
    Page("POST", "/account/password", change_password, "write", access="user", prepare=check_passwords,
         again=show_again),
    Page("POST", "/account/preferences", save_preferences, access="user"),
    Page("POST", "/account/email", change_email_address, "write", access="user", prepare=check_present_password,
         again=show_again),
    Page("POST", "/account/sessions/end", end_others, "write", access="user"),
    Page("POST", "/account/sessions/{session}/end", end, "write", access="user"),
)  # fmt: skip
