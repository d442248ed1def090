"""The tool who_to_reach: people with a reason to get in touch in the next days."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions.cadences import list_due
from coterie.actions.filters import read_filter, reader_of
from coterie.mcp.answers import fit, without_empty
from coterie.mcp.contact_data import present_briefs
from coterie.mcp.find_contacts import FilterText
from coterie.mcp.tool import Answer, Call, Tool
from coterie.model import times
from coterie.model.cadences import words_of
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.filters.contacts import keep_matching
from coterie.store.reminders import list_reminders
from coterie.store.today import list_birthdays, list_dates_on

Kind = Literal["overdue", "birthday", "anniversary", "reminder"]
# of each kind, before the filter
READ_MAX = 500


class Arguments(Struct, forbid_unknown_fields=True):
    within_days: Annotated[int, Meta(ge=0, le=366)] = 14
    kinds: Annotated[list[Kind], Meta(max_length=4, description="default: all; overdue: by a cadence")] = []
    filter: FilterText | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class Reason(Struct, frozen=True):
    """Why somebody is to be reached. on: the day, YYYY-MM-DD."""

    contact_id: int
    kind: Kind
    on: str
    text: str


def who_to_reach(tx: Tx, call: Call) -> Answer:
    asked: Arguments = call.arguments
    zone = reader_of(tx, call.caller).clock.zone
    today = datetime.now(zone).date()
    reasons = sorted(_matching(tx, call, asked, list(_reasons(tx, call, asked, today, zone))), key=_rank)
    shown = reasons[: asked.limit]
    contacts = list_contacts_by_id(tx, call.caller.organization_id, {each.contact_id for each in shown})
    briefs = {brief["id"]: brief for brief in present_briefs(tx, call, contacts)}
    items: list[dict[str, Any]] = [
        {"contact": briefs[each.contact_id], "kind": each.kind, "on": each.on, "reason": each.text}
        for each in shown
        if each.contact_id in briefs
    ]
    count = fit(items)
    more = len(reasons) - count
    note = f"{more} more in these days; narrow kinds, filter or within_days, or raise limit" if more else None
    return {"today": today.isoformat(), "items": items[:count], "total": len(reasons), **without_empty({"note": note})}


def _rank(reason: Reason) -> tuple[str, int]:
    return reason.on, reason.contact_id


def _matching(tx: Tx, call: Call, asked: Arguments, reasons: list[Reason]) -> list[Reason]:
    where = read_filter(tx, call.caller, asked.filter)
    if where is None or not reasons:
        return reasons
    kept = keep_matching(tx, call.caller.organization_id, where, {each.contact_id for each in reasons})
    return [each for each in reasons if each.contact_id in kept]


def _reasons(tx: Tx, call: Call, asked: Arguments, today: date, zone: tzinfo) -> Iterable[Reason]:
    kinds = asked.kinds or ("overdue", "birthday", "anniversary", "reminder")
    days = _coming(today, asked.within_days)
    if "overdue" in kinds:
        yield from _overdue(tx, call, today, asked.within_days)
    if "birthday" in kinds:
        yield from _birthdays(tx, call, days)
    if "anniversary" in kinds:
        yield from _anniversaries(tx, call, days)
    if "reminder" in kinds:
        yield from _reminders(tx, call, today + timedelta(days=asked.within_days), zone)


def _coming(today: date, within_days: int) -> dict[str, date]:
    """MM-DD -> the next such day; 29 February is 28 February in other years."""
    coming: dict[str, date] = {}
    for number in range(within_days + 1):
        day = today + timedelta(days=number)
        coming.setdefault(f"{day:%m-%d}", day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
            coming.setdefault("02-29", day)
    return coming


def _overdue(tx: Tx, call: Call, today: date, within_days: int) -> Iterable[Reason]:
    """Who is due by a cadence, today, before or in these days."""
    for each in list_due(tx, call.caller, today, within_days=within_days, limit=READ_MAX):
        late = f", {each.days_late} days late" if each.days_late > 0 else ""
        last = (each.plan.last_touch_at or "never")[:10]
        text = f"in touch {words_of(each.plan.every)}; last: {last}{late}"
        yield Reason(each.contact.id, "overdue", each.plan.due_on, text)


def _birthdays(tx: Tx, call: Call, days: dict[str, date]) -> Iterable[Reason]:
    for contact in list_birthdays(tx, call.caller.organization_id, days, limit=READ_MAX):
        birthday = contact.birthday or ""
        day = days[birthday[-5:]]
        age = day.year - int(birthday[:4]) if not birthday.startswith("--") else 0
        yield Reason(contact.id, "birthday", day.isoformat(), f"turns {age}" if age > 0 else "has a birthday")


def _anniversaries(tx: Tx, call: Call, days: dict[str, date]) -> Iterable[Reason]:
    for contact_id, label, on in list_dates_on(tx, call.caller.organization_id, days, limit=READ_MAX):
        yield Reason(contact_id, "anniversary", days[on[-5:]].isoformat(), f"{label}, since {on}")


def _reminders(tx: Tx, call: Call, until: date, zone: tzinfo) -> Iterable[Reason]:
    """The open reminders of the calling user about contacts, those that are late too."""
    organization_id, user_id = call.caller.organization_id, call.caller.user_id or ""
    for each in list_reminders(tx, organization_id, user_id, limit=READ_MAX):
        if each.contact_id is None or not each.due_at or each.is_contact_deleted:
            continue
        day = times.parse(each.due_at).astimezone(zone).date()
        if day <= until:
            yield Reason(each.contact_id, "reminder", day.isoformat(), each.title or "reminder")


TOOL = Tool(
    name="who_to_reach",
    title="Who to reach",
    description="People to get in touch with: overdue by their cadence, birthdays, anniversaries, your reminders.",
    arguments=Arguments,
    handler=who_to_reach,
    mode="slow",
)
