"""Whom a draft is: contacts that share an external id, a handle, or the name and one more fact with it.

find_matches asks one question of each kind for a whole batch. What is certain is an external id, an Instagram
username (it names one account), or another handle where the names agree or one side has none. What is only possible
(a handle under two names, one name with the same birthday or employer) waits for a person to decide.
"""

from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import Contact, join_name
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE, Handle
from coterie.model.imports import DRAFT_SOURCE, ContactDraft
from coterie.model.text import fold, sort_key, words
from coterie.store import handles as handle_store
from coterie.store import imports as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

_SOURCES = {"vcard": "card UID", DRAFT_SOURCE: "row of a file"}
_NAMES = {PHONE: "phone number", EMAIL: "e-mail address", INSTAGRAM: "Instagram username"}
# a website may be an employer's: it tells nobody apart
NOT_PERSONAL = frozenset(("website",))
EXTERNAL_ID, USERNAME, HANDLE_AND_NAME, HANDLE, NAME_AND_FACT, HANDLE_ONLY = 100, 98, 95, 90, 60, 40


class Candidate(Struct, frozen=True):
    """A contact a draft may be: score 0-100, why, and whether it is certain."""

    contact_id: int
    score: int
    reason: str
    is_certain: bool


class Person(Struct, frozen=True):
    """The facts of a draft or a contact that are compared."""

    name: str
    names: frozenset[str]
    handles: frozenset[tuple[str, str]]
    external_ids: frozenset[tuple[str, str]]
    birthday: str | None
    employer: str


def person_of_draft(draft: ContactDraft) -> Person:
    """The facts of a prepared draft."""
    known = " ".join([p for p in (draft.first_name, draft.middle_name, draft.last_name) if p])
    full = known
    if draft.name_prefix or draft.name_suffix:
        full = " ".join([p for p in (draft.name_prefix, known, draft.name_suffix) if p])
    employer = draft.employer
    return Person(
        sort_key(full),
        frozenset(words(known or draft.display_name or "")),
        frozenset([(h.channel, h.normalized) for h in draft.handles if h.normalized and h.channel not in NOT_PERSONAL]),
        frozenset(draft.external_ids),
        draft.birthday,
        fold(employer) if employer else "",
    )


def person_of_contact(contact: Contact, handles: Sequence[Handle]) -> Person:
    """The facts of a contact."""
    known = join_name(None, contact.first_name, contact.middle_name, contact.last_name, None)
    return Person(
        sort_key(contact.full_name),
        frozenset(words(known or contact.display_name or "")),
        frozenset((h.channel, h.normalized) for h in handles if h.channel not in NOT_PERSONAL),
        frozenset(),
        contact.birthday,
        fold(contact.employer or ""),
    )


def compare(draft: Person, other: Person) -> tuple[int, str, bool] | None:
    """(score, reason, whether it is certain) of two being one person, or None where nothing says so."""
    if shared := draft.external_ids & other.external_ids:
        return EXTERNAL_ID, _same(min(shared)[0]), True
    common = draft.handles & other.handles
    for channel, value in sorted(common):
        if channel == INSTAGRAM:
            return USERNAME, f"same Instagram username {value}", True
    if common:
        channel, value = min(common)
        reason = f"same {_NAMES.get(channel, channel)} {value}"
        if not draft.names or not other.names:
            return HANDLE, reason, True
        if draft.names <= other.names or other.names <= draft.names:
            return HANDLE_AND_NAME, f"{reason} and name", True
        return HANDLE_ONLY, f"{reason}, another name", False
    if draft.name and draft.name == other.name:
        if draft.birthday and other.birthday and draft.birthday[-5:] == other.birthday[-5:]:
            return NAME_AND_FACT, "same name and birthday", False
        if draft.employer and draft.employer == other.employer:
            return NAME_AND_FACT, "same name and employer", False
    return None


NOBODY = Person("", frozenset(), frozenset(), frozenset(), None, "")


