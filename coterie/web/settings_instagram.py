"""Settings: the connected Instagram accounts and the opt-out words. For owners."""

from coterie.actions.instagram import check_access_token, connect_account, set_opt_out_words
from coterie.actions.members import require_owner
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.instagram import ACCESS_TOKEN_LENGTH_MAX, GRAPH_URL, OPT_OUT_WORDS, parse_account_id
from coterie.store.database import Tx
from coterie.store.instagram_accounts import find_opt_out_words, list_accounts_of
from coterie.store.secrets import seal
from coterie.web.page import Go, Page, Result, Show, Visit

_PATH = "/{o:int}/settings/instagram"


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit, {})


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, {problem.path[0].replace("-", "_"): problem.reason for problem in error.problems})


def _page(tx: Tx, visit: Visit, problems: dict[str, str]) -> Show:
    require_owner(tx, visit.acting)
    organization_id, now = visit.acting.organization_id, times.now()
    own_words = find_opt_out_words(tx, organization_id)
    accounts = list_accounts_of(tx, organization_id)
    return Show(
        template="settings/instagram.html",
        values={
            "title": "Instagram", "problems": problems,
            "accounts": [(each, bool(each.paused_until and each.paused_until > now)) for each in accounts],
            "can_receive": bool(visit.settings.instagram_app_secret), "has_own_words": own_words is not None,
            "words": "\n".join(OPT_OUT_WORDS if own_words is None else own_words),
            "account_id": str(visit.form.get("account") or "")[:100] if problems else "",
            "address": f"{visit.origin}/instagram/webhook",
        },
        status=422 if problems else 200,
    )  # fmt: skip


def connect(tx: Tx, visit: Visit) -> Result:
    """Connects an account, or replaces its token. The worker reads its name later."""
    require_owner(tx, visit.acting)
    token = check_access_token(visit.text("access_token", 2 * ACCESS_TOKEN_LENGTH_MAX))
    account_id = parse_account_id(visit.text("account", 100))
    sealed = seal(visit.settings.data_folder, token)
    connect_account(tx, visit.acting, account_id=account_id, sealed=sealed, graph_url=GRAPH_URL)
    return Go(url=f"{visit.root}/settings/instagram", message="The account is connected")


def save_words(tx: Tx, visit: Visit) -> Result:
    """An empty list restores the built-in words."""
    require_owner(tx, visit.acting)
    words = [line.strip() for line in visit.text("words", 10_000).splitlines() if line.strip()]
    set_opt_out_words(tx, visit.acting, words or None)
    return Go(url=f"{visit.root}/settings/instagram", message="The opt-out words were saved")


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, connect, "write", again=show_again),
    Page("POST", _PATH + "/words", save_words, "write", again=show_again),
)
