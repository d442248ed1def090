"""Matching: the contacts a draft is or may be, because of an external id, a handle, or the name and one more fact.

find_matches needs one query of each kind for a whole batch. An external id, an Instagram username (it names one
account), and another handle where the names agree or one side has none make it certain. A handle under two names, or
one name with the same birthday or employer, make it possible: a person decides.
"""

from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.import_reasons import (
    EXTERNAL_ID,
    HANDLE,
    HANDLE_AND_NAME,
    HANDLE_OTHER_NAME,
    NAME_AND_BIRTHDAY,
    NAME_AND_EMPLOYER,
    USERNAME,
    UUID,
    Reason,
    reason_of,
)
from coterie.model.imports import ContactDraft
from coterie.model.names import is_family_first, join_name
from coterie.model.text import fold, sort_key, words
from coterie.store import candidates as store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx

MATCHES_MAX = 5
# a website may be an employer's: it tells nobody apart
NOT_PERSONAL = frozenset(("website",))
# How much a reason says, of 100, and which reasons make it certain
_SCORES = {
    EXTERNAL_ID: 100, UUID: 100, USERNAME: 98, HANDLE_AND_NAME: 95, HANDLE: 90, NAME_AND_BIRTHDAY: 60,
    NAME_AND_EMPLOYER: 60, HANDLE_OTHER_NAME: 40,
}  # fmt: skip
_CERTAIN = frozenset((EXTERNAL_ID, UUID, USERNAME, HANDLE_AND_NAME, HANDLE))


def is_certain(reason: Reason) -> bool:
    """Whether two that are alike for this reason are one person without a doubt."""
    return reason.code in _CERTAIN


class Candidate(Struct, frozen=True):
    """A contact that a draft is or may be, and why."""

    contact_id: int
    reason: Reason

    @property
    def score(self) -> int:
        """0 to 100."""
        return _SCORES[self.reason.code]

    @property
    def is_certain(self) -> bool:
        """Whether it is this contact without a doubt."""
        return is_certain(self.reason)


class Facts(Struct, frozen=True):
    """The facts of a draft or a contact that are compared.

    name: the key of the name composed of its parts. written: of a draft, the keys of the other forms in which a contact
    may have it.
    """

    name: str
    names: frozenset[str]
    handles: frozenset[tuple[str, str]]
    external_ids: frozenset[tuple[str, str]]
    birthday: str | None
    employer: str
    written: frozenset[str] = frozenset()


NOBODY = Facts("", frozenset(), frozenset(), frozenset(), None, "")


def person_of_draft(draft: ContactDraft) -> Facts:
    """The facts of a normalized draft."""
    name = join_name(None, draft.first_name, draft.middle_name, draft.last_name, None)
    full = draft.composed_name if draft.name_prefix or draft.name_suffix else name
    employer = draft.employer
    return Facts(
        sort_key(full),
        _names_in(name or draft.display_name or ""),
        frozenset([(h.channel, h.normalized) for h in draft.handles if h.normalized and h.channel not in NOT_PERSONAL]),
        frozenset(draft.external_ids),
        draft.birthday,
        fold(employer) if employer else "",
        written=_written_keys(draft) if draft.birthday or employer else frozenset(),
    )


def _written_keys(draft: ContactDraft) -> frozenset[str]:
    """Keys of forms other than the composed one: as the draft has it, inverted, with the family name apart."""
    forms = [draft.formatted_name] if draft.formatted_name else []
    if draft.first_name and draft.last_name:
        forms += [f"{draft.last_name}, {draft.first_name}", f"{draft.last_name} {draft.first_name}"]
    return frozenset(map(sort_key, forms))


def _names_in(text: str) -> frozenset[str]:
    """The names in a full name: its words, or its letters where names are written without a space."""
    return frozenset(filter(str.isalnum, text)) if is_family_first(text) else frozenset(words(text))


def person_of_contact(contact: Contact, handles: Sequence[Handle]) -> Facts:
    """The facts of a contact."""
    name = join_name(None, contact.first_name, contact.middle_name, contact.last_name, None)
    return Facts(
        sort_key(contact.composed_name),
        _names_in(name or contact.display_name or ""),
        frozenset((h.channel, h.normalized) for h in handles if h.channel not in NOT_PERSONAL),
        frozenset(),
        contact.birthday,
        fold(contact.employer or ""),
    )


