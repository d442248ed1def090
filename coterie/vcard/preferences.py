"""Which handle of a channel a card prefers, and how another one becomes it in the card's own lines."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from coterie.vcard.heads import with_preference
from coterie.vcard.raw import RawLine, version_of
from coterie.vcard.read_handles import NOT_PREFERRED, preference_of
from coterie.vcard.units import CardUnit, units_of

_FIRST = 1


def new_preferences(before: Iterable[CardUnit], after: Iterable[CardUnit]) -> dict[str, Hashable]:
    """channel -> the meaning of the handle that a card prefers now and did not before.

    A card that no longer says which one it prefers has no new preference.
    """
    old, new = _preferred(before), _preferred(after)
    return {
        channel: unit.meaning
        for channel, unit in new.items()
        if _rank(unit) < NOT_PREFERRED and channel in old and old[channel].meaning != unit.meaning
    }


def prefer(lines: Sequence[RawLine], preferences: Mapping[str, Hashable], country: str | None) -> list[RawLine]:
    """The card with these preferences: channel -> meaning. A channel that prefers this one already stays as it is."""
    units = [unit for unit in units_of(lines, country) if unit.channel in preferences]
    preferred, version = _preferred(units), version_of(lines)
    replaced: dict[int, RawLine] = {}
    for channel, meaning in preferences.items():
        own = [unit for unit in units if unit.channel == channel]
        chosen = next((unit for unit in own if unit.meaning == meaning), None)
        if chosen is None or preferred[channel].meaning == meaning:
            continue
        for unit in own:
            if unit is chosen or _rank(unit) == _FIRST:
                replaced[id(unit.main)] = with_preference(unit.main, version, is_preferred=unit is chosen)
    return [replaced.get(id(line), line) for line in lines]


def _preferred(units: Iterable[CardUnit]) -> dict[str, CardUnit]:
    """channel -> its most preferred unit, the first of several."""
    result: dict[str, CardUnit] = {}
    for unit in units:
        channel = unit.channel
        if channel and (channel not in result or _key(unit) < _key(result[channel])):
            result[channel] = unit
    return result


def _key(unit: CardUnit) -> tuple[bool, int]:
    """A fax is no one's first number (drafts/handles.py)."""
    return "fax" in (unit.label or "").lower(), _rank(unit)


def _rank(unit: CardUnit) -> int:
    return preference_of(unit.main.entry) if unit.main.entry else NOT_PREFERRED
