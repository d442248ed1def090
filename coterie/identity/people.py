"""The facts by which people are compared, of contacts and of drafts."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import dropwhile

from msgspec import Struct
from msgspec.structs import replace

from coterie.identity.names import latin_words
from coterie.model.addresses import Address
from coterie.model.contacts import Contact
from coterie.model.generations import NamePart, generation_at_end, generation_of, word_of_generation
from coterie.model.handles import EMAIL, INSTAGRAM, OTHER_CHANNELS, WEBSITE, Handle
from coterie.model.imports import AddressDraft, ContactDraft

# at most so many handles and addresses of a person are compared; a shorter login identifies nobody
HANDLES_MAX, ADDRESSES_MAX, LOGIN_LENGTH_MIN = 30, 5, 5
_NOT_LETTERS = re.compile(r"[^a-z]")
_STREETS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "lane": "ln", "drive": "dr", "place": "pl",
    "court": "ct", "circuit": "cct", "crescent": "cres", "close": "cl", "boulevard": "blvd", "highway": "hwy",
    "terrace": "tce", "square": "sq", "parkway": "pkwy", "strasse": "str", "north": "n", "south": "s", "east": "e",
    "west": "w",
}  # fmt: skip
STREET_WORDS = frozenset(
    (*_STREETS.values(), "rue", "via", "calle", "rua", "ulica", "ul", "de", "la", "the", "apt", "unit")
)
_LEGAL_FORMS = frozenset(("gmbh", "inc", "ltd", "llc", "ag", "kg", "co", "corp", "sa", "srl", "bv", "limited", "the"))
# mailboxes of a role, not of a person
ROLES = frozenset(
    ("info", "office", "mail", "contact", "hello", "admin", "sales", "support", "kontakt", "service", "team", "family",
     "noreply", "reception", "help", "billing", "jobs", "hr", "press", "postmaster", "webmaster", "bookings", "orders")
)  # fmt: skip
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau"))
# words that stand for a missing name
_NO_NAMES = frozenset(
    ("mother", "father", "mum", "mom", "dad", "unknown", "none", "nn", "resident", "occupant", "gentleman", "test",
     "anonymous", "and", "und", "et")
)  # fmt: skip
# these do so if there is no surname: Papa Diouf and Lady Gómez are names
_NAMES_BEFORE_SURNAME = frozenset(("mama", "papa", "lady"))
# a cell without a name, as it is written; Na and No are names
_BLANK = re.compile(r"(?:n[./]?a|N[./]?A|no|NO|[Nn]o [Nn]ame)\.?")
# channels whose account names are often composed of the person's name
_LOGIN_CHANNELS = frozenset((EMAIL, INSTAGRAM, *OTHER_CHANNELS))


class Home(Struct, frozen=True, array_like=True, gc=False):
    """An address: house number, words of the street, locality and postcode; "" and () if missing."""

    house: str
    street: tuple[str, ...]
    locality: str
    postcode: str


class Person(Struct, frozen=True, array_like=True, gc=False):
    """The facts of a person, in lower case and Latin letters; "" and () if missing.

    given: the first given name; middle: further ones; aliases: nicknames. surname: its words. suffix: jr, sr, ii …
    birthday: YYYY-MM-DD or --MM-DD. handles: "channel:normalized". logins: the letters of account names and mailboxes.
    """

    given: str = ""
    middle: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    surname: tuple[str, ...] = ()
    suffix: str = ""
    birthday: str = ""
    handles: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    homes: tuple[Home, ...] = ()
    employer: str = ""


NOBODY = Person()


def person_of_contact(contact: Contact, handles: Iterable[Handle], addresses: Iterable[Address]) -> Person:
    """The facts of a contact with its handles and addresses, none of them deleted."""
    return _person(contact, [(h.channel, h.normalized) for h in handles], addresses)


def person_of_draft(draft: ContactDraft) -> Person:
    """The facts of a normalized draft."""
    return _person(draft, [(h.channel, h.normalized) for h in draft.handles if h.normalized], draft.addresses)


def _person(
    source: Contact | ContactDraft,
    handles: Sequence[tuple[str, str]],
    addresses: Iterable[Address | AddressDraft],
) -> Person:
    given, surname, generation = _parts(source)
    middle = _names(source.middle_name)
    nickname = _names(source.nickname)
    own = [(channel, value) for channel, value in handles if channel != WEBSITE][:HANDLES_MAX]
    return Person(
        given=given[0] if given else "",
        middle=given[1:] + middle,
        aliases=nickname[:1] if len(nickname) == 1 and nickname != given[:1] else (),
        surname=surname + _names(source.maiden_name),
        suffix=generation,
        birthday=source.birthday or "",
        handles=tuple(sorted({f"{channel}:{value}" for channel, value in own})),
        logins=tuple(sorted({login for channel, value in own if (login := _login(channel, value))})),
        homes=tuple(filter(None, map(_home, addresses)))[:ADDRESSES_MAX],
        employer=" ".join(word for word in latin_words(source.employer or "") if word not in _LEGAL_FORMS),
    )


def with_names_of(person: Person, other: Person) -> Person:
    """A person with the names that another one shows to be surnames: the Neto of "Ana Costa Neto", whom the other has
    as "Ana Neto", and the last word of a given name without a surname."""
    word = "" if other.suffix else word_of_generation(person.suffix, other.surname)
    if word:
        return replace(person, surname=(*person.surname, word), suffix="")
    if not person.surname and person.middle and person.middle[-1] in other.surname:
        return replace(person, surname=person.middle[-1:], middle=person.middle[:-1])
    return person


def generation_of_name(source: Contact | ContactDraft) -> str:
    """The generation in a name: after it, before it, or at the end of its surname or given name; "" if none."""
    return _parts(source)[2]


def _parts(source: Contact | ContactDraft) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """(the given names, the words of the surname, the generation) of a name."""
    surname, of_surname = _split(source.last_name, "surname")
    given, of_given = _split(source.first_name, "given" if surname else "whole")
    of_shown = ""
    if not (given or surname):
        shown, of_shown = _split(source.display_name or source.formatted_name, "whole")
        given, surname = shown[:1], shown[1:]
    named = ""
    if source.name_suffix or source.name_prefix:
        named = generation_of(latin_words(source.name_suffix or ""), before=latin_words(source.name_prefix or ""))
    return given, surname, named or of_surname or of_given or of_shown


@lru_cache(1 << 13)
def _split(text: str | None, part: NamePart) -> tuple[tuple[str, ...], str]:
    """(the words of a part of a name without a generation after them, that generation or "")."""
    words = _names(text, part)
    generation = generation_at_end(text or "", words, part)
    return (words[:-1] if generation else words), generation


def _names(text: str | None, part: NamePart = "given") -> tuple[str, ...]:
    """The words of a part of a name without titles; () if they stand for a missing name."""
    if not text or _BLANK.fullmatch(text):
        return ()
    words = latin_words(text)
    if words and words[0] in _TITLES:
        words = tuple(dropwhile(_TITLES.__contains__, words))
    is_missing = words and (words[0] in _NO_NAMES or (words[0] in _NAMES_BEFORE_SURNAME and part == "whole"))
    return () if is_missing else words


def _login(channel: str, value: str) -> str:
    """The letters of an account name or mailbox that may be made of a person's name; "" if there are too few."""
    if channel not in _LOGIN_CHANNELS or (channel == EMAIL and is_role(value)):
        return ""
    letters = _NOT_LETTERS.sub("", value.partition("@")[0])
    return letters if len(letters) >= LOGIN_LENGTH_MIN and letters not in ROLES else ""


def is_role(email: str) -> bool:
    """Whether an e-mail address is that of a role, such as info@."""
    return email.partition("@")[0] in ROLES


def _home(address: Address | AddressDraft) -> Home | None:
    words = [_STREETS.get(word, word) for word in latin_words(address.address_line_1 or "")]
    house = next((word for word in words if word[0].isdigit()), "")
    street = tuple(word for word in words if word != house)
    postcode = "".join(latin_words(address.postcode or ""))
    locality = " ".join(latin_words(address.locality or ""))
    return Home(house, street, locality, postcode) if street or locality or postcode else None
