"""Finds the contacts that a query may mean: by all of its words, then wider."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from coterie.search.documents import CLOSE
from coterie.search.elsewhere import Elsewhere, find_elsewhere
from coterie.search.groups import Group, Groups
from coterie.search.index import ENGINES
from coterie.search.messages import find_partly_in_messages
from coterie.search.query import Number, Query
from coterie.search.ranking import Asked
from coterie.search.wider import Wider, asked_of, join_words, widen
from coterie.store.contacts import COUNT
from coterie.store.counters import count
from coterie.store.database import Tx

# limits of ranked contacts: of matches of all words (the others follow by id), and of matches of a wider query
RANKED_MAX, WIDER_MAX = 100, 200
# with fewer matches than this the query is made wider
ENOUGH = 10
# matches are counted up to this number when the best come first
RANKED_COUNT_MAX = 10_000
# leading digits of a number that are dropped one by one, so that national prefixes (8, 06, 0 15) do not matter
PREFIX_DIGITS_MAX, NUMBER_DIGITS_MIN = 5, 6


class Candidates(Struct):
    """Contacts that a query may mean.

    groups: what all matches have in common, or None if there are no more of them than ids. ids: the contacts to rank.
    own_ids: those of them that a personal note of the reader names. messages: contact id -> search number of the
    message in which those of them have words of the query. asked and numbers: the basis of the ranking.
    total: the number of matches, if groups is not None. is_cut: a wider query has more contacts than these.
    """

    groups: Groups | None
    ids: list[int]
    own_ids: frozenset[int]
    messages: dict[int, int]
    asked: list[Asked]
    numbers: Sequence[Number]
    total: int = 0
    is_cut: bool = False


class Strict(Struct):
    """Contacts that match all of a query.

    groups: what they have in common; complete: the same of complete words, empty if a word has none. ids: the newest,
    of complete words alone if are_complete; has_all: there are no more.
    """

    groups: Groups
    complete: Groups
    ids: list[int]
    are_complete: bool
    has_all: bool

    @property
    def is_much(self) -> bool:
        """Whether more contacts match than are ranked."""
        return len(self.ids) > RANKED_MAX


def find_candidates(tx: Tx, organization_id: int, query: Query, strict: Strict, reader_id: str | None) -> Candidates:
    """The contacts to rank for a query, at most some 500. reader_id: the user whose personal notes are searched."""
    asked = [asked_of(word) for word in query.words]
    ids = strict.ids
    elsewhere = find_elsewhere(tx, organization_id, query, reader_id, are_complete=strict.is_much)
    own_ids, messages = elsewhere.own_ids, dict(elsewhere.messages)
    if strict.is_much:
        total = _count(tx, organization_id, strict, elsewhere)
        ids = _unique([*_closest(tx, organization_id, strict), *elsewhere.ids])
        return Candidates(strict.groups, ids, own_ids, messages, asked, numbers=query.numbers, total=total)
    numbers: Sequence[Number] = query.numbers
    is_cut = False
    if len(ids) + len(messages) < ENOUGH:
        messages = find_partly_in_messages(tx, organization_id, query) | messages
    if len(ids) + len(messages) < ENOUGH and query.words:
        wider = widen(tx, organization_id, query.words, count(tx, organization_id, COUNT))
        is_alone = not (ids or own_ids or messages)
        more = _wider(tx, organization_id, query, wider, strict, is_alone=is_alone)
        asked = wider.asked
        is_cut = len(more) > WIDER_MAX
        ids = [*ids, *more[:WIDER_MAX]]
    elif not ids and not messages:
        numbers, ids = _without_prefix(tx, organization_id, query.numbers)
    ids = _unique([*ids, *own_ids, *messages])
    return Candidates(None, ids, own_ids, messages, asked, numbers=numbers, is_cut=is_cut)


def find_strict(tx: Tx, organization_id: int, query: Query) -> Strict:
    """The contacts that match all of a query.

    The words are complete or nicknames, the last may be begun; if no contact matches, each word may.
    """
    engine = ENGINES[tx.engine]
    groups = _groups(query, all_begun=False)
    complete = _complete(groups)
    if engine.KNOWS_WORDS_QUICKLY and complete and len(groups) == 1:
        # a common name is complete: the much slower beginning of it finds no better candidates
        ids = engine.candidates(tx, organization_id, complete, limit=RANKED_MAX + 1)
        if len(ids) > RANKED_MAX:
            return Strict(groups, complete, ids, are_complete=True, has_all=False)
    # the matches of several words are read and counted in one pass
    most = RANKED_COUNT_MAX if len(groups) > 1 else RANKED_MAX + 1
    ids = engine.candidates(tx, organization_id, groups, limit=most)
    if not ids and len(query.words) > 1:
        groups = _groups(query, all_begun=True)
        ids = engine.candidates(tx, organization_id, groups, limit=most)
    return Strict(groups, complete, ids, are_complete=groups == complete, has_all=len(groups) > 1)


def _groups(query: Query, *, all_begun: bool) -> Groups:
    groups = []
    for place, word in enumerate(query.words):
        is_begun = all_begun or place == len(query.words) - 1
        groups.append(Group(tuple(asked_of(word).losses), word.forms if is_begun else ()))
    return (*groups, *(number.group for number in query.numbers))


def _complete(groups: Groups) -> Groups:
    """The same of complete words; empty if a group has none."""
    if not all(group.words or group.sets for group in groups):
        return ()
    return tuple(Group(group.words, (), group.sets) if group.words else group for group in groups)


def _count(tx: Tx, organization_id: int, strict: Strict, elsewhere: Elsewhere) -> int:
    """The number of matches, counted up to RANKED_COUNT_MAX."""
    if strict.has_all:
        return min(len({*strict.ids, *elsewhere.ids}), RANKED_COUNT_MAX)
    engine = ENGINES[tx.engine]
    # of a single word, the complete ones are counted much faster, and may be enough
    ways = [strict.complete, strict.groups] if strict.are_complete else [strict.groups]
    total = 0
    for groups in ways:
        if total < RANKED_COUNT_MAX:
            total = engine.count(tx, organization_id, groups, RANKED_COUNT_MAX, also_ids=elsewhere.ids)
    return total


def _closest(tx: Tx, organization_id: int, strict: Strict) -> list[int]:
    """Of more matches than can be ranked: those whose words are complete, the closest first, then the others."""
    engine = ENGINES[tx.engine]
    found: list[int] = strict.ids if strict.are_complete else []
    if strict.complete and not found:
        found = engine.candidates(tx, organization_id, strict.complete, limit=RANKED_MAX + 1)
    if len(found) > RANKED_MAX:
        return _unique([*_close(tx, organization_id, strict.complete), *found])[:RANKED_MAX]
    return _unique([*found, *_close(tx, organization_id, strict.groups), *strict.ids])[:RANKED_MAX]


def _close(tx: Tx, organization_id: int, groups: Groups) -> list[int]:
    """The closest of the contacts that match, at most RANKED_MAX."""
    engine = ENGINES[tx.engine]
    closest, close = CLOSE.values()
    if engine.KNOWS_WORDS_QUICKLY and not engine.candidates(tx, organization_id, (Group((close,)),), limit=1):
        return []  # of a book without close contacts: FTS5 looks up each word of the groups first
    found: list[int] = engine.candidates(tx, organization_id, groups, limit=RANKED_MAX, also=close)
    if len(found) == RANKED_MAX:  # the closest of all may be older
        found = _unique([*engine.candidates(tx, organization_id, groups, limit=RANKED_MAX, also=closest), *found])
    return found[:RANKED_MAX]


def _wider(tx: Tx, organization_id: int, query: Query, wider: Wider, strict: Strict, *, is_alone: bool) -> list[int]:
    """The contacts that match each word as it may be meant, at most one more than WIDER_MAX.

    is_alone: if there are none, also those that have two words in one, which wider.asked then has too; if they are few,
    those of a single word.
    """
    engine = ENGINES[tx.engine]
    numbers = tuple(number.group for number in query.numbers)
    groups = (*wider.every, *numbers)
    ids: list[int] = []
    if groups != strict.groups:  # whose contacts are known
        ids = engine.candidates(tx, organization_id, groups, limit=WIDER_MAX + 1)
    if (
        is_alone
        and not ids
        and (joined := join_words(tx, organization_id, query.words, count(tx, organization_id, COUNT)))
    ):
        ids += engine.candidates(tx, organization_id, (joined.group, *numbers), limit=WIDER_MAX + 1)
        wider.asked += joined.asked
    if is_alone and len(ids) < ENOUGH and wider.alone is not None:
        ids += engine.candidates(tx, organization_id, (wider.alone,), limit=WIDER_MAX + 1)
    return _unique(ids)[: WIDER_MAX + 1]


def _without_prefix(tx: Tx, organization_id: int, numbers: Sequence[Number]) -> tuple[Sequence[Number], list[int]]:
    """The contacts of a number whose leading digits are not stored: they are dropped one by one."""
    engine = ENGINES[tx.engine]
    digits = numbers[0].digits if len(numbers) == 1 else ""
    for cut in range(1, min(PREFIX_DIGITS_MAX, len(digits) - NUMBER_DIGITS_MIN) + 1):
        number = Number(digits[cut:], digits[cut:])
        ids = engine.candidates(tx, organization_id, (number.group,), limit=RANKED_MAX)
        if ids:
            return [number], list(ids)
    return numbers, []


def _unique(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))