def find_matches(tx: Tx, organization_id: int, people: Sequence[Person]) -> list[list[Candidate]]:
    """For the person of each prepared draft the contacts it may be, the likeliest first; nobody deleted, five at most.

    One query for each source of external ids, each channel and for the names, whatever the number of people. A handle
    that more than 20 contacts share tells nobody apart and is passed over.
    """
    found: list[dict[int, Candidate]] = [{} for _ in people]
    _by_external_ids(tx, organization_id, people, found)
    suspects = _suspects(tx, organization_id, people, found)
    everyone = set().union(*suspects) if suspects else set()
    if everyone:
        contacts = {c.id: c for c in list_contacts_by_id(tx, organization_id, everyone)}
        handles = handle_store.list_handles_of(tx, organization_id, everyone)
        others = {i: person_of_contact(contact, handles.get(i, [])) for i, contact in contacts.items()}
        for person, ids, matches in zip(people, suspects, found, strict=True):
            for contact_id in ids - matches.keys():
                if contact_id in others and (result := compare(person, others[contact_id])):
                    matches[contact_id] = Candidate(contact_id, *result)
    return [sorted(m.values(), key=lambda c: (-c.score, c.contact_id))[:5] for m in found]


def _by_external_ids(tx: Tx, organization_id: int, people: Sequence[Person], found: list[dict[int, Candidate]]) -> None:
    by_source: dict[str, dict[str, list[int]]] = {}
    for position, person in enumerate(people):
        for source, external_id in person.external_ids:
            by_source.setdefault(source, {}).setdefault(external_id, []).append(position)
    for source, wanted in sorted(by_source.items()):
        owners = store.find_owners_of_external_ids(tx, organization_id, source, wanted)
        for external_id, contact_id in owners.items():
            for position in wanted[external_id]:
                found[position][contact_id] = Candidate(contact_id, EXTERNAL_ID, _same(source), True)


def _suspects(
    tx: Tx, organization_id: int, people: Sequence[Person], found: list[dict[int, Candidate]]
) -> list[set[int]]:
    """Ids of the contacts that share a handle or the name with each draft that is not known by its external id."""
    suspects: list[set[int]] = [set() for _ in people]
    by_channel: dict[str, dict[str, list[int]]] = {}
    by_name: dict[str, list[int]] = {}
    for position, person in enumerate(people):
        if found[position]:
            continue
        for channel, value in person.handles:
            by_channel.setdefault(channel, {}).setdefault(value, []).append(position)
        if person.name and (person.birthday or person.employer):
            by_name.setdefault(person.name, []).append(position)
    queries = [
        (store.find_owners_of_handles(tx, organization_id, channel, wanted), wanted)
        for channel, wanted in sorted(by_channel.items())
    ]
    if by_name:
        queries.append((store.find_namesakes(tx, organization_id, by_name), by_name))
    for owners, wanted in queries:
        for value, ids in owners.items():
            if len(ids) <= store.OWNERS_MAX:
                for position in wanted[value]:
                    suspects[position].update(ids)
    return suspects


def choose(matches: Sequence[Candidate]) -> Candidate | None:
    """The one contact a draft certainly is; None where nobody is certain, or two are equally likely."""
    certain = [match for match in matches if match.is_certain]
    if len(certain) > 1 and certain[0].score == certain[1].score < USERNAME:
        return None
    return certain[0] if certain else None


def keys_of(person: Person) -> list[tuple[str, ...]]:
    """What two drafts about one person have in common, at least one of them: for finding both in one file."""
    keys: list[tuple[str, ...]] = [*person.handles, *person.external_ids]
    if person.name and person.birthday:
        keys.append(("name", person.name, "birthday", person.birthday[-5:]))
    if person.name and person.employer:
        keys.append(("name", person.name, "employer", person.employer))
    return keys


def _same(source: str) -> str:
    return f"same {_SOURCES.get(source, f'{source} id')}"
