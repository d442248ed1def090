"""Compares two people: adds the bits of all evidence, then limits them so that members of a family stay apart.

Bits are log2 of the odds that two are one person: 0 bits are even odds, 7 bits a probability above 99 %.
"""

import math

from msgspec import Struct

from coterie.identity.commonness import KNOWN_MIN, Commonness
from coterie.identity.fact_scores import (
    NO_HANDLE,
    HandleScore,
    birthday_bits,
    employer_bits,
    handle_score,
    home_bits,
    is_account,
    own_channel,
    shared_account,
)
from coterie.identity.name_scores import STRANGERS, NameScore, are_strangers, compare_names, login_bits
from coterie.identity.names import Likeness, are_spellings, sound
from coterie.identity.people import Person, with_names_of
from coterie.identity.weights import WEIGHTS
from coterie.model.duplicates import POSSIBLE, SUGGESTED, Level
from coterie.model.nicknames import full_names

ACCOUNT_BITS = 20.0
# the limits of a pair that is not even possible, and of one that may not be suggested
NEVER, UNSURE = WEIGHTS.possible - 2.0, WEIGHTS.suggested - 1.0
# birthdays with at least these bits count as the same
SAME_BIRTHDAY = WEIGHTS.birthday_misread
# an account name with so many bits is personal evidence
PERSONAL_ACCOUNT = 2 * WEIGHTS.account_digit
_EMPTY = Commonness(0, {})


class Score(Struct, gc=False):
    """The evidence that two people are one, in bits by kind, and whether any of it contradicts that.

    login: an account of one that is composed of the other's name. account: an account name of both, at two services.
    has_personal: they share personal evidence, not only household evidence. own_channel: without shared personal
    evidence, a channel in which each has a handle that the other lacks.
    """

    bits: float
    contradicts: bool
    names: NameScore
    handle: HandleScore
    birthday: float = 0.0
    home: float = 0.0
    employer: float = 0.0
    login: str = ""
    account: str = ""
    account_bits: float = 0.0
    has_personal: bool = False
    own_channel: str = ""
    has_other_generation: bool = False

    @property
    def level(self) -> Level | None:
        """suggested, possible, or None."""
        return level_of(self.bits)


def level_of(bits: float) -> Level | None:
    """suggested: may be merged in bulk. possible: shown, but never merged in bulk. None: not shown."""
    if bits >= WEIGHTS.suggested:
        return SUGGESTED
    return POSSIBLE if bits >= WEIGHTS.possible else None


def compare_people(book: Commonness, one: Person, other: Person) -> Score:
    """Compares two people of a book."""
    if are_hopeless(one, other):
        return Score(NEVER, contradicts=True, names=STRANGERS, handle=NO_HANDLE)
    one, other = with_names_of(one, other), with_names_of(other, one)
    handle = handle_score(book, one, other)
    names = compare_names(book, one, other)
    birthday = birthday_bits(book, one, other)
    if is_account(handle):
        return Score(ACCOUNT_BITS, contradicts=False, names=names, handle=handle, birthday=birthday)
    if names.given == "other" and birthday < SAME_BIRTHDAY:
        return Score(NEVER, contradicts=True, names=names, handle=handle, birthday=birthday)
    login = ""
    # Janina may use the mailbox of her mother, Anna
    if names.given not in ("other", "near", "sound") and names.surname != "other":
        bits, login = login_bits(book, one, other)
        if bits > names.bits:
            given = "login" if names.given in ("initial", "missing") else names.given
            names = NameScore(bits, given, names.surname, is_doubtful=names.is_doubtful)
    # people with another surname are no namesakes: a generation need not tell them apart
    has_other_generation = one.suffix != other.suffix and names.surname != "other"
    employer = employer_bits(book, one, other)
    account, account_bits = _account(one, other, names)
    has_personal = handle.is_personal or account_bits >= PERSONAL_ACCOUNT or _is_same_day(one.birthday, other.birthday)
    score = Score(
        0.0,
        contradicts=names.given == "other" or birthday < 0 or has_other_generation,
        names=names,
        handle=handle,
        birthday=birthday,
        home=home_bits(book, one, other),
        employer=employer,
        login=login,
        account=account,
        account_bits=account_bits,
        has_personal=has_personal,
        own_channel="" if has_personal or _are_colleagues(one, other, employer) else own_channel(one, other),
        has_other_generation=has_other_generation,
    )
    score.bits = _guarded(book, _sum(book, one, other, score), one, other, score)
    return score


def _account(one: Person, other: Person, names: NameScore) -> tuple[str, float]:
    """(account name, bits) of an account name at two services."""
    account = shared_account(one, other)
    # of "Ruth V" and "Ruth Vanderzee" only the account name says that they have one surname
    is_in_account = bool(account.name) and names.surname in ("initial", "missing")
    return account.name, WEIGHTS.same_account if is_in_account else account.bits


def are_hopeless(one: Person, other: Person) -> bool:
    """Whether two have different given names, no shared handle and no similar birthday.

    Most pairs that keys find are hopeless, and this check is faster than their score.
    """
    return (
        are_strangers(one, other)
        and set(one.handles).isdisjoint(other.handles)
        and birthday_bits(_EMPTY, one, other) < SAME_BIRTHDAY
    )


