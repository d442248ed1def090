"""How common values are in a book: a shared value is worth more bits the rarer it is."""

import math
from collections.abc import Callable, Collection, Mapping

from coterie.identity.keys import EMPLOYED, number_of
from coterie.identity.people import Person
from coterie.identity.weights import WEIGHTS
from coterie.model.nicknames import full_names

KNOWN_MIN = 3


class Commonness:
    """size: the number of people in the book; counts: the number of a value (keys.counted_of) -> how many have it.

    A value that is missing in counts belongs to one person. extra: the values of a person who is not in the book yet.
    prior: the bits of two people of the book before any evidence.
    """

    def __init__(self, size: int, counts: Mapping[int, int], extra: Collection[int] = ()) -> None:
        self.size = size
        self.prior = -math.log2(max(size, WEIGHTS.book_min)) - 1
        self._count: Callable[[int, int], int] = counts.get
        self._extra = extra
        self._names: dict[str, float] = {}

    def count(self, value: str) -> int:
        """How many people of the book have a value, at least 1."""
        number = number_of(value)
        return self._count(number, 0) + 1 if number in self._extra else self._count(number, 1)

    def rarity(self, value: str, world: int = WEIGHTS.world) -> float:
        """The bits of sharing a value: the fewer people have it, the more."""
        return math.log2((self.size + world) / (max(self.count(value) - 1, 0) + 0.7))

    def employer_rarity(self, employer: str) -> float:
        """The bits of sharing an employer, among those whose employer is known."""
        employed = self.count(EMPLOYED) + WEIGHTS.world
        return math.log2(employed / (max(self.count(f"employer:{employer}") - 1, 0) + 0.7))

    def name_rarity(self, name: str) -> float:
        """The bits of sharing a word of a name."""
        bits = self._names.get(name)
        if bits is None:
            bits = self._names[name] = self.rarity(f"name:{name}", WEIGHTS.name_world)
        return bits

    def is_given_name(self, person: Person) -> bool:
        """Whether the given name of a person is common in the book or in the table of nicknames."""
        return bool(person.given) and (
            bool(full_names(person.given)) or self.count(f"given:{person.given}") >= KNOWN_MIN
        )


# for two people of files, whose contacts are not in a book yet
NO_BOOK = Commonness(0, {})
