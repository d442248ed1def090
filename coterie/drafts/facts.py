"""The facts by which people are compared, and how alike two people are.

An Instagram username names one account. A card's UID should name one person, but old phones and merged exports repeat
it: under another given name and without a shared handle it only suggests a person. A handle is shared in families:
under another name or with another birthday it only suggests a person as well, and so does a phone of father and
son (Jr., II).
"""

from collections.abc import Sequence

from msgspec import Struct

from coterie.identity.people import generation_of_name
from coterie.model.contacts import Contact
from coterie.model.generations import word_of_generation
from coterie.model.handles import INSTAGRAM, PHONE, Handle
from coterie.model.import_reasons import (
    EXTERNAL_ID,
    EXTERNAL_ID_OTHER_NAME,
    HANDLE,
    HANDLE_AND_NAME,
    HANDLE_OTHER_BIRTHDAY,
    HANDLE_OTHER_NAME,
    NAME_AND_BIRTHDAY,
    NAME_AND_EMPLOYER,
    USERNAME,
    UUID,
    Reason,
    reason_of,
)
from coterie.model.imports import UID_SOURCE, ContactDraft
from coterie.model.names import is_family_first, join_name
from coterie.model.text import fold, sort_key, words

# a website may be an employer's: it identifies no person
NOT_PERSONAL = frozenset(("website",))
# the score of each reason, of 100, and the reasons that make a match certain
SCORES = {
    EXTERNAL_ID: 100, UUID: 100, USERNAME: 98, HANDLE_AND_NAME: 95, HANDLE: 90, NAME_AND_BIRTHDAY: 60,
    NAME_AND_EMPLOYER: 60, EXTERNAL_ID_OTHER_NAME: 50, HANDLE_OTHER_BIRTHDAY: 45, HANDLE_OTHER_NAME: 40,
}  # fmt: skip
_CERTAIN = frozenset((EXTERNAL_ID, UUID, USERNAME, HANDLE_AND_NAME, HANDLE))
# the reasons for which two may be relatives, and all reasons of two who share a handle
FAMILY = frozenset((HANDLE_OTHER_NAME, HANDLE_OTHER_BIRTHDAY))
SHARING = FAMILY | {HANDLE, HANDLE_AND_NAME}


def is_certain(reason: Reason) -> bool:
    """Whether two that are alike for this reason are certainly one person."""
    return reason.code in _CERTAIN


class Facts(Struct, frozen=True):
    """The facts of a draft or a contact that rules compare, by equality. Likelihood compares the same people as a
    Person (identity/people.py), whose names and addresses are in Latin letters.

    name: the key of the name composed of its parts. written: of a draft, the keys of the other forms in which a contact
    may have it. given: the key of the given name, which people keep when they marry. generation: what distinguishes
    father and son, such as "jr"; "" if unknown. is_portable: whether it is a contact of the portable archive, of which
    two are never the same, however alike they are.
    """

    name: str
    names: frozenset[str]
    handles: frozenset[tuple[str, str]]
    external_ids: frozenset[tuple[str, str]]
    birthday: str | None
    employer: str
    written: frozenset[str] = frozenset()
    given: str | None = None
    generation: str = ""
    is_portable: bool = False


NOBODY = Facts("", frozenset(), frozenset(), frozenset(), None, "")


def facts_of_draft(draft: ContactDraft) -> Facts:
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
        given=sort_key(draft.first_name) or None,
        generation=generation_of_name(draft),
        is_portable=draft.portable is not None,
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


def facts_of_contact(contact: Contact, handles: Sequence[Handle]) -> Facts:
    """The facts of a contact."""
    name = join_name(None, contact.first_name, contact.middle_name, contact.last_name, None)
    return Facts(
        sort_key(contact.composed_name),
        _names_in(name or contact.display_name or ""),
        frozenset((h.channel, h.normalized) for h in handles if h.channel not in NOT_PERSONAL),
        frozenset(),
        contact.birthday,
        fold(contact.employer or ""),
        given=sort_key(contact.first_name) or None,
        generation=generation_of_name(contact),
    )


def compare_facts(draft: Facts, other: Facts) -> Reason | None:
    """Why two are or may be one person; None where nothing suggests it."""
    if shared := draft.external_ids & other.external_ids:
        return compare_linked(min(shared)[0], draft, other)
    if common := draft.handles & other.handles:
        return _compare_handles(sorted(common), draft, other)
    if draft.name and draft.name == other.name:
        if draft.birthday and other.birthday and draft.birthday[-5:] == other.birthday[-5:]:
            return reason_of(NAME_AND_BIRTHDAY)
        if draft.employer and draft.employer == other.employer:
            return reason_of(NAME_AND_EMPLOYER)
    return None


def compare_linked(source: str, draft: Facts, other: Facts) -> Reason:
    """Why two that share an external id of a source are or may be one person."""
    is_same = (
        source != UID_SOURCE
        or bool(draft.handles & other.handles)
        or (not _have_other_generations(draft, other) and (_agree(draft, other) or draft.given == other.given))
    )
    return reason_of(EXTERNAL_ID if is_same else EXTERNAL_ID_OTHER_NAME, source=source)


def _compare_handles(common: list[tuple[str, str]], draft: Facts, other: Facts) -> Reason:
    for channel, value in common:
        if channel == INSTAGRAM:
            return reason_of(USERNAME, value=value)
    channel, value = common[0]
    code = HANDLE_AND_NAME if draft.names and other.names else HANDLE
    is_household = _have_other_generations(draft, other) and all(channel == PHONE for channel, _ in common)
    if is_household or not _agree(draft, other):
        code = HANDLE_OTHER_NAME
    elif _has_other_birthday(draft, other):
        code = HANDLE_OTHER_BIRTHDAY
    return reason_of(code, channel=channel, value=value)


def _have_other_generations(draft: Facts, other: Facts) -> bool:
    """Whether two have different generations. A word that is the surname of one of them is not a generation."""
    one, another = draft.generation, other.generation
    if one and another:
        return one != another
    return one != another and not (word_of_generation(one, other.names) or word_of_generation(another, draft.names))


def _agree(draft: Facts, other: Facts) -> bool:
    """Whether the names do not contradict each other: one is missing, or all of its names are among the other's."""
    return draft.names <= other.names or other.names <= draft.names


def _has_other_birthday(draft: Facts, other: Facts) -> bool:
    """Whether the birthdays, YYYY-MM-DD or --MM-DD, contradict each other: another day, or another known year."""
    if not draft.birthday or not other.birthday:
        return False
    years = {birthday[:-6] for birthday in (draft.birthday, other.birthday)} - {"-", ""}
    return draft.birthday[-5:] != other.birthday[-5:] or len(years) > 1


def keys_of(person: Facts) -> list[tuple[str, ...]]:
    """Keys of a person for finding it again in the same file: two drafts that are alike share at least one.

    A contact of the portable archive has none.
    """
    if person.is_portable:
        return []
    keys: list[tuple[str, ...]] = [*person.handles, *person.external_ids]
    if person.name and person.birthday:
        keys.append(("name", person.name, "birthday", person.birthday[-5:]))
    if person.name and person.employer:
        keys.append(("name", person.name, "employer", person.employer))
    return keys
