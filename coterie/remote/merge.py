"""The three-way merge of a card: the base (the last state equal on both sides), the remote card and the local card.

Guarantees. A change on one side only is applied to the other, in its own lines. Of a property that a card has once, the
policy decides if both sides changed it; of all others both values stay. A value that one side changed and the other
deleted stays. The base has a text for each side, so a server's own changes when it stores a card do
not count as changes.
"""

from collections.abc import Collection, Hashable, Sequence

from msgspec import Struct, field

from coterie.model.subscriptions import OURS, REMOTE, RemoteCard
from coterie.vcard import values
from coterie.vcard.difference import Difference, compare
from coterie.vcard.patch import Patch
from coterie.vcard.raw import RawLine, join_lines, make_line, split_card
from coterie.vcard.units import SINGLE, CardUnit, units_of

# of these both sides' values make one list
_LISTS = frozenset(("CATEGORIES",))
# the patch finds one of these by its kind alone, and would take the other side's for it
_FOUND_BY_KIND = frozenset(("ADR",))
# with the meaning of a handle: that it is preferred
PREFERRED = "preferred"


class Merged(Struct, frozen=True):
    """own: our card with the changes of the other side. base: our side of the new base; the difference between own and
    base must be written to the server. conflicts: the names of properties with one value that both sides changed."""

    own: str
    base: str
    conflicts: list[str] = field(default_factory=list)


def pull(
    card: RemoteCard, remote: str, own: str, country: str | None, policy: str, *, echoes: Collection[Hashable] = ()
) -> Merged:
    """Applies the changes of the server to our card. echoes: changes that are older states of our card (echoes.py)."""
    remote_lines, own_lines = split_card(remote), split_card(own)
    there = compare(split_card(card.remote_body), remote_lines, country)
    here = compare(split_card(card.own_text), own_lines, country)
    conflicts = [name for name in _conflicts(there, here) if name not in echoes]
    base = remote if card.own_body is None else _patched(split_card(card.own_body), there, country)
    if own == card.own_text and not echoes:
        return Merged(base, base, conflicts)
    without = {*echoes, *(conflicts if policy == OURS else ())}
    for_us = _reconciled(there, here, own_lines, country, without=without)
    for_us.preferred = _preferred(there, here, policy, without)
    return Merged(_patched(own_lines, for_us, country), base, conflicts)


def push(card: RemoteCard, own: str, country: str | None) -> str | None:
    """The card to write to the server: its current text with our changes since the base; None if nothing differs."""
    here = compare(split_card(card.own_text), split_card(own), country)
    if here.is_empty:
        return None
    if card.own_body is None:
        return own
    text = _patched(split_card(card.remote_body), here, country)
    return None if text == card.remote_body else text


def join(remote: str, own: str, country: str | None) -> Merged:
    """Merges two cards of one contact without a base: ours gets the values it lacks and keeps its single values."""
    remote_lines, own_lines = split_card(remote), split_card(own)
    lacking = Difference(added=_beyond(own_lines, remote_lines, country))
    joined = _patched(own_lines, lacking, country)
    joined_lines = split_card(joined)
    extra = Difference(removed=_beyond(remote_lines, joined_lines, country))
    return Merged(joined, _patched(joined_lines, extra, country))


def _beyond(lines: Sequence[RawLine], others: Sequence[RawLine], country: str | None) -> list[CardUnit]:
    """The units of others that lines lack; of single properties only those of which lines have none."""
    difference = compare(lines, others, country)
    present = {unit.family for unit in units_of(lines, country)}
    units = [*(after for _, after in difference.changed), *difference.added]
    return [unit for unit in units if unit.family not in SINGLE or unit.family not in present]


def _conflicts(there: Difference, here: Difference) -> list[str]:
    """The single properties to which both sides gave values, and not the same one."""
    new_there, new_here = _single_values(there), _single_values(here)
    return sorted(name for name, unit in new_there.items() if name in new_here and new_here[name] != unit)


