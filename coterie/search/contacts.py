"""Searches contacts: the best match first, or in the order of a column."""

from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.search.candidates import RANKED_COUNT_MAX, Candidates, find_candidates, find_strict
from coterie.search.dictionary import counts_of
from coterie.search.documents import DIGITS
from coterie.search.elsewhere import find_elsewhere
from coterie.search.index import ENGINES
from coterie.search.pieces import Hit, hits_of
from coterie.search.query import Query, parse_query
from coterie.search.ranking import (
    BITS_MIN,
    IN_MESSAGE,
    IN_TEXT,
    IndexedContact,
    Match,
    Worth,
    digits_match,
    lookup_of,
    match_of,
    outside_fields,
    pairs_of,
    worth_of,
)
from coterie.store.contacts import COUNT, ORDERS, list_contacts_by_id
from coterie.store.counters import count
from coterie.store.database import Tx

# matches are counted up to this number: an exact count of more is not worth its time
COUNT_MAX = 100_000
# matches read beyond a page in the order of a column: if they end within it, no second query counts them
LOOK_AHEAD = 1_000


class SearchPage(Struct, frozen=True):
    """A page of matches.

    total: the number of matches on all pages, counted up to 10,000 (in the order of a column, up to 100,000); of a
    query made wider, the best, about 200. is_capped: there may be more; is_cut: those are on no page. hits: why each
    contact of the page was found, if that was asked for.
    """

    contacts: list[Contact]
    total: int
    is_capped: bool = False
    is_cut: bool = False
    hits: list[Hit] = []


class _Order(Struct):
    """The order of a page. column: one of ORDERS."""

    column: str
    is_descending: bool
    limit: int
    offset: int


def search_contacts(
    tx: Tx,
    organization_id: int,
    text: str,
    *,
    order: str | None = None,
    descending: bool = False,
    limit: int,
    offset: int = 0,
    reader_id: str | None = None,
    is_explained: bool = False,
) -> SearchPage:
    """A page of the contacts that match a text: the best first, or in the order of a column (one of ORDERS).

    A text without letters and digits matches nothing. reader_id: the user whose personal notes are searched too.
    is_explained: also find why each contact was found.
    """
    query = parse_query(text)
    if query.is_empty:
        return SearchPage([], 0)
    if order is not None:
        return _in_order(tx, organization_id, query, reader_id, _Order(order, descending, limit, offset))
    found = find_candidates(tx, organization_id, query, find_strict(tx, organization_id, query), reader_id)
    matches = _rank(tx, organization_id, found)
    page = [match.contact_id for match in matches[offset : offset + limit]]
    if found.groups is not None and len(page) < limit:
        page += _after_ranked(tx, organization_id, found, offset=max(0, offset - len(matches)), limit=limit - len(page))
    by_id = {contact.id: contact for contact in list_contacts_by_id(tx, organization_id, page)}
    contacts = [by_id[contact_id] for contact_id in page if contact_id in by_id]
    total = len(matches) if found.groups is None else found.total
    return SearchPage(
        contacts,
        total,
        is_capped=found.is_cut or (found.groups is not None and total >= RANKED_COUNT_MAX),
        is_cut=found.is_cut,
        hits=_hits(tx, organization_id, found, contacts, matches, reader_id=reader_id) if is_explained else [],
    )


def _hits(
    tx: Tx,
    organization_id: int,
    found: Candidates,
    contacts: Sequence[Contact],
    matches: Sequence[Match],
    *,
    reader_id: str | None,
) -> list[Hit]:
    forms = [form for one in found.asked for form in one.forms]
    reader = reader_id if any(contact.id in found.own_ids for contact in contacts) else None
    return hits_of(tx, organization_id, contacts, matches, forms, reader_id=reader, messages=found.messages)


