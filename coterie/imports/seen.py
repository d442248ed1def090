"""The keys of the rows of a file, to find an earlier row about the same person."""

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

KEYS_MAX = 500_000
# rows of one key, as of contacts (store/candidates.py)
ROWS_MAX = 20


class Seen(Struct):
    """hash of a key -> the first row that has it, for the newest half million keys; hashes, because keys are long.

    Of keys that rows share, such as the telephone of a family, up to 20 rows are stored: the others under the key with
    a number. Keys are added to `newer`. When it holds half of them, it replaces `older`, whose keys are evicted.
    """

    older: dict[int, int] = field(default_factory=dict)
    newer: dict[int, int] = field(default_factory=dict)
    # whether a key was evicted
    is_full: bool = False

    def find(self, key: object) -> int | None:
        """The first row that has a key, or None."""
        number = hash(key)
        return self.newer.get(number) or self.older.get(number)

    def add(self, key: object, row_number: int) -> None:
        """Adds a key of a row."""
        self.newer.setdefault(hash(key), row_number)
        if len(self.newer) > KEYS_MAX // 2:
            self.is_full = self.is_full or bool(self.older)
            self.older, self.newer = self.newer, {}

    def find_all(self, keys: Iterable[object]) -> list[int]:
        """The rows that have any of the keys, in order."""
        return sorted({number for key in keys for number in self._rows_of(key)})

    def add_all(self, keys: Iterable[object], row_number: int) -> None:
        """Adds several keys of a row."""
        for key in keys:
            present = list(self._rows_of(key))
            if row_number not in present and len(present) < ROWS_MAX:
                self.add((key, len(present)) if present else key, row_number)

    def _rows_of(self, key: object) -> Iterator[int]:
        """The rows that have a key, in order."""
        for count in range(ROWS_MAX):
            number = self.find((key, count) if count else key)
            if not number:
                return
            yield number