def new_single_units(before: str, after: str, country: str | None) -> dict[str, CardUnit]:
    """The properties that a card has once and that have another value than before."""
    return _single_units(compare(split_card(before), split_card(after), country))


def new_preferred_handles(before: str, after: str, country: str | None) -> set[Hashable]:
    """The meanings of the handles that a card prefers and did not before."""
    return set(compare(split_card(before), split_card(after), country).preferred.values())


def handles_of(card: str, country: str | None) -> set[Hashable]:
    """The meanings of the handles of a card."""
    return {unit.meaning for unit in units_of(split_card(card), country) if unit.is_handle}


def _single_values(difference: Difference) -> dict[str, object]:
    return {name: unit.meaning for name, unit in _single_units(difference).items()}


def _single_units(difference: Difference) -> dict[str, CardUnit]:
    units = [*(after for _, after in difference.changed), *difference.added]
    return {unit.family: unit for unit in units if unit.family in SINGLE and unit.family not in _LISTS}


def _reconciled(
    there: Difference, here: Difference, own: Sequence[RawLine], country: str | None, *, without: Collection[Hashable]
) -> Difference:
    """The other side's difference as it is to be made in a card that changed as well. without: names of properties, and
    meanings of handles, that are left as they are."""
    units = units_of(own, country)
    singles = {unit.family: unit for unit in units if unit.family in SINGLE}
    meanings = {unit.meaning for unit in units}
    changed_here = _single_values(here)
    result = Difference()
    for before, after in there.changed:
        if after.family in without or after.meaning in without:
            continue
        if after.family in _FOUND_BY_KIND and before.meaning not in meanings:
            result.added.append(after)
        else:
            result.changed.append((before, after))
    for unit in there.added:
        if unit.family in without or unit.meaning in without:
            continue
        present = singles.get(unit.family)
        if unit.family in _LISTS:
            result.added += _missing_names(unit, present)
        elif present is not None:
            result.changed.append((present, unit))
        else:
            result.added.append(unit)
    for unit in there.removed:
        is_changed_here = unit.family in changed_here
        is_other = unit.family in _FOUND_BY_KIND and unit.meaning not in meanings
        if not is_changed_here and not is_other:
            result.removed.append(unit)
    return result


def _preferred(there: Difference, here: Difference, policy: str, without: Collection[Hashable]) -> dict[str, Hashable]:
    """The other side's preferences that are to be made. If both sides prefer another handle of a channel, the policy
    decides; with `ask` ours stays, as no value is lost."""
    return {
        channel: meaning
        for channel, meaning in there.preferred.items()
        if (PREFERRED, meaning) not in without and (policy == REMOTE or channel not in here.preferred)
    }


def _missing_names(unit: CardUnit, present: CardUnit | None) -> list[CardUnit]:
    """A list of the names that the present one lacks."""
    names = _names(present) if present else []
    missing = [name for name in _names(unit) if name not in names]
    if not missing:
        return []
    line = make_line(f"{unit.family}:" + ",".join([values.escape(name) for name in missing]))
    return [CardUnit((line,), (unit.family, frozenset(missing)), None)]


def _names(unit: CardUnit) -> list[str]:
    pieces = values.split(unit.main.entry.value, ",") if unit.main.entry else []
    return [name for name in map(values.line, pieces) if name]


def _patched(lines: Sequence[RawLine], difference: Difference, country: str | None) -> str:
    if difference.is_empty:
        return join_lines(lines)
    # a patch that keeps heads makes one note of several
    has_one_note = sum(line.name == "NOTE" for line in lines) <= 1
    return join_lines(Patch(lines, country, keeps_heads=has_one_note).make(difference))


def is_covered(own: str, remote: str, country: str | None) -> bool:
    """Whether a card has everything that ours has."""
    difference = compare(split_card(remote), split_card(own), country)
    return not difference.changed and not difference.added
