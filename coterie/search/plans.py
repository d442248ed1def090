"""Which part of a query PostgreSQL's GIN index answers, and which is checked contact by contact.

For the beginning of a word, GIN collects every contact of every word that begins so, before it looks at the other words
of the query. To check whether a contact has such a word takes longer, but only the contacts of the other words need it.
Both ways find the same contacts, so the cheaper one is taken.
"""

from msgspec import Struct

from coterie.search.beginnings import is_indexed
from coterie.search.dictionary import counts_of, sum_of_beginnings
from coterie.search.groups import Group, Groups
from coterie.store.contacts import COUNT
from coterie.store.database import Tx

# to check one contact takes as long as to collect so many (measured: 1.5 and 0.2 to 0.25 microseconds of CPU)
CHECK_COST = 6.0
# terms of a beginning whose contacts are added up; those of a beginning with more are taken for all contacts
ADDED_TERMS_MAX = 2_000
# contacts that are close, about
CLOSE_SHARE = 0.1


class Plan(Struct, frozen=True):
    """indexed: the groups that GIN answers. checked: the groups that each of their contacts must match too."""

    indexed: Groups
    checked: Groups = ()


class _Size(Struct):
    """organization: its contacts; index: the contacts of all organizations, which one index holds."""

    organization: int
    index: float


def plan(tx: Tx, organization_id: int, groups: Groups, *, is_close: bool = False) -> Plan:
    """The cheapest way to find the contacts that match all groups, by the numbers in the dictionary.

    is_close: only close contacts are asked for.
    """
    if len(groups) == 1 or not any(map(_is_collected, groups)):
        return Plan(groups)
    size = _size(tx, organization_id)
    numbers = _numbers(tx, organization_id, groups, size.organization)
    indexed: list[Group] = []
    left = size.organization * (CLOSE_SHARE if is_close else 1)
    for group in sorted(groups, key=lambda group: (_is_collected(group), numbers[group])):
        share = numbers[group] / max(size.organization, 1)
        saved = CHECK_COST * left * (1 - share)
        if not _is_collected(group) or not indexed or share * size.index < saved:
            indexed.append(group)
            left *= share or 1
    return Plan(tuple(indexed), tuple(group for group in groups if group not in indexed))


def _is_collected(group: Group) -> bool:
    """Whether GIN collects all contacts of a beginning of the group: it does not of one that is a lexeme."""
    return not all(map(is_indexed, group.beginnings))


def _size(tx: Tx, organization_id: int) -> _Size:
    row = tx.one(
        f"SELECT (SELECT value FROM counters WHERE organization_id = :organization_id AND name = '{COUNT}'),"
        " (SELECT reltuples FROM pg_class WHERE oid = CAST('contact_words' AS regclass))",
        {"organization_id": organization_id},
    )
    organization, index = row if row else (0, 0)
    return _Size(organization or 0, max(index or 0, organization or 0))


def _numbers(tx: Tx, organization_id: int, groups: Groups, size: int) -> dict[Group, int]:
    """group -> the contacts that match it, at most, but for words of notes: those are not in the dictionary."""
    counts = counts_of(tx, organization_id, {word for group in groups for word in group.words})
    begun = {beginning for group in groups for beginning in group.beginnings}
    sums = sum_of_beginnings(tx, organization_id, begun, terms_max=ADDED_TERMS_MAX)
    numbers = {}
    for group in groups:
        words = [word for word in group.words if not word.startswith(group.beginnings)]
        number = sum(counts.get(word, 0) for word in words)
        number += sum(sums.get(beginning, size) for beginning in group.beginnings)
        numbers[group] = min(number, size)
    return numbers
