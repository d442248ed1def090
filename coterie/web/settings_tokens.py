"""Settings: API tokens. An owner sees and revokes all of them, a member their own."""

from coterie.actions.access_tokens import create_access_token, revoke_access_token
from coterie.errors import Invalid, NotFound
from coterie.model import times
from coterie.model.access_tokens import AccessToken
from coterie.model.ids import parse_number
from coterie.model.organizations import SCOPES
from coterie.store.access_tokens import find_access_token, list_access_tokens
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.settings import is_owner

SHOWN_MAX = 200
SCOPE_LABELS = {
    "contacts:read": "Read people", "contacts:write": "Change people", "organization:read": "Read settings",
    "organization:write": "Change settings", "imports:read": "Read imports", "imports:write": "Import",
}  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {problem.path[-1]: problem.reason for problem in error.problems}
    if "name" in problems:
        problems["token_name"] = problems.pop("name")
    return _page(tx, visit, problems=problems)


def _page(tx: Tx, visit: Visit, *, token: str = "", problems: dict[str, str] | None = None) -> Show:
    sees_all, now = is_owner(tx, visit), times.now()
    tokens = list_access_tokens(tx, visit.acting.organization_id, limit=SHOWN_MAX)
    return Show(
        template="settings/tokens.html",
        values={
            "title": "API tokens",
            "tokens": [each for each in tokens if _is_shown(each, visit, sees_all) and each.state(now) == "active"],
            "labels": SCOPE_LABELS,
            "new_token": token,
            "scopes": [(scope, SCOPE_LABELS.get(scope, scope)) for scope in SCOPES],
            "problems": problems or {},
        },
        status=422 if problems else 200,
    )


def _is_shown(token: AccessToken, visit: Visit, sees_all: bool) -> bool:
    # those of all organizations are logins of programs, listed with the sessions of their user
    return not token.all_organizations and (sees_all or token.user_id == visit.signed_in.user_id)


def create(tx: Tx, visit: Visit) -> Result:
    """Shows the token in the response, and nowhere else."""
    _, token = create_access_token(
        tx,
        visit.acting,
        user_id=visit.signed_in.user_id,
        name=visit.text("token_name", 1000),
        scopes=visit.texts("scopes"),
        days=parse_number(visit.text("days", 5)),
    )
    return _page(tx, visit, token=token)


def revoke(tx: Tx, visit: Visit) -> Result:
    token = find_access_token(tx, visit.acting.organization_id, visit.path["token"])
    if token is None or not _is_shown(token, visit, is_owner(tx, visit)):
        raise NotFound("Token not found")
    revoke_access_token(tx, visit.acting, token.id)
    return Go(url=f"{visit.root}/settings/tokens", message=f"The token {token.name} no longer works")


PAGES = (
    Page("GET", "/{o:int}/settings/tokens", show),
    Page("POST", "/{o:int}/settings/tokens", create, "write", again=show_again, once=True),
    Page("POST", "/{o:int}/settings/tokens/{token}/revoke", revoke, "write"),
)
