"""The bits of birthdays, addresses, handles and employers that two people share or do not share."""

import re
from collections.abc import Collection

from msgspec import Struct

from coterie.identity.commonness import Commonness
from coterie.identity.keys import home_of
from coterie.identity.names import likeness, sound
from coterie.identity.people import STREET_WORDS, Home, Person, is_role
from coterie.identity.weights import WEIGHTS
from coterie.model.edits import edits_between
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE

# Parents are at least this many years older. Birthdays closer together may be one birthday with a typing error.
GENERATION_YEARS = 14


class HandleScore(Struct, frozen=True, gc=False):
    """The shared handle with the most bits, its channel and value. is_personal: it is personal evidence."""

    bits: float = 0.0
    is_personal: bool = False
    channel: str = ""
    value: str = ""


NO_HANDLE = HandleScore()
# what a mailbox of a family has before and after its name: quillfamily@, the.quills@, familie.quill@
_FAMILIES = ("family", "familie", "familia", "famille", "famiglia", "household")
_BEFORE_FAMILY = ("", "the", "fam", "casa", "rodzina", "semya")
_AFTER_FAMILY = ("", "s", "es", "fam", "clan", "home", "house", "haus")
_NOT_LETTERS, _PUNCTUATION = re.compile(r"[^a-z]"), re.compile(r"[^a-z0-9]")


def handle_score(book: Commonness, one: Person, other: Person) -> HandleScore:
    """The strongest handle that two people share. A handle has fewer bits the more contacts have it."""
    if not one.handles or not other.handles:
        return NO_HANDLE
    best, rank = NO_HANDLE, (0.0, False, "")
    for handle in set(one.handles).intersection(other.handles):
        channel, _, value = handle.partition(":")
        has_role = channel == EMAIL and is_role(value)
        is_shared = channel == PHONE or has_role or (channel == EMAIL and _is_of_family(value, one, other))
        bits = WEIGHTS.handles.get(channel, WEIGHTS.other_handle) + WEIGHTS.role * has_role
        bits = max(bits + WEIGHTS.each_owner * max(book.count(handle) - 2, 0), WEIGHTS.handle_min)
        # of equal bits, personal evidence wins; the handle breaks the tie, so the order of the set does not matter
        if (bits, not is_shared, handle) > rank:
            best, rank = HandleScore(bits, not is_shared, channel, value), (bits, not is_shared, handle)
    return best


def _is_of_family(email: str, one: Person, other: Person) -> bool:
    """Whether a mailbox is named after a family, such as hale@ or the.hales@: household evidence."""
    letters = _NOT_LETTERS.sub("", email.partition("@")[0])
    if letters.endswith(_FAMILIES) or letters.startswith(_FAMILIES):
        return True
    surnames = {*one.surname, *other.surname, "".join(one.surname), "".join(other.surname)} - {""}
    # the surname may be in the place of the given name
    return _is_named(letters, surnames) or (
        letters not in (one.given, other.given) and _is_named(letters, {one.given, other.given} - {""})
    )


def _is_named(letters: str, names: Collection[str]) -> bool:
    """Whether the letters of a mailbox are one of these names with what a family's mailbox has around it."""
    parts = [letters.partition(name) for name in names]
    return any(name and before in _BEFORE_FAMILY and after in _AFTER_FAMILY for before, name, after in parts)


class Account(Struct, frozen=True, gc=False):
    """An account name that two people use at two services, and the bits it is worth."""

    name: str
    bits: float


NO_ACCOUNT = Account("", 0.0)


def shared_account(one: Person, other: Person) -> Account:
    """The account name that two people use at two services, such as a mailbox and Instagram, with the most bits.

    A name that is made of the person's, however spelt, must have a digit, and is worth more the more digits it has:
    namesakes have it too.
    """
    if set(one.logins).isdisjoint(other.logins):
        return NO_ACCOUNT
    names = {*one.surname, *other.surname, one.given, other.given, *one.middle, *other.middle} - {""}
    mine, theirs = _accounts(one, names), _accounts(other, names)
    shared = [name for name in mine.keys() & theirs.keys() if mine[name].channels.isdisjoint(theirs[name].channels)]
    return max(
        (Account(name, mine[name].bits) for name in sorted(shared)), key=lambda each: each.bits, default=NO_ACCOUNT
    )


class _Channels(Struct, gc=False):
    channels: set[str]
    bits: float


def _accounts(person: Person, names: Collection[str]) -> dict[str, _Channels]:
    """account name without punctuation -> its channels and bits."""
    found: dict[str, _Channels] = {}
    for handle in person.handles:
        channel, _, value = handle.partition(":")
        name = _PUNCTUATION.sub("", value.partition("@")[0])
        letters = _NOT_LETTERS.sub("", name)
        if letters in person.logins:
            digits = len(name) - len(letters)
            bits = WEIGHTS.same_account
            if _is_made_of(letters, names):
                bits = min(digits * WEIGHTS.account_digit, bits)
            if bits:
                found.setdefault(name, _Channels(set(), bits)).channels.add(channel)
    return found


