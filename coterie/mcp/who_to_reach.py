"""The tool who_to_reach: people with a reason to get in touch in the next days."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions.filters import read_filter, reader_of
from coterie.mcp.contact_data import present_briefs
from coterie.mcp.find_contacts import FilterText
from coterie.mcp.outputs import fit, without_empty
from coterie.mcp.tool import Call, Output, Tool
from coterie.model import times
from coterie.model.cadences import words_of
from coterie.model.dates import coming_days
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Row, Tx
from coterie.store.days import list_birthdays_on_days, list_dates_on_days
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import keep_matching
from coterie.store.reminders import list_reminders
from coterie.store.touch_plans import list_due

Kind = Literal["overdue", "birthday", "anniversary", "reminder"]
# reminders and people who are due, before the filter
READ_MAX = 200


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


class _Days(Struct, frozen=True):
    """The days to look at. most: reasons of each kind; coming: MM-DD -> the next such day, soonest first."""

    call: Call
    where: Where | None
    today: date
    until: date
    zone: tzinfo
    most: int
    coming: dict[str, date]


def who_to_reach(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    zone = reader_of(tx, call.caller).clock.zone
    today = datetime.now(zone).date()
    until = today + timedelta(days=asked.within_days)
    where = read_filter(tx, call.caller, asked.filter)
    coming = coming_days(today, asked.within_days + 1)
    days = _Days(call, where, today=today, until=until, zone=zone, most=asked.limit + 1, coming=coming)
    kinds = asked.kinds or _KINDS
    reasons = sorted((each for kind in kinds for each in _KINDS[kind](tx, days)), key=_rank)
    shown = reasons[: asked.limit]
    contacts = list_contacts_by_id(tx, call.caller.organization_id, {each.contact_id for each in shown})
    briefs = {brief["id"]: brief for brief in present_briefs(tx, call, contacts)}
    items: list[dict[str, Any]] = [
        {"contact": briefs[each.contact_id], "kind": each.kind, "on": each.on, "reason": each.text}
        for each in shown
        if each.contact_id in briefs
    ]
    count = fit(items)
    note = "There are more; narrow kinds, filter or within_days, or raise limit" if len(reasons) > count else None
    return {"today": today.isoformat(), "items": items[:count], **without_empty({"note": note})}


def _rank(reason: Reason) -> tuple[str, int]:
    return reason.on, reason.contact_id


def _matching(tx: Tx, days: _Days, reasons: list[Reason]) -> list[Reason]:
    """Those that the filter matches."""
    if days.where is None or not reasons:
        return reasons
    ids = {each.contact_id for each in reasons}
    matching = keep_matching(tx, days.call.caller.organization_id, days.where, ids)
    return [each for each in reasons if each.contact_id in matching]


def _overdue(tx: Tx, days: _Days) -> list[Reason]:
    """The contacts that a cadence makes due: today, before or in these days."""
    most = days.most if days.where is None else READ_MAX
    found = []
    for plan in list_due(tx, days.call.caller.organization_id, days.until.isoformat(), limit=most):
        days_late = (days.today - date.fromisoformat(plan.due_on)).days
        late = f", {days_late} days late" if days_late > 0 else ""
        last = (plan.last_touch_at or "never")[:10]
        text = f"in touch {words_of(plan.every)}; last: {last}{late}"
        found.append(Reason(plan.contact_id, "overdue", plan.due_on, text))
    return _matching(tx, days, found)


def _rows_by_day(tx: Tx, days: _Days, list_on_days: Callable[..., list[Row]]) -> Iterator[tuple[date, Row]]:
    """(the day, the row) of those that come first, as many as are needed: day by day, or with a filter all at once."""
    organization_id, left = days.call.caller.organization_id, days.most
    if days.where is not None:
        rows = list_on_days(tx, organization_id, list(days.coming), where=days.where, limit=left)
        yield from ((days.coming[row[-1][-5:]], row) for row in rows)
        return
    for month_day, day in days.coming.items():
        if left <= 0:
            break
        rows = list_on_days(tx, organization_id, [month_day], limit=left)
        left -= len(rows)
        yield from ((day, row) for row in rows)


def _birthdays(tx: Tx, days: _Days) -> list[Reason]:
    found = []
    for day, (contact_id, birthday) in _rows_by_day(tx, days, list_birthdays_on_days):
        age = day.year - int(birthday[:4]) if not birthday.startswith("--") else 0
        text = f"turns {age}" if age > 0 else "has a birthday"
        found.append(Reason(contact_id, "birthday", day.isoformat(), text))
    return found


def _anniversaries(tx: Tx, days: _Days) -> list[Reason]:
    found = []
    for day, (contact_id, label, on) in _rows_by_day(tx, days, list_dates_on_days):
        text = label if on.startswith("--") else f"{label}, since {on}"
        found.append(Reason(contact_id, "anniversary", day.isoformat(), text))
    return found


def _reminders(tx: Tx, days: _Days) -> list[Reason]:
    """The open reminders of the calling user about contacts, those that are late too."""
    caller, found = days.call.caller, []
    for each in list_reminders(tx, caller.organization_id, caller.user_id or "", limit=READ_MAX):
        if each.contact_id is None or not each.due_at or each.is_contact_deleted:
            continue
        day = times.parse(each.due_at).astimezone(days.zone).date()
        if day <= days.until:
            found.append(Reason(each.contact_id, "reminder", day.isoformat(), each.title or "reminder"))
    return _matching(tx, days, found)


_KINDS: dict[Kind, Callable[[Tx, _Days], list[Reason]]] = {
    "overdue": _overdue, "birthday": _birthdays, "anniversary": _anniversaries, "reminder": _reminders,
}  # fmt: skip
TOOL = Tool(
    name="who_to_reach",
    title="Who to reach",
    description="People to get in touch with: overdue by their cadence, birthdays, anniversaries, your reminders.",
    arguments=Arguments,
    handler=who_to_reach,
    mode="slow",
)
