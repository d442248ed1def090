"""The history: who did what, by day, and the undo of it."""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from coterie.actions.undo import UNDOABLE
from coterie.actions.undo_jobs import undo_or_start
from coterie.model.contacts import Contact
from coterie.model.events import CONSEQUENCES, SHOWN_WITH_CONTACTS
from coterie.model.plurals import count
from coterie.model.undo import CannotUndo, Undone
from coterie.store.contacts import find_contact, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.event_feed import list_token_names
from coterie.store.events import find_last_event
from coterie.store.history import HistoryFilter, PastChange, Unit, list_units
from coterie.store.organizations import names_of_members
from coterie.web.history_words import change_words, door_words, noun_words
from coterie.web.page import VIA, Go, Page, Result, Show, Visit
from coterie.web.words import day

UNITS = 40
NAMES_SHOWN = 3
MORE_SHOWN = 20
# what made the organization: a demo or a set-up, with all it contains
_FOUNDING, _UNDO_STARTED = "organization.created", "undo.started"
DOORS = {VIA: "This app", "hub": "Our API", "inro": "Inrō's API", "r0": "R0's API", "mcp": "An assistant",
         "carddav": "A phone", "cli": "The command line", "worker": "A job", "instagram": "Instagram"}  # fmt: skip
_NOUNS = sorted(set(SHOWN_WITH_CONTACTS) - {"user"})
_REASONS = {
    "not_undoable": "cannot be undone", "changed_since": "has changed since", "erased": "was erased",
    "merged": "was merged since", "no_values": "has no stored value before", "taken": "belongs to another person now",
    "not_yours": "belongs to another user", "invalid": "is no longer allowed", "undone": "was undone before",
    "import": "is part of an import", "running": "is not finished",
}  # fmt: skip
_BACK = re.compile(r"/\d+(/[a-z0-9-]+)*(\?[\w=&%.-]*)?")


class Line(Struct, frozen=True, kw_only=True):
    """A unit of work as the page shows it. more: what else it did; undo: the path of the form that undoes it, ""."""

    unit: Unit
    who: str
    what: str
    door: str
    contacts: Sequence[Contact]
    other_count: int
    more: Sequence[str]
    undo: str
    verb: str


def show(tx: Tx, visit: Visit) -> Result:
    organization_id = visit.acting.organization_id
    members = names_of_members(tx, visit.acting.organization_id)
    person, wanted = _filter(tx, visit, members)
    before = visit.number("before", 0, 2**53) or None
    units = list_units(
        tx, organization_id, wanted, reader_id=visit.acting.user_id, before=before, limit=UNITS + 1
    )  # fmt: skip
    lines = _lines(tx, visit, units[:UNITS], members)
    days: dict[str, list[Line]] = {}
    for line in lines:
        days.setdefault(day(line.unit.happened_at), []).append(line)
    query = "&".join(f"{name}={value}" for name, value in _chosen(wanted).items())
    return Show(
        template="history/index.html",
        values={
            "days": days, "members": members, "doors": DOORS, "wanted": wanted, "person": person, "query": query,
            "next_before": units[UNITS - 1].first if len(units) > UNITS else None, "is_first": before is None,
        },
    )  # fmt: skip


def _filter(tx: Tx, visit: Visit, members: dict[str, str]) -> tuple[Contact | None, HistoryFilter]:
    number, user_id, via = visit.number("person", 0), visit.query.get("by", ""), visit.query.get("door", "")
    person = find_contact(tx, visit.acting.organization_id, number) if number else None
    return person, HistoryFilter(
        nouns=_NOUNS, user_id=user_id if user_id in members else None, via=via if via in DOORS else None,
        contact_id=person.id if person else None, without_instagram=not via,
    )  # fmt: skip


def _chosen(wanted: HistoryFilter) -> dict[str, Any]:
    values = {"person": wanted.contact_id, "by": wanted.user_id, "door": wanted.via}
    return {name: value for name, value in values.items() if value is not None}


def _lines(tx: Tx, visit: Visit, units: Sequence[Unit], members: dict[str, str]) -> list[Line]:
    ids = {each for unit in units for change in unit.changes for each in change.contact_ids}
    contacts = {
        each.id: each for each in list_contacts_by_id(tx, visit.acting.organization_id, ids, include_deleted=True)
    }
    tokens = list_token_names(tx, visit.acting.organization_id, {unit.token_id for unit in units if unit.token_id})
    return [_line(visit, unit, members, contacts, tokens.get(unit.token_id or "", "")) for unit in units]


