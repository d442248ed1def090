"""The filter of addressbook-query (RFC 6352, section 10.5)."""

import string
from collections.abc import Callable, Sequence

from msgspec import Struct

from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.xml_input import Element, card
from coterie.cards.rendering import Renderer
from coterie.model.cards import CardRef
from coterie.vcard import values
from coterie.vcard.raw import RawLine

# of a whole filter: property filters, parameter filters and texts together
CONDITIONS_MAX = 200
_PIECE = 500
_ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_COLLATIONS = ("", "default", "i;ascii-casemap", "i;unicode-casemap", "i;octet")
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda value, text: value == text,
    "contains": lambda value, text: text in value,
    "starts-with": lambda value, text: value.startswith(text),
    "ends-with": lambda value, text: value.endswith(text),
}


class TextMatch(Struct, frozen=True):
    """text: folded by the collation."""

    text: str
    collation: str
    match: str
    is_negated: bool

    def holds(self, folded: Sequence[str]) -> bool:
        """Whether one of the folded values matches; negated: whether none does."""
        found = any(_MATCHES[self.match](value, self.text) for value in folded)
        return found is not self.is_negated


class CardLines:
    """The lines of a card by name, and their values folded once for each collation, however many texts ask."""

    def __init__(self, lines: Sequence[RawLine]) -> None:
        self._lines: dict[str, list[RawLine]] = {}
        for line in lines:
            self._lines.setdefault(line.name, []).append(line)
        self._folded: dict[tuple[str, str, str], list[str]] = {}

    def of(self, name: str, group: str) -> list[RawLine]:
        """The lines of a property; those of a group unless it is ''."""
        return [line for line in self._lines.get(name, ()) if group in ("", line.group)]

    def folded(self, name: str, group: str, collation: str) -> list[str]:
        """The values of these lines as a collation compares them."""
        key = name, group, collation
        if key not in self._folded:
            self._folded[key] = [fold(value, collation) for value in values_of(self.of(name, group))]
        return self._folded[key]


class ParameterFilter(Struct, frozen=True):
    name: str
    is_absent: bool
    text: TextMatch | None


class PropertyFilter(Struct, frozen=True):
    """name: in upper case. group: in lower case, or ''."""

    name: str
    group: str
    is_absent: bool
    is_all: bool
    texts: Sequence[TextMatch]
    parameters: Sequence[ParameterFilter]

    def holds(self, lines: CardLines) -> bool:
        own = lines.of(self.name, self.group)
        if self.is_absent or not own:
            return self.is_absent and not own
        if not self.texts and not self.parameters:
            return True
        found = [text.holds(lines.folded(self.name, self.group, text.collation)) for text in self.texts]
        found += [_parameter_holds(each, own) for each in self.parameters]
        return all(found) if self.is_all else any(found)


class CardFilter(Struct, frozen=True):
    is_all: bool
    properties: Sequence[PropertyFilter]

    def holds(self, lines: Sequence[RawLine]) -> bool:
        """Whether a card passes. A filter without conditions passes all."""
        card_lines = CardLines(lines)
        found = [each.holds(card_lines) for each in self.properties]
        return not found or (all(found) if self.is_all else any(found))


def fold(text: str, collation: str) -> str:
    """Text as a collation compares it (RFC 4790, RFC 5051)."""
    if collation == "i;octet":
        return text
    if collation == "i;ascii-casemap":
        return text.translate(_ASCII_UPPER)
    return text.casefold()


def values_of(lines: Sequence[RawLine]) -> list[str]:
    return [values.unescape(line.entry.value) for line in lines if line.entry]


def _parameter_holds(condition: ParameterFilter, lines: Sequence[RawLine]) -> bool:
    found = [list(line.entry.parameters[condition.name]) for line in lines
             if line.entry and condition.name in line.entry.parameters]  # fmt: skip
    if condition.is_absent:
        return not found
    if condition.text is None:
        return bool(found)
    return bool(found) and condition.text.holds([fold(v, condition.text.collation) for each in found for v in each])


def read_filter(element: Element | None) -> CardFilter | None:
    """The filter of a query; None if it has none. Raises DavError (403) for one that is not supported."""
    if element is None:
        return None
    count = len(element.children) + sum(len(each.children) for each in element.children)
    if count > CONDITIONS_MAX:
        raise _unsupported()
    properties = [_property(each) for each in element.children if each.name == card("prop-filter")]
    if len(properties) != len(element.children):
        raise _unsupported()
    return CardFilter(_is_all(element), properties)


def _is_all(element: Element) -> bool:
    test = element.attributes.get("test", "anyof")
    if test not in ("anyof", "allof"):
        raise _unsupported()
    return test == "allof"


def _property(element: Element) -> PropertyFilter:
    known = {card("is-not-defined"), card("text-match"), card("param-filter")}
    name = element.attributes.get("name", "")
    if not name or any(each.name not in known for each in element.children):
        raise _unsupported()
    group, _, plain = name.rpartition(".")
    return PropertyFilter(
        plain.upper(),
        group.lower(),
        element.find(card("is-not-defined")) is not None,
        _is_all(element),
        [_text(each) for each in element.all(card("text-match"))],
        [_parameter(each) for each in element.all(card("param-filter"))],
    )


def _parameter(element: Element) -> ParameterFilter:
    text = element.find(card("text-match"))
    is_absent = element.find(card("is-not-defined")) is not None
    return ParameterFilter(element.attributes.get("name", "").upper(), is_absent, _text(text) if text else None)


def _text(element: Element) -> TextMatch:
    collation = element.attributes.get("collation", "")
    if collation not in _COLLATIONS:
        raise DavError(403, "C:supported-collation", "The collation is not supported")
    match = element.attributes.get("match-type", "contains")
    match = {"endswith": "ends-with", "startswith": "starts-with"}.get(match, match)
    if match not in _MATCHES:
        raise _unsupported()
    is_negated = element.attributes.get("negate-condition", "no") == "yes"
    return TextMatch(fold(element.text, collation), collation, match, is_negated)


def _unsupported() -> DavError:
    return DavError(403, "C:supported-filter", "The filter is not supported")


def match_filter(context: Context, refs: Sequence[CardRef], condition: CardFilter) -> list[CardRef]:
    """The cards that pass, in their order. Memory holds a few hundred cards at a time."""
    renderer = Renderer(context.tx, context.login.caller, context.request.folder)
    passed = []
    for start in range(0, len(refs), _PIECE):
        part = refs[start : start + _PIECE]
        rendered = renderer.render(part)
        passed += [ref for ref in part if ref.href in rendered and condition.holds(rendered[ref.href].lines)]
    return passed