def compare(draft: Facts, other: Facts) -> Reason | None:
    """Why two are or may be one person; None where nothing suggests it."""
    if shared := draft.external_ids & other.external_ids:
        return reason_of(EXTERNAL_ID, source=min(shared)[0])
    if common := draft.handles & other.handles:
        return _compare_handles(sorted(common), draft, other)
    if draft.name and draft.name == other.name:
        if draft.birthday and other.birthday and draft.birthday[-5:] == other.birthday[-5:]:
            return reason_of(NAME_AND_BIRTHDAY)
        if draft.employer and draft.employer == other.employer:
            return reason_of(NAME_AND_EMPLOYER)
    return None


def _compare_handles(common: list[tuple[str, str]], draft: Facts, other: Facts) -> Reason:
    for channel, value in common:
        if channel == INSTAGRAM:
            return reason_of(USERNAME, value=value)
    channel, value = common[0]
    code = HANDLE_OTHER_NAME
    if not draft.names or not other.names:
        code = HANDLE
    elif draft.names <= other.names or other.names <= draft.names:
        code = HANDLE_AND_NAME
    return reason_of(code, channel=channel, value=value)


def find_matches(tx: Tx, organization_id: int, people: Sequence[Facts]) -> list[list[Candidate]]:
    """For each of these people the contacts it may be, the likeliest first; at most five, none of them deleted.

    A handle that more than 20 contacts share is ignored: it tells nobody apart.
    """
    found: list[dict[int, Candidate]] = [{} for _ in people]
    _add_by_external_ids(tx, organization_id, people, found)
    suspects = _suspects(tx, organization_id, people, found)
    everyone = set().union(*suspects) if suspects else set()
    if everyone:
        sheets = load_sheets(tx, organization_id, everyone, ["handles"])
        others = {i: person_of_contact(sheet.contact, sheet.handles) for i, sheet in sheets.items()}
        for person, ids, matches in zip(people, suspects, found, strict=True):
            for contact_id in ids - matches.keys():
                if contact_id in others and (reason := compare(person, others[contact_id])):
                    matches[contact_id] = Candidate(contact_id, reason)
    return [sorted(m.values(), key=lambda c: (-c.score, c.contact_id))[:MATCHES_MAX] for m in found]


def _add_by_external_ids(
    tx: Tx, organization_id: int, people: Sequence[Facts], found: list[dict[int, Candidate]]
) -> None:
    by_source: dict[str, dict[str, list[int]]] = {}
    for position, person in enumerate(people):
        for source, external_id in person.external_ids:
            by_source.setdefault(source, {}).setdefault(external_id, []).append(position)
    for source, positions in sorted(by_source.items()):
        owners = store.find_owners_of_external_ids(tx, organization_id, source, positions)
        for external_id, contact_id in owners.items():
            for position in positions[external_id]:
                found[position][contact_id] = Candidate(contact_id, reason_of(EXTERNAL_ID, source=source))


def _suspects(
    tx: Tx, organization_id: int, people: Sequence[Facts], found: list[dict[int, Candidate]]
) -> list[set[int]]:
    """Ids of the contacts that share a handle or the name with each person who has no match by external id."""
    suspects: list[set[int]] = [set() for _ in people]
    by_channel: dict[str, dict[str, list[int]]] = {}
    by_name: dict[str, list[int]] = {}
    for position, person in enumerate(people):
        if found[position]:
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
    if len(certain) > 1 and certain[0].score == certain[1].score < _SCORES[USERNAME]:
        return None
    return certain[0] if certain else None


def keys_of(person: Facts) -> list[tuple[str, ...]]:
    """Keys of a person for finding it again in the same file: two drafts that are alike share at least one."""
    keys: list[tuple[str, ...]] = [*person.handles, *person.external_ids]
    if person.name and person.birthday:
        keys.append(("name", person.name, "birthday", person.birthday[-5:]))
    if person.name and person.employer:
        keys.append(("name", person.name, "employer", person.employer))
    return keys