def _phrase(change: PastChange) -> str:
    """A change in words; the people it concerns are named after it."""
    return "merged into one" if change.kind == "contact.merged" else change_words(change.kind, change.changes)


def _line(visit: Visit, unit: Unit, members: dict[str, str], contacts: dict[int, Contact], token: str) -> Line:
    changes = [change for change in unit.changes if change.kind not in CONSEQUENCES] or list(unit.changes)
    phrases = list(dict.fromkeys(_phrase(change) for change in changes))
    ids = list(dict.fromkeys(each for change in changes for each in change.contact_ids if each in contacts))
    kinds = {change.kind for change in changes}
    is_large_undo = _UNDO_STARTED in kinds
    if unit.caused_count and _FOUNDING not in kinds:
        request = _UNDO_STARTED if is_large_undo else "bulk_update.started"
        phrases[0] = f"{change_words(request, None)}: {count(unit.caused_count, 'change')}"
    can_undo = not unit.is_undone and _FOUNDING not in kinds and not kinds.isdisjoint(UNDOABLE - CONSEQUENCES)
    return Line(
        unit=unit,
        who=members.get(unit.user_id or "", "") or ("Coterie" if unit.user_id is None else "A former member"),
        what=("undid: " if unit.undoes and not is_large_undo and kinds != {"contact.unmerged"} else "")
        + " and ".join(phrases[:2]),
        door=door_words(unit.via) + (f" ({token})" if token else ""),
        contacts=[contacts[each] for each in ids[:NAMES_SHOWN]],
        other_count=max(0, len(ids) - NAMES_SHOWN),
        more=phrases[2:MORE_SHOWN],
        undo=undo_path(visit, unit.first, unit.last) if can_undo else "",
        verb="Un-merge" if kinds == {"contact.merged"} else "Undo",
    )


# Undo -----------------------------------------------------------------------------------------------------------------


def undo_path(visit: Visit, first: int, last: int) -> str:
    """The path of the form that undoes these events."""
    return f"{visit.root}/history/{first}-{last}/undo"


def undo_of(tx: Tx, visit: Visit) -> str:
    """The path of the form that undoes what this unit of work has done; "" if it has done nothing."""
    first = tx.units.get(visit.acting.organization_id)
    return undo_path(visit, first, find_last_event(tx, visit.acting.organization_id)) if first is not None else ""


def undo(tx: Tx, visit: Visit) -> Result:
    """Undoes a range of events and goes back to the page with the button, with the unchanged fields in a message.

    Of many events, goes to the progress of the job that undoes them.
    """
    undone = undo_or_start(tx, visit.acting, visit.id("first"), visit.id("last"))
    if isinstance(undone, str):
        return Go(url=f"{visit.root}/history/undo/{undone}")
    back = visit.text("back", 500)
    if not _BACK.fullmatch(back) or not back.startswith(f"{visit.root}/"):
        back = f"{visit.root}/history"
    again = undo_path(visit, undone.first, undone.last) if undone.first and undone.last else ""
    return Go(url=back, message=outcome_words(undone), undo=again)


def outcome_words(undone: Undone) -> str:
    """The result of an undo, for people."""
    left = left_words(undone.cannot)
    if not left:
        return "Undone"
    outcome = "Undone in part" if undone.undone_count else "Not undone"
    return f"{outcome}: {'; '.join(left[:2])}{' …' if len(left) > 2 else ''}"


def left_words(cannot: Sequence[CannotUndo]) -> list[str]:
    """The unchanged fields with their reasons, each once."""
    return list(dict.fromkeys(_left(each.kind, each.fields, each.reason) for each in cannot))


def _left(kind: str, fields: Sequence[str], reason: str) -> str:
    names = ", ".join(field.removeprefix("properties.").replace("_", " ") for field in fields[:3])
    return f"{names or noun_words(kind)} {_REASONS[reason]}"


def go_to_history(tx: Tx, visit: Visit) -> Result:
    """The address of a form that undoes, opened as a page: after signing in, for example."""
    return Go(url=f"{visit.root}/history")


_UNDO = "/{o:int}/history/{first:int}-{last:int}/undo"
PAGES = (
    Page("GET", "/{o:int}/history", show, "slow"),
    Page("GET", _UNDO, go_to_history),
    Page("POST", _UNDO, undo, "write"),
)
