"""Searches contacts: by all words of the query, then wider; the best match first."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.search.dictionary import counts_of
from coterie.search.documents import CLOSE
from coterie.search.groups import Group, Groups
from coterie.search.index import ENGINES
from coterie.search.pieces import Hit, hits_of
from coterie.search.query import Number, Query, parse_query
from coterie.search.ranking import IN_TEXT, Asked, Candidate, Match, digits_match, match_of, pairs_of, worth_of
from coterie.search.wider import Wider, asked_of, widen
from coterie.store.contacts import COUNT, ORDERS, list_contacts_by_id
from coterie.store.counters import count
from coterie.store.database import Tx

# matches are counted up to these numbers: an exact count of more is not worth its time
COUNT_MAX, RANKED_COUNT_MAX = 100_000, 10_000
# contacts that are ranked; those after them follow by id
RANKED_MAX = 200
# with fewer matches than this the query is made wider
ENOUGH = 10
# matches read beyond a page in the order of a column: if they end within it, no second query counts them
LOOK_AHEAD = 1_000
# leading digits of a number that are dropped one by one, so that national prefixes (8, 06, 0 15) do not matter
PREFIX_DIGITS_MAX, NUMBER_DIGITS_MIN = 5, 6


class SearchPage(Struct, frozen=True):
    """A page of matches. total: the number of matches on all pages, counted up to 10,000 (in the order of a column, up
    to 100,000). hits: why each contact of the page was found, if that was asked for."""

    contacts: list[Contact]
    total: int
    hits: list[Hit] = []


class _Found(Struct):
    """groups: what all matches have in common, or None if there are no more of them than ids. ids: the contacts to
    rank. asked and numbers: what they are ranked by."""

    groups: Groups | None
    ids: list[int]
    asked: list[Asked]
    numbers: Sequence[Number]
    total: int


def search_contacts(
    tx: Tx,
    organization_id: int,
    text: str,
    *,
    order: str | None = None,
    descending: bool = False,
    limit: int,
    offset: int = 0,
    is_explained: bool = False,
) -> SearchPage:
    """A page of the contacts that match a text: the best first, or in the order of a column (one of ORDERS).

    A text without letters and digits matches nothing. is_explained: also find why each contact was found.
    """
    query = parse_query(text)
    if query.is_empty:
        return SearchPage([], 0)
    if order is not None:
        return _in_order(tx, organization_id, query, order=order, descending=descending, limit=limit, offset=offset)
    found = _find(tx, organization_id, query)
    matches = _rank(tx, organization_id, found)
    page = [match.contact_id for match in matches[offset : offset + limit]]
    if found.groups is not None and len(page) < limit:
        page += _after_ranked(tx, organization_id, found, offset=max(0, offset - len(matches)), limit=limit - len(page))
    by_id = {contact.id: contact for contact in list_contacts_by_id(tx, organization_id, page)}
    contacts = [by_id[contact_id] for contact_id in page if contact_id in by_id]
    hits = hits_of(tx, organization_id, contacts, matches) if is_explained else []
    return SearchPage(contacts, len(matches) if found.groups is None else found.total, hits)


def _groups(query: Query, *, all_begun: bool) -> Groups:
    """What a contact that matches all of a query has: complete words or nicknames; the last may be a beginning."""
    groups = []
    for place, word in enumerate(query.words):
        asked = asked_of(word)
        is_begun = all_begun or place == len(query.words) - 1
        groups.append(Group(tuple(asked.losses), word.forms if is_begun else ()))
    return (*groups, *(number.group for number in query.numbers))


def _find(tx: Tx, organization_id: int, query: Query) -> _Found:
    engine = ENGINES[tx.engine]
    asked = [asked_of(word) for word in query.words]
    groups, ids = _strict(tx, organization_id, query)
    if len(ids) > RANKED_MAX:
        total = engine.count(tx, organization_id, groups, RANKED_COUNT_MAX)
        ids = _closest(tx, organization_id, query, groups, ids)
        return _Found(groups, ids, asked, query.numbers, total)
    numbers: Sequence[Number] = query.numbers
    if len(ids) < ENOUGH and query.words:
        wider = widen(tx, organization_id, query.words, count(tx, organization_id, COUNT))
        asked = wider.asked
        ids = _unique([*ids, *_wider(tx, organization_id, query, wider, len(ids))])
    elif not ids:
        numbers, ids = _without_prefix(tx, organization_id, query.numbers)
    return _Found(None, ids, asked, numbers, len(ids))


def _strict(tx: Tx, organization_id: int, query: Query) -> tuple[Groups, list[int]]:
    """The contacts that match all of a query, one more than are ranked; with few of them, each word may be begun."""
    engine = ENGINES[tx.engine]
    groups = engine.narrow(tx, organization_id, _groups(query, all_begun=False))
    ids = engine.candidates(tx, organization_id, groups, limit=RANKED_MAX + 1)
    if len(ids) < ENOUGH and len(query.words) > 1:
        groups = _groups(query, all_begun=True)
        ids = engine.candidates(tx, organization_id, groups, limit=RANKED_MAX + 1)
    return groups, ids


def _closest(tx: Tx, organization_id: int, query: Query, groups: Groups, ids: list[int]) -> list[int]:
    """Of more matches than can be ranked: those whose words are complete, the closest first, then the others."""
    engine = ENGINES[tx.engine]
    complete = tuple(Group(group.words, (), group.sets) if group.words else group for group in groups)
    found: list[int] = []
    for asked in (complete, groups):
        for also in (*CLOSE.values(), None):
            found = _unique([*found, *engine.candidates(tx, organization_id, asked, limit=RANKED_MAX, also=also)])
            if len(found) >= RANKED_MAX:
                return found[:RANKED_MAX]
    return _unique([*found, *ids])[:RANKED_MAX]


def _wider(tx: Tx, organization_id: int, query: Query, wider: Wider, found_count: int) -> list[int]:
    engine = ENGINES[tx.engine]
    numbers = tuple(number.group for number in query.numbers)
    ids = engine.candidates(tx, organization_id, (*wider.every, *numbers), limit=RANKED_MAX)
    if len(ids) < ENOUGH and not found_count and wider.alone is not None:
        ids = [*ids, *engine.candidates(tx, organization_id, (wider.alone,), limit=RANKED_MAX)]
    return list(ids)


def _without_prefix(tx: Tx, organization_id: int, numbers: Sequence[Number]) -> tuple[Sequence[Number], list[int]]:
    """The contacts of a number whose leading digits are not stored: they are dropped one by one."""
    engine = ENGINES[tx.engine]
    digits = numbers[0].digits if len(numbers) == 1 else ""
    for cut in range(1, min(PREFIX_DIGITS_MAX, len(digits) - NUMBER_DIGITS_MIN) + 1):
        number = Number(digits[cut:], ())
        ids = engine.candidates(tx, organization_id, (number.group,), limit=RANKED_MAX)
        if ids:
            return [number], list(ids)
    return numbers, []


def _rank(tx: Tx, organization_id: int, found: _Found) -> list[Match]:
    """The contacts to rank that do match, the best first; ties by id."""
    candidates = _candidates(tx, organization_id, found.ids)
    pairs = {one.contact_id: pairs_of(found.asked, one.fields) for one in candidates}
    words = {pair.word for each, _ in pairs.values() for pair in each}
    words.update(form for one in found.asked for form in one.forms)
    worth = worth_of(found.asked, counts_of(tx, organization_id, words), count(tx, organization_id, COUNT))
    matches = []
    for candidate in candidates:
        match = match_of(candidate, *pairs[candidate.contact_id], worth)
        if _add_rest(match, candidate, found):
            matches.append(match)
    return sorted(matches, key=lambda match: (-match.bits, match.contact_id))


def _add_rest(match: Match, candidate: Candidate, found: _Found) -> bool:
    """Adds what is not in the words of fields: numbers and long texts. Returns whether the contact matches at all."""
    if found.numbers:
        by_digits = digits_match(found.numbers, candidate.fields)
        if by_digits is not None:
            match.bits += by_digits[0]
            match.kind, match.word = "d", by_digits[1]
        elif not found.asked and candidate.fields and not any(number.words for number in found.numbers):
            return False  # it has all pieces of the number, but not in a row
    match.bits += IN_TEXT * (not match.matched_count)
    return True


def _candidates(tx: Tx, organization_id: int, ids: Sequence[int]) -> list[Candidate]:
    rows = tx.all(
        "SELECT contact_id, fields, closeness FROM contact_terms WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    found = {row[0]: Candidate(*row) for row in rows}
    # contacts that are not indexed again since an upgrade have no fields yet
    return [found.get(contact_id) or Candidate(contact_id, "", 0) for contact_id in ids]


def _after_ranked(tx: Tx, organization_id: int, found: _Found, *, offset: int, limit: int) -> list[int]:
    """The matches after the ranked ones, by id."""
    ranked = set(found.ids)
    most = offset + limit + len(ranked)
    ids = ENGINES[tx.engine].find(
        tx, organization_id, found.groups, column="id", descending=False, limit=most, offset=0
    )
    return [contact_id for contact_id in ids if contact_id not in ranked][offset : offset + limit]


def _in_order(
    tx: Tx, organization_id: int, query: Query, *, order: str, descending: bool, limit: int, offset: int
) -> SearchPage:
    engine, column = ENGINES[tx.engine], ORDERS[order]
    groups, strict = _strict(tx, organization_id, query)
    if len(strict) < ENOUGH:
        ids = [match.contact_id for match in _rank(tx, organization_id, _find(tx, organization_id, query))]
        contacts = list_contacts_by_id(tx, organization_id, ids, order=order, descending=descending)
        return SearchPage(contacts[offset : offset + limit], len(contacts))
    ahead = limit + LOOK_AHEAD
    ids = engine.find(tx, organization_id, groups, column=column, descending=descending, limit=ahead, offset=offset)
    is_end = len(ids) < ahead and (ids or offset == 0)
    total = offset + len(ids) if is_end else engine.count(tx, organization_id, groups, COUNT_MAX)
    contacts = list_contacts_by_id(tx, organization_id, ids[:limit], order=order, descending=descending)
    return SearchPage(contacts, min(total, COUNT_MAX))


def _unique(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))
