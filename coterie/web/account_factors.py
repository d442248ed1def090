"""The second factor of a user: an authenticator app and recovery codes."""

from coterie.actions import second_factors as actions
from coterie.errors import Invalid
from coterie.model.second_factors import uri_of
from coterie.store.database import Tx
from coterie.store.second_factors import count_recovery_codes
from coterie.web.account_proofs import check_present_password, user_of
from coterie.web.page import VIA, Go, Page, Result, Show, Visit
from coterie.web.qr_codes import qr_code

PATH = "/account/second-factor"
CODE_LENGTH_MAX = 100


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, problems={problem.path[-1]: problem.reason for problem in error.problems})


def _page(
    tx: Tx, visit: Visit, *, problems: dict[str, str] | None = None, recovery_codes: list[str] | None = None
) -> Show:
    user = user_of(visit)
    secret = actions.secret_of_set_up(tx, visit.settings.data_folder, user.id)
    return Show(
        template="account/second_factor.html",
        values={
            "user": user,
            "is_on": actions.has_second_factor(tx, user.id),
            "secret": secret or "",
            "picture": qr_code(uri_of(secret, user.email, "Coterie")) if secret else "",
            "left": count_recovery_codes(tx, user.id),
            "recovery_codes": recovery_codes or [],
            "problems": problems or {},
        },
        status=422 if problems else 200,
        headers={"Cache-Control": "no-store"},
    )


def begin(tx: Tx, visit: Visit) -> Result:
    actions.begin_set_up(tx, visit.settings.data_folder, user_of(visit).id)
    return Go(url=PATH)


def confirm(tx: Tx, visit: Visit) -> Result:
    """Shows the recovery codes in the response, and nowhere else."""
    codes = actions.confirm_set_up(
        tx,
        visit.settings.data_folder,
        user_of(visit).id,
        visit.text("code", CODE_LENGTH_MAX),
        session_id=visit.signed_in.id,
        via=VIA,
    )
    return _page(tx, visit, recovery_codes=codes)


def renew(tx: Tx, visit: Visit) -> Result:
    """Shows new recovery codes in the response, and nowhere else."""
    codes = actions.renew_recovery_codes(tx, user_of(visit).id, session_id=visit.signed_in.id, via=VIA)
    return _page(tx, visit, recovery_codes=codes)


def remove(tx: Tx, visit: Visit) -> Result:
    actions.remove_second_factor(tx, user_of(visit).id, session_id=visit.signed_in.id, via=VIA)
    return Go(url=PATH, message="The second factor was removed; you are signed out everywhere else")


PAGES = (
    Page("GET", PATH, show, access="user"),
    Page("POST", PATH, begin, "write", access="user", prepare=check_present_password, again=again),
    Page("POST", f"{PATH}/confirm", confirm, "write", access="user", again=again),
    Page("POST", f"{PATH}/codes", renew, "write", access="user", prepare=check_present_password, again=again),
    Page("POST", f"{PATH}/remove", remove, "write", access="user", prepare=check_present_password, again=again),
)
