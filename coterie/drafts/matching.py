"""Matching: the contacts a draft is or may be.

An external id, a handle, or the name and one more fact find a contact by queries (facts.py says how two are alike);
everything else finds it by the keys of identity/. A match is certain if both agree: the two share something of their
own, are suggested as one person, and nothing contradicts that. Otherwise a user decides. A few queries serve a batch.

A file is compared with the contacts that its own command created by facts alone: staging has no keys of them, and
whether they have keys yet must not decide what applying does.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from coterie.drafts.facts import (
    FAMILY,
    SCORES,
    SHARING,
    Facts,
    compare_facts,
    compare_linked,
    facts_of_contact,
    is_certain,
)
from coterie.identity.commonness import NO_BOOK, Commonness
from coterie.identity.keeping import person_of_sheet
from coterie.identity.keys import counted_of
from coterie.identity.lookup import Found, find_likely
from coterie.identity.people import Person
from coterie.identity.reasons import reasons_of
from coterie.identity.scoring import compare_people
from coterie.model.contact_sheets import ContactSheet
from coterie.model.duplicate_reasons import CONTRADICTIONS, OF_NAMES
from coterie.model.duplicates import SUGGESTED
from coterie.model.import_reasons import (
    ALIKE,
    HANDLE,
    HANDLE_AND_NAME,
    HANDLE_OTHER_BIRTHDAY,
    USERNAME,
    Reason,
    reason_of,
    why,
)
from coterie.store import candidates as store
from coterie.store import match_keys as key_store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.events import find_creators

MATCHES_MAX = 5
# the bits from which a user is asked about a contact that is found by keys alone, and the scores of such contacts
ASKED_BITS = 3.0
ALIKE_MIN, ALIKE_MAX = 30, 55
People = Sequence[Callable[[], Person]]


class Candidate(Struct, frozen=True):
    """A contact that a draft is or may be, and why. is_certain: whether it certainly is. score: 0 to 100."""

    contact_id: int
    reason: Reason
    is_certain: bool
    score: int


def find_matches(
    tx: Tx, organization_id: int, facts: Sequence[Facts], people: People | None = None, import_id: str = ""
) -> list[list[Candidate]]:
    """For each of these drafts the contacts it may be, the likeliest first; at most five, none of them deleted.

    people: the same drafts, of this import, as likelihood compares them (identity/people.py), computed when needed;
    without them, certainty rests on the facts alone, and keys are not used. A handle that more than 20 contacts share
    is ignored: it identifies no one.
    """
    found: list[dict[int, Candidate]] = [{} for _ in facts]
    linked = _linked(tx, organization_id, facts)
    others = _load_facts(_load(tx, organization_id, set().union(*linked)))
    for each, sources, matches in zip(facts, linked, found, strict=True):
        for contact_id, source in sources.items():
            if contact_id in others:
                matches[contact_id] = candidate_of(contact_id, compare_linked(source, each, others[contact_id]))
    suspects = _suspects(tx, organization_id, facts, found)
    sheets = _load(tx, organization_id, set().union(*suspects))
    others = _load_facts(sheets)
    for each, ids, matches in zip(facts, suspects, found, strict=True):
        for contact_id in ids - matches.keys():
            if contact_id in others and (reason := compare_facts(each, others[contact_id])):
                matches[contact_id] = candidate_of(contact_id, reason)
    if people is not None:
        _weigh(tx, organization_id, found, people, sheets=sheets, import_id=import_id)
        _add_alike(tx, organization_id, found, people, import_id=import_id)
    return [sorted(m.values(), key=lambda c: (-c.score, c.contact_id))[:MATCHES_MAX] for m in found]


def need_keys(tx: Tx, organization_id: int, facts: Sequence[Facts]) -> bool:
    """Whether the outcome of any of these drafts depends on keys.

    It does not if queries find a contact that the draft certainly is or that it waits for, whatever else keys find and
    however rare the names are.
    """
    return any(
        not matches or matches[0].score <= ALIKE_MAX or any(each.reason.code in SHARING for each in matches)
        for matches in find_matches(tx, organization_id, facts)
    )


def candidate_of(contact_id: int, reason: Reason) -> Candidate:
    """A contact that a draft is, or may be, for a reason of facts.py."""
    return Candidate(contact_id, reason, is_certain(reason), SCORES[reason.code])


def _load(tx: Tx, organization_id: int, contact_ids: set[int]) -> dict[int, ContactSheet]:
    return load_sheets(tx, organization_id, contact_ids, ["handles", "addresses"]) if contact_ids else {}


def _load_facts(sheets: Mapping[int, ContactSheet]) -> dict[int, Facts]:
    return {i: facts_of_contact(sheet.contact, sheet.handles) for i, sheet in sheets.items()}


# By identity ----------------------------------------------------------------------------------------------------------


def _weigh(
    tx: Tx,
    organization_id: int,
    found: list[dict[int, Candidate]],
    people: People,
    *,
    sheets: Mapping[int, ContactSheet],
    import_id: str,
) -> None:
    """Weighs the contacts that share a handle with a draft, and removes its family."""
    sharing = [
        (matches, candidate, person(), person_of_sheet(sheets[candidate.contact_id]))
        for matches, person in zip(found, people, strict=True)
        for candidate in matches.values()
        if candidate.reason.code in SHARING
    ]
    if not sharing:
        return
    values = set().union(*(counted_of(person) for *_, one, other in sharing for person in (one, other)))
    contact_count, counts = key_store.load_counts(tx, organization_id, values)
    creators = find_creators(tx, organization_id, import_id, {candidate.contact_id for _, candidate, _, _ in sharing})
    for matches, candidate, one, other in sharing:
        creator = creators.get(matches.pop(candidate.contact_id).contact_id)
        book = Commonness(contact_count, counts, counted_of(one)) if creator is None else NO_BOOK
        weighed = weigh(candidate, one, other, book=book, is_of_this_file=creator == import_id)
        matches.update({candidate.contact_id: weighed} if weighed else {})


def weigh(
    candidate: Candidate, one: Person, other: Person, *, book: Commonness = NO_BOOK, is_of_this_file: bool
) -> Candidate | None:
    """Weighs a candidate that shares a handle by all other facts.

    Returns None for a candidate of this file that shares only household evidence: no reason to ask.
    """
    if candidate.reason.code != HANDLE_OTHER_BIRTHDAY:
        candidate = _confirmed(book, candidate, one, other)
    return None if candidate.reason.code in FAMILY and is_of_this_file else candidate


def _confirmed(book: Commonness, candidate: Candidate, one: Person, other: Person) -> Candidate:
    if candidate.is_certain:
        reason = _contradicted(book, candidate.reason, one, other)
        return (
            candidate if reason is None else Candidate(candidate.contact_id, reason, is_certain=False, score=ALIKE_MAX)
        )
    score = compare_people(book, one, other)
    # members of a household may share a phone and have similar names: Marge and Maggie
    is_same = score.handle.is_personal and score.names.given not in ("form", "close", "near", "sound")
    if score.contradicts or score.level != SUGGESTED or not is_same:
        return candidate
    reason = reason_of(ALIKE, reasons=[why(each) for each in reasons_of(one, other, score)])
    return Candidate(candidate.contact_id, reason, is_certain=True, score=SCORES[HANDLE])


def _contradicted(book: Commonness, reason: Reason, one: Person, other: Person) -> Reason | None:
    """None if two who are certainly one person for a reason are so by their other facts; otherwise the reason with
    what contradicts it."""
    score = compare_people(book, one, other)
    # "A Dahl" has no name that "Astrid A Dahl" lacks, as HANDLE_AND_NAME demands; an "Anders Dahl" waits
    is_short_form = reason.code == HANDLE_AND_NAME and score.names.given == "initial" and score.names.surname == "same"
    # a number or mailbox that only one of them has may be an addition of a newer file
    adds_handle = reason.code == HANDLE_AND_NAME and score.own_channel != ""
    is_one = reason.code == HANDLE or is_short_form or adds_handle or score.level == SUGGESTED
    if not score.contradicts and is_one:
        return None
    contradictions = [each.code for each in reasons_of(one, other, score) if each.code in CONTRADICTIONS]
    return reason_of(reason.code, **reason.data, contradictions=contradictions)


def _add_alike(
    tx: Tx,
    organization_id: int,
    found: list[dict[int, Candidate]],
    people: People,
    *,
    import_id: str,
) -> None:
    """Adds the contacts that a draft may be by facts other than a handle. The name alone is not a reason to ask."""
    by_position = {
        position: person()
        for position, (matches, person) in enumerate(zip(found, people, strict=True))
        if not any(match.is_certain for match in matches.values())
    }
    likely = find_likely(tx, organization_id, by_position, with_facts=True)
    ids = {each.contact_id for some in likely.values() for each in some}
    alive = store.list_alive(tx, organization_id, ids) - find_creators(tx, organization_id, import_id, ids).keys()
    for position, some in likely.items():
        for each in some:
            if each.contact_id in alive and each.contact_id not in found[position]:
                candidate = _alike(by_position[position], each)
                if candidate is not None:
                    found[position][each.contact_id] = candidate


def _alike(person: Person, found: Found) -> Candidate | None:
    """None for less likely contacts, which are listed as possible duplicates later, and for mere namesakes."""
    reasons = reasons_of(person, found.person, found.score)
    if found.score.bits < ASKED_BITS or all(reason.code in OF_NAMES for reason in reasons):
        return None
    score = min(max(ALIKE_MIN + round(found.score.bits), ALIKE_MIN), ALIKE_MAX)
    reason = reason_of(ALIKE, reasons=[why(each) for each in reasons])
    return Candidate(found.contact_id, reason, is_certain=False, score=score)


# By queries -----------------------------------------------------------------------------------------------------------


def _linked(tx: Tx, organization_id: int, facts: Sequence[Facts]) -> list[dict[int, str]]:
    """The contacts that share an external id with each person: contact id -> the source of the external id."""
    linked: list[dict[int, str]] = [{} for _ in facts]
    by_source: dict[str, dict[str, list[int]]] = {}
    for position, person in enumerate(facts):
        for source, external_id in person.external_ids:
            by_source.setdefault(source, {}).setdefault(external_id, []).append(position)
    for source, positions in sorted(by_source.items()):
        owners = store.find_owners_of_external_ids(tx, organization_id, source, positions)
        for external_id, contact_id in owners.items():
            for position in positions[external_id]:
                linked[position].setdefault(contact_id, source)
    return linked


def _suspects(
    tx: Tx, organization_id: int, facts: Sequence[Facts], found: list[dict[int, Candidate]]
) -> list[set[int]]:
    """Ids of the contacts that share a handle or the name with each person who has no certain match."""
    suspects: list[set[int]] = [set() for _ in facts]
    by_channel: dict[str, dict[str, list[int]]] = {}
    by_name: dict[str, list[int]] = {}
    for position, person in enumerate(facts):
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


def choose_candidate(matches: Sequence[Candidate]) -> Candidate | None:
    """The one contact a draft certainly is; None where none is certain, or two are equally likely."""
    certain = [match for match in matches if match.is_certain]
    if len(certain) > 1 and certain[0].score == certain[1].score < SCORES[USERNAME]:
        return None
    return certain[0] if certain else None
