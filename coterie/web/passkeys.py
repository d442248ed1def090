"""Passkeys: the list of the account, and signing in with one. Both need a script of the browser."""

import ipaddress
from urllib.parse import urlsplit

import msgspec

from coterie.actions import passkeys as actions
from coterie.errors import Invalid
from coterie.model.passkeys import NAME_LENGTH_MAX, RESPONSE_LENGTH_MAX
from coterie.store.database import Tx
from coterie.store.passkeys import any_passkey, list_passkeys
from coterie.web.account_proofs import check_present_password, user_of
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

PATH = "/account/passkeys"


def relying_party(visit: Visit) -> actions.RelyingParty:
    return actions.RelyingParty(visit.settings.data_folder, visit.origin, visit.form_token)


def can_use(visit: Visit) -> bool:
    """Whether browsers have passkeys for this address: a host name with HTTPS, or localhost."""
    parts = urlsplit(visit.origin)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False


def options_for_sign_in(tx: Tx, visit: Visit) -> str:
    """The options as JSON; "" if no one here has a passkey, or browsers allow none."""
    if not can_use(visit) or not any_passkey(tx):
        return ""
    return msgspec.json.encode(actions.options_to_sign_in(relying_party(visit))).decode()


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, {problem.path[-1]: problem.reason for problem in error.problems})


def _page(tx: Tx, visit: Visit, problems: dict[str, str] | None = None) -> Show:
    user = user_of(visit)
    return Show(
        template="account/passkeys.html",
        values={
            "user": user,
            "passkeys": list_passkeys(tx, user.id),
            "can_use": can_use(visit),
            "options": msgspec.json.encode(actions.options_to_add(tx, relying_party(visit), user)).decode(),
            "name": str(visit.form.get("name") or "")[:NAME_LENGTH_MAX],
            "host": relying_party(visit).id,
            "problems": problems or {},
        },
        status=422 if problems else 200,
        headers={"Cache-Control": "no-store"},
    )


def add(tx: Tx, visit: Visit) -> Result:
    actions.add_passkey(
        tx,
        relying_party(visit),
        user_of(visit),
        name=visit.text("name", 1000),
        response=visit.text("credential", RESPONSE_LENGTH_MAX),
        session_id=visit.signed_in.id,
        via=VIA,
    )
    return Go(url=PATH, message="The passkey was added; you are signed out everywhere else")


def remove(tx: Tx, visit: Visit) -> Result:
    actions.remove_passkey(tx, user_of(visit).id, visit.path["passkey"], session_id=visit.signed_in.id, via=VIA)
    return Go(url=PATH, message="The passkey was removed; you are signed out everywhere else")


def user_of_passkey(tx: Tx, visit: Visit) -> str:
    """The id of the user. Raises Unauthorized. Failures are not limited: nobody can guess a signature."""
    return actions.use_passkey(tx, relying_party(visit), visit.text("credential", RESPONSE_LENGTH_MAX))


PAGES = (
    Page("GET", PATH, show, access="user"),
    Page("POST", PATH, add, "write", access="user", prepare=check_present_password, again=again),
    Page("POST", f"{PATH}/{{passkey}}/remove", remove, "write", access="user", prepare=check_present_password,
         again=again),
)  # fmt: skip