def _is_same_day(one: str, other: str) -> bool:
    """Whether two birthdays are equal; if one has no year, day and month are compared."""
    if not one or not other:
        return False
    return one[-5:] == other[-5:] if "-" in (one[0], other[0]) else one == other


def _sum(book: Commonness, one: Person, other: Person, score: Score) -> float:
    handle, home, most = score.handle.bits, score.home, WEIGHTS.household_max
    # one household explains both: the weaker of the two counts little
    household = max(handle + min(home, most), home + min(handle, most))
    total = book.prior + score.names.bits + score.birthday + household + score.employer
    total += score.account_bits
    if score.handle.is_personal and score.names.surname == "other" and score.names.given in ("same", "form"):
        total += WEIGHTS.other_surname_same_mailbox
    if score.has_other_generation:
        total += WEIGHTS.other_suffix if one.suffix and other.suffix else WEIGHTS.one_suffix
    return total


def _guarded(book: Commonness, bits: float, one: Person, other: Person, score: Score) -> float:
    """Limits the bits of pairs whose evidence two members of one household may share too."""
    if score.own_channel or bits < _needed(one, other, score):
        bits = min(bits, UNSURE)  # may be father and son of one name, who share an address, a phone and a mailbox
    has_birthday = score.birthday >= SAME_BIRTHDAY
    given = _likeness_of_given(book, one, other, score.names.given, has_birthday=has_birthday)
    if given == "other":
        # with the same birthday they may be twins, or one name may be wrong
        return min(bits, UNSURE if has_birthday else NEVER)
    if _have_known_surnames(book, one, other, score) and not has_birthday:
        bits = min(bits, UNSURE)  # Grabowska is not a misspelt Dabrowska
    is_of_household = score.handle.bits > 0 and not score.handle.is_personal
    if is_of_household and (given == "missing" or (given in ("near", "sound") and not has_birthday)):
        bits = min(bits, UNSURE)  # may be a twin, or mother and daughter
    is_own = score.handle.is_personal or score.account_bits >= PERSONAL_ACCOUNT
    if score.contradicts or (score.names.is_doubtful and not has_birthday and not is_own):
        bits = min(bits, UNSURE)  # may be father and son
    if given == "form" and not has_birthday and not is_own and _are_two_forms(one.given, other.given):
        return min(bits, UNSURE)
    if (
        given in ("close", "near", "sound")
        and _are_given_names(book, one, other)
        and not are_spellings(one.given, other.given)
    ):
        return min(bits + WEIGHTS.two_known_names, UNSURE)  # may be twins: Andrea and Andres
    if given == score.names.surname == "missing" and score.handle.is_personal and not score.contradicts:
        # one of them has no name, only a handle that no other contact has
        return max(bits, WEIGHTS.suggested) if score.handle.bits >= WEIGHTS.other_handle else bits
    if given == score.names.surname == "missing" and score.account:
        return max(bits, WEIGHTS.possible)
    if given in ("missing", "initial") and not has_birthday and not is_own:
        is_named = given == "initial" or (one.middle and other.middle)
        return min(bits, UNSURE if is_named else WEIGHTS.possible + 1.0)
    return bits


def _are_colleagues(one: Person, other: Person, employer: float) -> bool:
    """Whether two have one small employer that is not their family's."""
    is_of_family = not {*one.surname, *other.surname}.isdisjoint(one.employer.split())
    return employer >= WEIGHTS.small_employer and not is_of_family


def _needed(one: Person, other: Person, score: Score) -> float:
    """The bits that a suggestion needs if two share their name and at most an address; infinity if none are enough."""
    is_alone = not (score.has_personal or score.handle.bits or score.birthday > 0 or score.employer > 0)
    if not is_alone or {score.names.given, score.names.surname} & {"other", "missing"}:
        return WEIGHTS.suggested
    if score.home < WEIGHTS.home_min:
        return WEIGHTS.name_alone
    if not (one.handles or other.handles):
        return WEIGHTS.suggested
    is_one_house = any(a.house == b.house for a in one.homes for b in other.homes)
    has_enough = is_one_house and bool(one.middle) == bool(other.middle) and not (one.handles and other.handles)
    return WEIGHTS.name_and_home if has_enough else math.inf


def _likeness_of_given(
    book: Commonness, one: Person, other: Person, given: Likeness, *, has_birthday: bool
) -> Likeness:
    """How alike the given names are. Two common names that are similar, such as Melvin and Kevin, differ."""
    if given in ("near", "sound") and not has_birthday and _are_given_names(book, one, other):
        return given if sound(one.given) == sound(other.given) else "other"
    if given == "missing" and one.middle and other.middle and one.middle[0][0] != other.middle[0][0]:
        return "other"
    return given


def _have_known_surnames(book: Commonness, one: Person, other: Person, score: Score) -> bool:
    """Whether two without a shared handle have similar surnames that others have too."""
    if score.names.surname not in ("close", "near", "sound") or score.handle.bits or score.names.is_turned:
        return False
    return all(any(book.count(f"name:{name}") >= KNOWN_MIN for name in person.surname) for person in (one, other))


def _are_two_forms(one: str, other: str) -> bool:
    """Whether two names are forms of a third, such as Marge and Maggie: two members of a family may have them."""
    return one not in full_names(other) and other not in full_names(one)


def _are_given_names(book: Commonness, one: Person, other: Person) -> bool:
    return book.is_given_name(one) and book.is_given_name(other)
