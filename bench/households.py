"""A book of households, to measure matching: people alone, couples, families, twins, fathers and sons of one name.

Some people are in it twice: a second contact as another program or a hurried person writes it. No two contacts have one
Instagram username: every door takes the second for the first. The same for one seed.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct, field

from bench.people import LAST
from coterie.identity.names import latin_words
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft
from coterie.model.nicknames import FULL_NAMES

_SYLLABLES = "ka ri no sel mar vin dor tal ben lo mi sha ger ov ic ste pan na bel fon tu ra wick ley hart man".split()  # noqa: SIM905
_STREETS = "Elm Oak Mill Church Station Garden Park Lake Hill River School Bridge Maple Market Victoria".split()  # noqa: SIM905
_TOWNS = [f"{begin}{end}" for begin in ("Spring", "North", "Wood", "Bright", "Ash") for end in ("field", "ton", "ford")]
_EMPLOYERS = [
    f"{name} {form}" for name in ("Acme", "Globex", "Initech", "Hooli", "Vandelay") for form in ("Inc", "Ltd")
]
TWICE = 0.27
RANKS = 20


class Someone(Struct):
    """A person as they are."""

    number: int
    given: str
    middle: str
    surname: str
    suffix: str | None
    birthday: str
    phones: list[str]
    emails: list[str]
    username: str
    address: AddressDraft
    employer: str


class Entry(Struct):
    """A contact of the book, and the number of the person it is of."""

    person: int
    draft: ContactDraft = field(default_factory=ContactDraft)


def make_book(count: int, seed: int = 1) -> list[Entry]:
    """A book of about `count` contacts, in random order."""
    dice = random.Random(seed)
    entries: list[Entry] = []
    for someone in _people(dice):
        first = _first(dice, someone)
        entries.append(first)
        if dice.random() < TWICE:
            second = _second(dice, someone)
            if not _have_one_username(first.draft, second.draft):
                entries.append(second)
        if len(entries) >= count:
            break
    dice.shuffle(entries)
    return entries


def _have_one_username(one: ContactDraft, other: ContactDraft) -> bool:
    usernames = {handle.normalized for handle in one.handles if handle.channel == INSTAGRAM}
    return any(handle.channel == INSTAGRAM and handle.normalized in usernames for handle in other.handles)


def _people(dice: random.Random) -> Iterator[Someone]:
    made = _Made(dice)
    while True:
        kind = dice.random()
        home, surname = made.home(), made.surname()
        line, shared = made.phone(), f"{surname.lower()}@{dice.choice(('mail', 'post'))}.example"
        adults = 1 if kind < 0.4 else 2
        for _ in range(adults):
            yield made.someone(home, surname, born=dice.randint(1940, 1995), line=line if dice.random() < 0.4 else "",
                               mail=shared if adults == 2 and dice.random() < 0.15 else "")  # fmt: skip
        if kind > 0.65:
            yield from _children(made, home, surname, line)


def _children(made: "_Made", home: AddressDraft, surname: str, line: str) -> Iterator[Someone]:
    born = made.dice.randint(1985, 2005)
    first = made.someone(home, surname, born=born, line=line)
    yield first
    kind = made.dice.random()
    if kind < 0.15:  # a twin
        twin = made.someone(home, surname, born=born, line=line)
        twin.birthday = first.birthday
        yield twin
    elif kind < 0.3:  # the father's name
        father = made.someone(home, surname, born=born - 28, line=line, given=first.given)
        father.suffix = made.dice.choice(("Sr.", None))
        if father.suffix is None:
            first.suffix = "Jr."
        yield father


class _Made:
    """Makes people and what they have; names are as common as they are in life."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self._given = sorted(name for name, full in FULL_NAMES.items() if full == {name})
        made_up = ["".join(dice.choices(_SYLLABLES, k=dice.randint(2, 3))).capitalize() for _ in range(4000)]
        self._surnames = [*LAST, *made_up]
        for names in (self._given, self._surnames):
            dice.shuffle(names)
        self._count = 0
        self._at_home: set[str] = set()

    def _drawn(self, names: list[str]) -> str:
        """A name by Zipf's law, flat for the most common ones: a surname has one person in 100 at most."""
        return names[int(RANKS * ((len(names) + RANKS) / RANKS) ** self.dice.random() - RANKS) % len(names)]

    def surname(self) -> str:
        return self._drawn(self._surnames)

    def given(self) -> str:
        return self._drawn(self._given).capitalize()

    def phone(self) -> str:
        return f"+1212{self.dice.randint(2_000_000, 9_999_999)}"

    def home(self) -> AddressDraft:
        self._at_home.clear()
        street = (
            f"{self.dice.randint(1, 200)} {self.dice.choice(_STREETS)} {self.dice.choice(('Street', 'Road', 'Ave'))}"
        )
        town = self.dice.randrange(len(_TOWNS))
        return AddressDraft(address_line_1=street, locality=_TOWNS[town], postcode=f"{10_000 + town * 37}")

    def someone(
        self, home: AddressDraft, surname: str, *, born: int, line: str = "", mail: str = "", given: str = ""
    ) -> Someone:
        self._count += 1
        # two of a household have one name only if one was named after the other
        given = given or next(name for name in iter(self.given, "") if name not in self._at_home)
        self._at_home.add(given)
        day = date(born, 1, 1) + timedelta(days=self.dice.randrange(365))
        letters = "".join(latin_words(given + surname))
        own = f"{letters}{self._count % 1000}@{self.dice.choice(('mail', 'post', 'web'))}.example"
        return Someone(
            self._count, given, self.given(), surname, None, day.isoformat(), [self.phone(), *([line] if line else [])],
            [own, *([mail] if mail else [])], f"{letters}{self._count}"[:30], home, self.dice.choice(_EMPLOYERS),
        )  # fmt: skip


