"""Matching: the contacts a draft is or may be, because of an external id, a handle, or the name and one more fact.

find_matches needs one query of each kind for a whole batch. facts.py says how two are alike; where that makes it only
possible that they are one person, a user decides.
"""

from collections.abc import Sequence

from msgspec import Struct

from coterie.drafts.facts import SCORES, Facts, compare, compare_linked, is_certain, person_of_contact
from coterie.model.import_reasons import USERNAME, Reason
from coterie.store import candidates as store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx

MATCHES_MAX = 5


class Candidate(Struct, frozen=True):
    """A contact that a draft is or may be, and why."""

    contact_id: int
    reason: Reason

    @property
    def score(self) -> int:
        """0 to 100."""
        return SCORES[self.reason.code]

    @property
    def is_certain(self) -> bool:
        """Whether it certainly is this contact."""
        return is_certain(self.reason)


def find_matches(tx: Tx, organization_id: int, people: Sequence[Facts]) -> list[list[Candidate]]:
    """For each of these people the contacts it may be, the likeliest first; at most five, none of them deleted.

    A handle that more than 20 contacts share is ignored: it identifies no one.
    """
    found: list[dict[int, Candidate]] = [{} for _ in people]
    linked = _linked(tx, organization_id, people)
    others = _load_facts(tx, organization_id, set().union(*linked))
    for person, sources, matches in zip(people, linked, found, strict=True):
        for contact_id, source in sources.items():
            if contact_id in others:
                matches[contact_id] = Candidate(contact_id, compare_linked(source, person, others[contact_id]))
    suspects = _suspects(tx, organization_id, people, found)
    others = _load_facts(tx, organization_id, set().union(*suspects))
    for person, ids, matches in zip(people, suspects, found, strict=True):
        for contact_id in ids - matches.keys():
            if contact_id in others and (reason := compare(person, others[contact_id])):
                matches[contact_id] = Candidate(contact_id, reason)
    return [sorted(m.values(), key=lambda c: (-c.score, c.contact_id))[:MATCHES_MAX] for m in found]


def _load_facts(tx: Tx, organization_id: int, contact_ids: set[int]) -> dict[int, Facts]:
    if not contact_ids:
        return {}
    sheets = load_sheets(tx, organization_id, contact_ids, ["handles"])
    return {i: person_of_contact(sheet.contact, sheet.handles) for i, sheet in sheets.items()}


def _linked(tx: Tx, organization_id: int, people: Sequence[Facts]) -> list[dict[int, str]]:
    """The contacts that share an external id with each person: contact id -> the source of the external id."""
    linked: list[dict[int, str]] = [{} for _ in people]
    by_source: dict[str, dict[str, list[int]]] = {}
    for position, person in enumerate(people):
        for source, external_id in person.external_ids:
            by_source.setdefault(source, {}).setdefault(external_id, []).append(position)
    for source, positions in sorted(by_source.items()):
        owners = store.find_owners_of_external_ids(tx, organization_id, source, positions)
        for external_id, contact_id in owners.items():
            for position in positions[external_id]:
                linked[position].setdefault(contact_id, source)
    return linked


def _suspects(
    tx: Tx, organization_id: int, people: Sequence[Facts], found: list[dict[int, Candidate]]
) -> list[set[int]]:
    """Ids of the contacts that share a handle or the name with each person who has no certain match."""
    suspects: list[set[int]] = [set() for _ in people]
    by_channel: dict[str, dict[str, list[int]]] = {}
    by_name: dict[str, list[int]] = {}
    for position, person in enumerate(people):
        if any(match.is_certain for match in found[position].values()):
            continue
        for channel, value in person.handles:
            by_channel.setdefault(channel, {}).setdefault(value, []).append(position)
        if person.name and (person.birthday or person.employer):
            for key in (person.name, *(person.written - {person.name})):
                by_name.setdefault(key, []).append(position)
    queries = [
        (store.find_owners_of_handles(tx, organization_id, channel, positions), positions)
        for channel, positions in sorted(by_channel.items())
    ]
    if by_name:
        queries.append((store.find_namesakes(tx, organization_id, by_name), by_name))
    for owners, positions in queries:
        for value, ids in owners.items():
            if len(ids) <= store.OWNERS_MAX:
                for position in positions[value]:
                    suspects[position].update(ids)
    return suspects


def choose(matches: Sequence[Candidate]) -> Candidate | None:
    """The one contact a draft certainly is; None where none is certain, or two are equally likely."""
    certain = [match for match in matches if match.is_certain]
    if len(certain) > 1 and certain[0].score == certain[1].score < SCORES[USERNAME]:
        return None
    return certain[0] if certain else None
