"""The difference of two cards, and the same change in a third one that has lines of its own.

A device's PUT is the difference of the card it was shown and the card it wrote, made in the stored lines. A change
through another door is the difference of the contact's card before and after, made in the stored lines.

Guarantees. A line that did not change in meaning stays octet for octet. A property is deleted only if the writer has
written properties of that name, so that a program that cannot show them does not delete them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence

from msgspec import Struct, field

from coterie.vcard.preferences import new_preferences
from coterie.vcard.raw import RawLine
from coterie.vcard.units import OF_PROGRAMS, SINGLE, CardUnit, units_of

_OURS = frozenset(("UID",)) | OF_PROGRAMS
# among the families of a device that writes types or labels
LABELS = "LABELS"


class Difference(Struct):
    """changed: (unit before, unit after). retained: units that are missing, but that the writer must not delete.

    preferred: channel -> the meaning of the handle that is preferred now and was not before.
    """

    changed: list[tuple[CardUnit, CardUnit]] = field(default_factory=list)
    added: list[CardUnit] = field(default_factory=list)
    removed: list[CardUnit] = field(default_factory=list)
    retained: list[CardUnit] = field(default_factory=list)
    preferred: dict[str, Hashable] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.changed or self.added or self.removed or self.preferred)


def compare(
    before: Sequence[RawLine],
    after: Sequence[RawLine],
    country: str | None,
    families: Collection[str] | None = None,
) -> Difference:
    """The difference of two cards. families: the properties the writer can show, besides those it wrote; None: all."""
    units = _units(before, country), _units(after, country)
    old, new = _unmatched(*units)
    difference = Difference(preferred=new_preferences(*units))
    for key_of in _PAIRINGS:
        old, new = _pair(old, new, difference, key_of)
    shown = families_of(after, country)
    if families is not None and LABELS not in {*families, *shown}:
        _keep_labels(difference)
    for unit in old:
        may_delete = families is None or unit.family in families or unit.family in shown
        (difference.removed if may_delete else difference.retained).append(unit)
    difference.added = new
    return difference


def families_of(lines: Sequence[RawLine], country: str | None) -> set[str]:
    """The families that the writer of a card can show: the names of its properties, and LABELS if one has a label."""
    units = units_of(lines, country)
    return {unit.family for unit in units} | {LABELS for unit in units if unit.label}


def _keep_labels(difference: Difference) -> None:
    """Of values that only lost their label the label stays."""
    changed: list[tuple[CardUnit, CardUnit]] = []
    for old, new in difference.changed:
        if old.meaning == new.meaning and new.label is None:
            difference.retained.append(old)
        else:
            changed.append((old, new))
    difference.changed = changed


def _units(lines: Sequence[RawLine], country: str | None) -> list[CardUnit]:
    return [unit for unit in units_of(lines, country) if unit.family not in _OURS]


def _unmatched(before: Sequence[CardUnit], after: Sequence[CardUnit]) -> tuple[list[CardUnit], list[CardUnit]]:
    """The units of each side that the other does not have with the same meaning and label."""
    had = Counter((unit.meaning, unit.label) for unit in before)
    has = Counter((unit.meaning, unit.label) for unit in after)
    return _beyond(before, has), _beyond(after, had)


def _beyond(units: Sequence[CardUnit], counts: Counter[tuple[Hashable, str | None]]) -> list[CardUnit]:
    rest = []
    for unit in units:
        key = (unit.meaning, unit.label)
        if counts[key] > 0:
            counts[key] -= 1
        else:
            rest.append(unit)
    return rest


def _pair(
    old: list[CardUnit], new: list[CardUnit], difference: Difference, key_of: Callable[[CardUnit], Hashable]
) -> tuple[list[CardUnit], list[CardUnit]]:
    """Takes units with equal keys, in their order, for changes; returns the rest. A key of None is equal to none."""
    waiting: dict[Hashable, list[CardUnit]] = {}
    for unit in new:
        waiting.setdefault(key_of(unit), []).append(unit)
    rest = []
    taken: set[int] = set()
    for unit in old:
        key = key_of(unit)
        if key is not None and (queue := waiting.get(key)):
            after = queue.pop(0)
            taken.add(id(after))
            difference.changed.append((unit, after))
        else:
            rest.append(unit)
    return rest, [unit for unit in new if id(unit) not in taken]


# first the same value with another label, then the one value of its kind, then another value with the same label
_PAIRINGS: tuple[Callable[[CardUnit], Hashable], ...] = (
    lambda unit: unit.meaning,
    lambda unit: unit.family if unit.family in SINGLE else None,
    lambda unit: (unit.family, unit.label),
)
