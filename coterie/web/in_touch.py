"""Staying in touch: what Today and a person's page show of it, its forms, and the rules of tags and folders."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct

from coterie.actions import cadences as actions
from coterie.actions.digests import set_digest
from coterie.actions.touches import log_touch
from coterie.errors import Invalid, invalid
from coterie.model.cadences import OFF, Cadence, Target, words_of
from coterie.model.contacts import Contact
from coterie.model.plurals import count
from coterie.model.terms import TAGS
from coterie.model.time_zones import zone_of
from coterie.model.touches import OTHER
from coterie.store import cadences as store
from coterie.store import digests
from coterie.store.database import Tx
from coterie.store.folders import find_folder_by_name, list_folders
from coterie.store.terms import find_term_by_name, list_terms
from coterie.store.touch_plans import count_due, list_plans_of
from coterie.web.page import Go, Page, Result, Show, Visit

SHOWN_MAX = 10
COUNTED_MAX = 1_000
RULES_MAX = 500
SNOOZE_DAYS = 7
# intervals to choose from
CHOICES = ("1w", "2w", "3w", "1m", "2m", "3m", "6m", "1y")
NAMES_MAX = 500


class DueRow(Struct, frozen=True):
    """A line of Today. when: how late it is."""

    contact: Contact
    every: str
    when: str
    is_late: bool
    last_touch_at: str | None


class Rule(Struct, frozen=True):
    """A line of the page of rules."""

    id: str
    name: str
    kind: str
    filter_id: int | str
    every: str


def today_of(visit: Visit) -> date:
    """The day where the user is."""
    zone = zone_of(visit.user.time_zone) if visit.user else UTC
    return datetime.now(zone).date()


def today_values(tx: Tx, visit: Visit) -> dict[str, Any]:
    """The data of Today: the ten people overdue the longest, and the number of all overdue."""
    today = today_of(visit)
    due = actions.list_due(tx, visit.acting, today, limit=SHOWN_MAX)
    return {
        "touch_due": [_row(each) for each in due],
        "touch_count": count_due(tx, visit.acting.organization_id, today.isoformat(), COUNTED_MAX),
        "snooze_days": SNOOZE_DAYS,
    }


def _row(due: actions.DueContact) -> DueRow:
    when = f"{count(due.days_late, 'day')} late" if due.days_late else "today"
    return DueRow(due.contact, words_of(due.plan.every), when, due.days_late > 0, due.plan.last_touch_at)


def person_values(tx: Tx, visit: Visit, contact: Contact) -> dict[str, Any]:
    """The data for the page of a person: the rule in force, when the next touch is due, and the choices."""
    plan = list_plans_of(tx, visit.acting.organization_id, [contact.id]).get(contact.id)
    own = store.find_cadence_of(tx, visit.acting.organization_id, Target("contact", contact.id))
    choices = dict.fromkeys(CHOICES)
    if own is not None and own.every != OFF:
        choices[own.every] = None
    return {
        "plan": plan,
        "plan_words": words_of(plan.every) if plan else "",
        "own_every": own.every if own else "",
        "touch_choices": {every: words_of(every).capitalize() for every in choices},
        "is_due": plan is not None and plan.due_on <= today_of(visit).isoformat(),
    }


def set_rhythm(tx: Tx, visit: Visit) -> Result:
    """Sets the own rule of a person; an empty interval deletes it."""
    target, every = Target("contact", visit.id("id")), visit.text("every", 20).strip()
    if every:
        actions.set_cadence(tx, visit.acting, target, every)
    elif own := store.find_cadence_of(tx, visit.acting.organization_id, target):
        actions.delete_cadence(tx, visit.acting, own.id)
    return Go(url=_person(visit), message="Saved")


def touched(tx: Tx, visit: Visit) -> Result:
    """Logs that one was in touch just now, without saying how."""
    contact_id = visit.id("id")
    touches = log_touch(tx, visit.acting, [contact_id], kind=OTHER)
    undo = f"{_person(visit)}/touches/{touches[contact_id]}/delete"
    return Go(url=_back(visit), message="Logged", undo=undo)


def snooze(tx: Tx, visit: Visit) -> Result:
    until = today_of(visit) + timedelta(days=SNOOZE_DAYS)
    actions.snooze(tx, visit.acting, visit.id("id"), until.isoformat())
    return Go(url=_back(visit), message="Snoozed for a week", undo=f"{_person(visit)}/unsnooze")


def unsnooze(tx: Tx, visit: Visit) -> Result:
    actions.unsnooze(tx, visit.acting, visit.id("id"))
    return Go(url=_back(visit), message="No longer snoozed")


def _person(visit: Visit) -> str:
    return f"{visit.root}/people/{visit.id('id')}"


def _back(visit: Visit) -> str:
    return f"{visit.root}/today" if visit.form.get("from") == "today" else _person(visit)


def show_rules(tx: Tx, visit: Visit) -> Result:
    return _rules(tx, visit, {"name": "", "every": "1m"}, {})


def add_rule(tx: Tx, visit: Visit) -> Result:
    """Gives the tag or folder of a name a rule."""
    name = visit.text("name", 200).strip()
    actions.set_cadence(tx, visit.acting, _named(tx, visit, name), visit.text("every", 20))
    return Go(url=f"{visit.root}/in-touch", message=f"The rule for {name} is saved")


def add_rule_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    values = {name: str(visit.form.get(name) or "")[:200] for name in ("name", "every")}
    return _rules(tx, visit, values, {".".join(each.path): each.reason for each in error.problems})


def save_digest(tx: Tx, visit: Visit) -> Result:
    """Switches the daily mail of the user on or off."""
    is_wanted = visit.text("digest", 10) == "yes"
    set_digest(tx, visit.acting, visit.signed_in.user_id, is_wanted=is_wanted)
    message = "You will get the daily mail" if is_wanted else "You will not get the daily mail"
    return Go(url=f"{visit.root}/in-touch", message=message)


def delete_rule(tx: Tx, visit: Visit) -> Result:
    actions.delete_cadence(tx, visit.acting, visit.path["cadence"])
    return Go(url=f"{visit.root}/in-touch", message="The rule was deleted")


def _rules(tx: Tx, visit: Visit, fields: dict[str, str], problems: dict[str, str]) -> Show:
    organization_id = visit.acting.organization_id
    groups = store.list_group_cadences(tx, organization_id, limit=RULES_MAX)
    names = store.existing_targets(tx, organization_id, [actions.target_of(each) for each in groups])
    rules = [rule for each in groups if (rule := _rule(each, names)) is not None]
    tags = list_terms(tx, organization_id, TAGS, limit=NAMES_MAX)
    folders = list_folders(tx, organization_id, limit=NAMES_MAX)
    return Show(
        template="in_touch/rules.html",
        values={
            "rules": sorted(rules, key=lambda rule: rule.name.casefold()),
            "names": sorted({tag.name for tag in tags} | {folder.name for folder in folders}, key=str.casefold),
            "choices": {every: words_of(every).capitalize() for every in CHOICES},
            "has_digest": digests.has_digest(tx, organization_id, visit.signed_in.user_id),
            "can_mail": visit.settings.can_mail,
            "fields": fields,
            "problems": problems,
        },
        status=422 if problems else 200,
    )


def _rule(cadence: Cadence, names: dict[Target, str]) -> Rule | None:
    target = actions.target_of(cadence)
    if target not in names:
        return None
    return Rule(cadence.id, names[target], target.kind, target.id, words_of(cadence.every))


def _named(tx: Tx, visit: Visit, name: str) -> Target:
    """The tag of a name, or else the folder. Raises Invalid if there is neither."""
    term = find_term_by_name(tx, visit.acting.organization_id, TAGS, name) if name else None
    if term is not None and term.deleted_at is None:
        return Target("tag", term.id)
    folder = find_folder_by_name(tx, visit.acting.organization_id, name) if name else None
    if folder is None:
        raise invalid("name", "is not a tag or folder: choose one from the list")
    return Target("folder", folder.id)


_PERSON = "/{o:int}/people/{id:int}"
PAGES = (
    Page("POST", f"{_PERSON}/in-touch", set_rhythm, "write"),
    Page("POST", f"{_PERSON}/touched", touched, "write"),
    Page("POST", f"{_PERSON}/snooze", snooze, "write"),
    Page("POST", f"{_PERSON}/unsnooze", unsnooze, "write"),
    Page("GET", "/{o:int}/in-touch", show_rules),
    Page("POST", "/{o:int}/in-touch", add_rule, "write", again=add_rule_again),
    Page("POST", "/{o:int}/in-touch/digest", save_digest, "write"),
    Page("POST", "/{o:int}/in-touch/{cadence}/delete", delete_rule, "write"),
)
