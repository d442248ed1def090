"""Settings: the organization, its members and their roles. Only owners change them; a member can leave."""

from coterie.actions.members import change_role, remove_member, require_owner
from coterie.actions.organizations import update_organization
from coterie.demo.springfield import can_remove
from coterie.errors import Invalid, NotFound
from coterie.model.countries import list_countries
from coterie.model.organizations import Member
from coterie.model.time_zones import time_zone_names
from coterie.store.database import Tx
from coterie.store.organizations import find_member, list_members
from coterie.store.organizations import find_organization as find
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.settings import is_owner

ROLE_LABELS = {
    "owner": "Owner: changes people, members and settings",
    "member": "Member: changes people, not members or the organization",
}


def show_organization(tx: Tx, visit: Visit) -> Result:
    return _organization(tx, visit, None)


def save_organization(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    fields = {name: visit.text(name, 1000) for name in ("name", "country", "time_zone") if name in visit.form}
    require_if_match = visit.text("require_if_match", 10) == "yes"
    update_organization(tx, visit.acting, **fields, require_if_match=require_if_match)  # type: ignore[arg-type]
    return Go(url=f"{visit.root}/settings/organization", message="The organization was saved")


def save_organization_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _organization(tx, visit, error)


def _organization(tx: Tx, visit: Visit, error: Invalid | None) -> Show:
    return Show(
        template="settings/organization.html",
        values={
            "title": "Organization",
            "is_owner": is_owner(tx, visit),
            "can_remove": can_remove(tx, visit.acting),
            "organization": find(tx, visit.acting.organization_id),
            "countries": list_countries(),
            "time_zones": time_zone_names(),
            "problems": {problem.path[-1]: problem.reason for problem in error.problems} if error else {},
        },
        status=422 if error else 200,
    )


def show_members(tx: Tx, visit: Visit) -> Result:
    return _members(tx, visit, "")


def _members(tx: Tx, visit: Visit, problem: str) -> Show:
    return Show(
        template="settings/members.html",
        values={
            "title": "Members",
            "members": list_members(tx, visit.acting.organization_id),
            "is_owner": is_owner(tx, visit),
            "roles": ROLE_LABELS,
            "problem_text": problem,
        },
        status=409 if problem else 200,
    )


def _member(tx: Tx, visit: Visit) -> Member:
    member = find_member(tx, visit.acting.organization_id, visit.path["user"])
    if member is None:
        raise NotFound("Member not found")
    return member


def save_role(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    member, role = _member(tx, visit), visit.text("role", 20)
    change_role(tx, visit.acting, member.email, role)
    return Go(url=f"{visit.root}/settings/members", message=f"{member.email} is now {_article(role)}")


def _article(role: str) -> str:
    return f"an {role}" if role[:1] in "aeiou" else f"a {role}"


def remove(tx: Tx, visit: Visit) -> Result:
    member = _member(tx, visit)
    if member.user_id != visit.signed_in.user_id:
        require_owner(tx, visit.acting)
    remove_member(tx, visit.acting, member.email)
    if member.user_id == visit.signed_in.user_id:
        return Go(url="/account", message="You left the organization")
    return Go(url=f"{visit.root}/settings/members", message=f"{member.email} was removed")


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _members(tx, visit, error.problems[0].reason)


PAGES = (
    Page("GET", "/{o:int}/settings/organization", show_organization),
    Page("POST", "/{o:int}/settings/organization", save_organization, "write", again=save_organization_again),
    Page("GET", "/{o:int}/settings/members", show_members),
    Page("POST", "/{o:int}/settings/members/{user}/role", save_role, "write", again=save_again),
    Page("POST", "/{o:int}/settings/members/{user}/remove", remove, "write"),
)
