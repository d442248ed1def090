"""The bits of two names."""

from collections.abc import Sequence
from itertools import product

from msgspec import Struct

from coterie.identity.commonness import Commonness
from coterie.identity.names import Likeness, are_particles, likeness
from coterie.identity.people import Person
from coterie.identity.weights import WEIGHTS
from coterie.model.generations import ALSO_NAMES


class NameScore(Struct, frozen=True, gc=False):
    """The bits of two names, and how alike the given names and the surnames are.

    is_turned: given name and surname are swapped in one of them. is_doubtful: the middle names differ, or one of two
    surnames, or the given name of one is the middle name of the other: it may be a child named after a parent.
    """

    bits: float
    given: Likeness
    surname: Likeness
    is_turned: bool = False
    is_doubtful: bool = False


STRANGERS = NameScore(WEIGHTS.other_names, "other", "other")


def are_strangers(one: Person, other: Person) -> bool:
    """Whether the given names certainly differ for compare_names. Most pairs differ, and this check is faster."""
    return (
        bool(one.given and other.given and other.surname)
        and not (one.aliases or other.aliases or one.middle or other.middle or other.surname[1:])
        and likeness(one.given, other.given) == likeness(one.given, other.surname[0]) == "other"
    )


def word_bits(book: Commonness, one: str, other: str) -> tuple[float, Likeness]:
    """The bits of two words of names (0 if they are different names), and how alike they are."""
    like = likeness(one, other)
    if like == "other":
        return 0.0, like
    added, most = WEIGHTS.names[like]
    if like == "initial":
        return most, like
    return max(min(min(book.name_rarity(one), book.name_rarity(other)) + added, most), 1.0), like


def compare_names(book: Commonness, one: Person, other: Person) -> NameScore:
    """Compares two names: as written, with given name and surname swapped, or by a middle name."""
    given = _part(book, _givens(one, other), _givens(other, one), WEIGHTS.other_given)
    surname = _part(book, one.surname, other.surname, WEIGHTS.other_surname)
    is_turned = False
    if {given[1], surname[1]} & {"other", "near", "sound"}:
        turned = _turned(book, one, other)
        if turned[0][0] + turned[1][0] > given[0] + surname[0]:
            (given, surname), is_turned = turned, True
    middle = 0.0
    is_doubtful = False
    if given[1] != "other":
        middle = _middle_bits(book, one, other)
        is_doubtful = middle < 0
    elif by_middle := _by_middle_name(book, one, other):
        given, is_doubtful = by_middle, True
    if _have_other_surnames(one.surname, other.surname):
        middle, is_doubtful = middle + WEIGHTS.other_middle, True
    is_doubtful |= _may_be_generation(one.surname, other.surname) or _may_be_generation(other.surname, one.surname)
    bits = given[0] + surname[0] + middle
    if given[1] == surname[1] == "other":
        bits = WEIGHTS.other_names
    return NameScore(bits, given[1], surname[1], is_turned, is_doubtful)


def _have_other_surnames(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each of two people has a surname that the other lacks, as mother and daughter of one name in Spain.

    Other spellings do not make another surname: van der Berg and van den Berg, García de la Torre and García Delatorre.
    """
    if min(len(one), len(other)) < 2 or "".join(one) == "".join(other):
        return False
    return _has_own(one, other) and _has_own(other, one)


def _may_be_generation(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one surname is the other and a Jun or Sen, which may be a second surname or the generation."""
    return len(one) > 1 and one[-1] in ALSO_NAMES and one[:-1] == other


def _has_own(names: Sequence[str], others: Sequence[str]) -> bool:
    return any(
        all(likeness(name, other) == "other" and not are_particles(name, other) for other in others) for name in names
    )


def _givens(person: Person, other: Person) -> tuple[str, ...]:
    """The given name and the nicknames; in one word, as Minjun of Min-Jun, if the other person writes it so."""
    givens = (person.given, *person.aliases) if person.given else person.aliases
    whole = person.given + person.middle[0] if person.middle else ""
    return (*givens, whole) if whole and whole in (other.given, *other.surname) else givens


def _part(book: Commonness, one: Sequence[str], other: Sequence[str], otherwise: float) -> tuple[float, Likeness]:
    if not one or not other:
        return 0.0, "missing"
    if len(one) == len(other) == 1:
        best = word_bits(book, one[0], other[0])
    else:
        pairs = [*product(one, other), ("".join(one), "".join(other))]
        best = max(word_bits(book, *pair) for pair in pairs)
    return (otherwise, "other") if best[1] == "other" else best


def _turned(book: Commonness, one: Person, other: Person) -> tuple[tuple[float, Likeness], tuple[float, Likeness]]:
    """The names of one person compared with those of the other in the other's place.

    The less alike ones count as the given names, whichever person is the first.
    """
    first = _part(book, _givens(one, other), other.surname, WEIGHTS.other_given)
    second = _part(book, one.surname, _givens(other, one), WEIGHTS.other_given)
    (bits, like), more = sorted((first, second))
    return (bits + WEIGHTS.turned, like), more


def _by_middle_name(book: Commonness, one: Person, other: Person) -> tuple[float, Likeness] | None:
    """The bits of the given names if one person uses a middle name of the other as given name; None if not.

    An initial does not count as a middle name.
    """
    pairs = [(one.given, name) for name in other.middle if len(name) > 2 and one.given]
    pairs += [(name, other.given) for name in one.middle if len(name) > 2 and other.given]
    scores = [word_bits(book, *pair) for pair in pairs]
    agreeing = [(bits + WEIGHTS.by_middle, like) for bits, like in scores if like in ("same", "form")]
    return max(agreeing, default=None)


def _middle_bits(book: Commonness, one: Person, other: Person) -> float:
    if not one.middle or not other.middle:
        return 0.0
    bits, like = word_bits(book, one.middle[0], other.middle[0])
    return WEIGHTS.other_middle if like == "other" else min(bits, WEIGHTS.middle_max)


def login_bits(book: Commonness, one: Person, other: Person) -> tuple[float, str]:
    """(bits, login) of an account or mailbox that is composed of the other person's name; (0, "") if there is none."""
    best = (0.0, "")
    for owner, named in ((one, other), (other, one)):
        if owner.logins and named.given and named.surname and len(named.surname[-1]) > 2:
            best = max([best, *((_login(book, login, named), login) for login in owner.logins)])
    return best


def _login(book: Commonness, login: str, named: Person) -> float:
    given, surname = named.given, named.surname[-1]
    if login in (given + surname, surname + given):
        return book.name_rarity(given) + book.name_rarity(surname) - 2
    if len(login) > 5 and login in (given[0] + surname, surname + given[0], given + surname[0]):
        return book.name_rarity(surname) - 1
    return 0.0