def _is_made_of(letters: str, names: Collection[str]) -> bool:
    """Whether the letters of an account contain a name, or sound like it: ahmedsaleh is made of Ahmad Salih."""
    if any(len(name) > 2 and name in letters for name in names):
        return True
    heard = sound(letters)
    return any(len(spoken) > 1 and spoken.isdigit() and spoken in heard for spoken in map(sound, names))


def own_channel(one: Person, other: Person) -> str:
    """A channel in which each of two people has a handle that the other lacks; "" if there is none.

    A mailbox of a role or a family is nobody's own.
    """
    own, others = set(one.handles).difference(other.handles), set(other.handles).difference(one.handles)
    return min(_personal_channels(own, one, other) & _personal_channels(others, one, other), default="")


def _personal_channels(handles: Collection[str], one: Person, other: Person) -> set[str]:
    parts = [handle.partition(":")[::2] for handle in handles]
    return {
        channel
        for channel, value in parts
        if channel != EMAIL or not (is_role(value) or _is_of_family(value, one, other))
    }


def is_account(score: HandleScore) -> bool:
    """Whether the handle is an account at Instagram, which identifies one person."""
    return score.channel == INSTAGRAM


def birthday_bits(book: Commonness, one: Person, other: Person) -> float:
    """The bits of two birthdays; below 0 if they contradict each other."""
    a, b = one.birthday, other.birthday
    if not a or not b:
        return 0.0
    if a[0] == "-" or b[0] == "-":
        return _bits_without_year(a[-5:], b[-5:])
    if a == b:
        return min(book.rarity(f"birthday:{a}", WEIGHTS.days), WEIGHTS.birthday_max)
    years = abs(int(a[:4]) - int(b[:4]))
    distance = edits_between(a, b, most=2)
    if (distance == 1 and (years < GENERATION_YEARS or a[-5:] == b[-5:])) or _is_swapped(a, b):
        return WEIGHTS.birthday_misread
    if a[-5:] == b[-5:]:
        return 2.0 if years < GENERATION_YEARS else -3.0
    return 1.0 if distance == 2 and years < GENERATION_YEARS else WEIGHTS.other_birthday


def _bits_without_year(a: str, b: str) -> float:
    if a == b:
        return WEIGHTS.birthday_without_year
    return 3.0 if a == f"{b[-2:]}-{b[:2]}" else WEIGHTS.other_birthday - 2


def _is_swapped(a: str, b: str) -> bool:
    """Whether day and month are swapped."""
    return a[:4] == b[:4] and a[5:7] == b[8:] and a[8:] == b[5:7]


def home_bits(book: Commonness, one: Person, other: Person) -> float:
    """The bits of the two addresses that agree best; below 0 if none agree."""
    if not one.homes or not other.homes:
        return 0.0
    return max(_home_bits(book, a, b) for a in one.homes for b in other.homes)


def _home_bits(book: Commonness, a: Home, b: Home) -> float:
    bits = 0.0
    if a.street and b.street:
        is_street = _is_same_street(a, b) and not _are_in_other_towns(a, b)
        if is_street and a.house == b.house:
            return min(max(book.rarity(home_of(a)), WEIGHTS.home_min), WEIGHTS.home_max)
        bits = _street_bits(a, b, is_street=is_street)
    for place, same in ((a.locality, b.locality), (a.postcode, b.postcode)):
        if place and same and (place == same or (place is a.locality and likeness(place, same) == "close")):
            bits += min(book.rarity(f"place:{place}", WEIGHTS.place_world) / 2, WEIGHTS.place_max)
    return bits


def _are_in_other_towns(a: Home, b: Home) -> bool:
    """Whether two houses are in different towns: each town has its Church Street."""
    are_towns = bool(a.locality and b.locality) and likeness(a.locality, b.locality) == "other"
    return are_towns and a.house != b.house and a.postcode != b.postcode


def _is_same_street(a: Home, b: Home) -> bool:
    return any(
        len(word) > 2 and word not in STREET_WORDS
        for word in a.street
        if word in b.street or any(likeness(word, other) in ("close", "near") for other in b.street)
    )


def _street_bits(a: Home, b: Home, *, is_street: bool) -> float:
    if not is_street:
        return 2.0 if a.house and a.house == b.house and a.postcode == b.postcode else -2.0
    is_near = not a.house or not b.house or edits_between(a.house, b.house, most=1) == 1
    return 7.0 if is_near else 4.0


def employer_bits(book: Commonness, one: Person, other: Person) -> float:
    """The bits of two employers, compared as written but without their legal form."""
    if not one.employer or not other.employer:
        return 0.0
    if one.employer != other.employer:
        return WEIGHTS.other_employer
    return min(book.employer_rarity(one.employer), WEIGHTS.employer_max)
