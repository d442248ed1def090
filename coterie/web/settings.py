"""Settings of an organization: its name, members, API tokens, what was deleted."""

from coterie.actions.access_tokens import create_access_token, revoke_access_token
from coterie.actions.organizations import update_organization
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.countries import list_countries
from coterie.model.organizations import SCOPES
from coterie.store.access_tokens import list_access_tokens
from coterie.store.contacts import list_deleted_contacts
from coterie.store.database import Tx
from coterie.store.organizations import list_members
from coterie.web.page import Go, Page, Result, Show, Visit

SHOWN_MAX = 200
MEMBERS_MAX = 500
SCOPE_LABELS = {
    "contacts:read": "Read people", "contacts:write": "Change people", "organization:read": "Read settings",
    "organization:write": "Change settings", "imports:read": "Read imports", "imports:write": "Import",
}  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {problem.path[-1]: problem.reason for problem in error.problems}
    if "token_name" in visit.form and "name" in problems:
        problems["token_name"] = problems.pop("name")
    return _page(tx, visit, problems=problems)


def _page(tx: Tx, visit: Visit, *, token: str = "", problems: dict[str, str] | None = None) -> Show:
    organization_id, now = visit.acting.organization_id, times.now()
    tokens = [each for each in list_access_tokens(tx, organization_id, limit=SHOWN_MAX) if not each.all_organizations]
    return Show(
        template="settings/index.html",
        values={
            "members": list_members(tx, organization_id, limit=MEMBERS_MAX),
            "tokens": [each for each in tokens if each.state(now) == "active"],
            "new_token": token,
            "scopes": [(scope, SCOPE_LABELS.get(scope, scope)) for scope in SCOPES],
            "countries": list_countries(),
            "problems": problems or {},
        },
        status=422 if problems else 200,
    )


def save_organization(tx: Tx, visit: Visit) -> Result:
    update_organization(tx, visit.acting, name=visit.text("name", 1000), country=visit.text("country", 100))
    return Go(url=f"{visit.root}/settings", message="The organization was saved")


def create_token(tx: Tx, visit: Visit) -> Result:
    """Shows the token in the response, and nowhere else."""
    days = visit.text("days", 5)
    _, token = create_access_token(
        tx,
        visit.acting,
        user_id=visit.signed_in.user_id,
        name=visit.text("token_name", 1000),
        scopes=visit.texts("scopes"),
        days=int(days) if days.isascii() and days.isdigit() else None,
    )
    return _page(tx, visit, token=token)


def revoke_token(tx: Tx, visit: Visit) -> Result:
    revoke_access_token(tx, visit.acting, visit.path["token"])
    return Go(url=f"{visit.root}/settings", message="The token does not work any more")


def show_deleted(tx: Tx, visit: Visit) -> Result:
    contacts = list_deleted_contacts(tx, visit.acting.organization_id, limit=SHOWN_MAX)
    return Show(template="settings/deleted.html", values={"contacts": contacts, "most": SHOWN_MAX})


PAGES = (
    Page("GET", "/{o:int}/settings", show),
    Page("POST", "/{o:int}/settings", save_organization, "write", again=show_again),
    Page("POST", "/{o:int}/settings/tokens", create_token, "write", again=show_again),
    Page("POST", "/{o:int}/settings/tokens/{token}/revoke", revoke_token, "write"),
    Page("GET", "/{o:int}/settings/deleted", show_deleted, "slow"),
)
