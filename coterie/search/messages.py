"""Searches messages, comments, mentions and the conversations that users logged.

Each is a document of its own, under the search number that its row of `interactions` has: a message changes no other
document, and is as quick to index in a book of any size. A trigger of the database removes the words of an interaction
that is erased.
"""

from collections.abc import Collection, Sequence

from coterie.search.folding import Word, chunks, words_of_chunk
from coterie.search.groups import Group, Groups
from coterie.search.index import ENGINES, list_fields
from coterie.search.query import Query
from coterie.search.ranking import lookup_of, pairs_of
from coterie.search.texts import NOTE_LENGTH_MAX
from coterie.search.wider import CORRECTED_MAX, asked_of
from coterie.store.counters import next_number
from coterie.store.database import Tx

# the counter of search numbers
NUMBER = "message_number"
WORDS_MAX = 600
# limits of the newest messages that are read: for a query; if more names match than are ranked; and for each word of
# a query whose words are in several places
FOUND_MAX, BESIDES_MAX, PARTLY_MAX = 200, 50, 100
# the last word of a query is completed from so many letters on: fewer letters begin a word of every message
BEGUN_MIN = 4


def index_messages(tx: Tx, organization_id: int, messages: Sequence[tuple[int | None, str | None]]) -> list[int | None]:
    """Writes the words of messages, each (its search number if it has one, its text), in place of those before.

    Returns the search number that each has now: None for a text without words.
    """
    words = [words_of(text) for _, text in messages]
    added = sum(number is None and bool(found) for (number, _), found in zip(messages, words, strict=True))
    following = next_number(tx, organization_id, NUMBER, added) if added else 0
    numbers: list[int | None] = []
    for (number, _), found in zip(messages, words, strict=True):
        if found and number is None:
            number, following = following, following + 1
        numbers.append(number if found else None)
    engine = ENGINES[tx.engine]
    indexed = {number: each for number, each in zip(numbers, words, strict=True) if number is not None}
    if indexed:
        engine.index_messages(tx, organization_id, indexed)
    removed = [old for (old, _), number in zip(messages, numbers, strict=True) if old is not None and number is None]
    unindex_messages(tx, organization_id, removed)
    return numbers


def unindex_messages(tx: Tx, organization_id: int, numbers: Collection[int]) -> None:
    """Removes the words of messages, by their search numbers."""
    if numbers:
        ENGINES[tx.engine].unindex_messages(tx, organization_id, numbers)


def words_of(text: str | None) -> list[str]:
    """The words of a message, each once: the first 600 of its first 4,000 characters."""
    if not text:
        return []
    found = (form for chunk in chunks(text[:NOTE_LENGTH_MAX]) for word in words_of_chunk(chunk) for form in word.forms)
    return list(dict.fromkeys(found))[:WORDS_MAX]


def find_in_messages(tx: Tx, organization_id: int, query: Query, *, are_complete: bool) -> dict[int, int]:
    """contact id -> search number of its newest message that has all words of the query.

    The last word may be begun unless are_complete: the messages of a complete word are read from the newest on, those
    of a beginning are all gathered first.
    """
    groups = [_group(word, is_last=word is query.words[-1] and not are_complete) for word in query.words]
    groups += [Group(sets=(tuple(word.forms[0] for word in number.words),)) for number in query.numbers if number.words]
    if len(groups) < len(query.words) + len(query.numbers):
        return {}
    return _newest(tx, organization_id, tuple(groups), BESIDES_MAX if are_complete else FOUND_MAX)


def find_partly_in_messages(tx: Tx, organization_id: int, query: Query) -> dict[int, int]:
    """The same of contacts that have some words of the query in messages, and the others in their names and fields."""
    if not 1 < len(query.words) <= CORRECTED_MAX or query.numbers:
        return {}
    places: dict[int, dict[int, int]] = {}
    for place, word in enumerate(query.words):
        group = _group(word, is_last=place == len(query.words) - 1)
        for contact_id, number in _newest(tx, organization_id, (group,), PARTLY_MAX).items():
            places.setdefault(contact_id, {})[place] = number
    lookup = lookup_of([asked_of(word) for word in query.words])
    fields = list_fields(tx, organization_id, places) if places else {}
    found = {}
    for contact_id, numbers in places.items():
        pairs = pairs_of(lookup, fields[contact_id][0])[0] if contact_id in fields else []
        if len({pair.asked for pair in pairs} | numbers.keys()) == len(query.words):
            found[contact_id] = max(numbers.values())
    return found


def _group(word: Word, *, is_last: bool) -> Group:
    begun = tuple(form for form in word.forms if len(form) >= BEGUN_MIN) if is_last else ()
    return Group(word.forms, begun)


def _newest(tx: Tx, organization_id: int, groups: Groups, limit: int) -> dict[int, int]:
    found: list[tuple[int, int]] = ENGINES[tx.engine].find_messages(tx, organization_id, groups, limit=limit)
    return dict(reversed(found))
