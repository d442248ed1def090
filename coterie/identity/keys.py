"""The keys that find pairs to compare, and the values whose commonness is counted.

Guarantee. A key is a 64-bit number that depends only on the facts, so that it can be stored. Its lowest two bits are
flags: it is weak, and it contains a fact other than the name. Two people are compared if they share a strong key or two
weak ones. A weak key that at most four contacts share counts as strong. A key that more than 40 share is ignored: two
contacts of one person share other keys too.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

from coterie.identity.names import sound
from coterie.identity.people import Home, Person
from coterie.model.generations import SURNAMES_TOO
from coterie.model.handles import PHONE
from coterie.model.nicknames import full_names

# the version of keys and facts: with another one, the keys of all contacts are computed again
VERSION = 7
SHARED_MAX, RARE_MAX = 40, 4
FORMS_MAX = 6
# the counted value of everyone whose employer is known
EMPLOYED = "employed"


_WEAK, _FACT = 1, 2


def is_weak(key: int) -> bool:
    """Whether a pair must share two such keys to be compared."""
    return bool(key & _WEAK)


def is_fact(key: int) -> bool:
    """Whether the key contains a fact other than the name."""
    return bool(key & _FACT)


@lru_cache(1 << 12)
def number_of(text: str) -> int:
    """A signed 64-bit number of a text, the same in every process."""
    return _hash(text)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True)


def _key(text: str, flags: int) -> int:
    return (_hash(text) & ~(_WEAK | _FACT)) | flags


def keys_of(person: Person) -> set[int]:
    """The keys of a person: about 25 if it has many facts."""
    keys: set[int] = set()
    for texts, flags in (
        (_facts(person), _FACT),
        (_full_names(person), 0),
        (_weak_facts(person), _WEAK | _FACT),
        (_weak_names(person), _WEAK),
    ):
        keys.update([_key(text, flags) for text in texts])
    return keys


def phone_keys_of(person: Person) -> set[int]:
    """The keys of a person's phone numbers, which are household evidence."""
    return {_key(handle, _FACT) for handle in person.handles if handle.startswith(f"{PHONE}:")}


def counted_of(person: Person) -> set[int]:
    """The values of a person whose commonness is counted."""
    return {number_of(text) for text in _counted(person)}


def counted_names_of(person: Person) -> set[int]:
    """The names among counted_of. To compare two people, all values of one and the names of the other are needed."""
    return {number_of(text) for text in _counted_names(person)}


def _counted_names(person: Person) -> Iterator[str]:
    # a surname of several words is compared in one word too: Al-Masri and Almasri
    yield from (f"name:{name}" for name in {person.given, *person.surname, "".join(person.surname)} if name)
    if person.given:
        yield f"given:{person.given}"


def _counted(person: Person) -> Iterator[str]:
    yield from _counted_names(person)
    if person.birthday:
        yield f"birthday:{person.birthday}"
    yield from person.handles
    for home in person.homes:
        yield from (f"place:{place}" for place in (home.locality, home.postcode) if place)
        if home.street:
            yield home_of(home)
    if person.employer:
        yield EMPLOYED
        yield f"employer:{person.employer}"


def home_of(home: Home) -> str:
    """The counted value of an address: house number and first word of the street."""
    return f"home:{home.house}:{home.street[0] if home.street else ''}"


def _facts(person: Person) -> Iterator[str]:
    yield from person.handles
    yield from (f"login:{login}" for login in person.logins)
    if person.given and person.surname:
        yield f"login:{person.given}{person.surname[-1]}"
        yield f"login:{person.surname[-1]}{person.given}"
    if person.birthday:
        yield f"born:{person.birthday}"
    for home in person.homes:
        if home.street:
            yield f"street:{home.house}:{' '.join(home.street[:2])}"
        if home.house and (home.locality or home.postcode):
            yield f"house:{home.house}:{home.locality}:{home.postcode}"


def _full_names(person: Person) -> Iterator[str]:
    # without a surname, the last given name may be it
    last = person.surname[-1:] or person.middle[-1:]
    # Neto is a surname too
    if person.suffix in SURNAMES_TOO:
        last += (person.suffix,)
    for surname in last if person.given else ():
        for given in (person.given, *person.aliases):
            for first in {given, *sorted(full_names(given))[:FORMS_MAX]}:
                yield f"name:{':'.join(sorted((first, surname)))}"


def _names(person: Person) -> tuple[str, ...]:
    return tuple(filter(None, (person.given, *person.aliases, *person.middle[:1], *person.surname)))


def _sounds(names: tuple[str, ...]) -> list[str]:
    return sorted({sound(name) for name in names if len(name) > 1})


def _weak_names(person: Person) -> Iterator[str]:
    sounds = _sounds(_names(person))
    yield from (f"sounds:{one}:{other}" for one, other in combinations(sounds[:5], 2))
    if person.given and person.surname:
        first, last = person.given, person.surname[-1]
        yield f"begin:{':'.join(sorted((first[:3], last[:3])))}"
        yield f"end:{':'.join(sorted((first[-3:], last[-3:])))}"


def _weak_facts(person: Person) -> Iterator[str]:
    names = _names(person)
    sounds = _sounds(names)
    if person.given and person.surname:
        yield f"initial:{person.given[0]}{person.surname[-1]}"
    yield from (f"initial:{login}" for login in person.logins)
    if person.birthday:
        yield from (f"day:{person.birthday[-5:]}:{name[0]}" for name in names)
        yield from (f"month:{person.birthday[:7]}:{each}" for each in sounds)
    for home in person.homes[:2]:
        yield from _near(person, home, names)
    if person.employer:
        yield from (f"work:{person.employer}:{each}" for each in sounds)


def _near(person: Person, home: Home, names: tuple[str, ...]) -> Iterator[str]:
    if home.street:
        yield from (f"road:{home.street[0]}:{name[:2]}" for name in names)
    if home.postcode or home.locality:
        yield from (f"post:{home.postcode}:{name[:3]}" for name in names)
    if person.birthday[:1].isdigit():
        decade = person.birthday[2:4]
        yield from (f"lived:{place}:{decade}" for place in (home.locality, home.postcode) if place)
