"""Edits of what precedes the colon of a line: its parameters. Those that an edit is not about stay as spelled."""

import re

from coterie.vcard.raw import RawLine, make_line, split_line

_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*+)')
_TYPES = re.compile(r'("[^"]*"|[^",]+)')
# parameters that say how the old value was encoded, some of them without a name: ;QUOTED-PRINTABLE
_ENCODING = re.compile(r"(?:ENCODING|CHARSET)=.*|QUOTED-PRINTABLE|BASE64|8BIT|7BIT", re.IGNORECASE | re.DOTALL)
# a number or an address is written as text
_URI = re.compile(r'VALUE="?uri"?', re.IGNORECASE)
# what an address looks like as a whole, and where it is
_OF_ADDRESS = re.compile(r"(?:LABEL|GEO)=.*", re.IGNORECASE | re.DOTALL)
_COUNTRY_CODE = re.compile(r"CC=.*", re.IGNORECASE | re.DOTALL)
_PREF = re.compile(r'PREF(?:="?\d*"?)?', re.IGNORECASE)
_TYPE = re.compile(r"TYPE=(.*)", re.IGNORECASE | re.DOTALL)


def with_other_value(line: RawLine, value: str) -> RawLine:
    """The line with another escaped value, without the parameters that are about the old one."""
    head, before = split_line(line)
    dropped = [_ENCODING]
    if line.name in ("TEL", "EMAIL"):
        dropped.append(_URI)
    if line.name == "ADR":
        dropped.append(_OF_ADDRESS)
        if before.split(";")[6:7] != value.split(";")[6:7]:
            dropped.append(_COUNTRY_CODE)
    return make_line(_without(head, dropped) + ":" + value)


def _without(head: str, dropped: list[re.Pattern[str]]) -> str:
    return _PARAMETER.sub(lambda match: "" if any(each.fullmatch(match[1]) for each in dropped) else match[0], head)


def with_preference(line: RawLine, version: str, *, is_preferred: bool) -> RawLine:
    """The line as the preferred one of its kind, or as one that is not: PREF=1 in 4.0, TYPE=pref in 3.0."""
    head, value = split_line(line)
    plain = _PARAMETER.sub(_without_pref, head)
    if is_preferred:
        plain += ";PREF=1" if version == "4.0" else ";TYPE=pref"
    return make_line(plain + ":" + value)


def _without_pref(match: re.Match[str]) -> str:
    if _PREF.fullmatch(match[1]):
        return ""
    types = _TYPE.fullmatch(match[1])
    if types is None or "pref" not in match[1].lower():
        return match[0]
    left = []
    for each in _TYPES.findall(types[1]):
        names = [name for name in each.strip('"').split(",") if name.strip().lower() != "pref"]
        if names:
            left.append(f'"{",".join(names)}"' if each[:1] == '"' else names[0])
    return f";{match[1][:5]}{','.join(left)}" if left else ""
