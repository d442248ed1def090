"""Ranks the possible contacts of a query, in bits: the information that the matched words give about the contact.

A word of the query is worth the rarity of the word that it matches (log2 of contacts by contacts that have it), less
the cost of spelling, of letters not typed yet and of the kind of field. Words left over in the name, and words in
another order, cost a little; a close contact gains up to 2 bits. So an exact match comes before a beginning, a nickname
and a misspelling without any tiers, and a rare surname outweighs a common first name.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2
from operator import attrgetter

from msgspec import Struct

from coterie.search.documents import DIGITS, HANDLE, NAME, WORK
from coterie.search.query import Number

RARITY_MAX = 14.0
# worth of a word that the dictionary does not have, of one that only notes and other long texts have, and of messages
UNCOUNTED, IN_TEXT, IN_MESSAGE = 10.0, 5.0, 4.0
# what a word in a long text loses against the same word in a name, of which other words may be left over
TEXT_LOSS = 6.0
KIND_LOSS = {NAME: 0.0, HANDLE: 1.0, WORK: 2.0}
UNTYPED_LOSS, UNTYPED_MAX = 0.3, 3.0
ORDER_LOSS, LEFT_OVER_LOSS, LEFT_OVER_MAX = 0.5, 1.0, 3
WRITTEN_GAIN = 0.02
# the least that a word that matches is worth
BITS_MIN = 0.1
_WHOLE, _NATIONAL, _END, _BEGINNING, _WITHIN = 14.0, 13.0, 11.0, 10.0, 9.0


class Asked(Struct):
    """A word of a query as ranking needs it. losses: term -> bits lost; beginnings: forms that a longer word may
    begin with; written: as typed."""

    written: str
    losses: dict[str, float]
    beginnings: tuple[str, ...]

    @property
    def forms(self) -> list[str]:
        """The word itself in each form."""
        return [term for term, loss in self.losses.items() if not loss]


class IndexedContact(Struct):
    """A contact as the index holds it, which may match. fields: its text. closeness: in hundredths of a bit."""

    contact_id: int
    fields: str
    closeness: int


class Match(Struct):
    """How well a contact matches. kind and word: what matched best; word_count: how many words of the query did."""

    contact_id: int
    bits: float
    kind: str
    word: str
    matched_count: int


class Pair(Struct):
    """A word of the query (asked) that matches a word of a contact at a place of a field."""

    asked: int
    kind: str
    place: int
    word: str
    loss: float
    bits: float = 0.0


_BITS = attrgetter("bits")


class Lookup(Struct):
    """The words of a query with the terms they match. known: term -> (number of the word, bits lost); begun:
    (beginning, number of the word); beginnings: all of them; needles: a line without any of these matches nothing.
    seen: words of contacts that matched, with what each loses."""

    asked: Sequence[Asked]
    known: dict[str, list[tuple[int, float]]]
    begun: list[tuple[str, int]]
    beginnings: tuple[str, ...]
    needles: tuple[str, ...]
    seen: dict[str, list[tuple[int, float]]] = {}


def lookup_of(asked: Sequence[Asked]) -> Lookup:
    """The words of a query, ready for pairs_of."""
    known: dict[str, list[tuple[int, float]]] = {}
    for number, word in enumerate(asked):
        for term, loss in word.losses.items():
            known.setdefault(term, []).append((number, loss))
    begun = [(beginning, number) for number, word in enumerate(asked) for beginning in word.beginnings]
    beginnings = tuple(beginning for beginning, _ in begun)
    return Lookup(asked, known, begun, beginnings, (*known, *beginnings))


def pairs_of(lookup: Lookup, fields: str) -> tuple[list[Pair], int]:
    """Every word of the query that matches a word of these fields, and how many words the name has."""
    known, beginnings = lookup.known, lookup.beginnings
    pairs: list[Pair] = []
    name_length = 0
    for line in fields.split("\n"):
        kind = line[:1]
        if kind not in KIND_LOSS or (kind != NAME and not any(map(line.__contains__, lookup.needles))):
            continue
        words = line[2:].split(" ")
        if kind == NAME:
            name_length = len(words)
        for place, entry in enumerate(words):
            if not entry.isalnum():
                written, _, forms = entry.rpartition("=")
                for form in forms.split("/"):
                    for number, loss in _losses(lookup, form, written or form):
                        pairs.append(Pair(number, kind, place, form, loss))
            # most words have one form, and most match nothing
            elif entry in known or entry.startswith(beginnings):
                if entry not in lookup.seen:
                    lookup.seen[entry] = _losses(lookup, entry, entry)
                for number, loss in lookup.seen[entry]:
                    pairs.append(Pair(number, kind, place, entry, loss))
    return pairs, name_length


def _losses(lookup: Lookup, form: str, written: str) -> list[tuple[int, float]]:
    """(word of the query, bits lost) for each that a form of a word matches, which stands as written in its text."""
    if form in lookup.known:
        return [
            (number, loss - WRITTEN_GAIN if lookup.asked[number].written == written else loss)
            for number, loss in lookup.known[form]
        ]
    return [
        (number, min(UNTYPED_MAX, UNTYPED_LOSS * (len(form) - len(beginning))))
        for beginning, number in lookup.begun
        if form.startswith(beginning)
    ]


def rarity(count: int, size: int) -> float:
    """The bits that a word is worth which so many of an organization's contacts have."""
    return min(RARITY_MAX, log2((size + 50) / (count + 0.5)))


