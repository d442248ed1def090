"""Makes a difference in a card that has lines of its own: edits the lines it is about and leaves all others alone."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from coterie.vcard import values
from coterie.vcard.difference import Difference
from coterie.vcard.heads import with_other_value
from coterie.vcard.lines import Property
from coterie.vcard.new_values import new_value
from coterie.vcard.preferences import prefer
from coterie.vcard.raw import RawLine, make_line, next_group, with_group, with_value
from coterie.vcard.units import SINGLE, CardUnit, is_companion, units_of

# their parameters depend on the value
_WHOLE = frozenset(
    ("BDAY", "ANNIVERSARY", "X-ABDATE", "PHOTO", "X-SOCIALPROFILE", "IMPP", "SOCIALPROFILE", "GENDER", "X-GENDER")
)
# a contact has one of these, which a card may have in several lines
_JOINED = frozenset(("NOTE", "NICKNAME"))
_WORD = re.compile(r"\w+")


class Patch:
    """The edits of one card.

    keeps_heads: a changed line keeps its group and parameters, only its value changes. whole: the contact's card after
    the difference. A contact has a value once that a card may repeat, so a value that is not in it goes from all lines.
    """

    def __init__(
        self,
        lines: Sequence[RawLine],
        country: str | None,
        *,
        keeps_heads: bool,
        whole: Sequence[RawLine] | None = None,
    ) -> None:
        self._lines = lines
        self._keeps_heads = keeps_heads
        self._left = None if whole is None else {unit.meaning for unit in units_of(whole, country)}
        self._units = units_of(lines, country)
        self._used: set[int] = set()
        self._by_meaning: dict[Hashable, list[CardUnit]] = {}
        self._by_family: dict[str, list[CardUnit]] = {}
        for unit in self._units:
            self._by_meaning.setdefault(unit.meaning, []).append(unit)
            self._by_family.setdefault(unit.family, []).append(unit)
        self._replaced: dict[int, list[RawLine]] = {}
        self._added: list[RawLine] = []
        self._group = next_group(lines)
        self._country = country
        self._words_of: dict[int, set[str]] = {}
        self._mains = Counter(line.group for line in lines if line.group and not is_companion(line))

    def make(self, difference: Difference) -> list[RawLine]:
        """The card with the difference applied. Values it already has are not added again."""
        for unit in difference.removed:
            self._remove(unit)
        for before, after in difference.changed:
            self._change(before, after)
        for unit in difference.added:
            self._add(unit)
        result: list[RawLine] = []
        for line in self._lines:
            if line.name == "END":
                result += self._added
            result += self._replaced.get(id(line), [line])
        groups = {line.group for line in result if not is_companion(line)}
        result = [line for line in result if not is_companion(line) or line.group in groups or not self._is_known(line)]
        return prefer(result, difference.preferred, self._country) if difference.preferred else result

    def _is_known(self, companion: RawLine) -> bool:
        """Whether the group of a line had a value."""
        return companion.group in self._mains

    def _find(self, unit: CardUnit) -> CardUnit | None:
        """The unit of this card that is meant: the same value and label, the same value, the one of its kind."""
        choices = self._choose(self._by_meaning.get(unit.meaning, ()), unit)
        if not choices and unit.family in SINGLE:
            choices = self._choose(self._by_family.get(unit.family, ()), unit)
            choices.sort(key=lambda each: not self._words(each))
        if not choices and unit.family == "ADR":
            choices = self._most_similar(self._choose(self._by_family.get("ADR", ()), unit), unit)
        if not choices:
            return None
        self._used.add(id(choices[0]))
        return choices[0]

    def _choose(self, units: Sequence[CardUnit], unit: CardUnit) -> list[CardUnit]:
        """Those that are not used yet: with the same label, if there are any."""
        free = [each for each in units if id(each) not in self._used]
        return [each for each in free if each.label == unit.label] or free

    def _remove(self, unit: CardUnit) -> None:
        if unit.family == "CATEGORIES":
            self._edit_categories(unit.main.entry, None)
        elif unit.family in SINGLE and self._keeps_heads:
            for each in (*self._by_family.get(unit.family, ()), *self._by_meaning.get(_other_meaning(unit), ())):
                self._drop(each)
        elif (found := self._find(unit)) is not None:
            self._drop(found)
            self._drop_others(unit)
            self._drop_label(found)

    def _drop(self, unit: CardUnit) -> None:
        """Drops a unit. The label of its group stays as long as the group has another value."""
        for line in unit.lines[:1] if self._is_shared(unit) else unit.lines:
            self._replaced[id(line)] = []

    def _is_shared(self, unit: CardUnit) -> bool:
        return self._mains[unit.main.group] > 1

    def _drop_label(self, address: CardUnit) -> None:
        """Drops the LABEL of an address that is no longer so: the same words in the lines of an envelope."""
        words = self._words(address) if address.family == "ADR" and self._keeps_heads else set()
        for each in self._by_family.get("LABEL", ()) if words else ():
            is_of_label = each.label == address.label
            if len(words & self._words(each)) * (2 if is_of_label else 1) >= len(words):
                self._drop(each)

    def _drop_others(self, gone: CardUnit) -> None:
        """Drops the lines that repeat a value which the whole card no longer has."""
        if self._left is None or gone.meaning in self._left:
            return
        for each in self._by_meaning.get(gone.meaning, ()):
            if id(each) not in self._used:
                self._used.add(id(each))
                self._drop(each)

    def _change(self, before: CardUnit, after: CardUnit) -> None:
        if after.family == before.family == "CATEGORIES" and self._keeps_heads:
            self._edit_categories(before.main.entry, after.main.entry)
            return
        found = self._find(before)
        if found is None:
            self._add(after)
            return
        has_same_label = before.label == after.label
        is_kept = self._keeps_heads and has_same_label and found.family not in _WHOLE
        self._drop(found)
        self._drop_others(before)
        if is_kept and found.family == after.family:
            self._change_value(found, before.main.entry, after.main.entry)
        elif not self._is_shared(found):
            self._replaced[id(found.main)] = self._regrouped(after, found.main.written_group)
        elif has_same_label:
            self._replaced[id(found.main)] = [with_group(after.main, found.main.written_group)]
        else:
            self._replaced[id(found.main)] = self._regrouped(after, "")

    def _change_value(self, found: CardUnit, before: Property | None, after: Property | None) -> None:
        assert found.main.entry is not None and before is not None and after is not None
        value = new_value(found.main.entry, before, after)
        self._replaced[id(found.main)] = [with_other_value(found.main, value)]
        for line in found.lines[1:]:
            self._replaced[id(line)] = [line]
        if values.split(value, ";") != values.split(found.main.entry.value, ";"):
            self._drop_label(found)
        for each in self._by_family[found.family] if found.family in _JOINED else ():
            if each is not found:
                self._drop(each)

    def _add(self, unit: CardUnit) -> None:
        if any(id(each) not in self._used for each in self._by_meaning.get(unit.meaning, ())):
            return
        if unit.family == "CATEGORIES" and self._keeps_heads:
            self._edit_categories(None, unit.main.entry)
        elif (unread := self._find_unread(unit)) is not None:
            self._drop(unread)
            self._replaced[id(unread.main)] = self._regrouped(unit, "")
        else:
            self._added += self._regrouped(unit, "")

    def _find_unread(self, unit: CardUnit) -> CardUnit | None:
        """A line in the place of a value that the contact did not have: empty, or one that cannot be read."""
        if self._left is None or unit.family not in SINGLE:
            return None
        return next((each for each in self._by_family.get(unit.family, ()) if id(each) not in self._used), None)

    def _regrouped(self, unit: CardUnit, group: str) -> list[RawLine]:
        """The lines of a unit in this group, otherwise in an unused one if they need one."""
        if not group and not unit.main.group:
            return list(unit.lines)
        if not group:
            group, self._group = f"item{self._group}", self._group + 1
        return [with_group(line, group) for line in unit.lines]

    def _words(self, unit: CardUnit) -> set[str]:
        """The words of a unit, read once."""
        words = self._words_of.get(id(unit))
        if words is None:
            text = values.unescape(unit.main.entry.value).casefold() if unit.main.entry else ""
            words = self._words_of[id(unit)] = set(_WORD.findall(text))
        return words

    def _most_similar(self, units: Iterable[CardUnit], unit: CardUnit) -> list[CardUnit]:
        """The address that has the most words of another one, in a list; an empty list if none has any."""
        words = self._words(unit)
        best = max(units, key=lambda each: len(words & self._words(each)), default=None)
        return [best] if best is not None and words & self._words(best) else []

    def _edit_categories(self, before: Property | None, after: Property | None) -> None:
        """Takes names out of the lines that have them, and adds new ones to the first line."""
        old, new = _names(before), _names(after)
        to_add = [name for name in new if name not in old]
        lines = [each.main for each in self._by_family.get("CATEGORIES", ())]
        for line in lines:
            present = _names(line.entry)
            shall = [name for name in present if name not in old or name in new] + to_add
            to_add = []
            if shall != present:
                value = ",".join([values.escape(name) for name in shall])
                self._replaced[id(line)] = [with_value(line, value)] if shall else []
        if to_add:
            self._added.append(make_line("CATEGORIES:" + ",".join([values.escape(name) for name in to_add])))


def _names(entry: Property | None) -> list[str]:
    pieces = values.split(entry.value, ",") if entry else []
    return [name for name in map(values.line, pieces) if name]


def _other_meaning(unit: CardUnit) -> Hashable:
    """That of a line in which a card may have the value too: a job title is its ROLE if it has no TITLE."""
    meaning = unit.meaning
    return ("ROLE", meaning[1]) if isinstance(meaning, tuple) and meaning[0] == "TITLE" else meaning
