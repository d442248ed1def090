"""The lines of a CSV file for the csv module; lines that a broken quote swallowed can be given back and read again."""

from collections import deque
from typing import TextIO

ROW_LENGTH_MAX = 4 * 1024**2
# What can be wrong with a row, and the message for people
NEVER_CLOSED, ROW_TOO_LARGE, FIELD_TOO_LARGE = "never_closed", "row_too_large", "field_too_large"
MESSAGES = {
    NEVER_CLOSED: "A quote is never closed",
    ROW_TOO_LARGE: "The row is larger than 4 MiB",
    FIELD_TOO_LARGE: "A field is larger than 1 MiB",
}

_CHUNK = 1024**2
# limit for all lines that are read a second time: reading stays linear
_AGAIN_MAX = 16 * 1024**2


class Lines:
    """The lines of an open file.

    It collects the lines of one row in `taken`. If a row exceeds its limit or the file ends within a row, it stops and
    says so in `broken`.
    """

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.again: deque[str] = deque()
        self.again_length = 0
        self.taken: list[str] = []
        self.length = 0
        self.broken = ""

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self.length > ROW_LENGTH_MAX:
            raise StopIteration
        line = self.again.popleft() if self.again else self.file.readline(ROW_LENGTH_MAX + 1)
        if not line:
            if self.taken:
                self.broken = NEVER_CLOSED
            raise StopIteration
        self.taken.append(line)
        self.length += len(line)
        return line

    def start_row(self) -> None:
        self.taken = []
        self.length = 0
        self.broken = ""

    def skip_rest_of_line(self) -> None:
        """Skips what remains of a line that was too long to be taken whole."""
        line = self.taken[-1] if self.taken else ""
        while line and not self.again and not line.endswith(("\n", "\r")):
            line = self.file.readline(_CHUNK)

    def read_again(self) -> bool:
        """Gives back all lines of the row but the first. Returns False if there are none or the limit is reached."""
        rest = self.taken[1:]
        self.again_length += self.length - len(self.taken[0])
        if not rest or self.again_length > _AGAIN_MAX:
            return False
        self.again.extendleft(reversed(rest))
        del self.taken[1:]
        return True
