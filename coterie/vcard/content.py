"""The content lines of a card that is being written: escaped, labelled and folded."""

from msgspec import Struct, field

from coterie.vcard import values

LINE_OCTETS_MAX = 75


class Content(Struct):
    """The lines written so far. version is "3.0" or "4.0"."""

    version: str
    lines: list[str] = field(default_factory=list)
    # number of the last group with a label
    group: int = 0

    @property
    def is_4(self) -> bool:
        return self.version == "4.0"

    def add(self, head: str, value: str | None) -> None:
        """Adds a line of text; nothing for None."""
        if value is not None:
            self.lines.append(f"{head}:{values.escape(value)}")

    def add_labelled(self, head: str, value: str, label: str | None) -> None:
        """Adds a line with an escaped value and its X-ABLabel, which Apple and Google read."""
        if label is None:
            self.lines.append(f"{head}:{value}")
            return
        self.group += 1
        self.lines.append(f"item{self.group}.{head}:{value}")
        self.lines.append(f"item{self.group}.X-ABLabel:{values.escape(label)}")

    def types(self, types: tuple[str, ...], *, is_primary: bool) -> str:
        """The parameters TYPE (and in 4.0 PREF): one TYPE for each type, which every reader understands."""
        parameters = "".join([f";TYPE={name}" for name in types])
        if not is_primary:
            return parameters
        return parameters + (";PREF=1" if self.is_4 else ";TYPE=pref")

    def text(self) -> str:
        """The card: lines folded at 75 octets, ended by CRLF."""
        return "".join([fold(line) for line in self.lines])


def fold(line: str) -> str:
    """Splits a line into pieces of at most 75 octets without cutting a character (RFC 6350, section 3.2)."""
    if len(line) <= LINE_OCTETS_MAX and line.isascii():
        return line + "\r\n"
    octets = line.encode()
    pieces: list[bytes] = []
    start, room = 0, LINE_OCTETS_MAX
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LINE_OCTETS_MAX - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