def _known(dice: random.Random, handles: list[HandleDraft]) -> list[HandleDraft]:
    return [handle for handle in handles if dice.random() < 0.6] or handles[:1]


def _handles(someone: Someone) -> list[HandleDraft]:
    phones = [HandleDraft(PHONE, phone, normalized=phone) for phone in someone.phones]
    emails = [HandleDraft(EMAIL, email, normalized=email) for email in someone.emails]
    return [*phones, *emails, HandleDraft(INSTAGRAM, someone.username, normalized=someone.username)]


def _first(dice: random.Random, someone: Someone) -> Entry:
    draft = ContactDraft(first_name=someone.given, last_name=someone.surname, name_suffix=someone.suffix)
    draft.handles = _known(dice, _handles(someone))
    if dice.random() < 0.5:
        draft.birthday = someone.birthday
    if dice.random() < 0.6:
        draft.addresses = [someone.address]
    if dice.random() < 0.3:
        draft.employer = someone.employer
    if dice.random() < 0.2:
        draft.middle_name = someone.middle
    return Entry(someone.number, draft)


def _second(dice: random.Random, someone: Someone) -> Entry:
    """The person as a phone, Instagram, a mail program, LinkedIn or a hurried person has them."""
    handles = _handles(someone)
    draft = ContactDraft(first_name=someone.given, last_name=someone.surname)
    match dice.randrange(5):
        case 0:
            draft.handles, draft.first_name = handles[:1], _short(dice, someone.given)
        case 1:
            draft = ContactDraft(first_name=someone.given, last_name=f"{someone.surname[0]}.", handles=handles[-1:])
        case 2:
            draft = ContactDraft(first_name=someone.surname, last_name=someone.given, handles=handles[-2:-1])
        case 3:
            draft.employer, draft.handles, draft.birthday = (
                someone.employer,
                handles[-2:-1],
                f"--{someone.birthday[5:]}",
            )
        case _:
            draft.last_name, draft.addresses = _misspelt(dice, someone.surname), [someone.address]
            draft.birthday = someone.birthday if dice.random() < 0.6 else None
            draft.handles = handles[:1] if dice.random() < 0.5 else []
    return Entry(someone.number, draft)


def _short(dice: random.Random, given: str) -> str:
    forms = [name for name, full in FULL_NAMES.items() if given.lower() in full]
    return dice.choice(forms or [given]).capitalize()


def _misspelt(dice: random.Random, name: str) -> str:
    place = dice.randrange(1, len(name)) if len(name) > 1 else 1
    return name[:place] + dice.choice(("", "e", "n")) + name[place + 1 :]
