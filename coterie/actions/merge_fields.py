"""Which value of two contacts a merged contact has, and where the other one goes.

The survivor's value stays where it has one; otherwise the loser's is taken. A choice names the contact whose value is
taken instead, empty or not. A value that is not taken becomes an important date (a birthday) or a line of a note.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from coterie.drafts.merge import is_other_name, names_to_fill
from coterie.errors import invalid
from coterie.model.contacts import OPTOUT, TEXTS, Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.names import NAME_COLUMNS
from coterie.model.text import identity_key

NAME, NOTE, PROPERTY = "name", "pinned_note", "property:"
BIRTHDAY_LABEL = "birthday"
# of an account, not of a person: the other value is not worth a line
_MEASURED = ("is_follower", "follower_count", "follower_growth")
COLUMNS = (*TEXTS, "relationship_grade", *_MEASURED)
_SINGLE = tuple(name for name in COLUMNS if name not in (*NAME_COLUMNS, "status"))
_CHOICES = frozenset((NAME, NOTE, "status", *_SINGLE, *SUMMARY_COLUMNS.values()))
Choices = Mapping[str, int]


class FieldPlan(Struct):
    """The merged contact: columns that change; properties that change, as JSON; the birthday that becomes a date; the
    lines of the note."""

    columns: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    birthday: str | None = None
    lines: list[str] = field(default_factory=list)


def check_choices(choices: Choices, contact_ids: Mapping[int, int]) -> dict[str, int]:
    """The choices with the id that each contact has now. contact_ids: those to be merged, as given -> as they are now.

    Raises Invalid if a field is unknown or a contact is not among those to be merged.
    """
    for name, contact_id in choices.items():
        if name not in _CHOICES and not name.startswith(PROPERTY):
            raise invalid(("choices", name), f"is not a field; fields are {', '.join(sorted(_CHOICES))}")
        if contact_id not in contact_ids:
            raise invalid(("choices", name), "is not one of the contacts to merge")
    return {name: contact_ids[contact_id] for name, contact_id in choices.items()}


def completeness(contact: Contact) -> tuple[int, str]:
    """By which the losers are ordered: how many fields have a value, then how new the contact is."""
    return sum(getattr(contact, name) is not None for name in COLUMNS), contact.updated_at


def plan_fields(survivor: Contact, loser: Contact, choices: Choices) -> FieldPlan:
    """The merged fields of two contacts, without properties."""
    plan = FieldPlan()
    _plan_name(plan, survivor, loser, is_chosen=choices.get(NAME) == loser.id)
    for name in _SINGLE:
        old, new = getattr(survivor, name), getattr(loser, name)
        is_chosen = choices.get(name) == loser.id
        if old != new and (is_chosen or (old is None and name not in choices)):
            plan.columns[name] = new
            old, new = new, old
        if new is not None and not _is_equal(old, new) and name not in _MEASURED:
            _put_elsewhere(plan, name, new)
    if "status" in choices:
        plan.columns["status"] = loser.status if choices["status"] == loser.id else survivor.status
    elif loser.status == OPTOUT:
        plan.columns["status"] = OPTOUT
    plan.columns = {name: value for name, value in plan.columns.items() if value != getattr(survivor, name)}
    return plan


def plan_properties(
    plan: FieldPlan, values: tuple[Mapping[str, str], Mapping[str, str]], titles: Mapping[str, str], choices: Choices,
    loser_id: int,
) -> None:  # fmt: skip
    """Adds the properties. values: slug -> value as JSON, of the survivor and of the loser; titles: of the slugs."""
    survivors, losers = values
    for slug, value in losers.items():
        old, title, chosen = survivors.get(slug), titles.get(slug, slug), choices.get(PROPERTY + slug)
        if old == value:
            continue
        if chosen == loser_id or (old is None and chosen is None):
            plan.properties[slug] = value
            if old is not None:
                plan.lines.append(f"{title}: {old}")
        else:
            plan.lines.append(f"{title}: {value}")


def _plan_name(plan: FieldPlan, survivor: Contact, loser: Contact, *, is_chosen: bool) -> None:
    other = loser
    if is_chosen:
        plan.columns |= {name: getattr(loser, name) for name in NAME_COLUMNS}
        other, survivor = survivor, loser
    else:
        plan.columns |= names_to_fill(loser, survivor)
    if is_other_name(other, survivor, plan.columns):
        plan.lines.append(f"Name: {other.full_name}")


def _is_equal(one: Any, other: Any) -> bool:
    return one == other or (
        isinstance(one, str) and isinstance(other, str) and identity_key(one) == identity_key(other)
    )


def _put_elsewhere(plan: FieldPlan, name: str, value: Any) -> None:
    if name == "birthday":
        plan.birthday = value
    else:
        label = name.removesuffix("_url").replace("_", " ").capitalize()
        plan.lines.append(f"{label}: {value}")
