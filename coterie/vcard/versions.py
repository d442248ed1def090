"""A card of version 4.0 as one of 3.0, which all phones read: only the lines that differ are changed."""

import base64
from collections.abc import Sequence

from coterie.model.imports import PictureDraft
from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.raw import RawLine, card_of, is_group, make_line, version_of
from coterie.vcard.read import read_parts
from coterie.vcard.read_pictures import read_picture

_RENAMED = {"KIND": "X-ADDRESSBOOKSERVER-KIND", "MEMBER": "X-ADDRESSBOOKSERVER-MEMBER"}
_DAYS = frozenset(("BDAY", "ANNIVERSARY"))


def as_version_3(lines: Sequence[RawLine]) -> list[RawLine]:
    """The same card in version 3.0. A pure function of the lines: the same card is always served alike."""
    if version_of(lines) != "4.0":
        return list(lines)
    has_name = any(line.name == "N" for line in lines)
    result = []
    for line in lines:
        result.append(_converted(line))
        if line.name == "FN" and not has_name:
            has_name = True
            result.append(_name(lines, line))
    return result


def _name(lines: Sequence[RawLine], formatted: RawLine) -> RawLine:
    """The N that 3.0 needs, with the parts that the name is read as; a group has its whole name in the first."""
    if is_group(lines):
        return make_line("N:" + (formatted.entry.value if formatted.entry else "") + ";;;;")
    draft = read_parts(card_of(lines), keeps_rest=False)
    parts = (draft.last_name, draft.first_name, draft.middle_name, draft.name_prefix, draft.name_suffix)
    return make_line("N:" + ";".join([values.escape(part or "") for part in parts]))


def _converted(line: RawLine) -> RawLine:
    entry = line.entry
    if entry is None:
        return line
    group = f"{line.written_group}." if line.written_group else ""
    if entry.name == "VERSION":
        return make_line("VERSION:3.0")
    if entry.name in _RENAMED:
        return make_line(f"{group}{_RENAMED[entry.name]}:{entry.value}")
    if entry.name == "PHOTO" and entry.value[:5].lower() == "data:":
        return _photo(line, group)
    if entry.name in _DAYS:
        return _day(line, entry, group)
    return line


def _photo(line: RawLine, group: str) -> RawLine:
    assert line.entry is not None
    picture = read_picture(line.entry)
    if not isinstance(picture, PictureDraft) or picture.data is None:
        return line
    kind = f";TYPE={picture.media_type.removeprefix('image/').upper()}" if picture.media_type else ""
    return make_line(f"{group}PHOTO;ENCODING=b{kind}:{base64.b64encode(picture.data).decode()}")


def _day(line: RawLine, entry: Property, group: str) -> RawLine:
    day = values.read_date(values.unescape(entry.value))
    if day is None:
        return line
    name = "BDAY" if entry.name == "BDAY" else "X-ANNIVERSARY"
    if day.startswith("--"):
        year = values.APPLE_NO_YEAR
        return make_line(f"{group}{name};X-APPLE-OMIT-YEAR={year}:{year}{day[1:]}")
    return make_line(f"{group}{name};VALUE=date:{day}")