def _rank(tx: Tx, organization_id: int, found: Candidates) -> list[Match]:
    """The candidates that do match, the best first; ties by id."""
    candidates = _load(tx, organization_id, found.ids)
    lookup = lookup_of(found.asked)
    pairs = {one.contact_id: pairs_of(lookup, one.fields) for one in candidates}
    words = {pair.word for each, _ in pairs.values() for pair in each}
    words.update(form for one in found.asked for form in one.forms)
    worth = worth_of(found.asked, counts_of(tx, organization_id, words), count(tx, organization_id, COUNT))
    matches = []
    for candidate in candidates:
        match = match_of(candidate, *pairs[candidate.contact_id], worth)
        if _add_rest(match, candidate, found, worth):
            matches.append(match)
    return sorted(matches, key=lambda match: (-match.bits, match.contact_id))


def _add_rest(match: Match, candidate: IndexedContact, found: Candidates, worth: Worth) -> bool:
    """Adds matches outside the words of fields: numbers and long texts. Returns whether the contact matches at all."""
    if found.numbers:
        by_digits = digits_match(found.numbers, candidate.fields)
        if by_digits is not None:
            match.bits += by_digits[0]
            match.kind, match.word = DIGITS, by_digits[1]
        elif not found.asked and candidate.fields and not any(number.words for number in found.numbers):
            return False  # it has all pieces of the number, but not in a row
    if match.matched_count < len(found.asked) and candidate.contact_id in found.messages:
        bits = outside_fields(worth, IN_MESSAGE)
        # next to words in fields, a message is a gain
        match.bits += max(BITS_MIN, bits) if match.matched_count else bits
    elif not match.matched_count:
        match.bits += outside_fields(worth, IN_TEXT)
    return True


def _load(tx: Tx, organization_id: int, ids: Sequence[int]) -> list[IndexedContact]:
    rows = tx.all(
        "SELECT contact_id, fields, closeness FROM contact_terms WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    found = {row[0]: IndexedContact(*row) for row in rows}
    # contacts that are not indexed again since an upgrade have no fields yet
    return [found.get(contact_id) or IndexedContact(contact_id, "", 0) for contact_id in ids]


def _after_ranked(tx: Tx, organization_id: int, found: Candidates, *, offset: int, limit: int) -> list[int]:
    """The matches after the ranked ones, by id."""
    ranked = set(found.ids)
    most = offset + limit + len(ranked)
    ids = ENGINES[tx.engine].find(
        tx, organization_id, found.groups, column="id", descending=False, limit=most, offset=0
    )
    return [contact_id for contact_id in ids if contact_id not in ranked][offset : offset + limit]


def _in_order(tx: Tx, organization_id: int, query: Query, reader_id: str | None, by: _Order) -> SearchPage:
    engine = ENGINES[tx.engine]
    strict = find_strict(tx, organization_id, query)
    groups = strict.groups
    if not strict.is_much:
        found = find_candidates(tx, organization_id, query, strict, reader_id)
        matches = _rank(tx, organization_id, found)
        ids = [match.contact_id for match in matches]
        contacts = list_contacts_by_id(tx, organization_id, ids, order=by.column, descending=by.is_descending)
        page = contacts[by.offset : by.offset + by.limit]
        return SearchPage(page, len(contacts), is_capped=found.is_cut, is_cut=found.is_cut)
    ahead = by.limit + LOOK_AHEAD
    where = {"column": ORDERS[by.column], "descending": by.is_descending, "limit": ahead, "offset": by.offset}
    also_ids = find_elsewhere(tx, organization_id, query, reader_id, are_complete=True).ids
    ids = engine.find(tx, organization_id, groups, also_ids=also_ids, **where)
    is_end = len(ids) < ahead and (ids or by.offset == 0)
    if is_end:
        total = by.offset + len(ids)
    else:
        total = engine.count(tx, organization_id, groups, COUNT_MAX, also_ids=also_ids)
    contacts = list_contacts_by_id(tx, organization_id, ids[: by.limit], order=by.column, descending=by.is_descending)
    return SearchPage(contacts, min(total, COUNT_MAX), is_capped=total >= COUNT_MAX)
