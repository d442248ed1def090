"""Cards that are groups of other cards: iPhones call them lists (X-ADDRESSBOOKSERVER-KIND; RFC 6350, section 6.1.4)."""

from collections.abc import Collection, Iterable, Sequence

from coterie.vcard import values
from coterie.vcard.raw import MEMBER_NAMES, RawLine, make_line, version_of, with_value

_PREFIX = "urn:uuid:"


def name_of(lines: Iterable[RawLine]) -> str:
    """The name of a group: its FN, or '' if it has none."""
    return next((values.line(line.entry.value) or "" for line in lines if line.name == "FN" and line.entry), "")


def member_of(line: RawLine) -> str | None:
    """The UID of the member that a line names, without urn:uuid:; None if the line names none."""
    if line.name not in MEMBER_NAMES or line.entry is None:
        return None
    uid = values.line(line.entry.value) or ""
    return (uid[len(_PREFIX) :] if uid[: len(_PREFIX)].lower() == _PREFIX else uid)[:500] or None


def members_of(lines: Iterable[RawLine]) -> list[str]:
    """The UIDs of the members of a group, in the order of its lines."""
    return [uid for line in lines if (uid := member_of(line)) is not None]


def make_group(name: str, uid: str) -> list[RawLine]:
    """The lines of a group without members, as iPhones write them."""
    text = values.escape(name)
    contents = ("BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{text}", f"N:{text};;;;",
                "X-ADDRESSBOOKSERVER-KIND:group", "END:VCARD")  # fmt: skip
    return [make_line(content) for content in contents]


def with_name(lines: Sequence[RawLine], name: str) -> list[RawLine]:
    """The lines with another name, in FN and in an N that repeats it."""
    before, text = name_of(lines), values.escape(name)
    result = []
    for line in lines:
        if line.name == "FN":
            result.append(with_value(line, text))
        elif line.name == "N" and line.entry and values.components(line.entry.value, 1)[:1] == [before]:
            _, separator, rest = line.entry.value.partition(";")
            result.append(with_value(line, text + separator + rest))
        else:
            result.append(line)
    return result


def with_members(lines: Sequence[RawLine], removed: Collection[str], added: Iterable[str]) -> list[RawLine]:
    """The lines without the members of these UIDs, and with new ones after the last member."""
    remaining = [line for line in lines if member_of(line) not in removed]
    name = "MEMBER" if version_of(lines) == "4.0" else "X-ADDRESSBOOKSERVER-MEMBER"
    new = [make_line(f"{name}:{_PREFIX}{values.escape(uid)}") for uid in added]
    members = [place for place, line in enumerate(remaining, 1) if member_of(line) is not None]
    end = next(place for place, line in enumerate(remaining) if line.name == "END")
    place = members[-1] if members else end
    return [*remaining[:place], *new, *remaining[place:]]