class Worth(Struct):
    """The worth of words among an organization's contacts. bits: word -> its worth; most: word of the query -> its own
    worth, the limit for a rarer word that it may stand for; least: of the commonest word of the query, as written or
    as the beginning of words in fields."""

    bits: Mapping[str, float]
    most: list[float]
    least: float


def worth_of(asked: Sequence[Asked], counts: Mapping[str, int], size: int) -> Worth:
    """counts: of the words that match, and of the words of the query."""
    most, least = [], UNCOUNTED
    for word in asked:
        own = [counts[form] for form in word.forms if form in counts]
        most.append(rarity(max(own), size) if own else UNCOUNTED)
        begun = [count for each, count in counts.items() if each.startswith(word.beginnings)]
        least = min([least, *(rarity(count, size) for count in (*own, *begun))])
    return Worth({word: rarity(count, size) for word, count in counts.items()}, most, least)


def outside_fields(worth: Worth, limit: float) -> float:
    """The bits of a match in a long text or message: less than a name gains by the commonest word of the query.

    limit: of words that no name has, IN_TEXT or IN_MESSAGE.
    """
    return limit if worth.least >= UNCOUNTED else min(limit, worth.least - TEXT_LOSS)


def match_of(candidate: IndexedContact, pairs: list[Pair], name_length: int, worth: Worth) -> Match:
    """The match of a contact, from the pairs of its words: each word of either side counts once."""
    bits_of, most = worth.bits, worth.most
    for pair in pairs:
        bits, limit = bits_of.get(pair.word, UNCOUNTED), most[pair.asked]
        bits = (bits if bits < limit else limit) - pair.loss - KIND_LOSS[pair.kind]
        pair.bits = bits if bits > BITS_MIN else BITS_MIN
    # of equal ones the first stays first: those of the name come before the others
    pairs.sort(key=_BITS, reverse=True)
    chosen: dict[int, Pair] = {}
    taken: set[tuple[str, int]] = set()
    for pair in pairs:
        if pair.asked not in chosen and (pair.kind, pair.place) not in taken:
            chosen[pair.asked] = pair
            taken.add((pair.kind, pair.place))
    bits = sum(map(_BITS, chosen.values())) + candidate.closeness / 100
    places = [chosen[number].place for number in sorted(chosen) if chosen[number].kind == NAME]
    if places:
        bits -= ORDER_LOSS * sum(before > after for before, after in pairwise(places))
        bits -= LEFT_OVER_LOSS * min(LEFT_OVER_MAX, name_length - len(places))
    best = next(iter(chosen.values()), None)
    return Match(candidate.contact_id, bits, best.kind if best else "", best.word if best else "", len(chosen))


def digits_match(numbers: Sequence[Number], fields: str) -> tuple[float, str] | None:
    """(bits, number) of the best place of the digits of all numbers in those of a contact; None if one is missing."""
    own = next((line[2:].split(" ") for line in fields.split("\n") if line[:1] == DIGITS), [])
    total, best = 0.0, ""
    for number in numbers:
        asked = {number.digits, number.all_digits}
        places = [(_place(digits, one), one) for one in own for digits in asked if digits in one]
        if not places:
            return None
        bits, best = max(places)
        total += bits
    return total, best


def _place(asked: str, number: str) -> float:
    if asked == number:
        return _WHOLE
    if number.endswith(asked):
        return _NATIONAL if len(number) - len(asked) <= 3 else _END
    return _BEGINNING if number.startswith(asked) else _WITHIN
