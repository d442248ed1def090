"""Content lines: the grammar shared by vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350).

Values of 2.1 are converted to the escaping of 3.0, so that the readers of properties know one grammar only.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from coterie.vcard.charsets import decode

HEAD_LENGTH_MAX = 16 * 1024

# a name of an X- property may have spaces and slashes: X-GOOGLE TALK, X-messaging/skype
_HEAD = re.compile(
    r'(?:([\w.-]+)\.)?([\w-]+|X-[\w /+-]+)((?:;(?:"[^"]*"|[^":;])*+)*+):', re.ASCII | re.IGNORECASE
)  # fmt: skip
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*+)')
_PARAMETER_VALUE = re.compile(r'"([^"]*)"|([^",]+)')
_CUSTOM_LABEL = re.compile(r";X-CUSTOM\(((?:[^;:)])*+)\)", re.IGNORECASE)
_CARET = re.compile(r"\^([n'^])")
_CARET_MEANS = {"n": "\n", "'": '"', "^": "^"}
_LONE_BACKSLASH = re.compile(r"\\(?![;,])")
_PLAIN_COMMA = re.compile(r"(?<!\\),")
_ENCODINGS = ("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT")
BINARY = ("PHOTO", "LOGO", "SOUND", "KEY")
_LISTS_IN_2_1 = ("CATEGORIES", "NICKNAME")
_CACHED_HEAD_LENGTH_MAX = 200
# contact data without the colon before its value: EMAIL ned@example.org, TEL;TYPE=home;+15558904
_WITHOUT_COLON = re.compile(
    r'((?:item\d+\.)?(?:TEL|EMAIL|URL)(?:;[A-Z-]++(?:="?+[\w,-]*+"?+)?+)*)[;\s=]\s*+'
    r"(\+?+[\d ()./-]{5,}+|[^\s@]++@\S++|https?://\S++)",
    re.ASCII,
)
_WITHOUT_COLON_LENGTH_MAX = 2_500

Parameters = Mapping[str, tuple[str, ...]]


class Property(Struct, frozen=True):
    """One content line: names in upper case, the value still escaped as in 3.0."""

    group: str | None
    name: str
    parameters: Parameters
    value: str

    def first(self, parameter: str) -> str:
        """The first value of a parameter, or ''."""
        values = self.parameters.get(parameter)
        return values[0] if values else ""


def parse_property(line: bytes, *, is_2_1: bool) -> Property | None:
    """Parses an unfolded content line; None if it is not one."""
    return parse_text(decode(line, ""), line, is_2_1=is_2_1)


def parse_text(text: str, line: bytes | None = None, *, is_2_1: bool = False) -> Property | None:
    """The same for a line that is text. line: its bytes, if they may be in another charset than UTF-8."""
    head, _, value = text.partition(":")
    if '"' in head:
        match = _HEAD.match(text[: HEAD_LENGTH_MAX + 1])
        if match is None:
            return _parse_without_colon(text)
        head, value = text[: match.end() - 1], text[match.end() :]
    if len(head) > HEAD_LENGTH_MAX:
        return None
    parsed = _cached_head(head) if len(head) <= _CACHED_HEAD_LENGTH_MAX else _parse_head(head)
    if parsed is None or len(head) == len(text) or (value.startswith("//") and "." not in head):
        return _parse_without_colon(text)
    group, name, parameters = parsed
    if parameters and ("ENCODING" in parameters or "CHARSET" in parameters):
        raw = line[len(head) + 1 :] if line is not None and head.isascii() else value.encode()
        value = _decode_value(raw, name, parameters)
    if is_2_1:
        value = _LONE_BACKSLASH.sub(r"\\\\", value)
        if name not in _LISTS_IN_2_1 and "," in value:
            value = _PLAIN_COMMA.sub(r"\\,", value)
    if "\n" in value or "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return Property(group, name, parameters, value)


def _parse_without_colon(text: str) -> Property | None:
    plain = text[: _WITHOUT_COLON_LENGTH_MAX + 1].strip()
    match = _WITHOUT_COLON.fullmatch(plain) if len(plain) <= _WITHOUT_COLON_LENGTH_MAX else None
    parsed = _parse_head(match[1]) if match else None
    return Property(*parsed, match[2].strip()) if match and parsed else None


def _parse_head(head: str) -> tuple[str | None, str, Parameters] | None:
    """Parses the part before the colon, group.NAME;PARAMETER=a,"b";BARE; None if it is something else."""
    match = _HEAD.fullmatch(head.strip() + ":")
    # a group with dots and a name in lower case is the name of a site within some text
    if match is None or (match[1] and "." in match[1] and not match[2].isupper()):
        return None
    parameters: dict[str, list[str]] = {}
    if label := _CUSTOM_LABEL.search(match[3]):
        parameters["X-CUSTOM"] = [_custom_label(label[1])]
    for item in _PARAMETER.findall(match[3]):
        name, equals, values = item.partition("=")
        name = name.strip().upper()
        if name.startswith("X-CUSTOM("):
            continue
        if not equals:
            name, values = ("ENCODING" if name in _ENCODINGS else "TYPE"), item.strip()
        parts = [
            part
            for quoted, plain in _PARAMETER_VALUE.findall(values)
            # 4.0 allows a whole list of types within one pair of quotes: TYPE="cell,voice"
            for part in (quoted.split(",") if name == "TYPE" else [quoted] if quoted else [])
            + ([plain] if plain else [])
        ]
        clean = [_CARET.sub(lambda m: _CARET_MEANS[m[1]], part.strip()) for part in parts if part.strip()]
        parameters.setdefault(name, []).extend(clean)
    name = "-".join(match[2].upper().split())
    return match[1], name, {name: tuple(parts) for name, parts in parameters.items()}


def _custom_label(text: str) -> str:
    """The label of Android's X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=42=C3=BC), or of X-CUSTOM(Office)."""
    *settings, label = text.split(",")
    if not any(setting.upper() == "ENCODING=QUOTED-PRINTABLE" for setting in settings):
        return text
    charset = next((setting[8:] for setting in settings if setting[:8].upper() == "CHARSET="), "")
    return decode(quopri.decodestring(label.encode()), charset)


# the same few dozen heads make up nearly all lines of a file
_cached_head = lru_cache(maxsize=1024)(_parse_head)


def _decode_value(raw: bytes, name: str, parameters: Parameters) -> str:
    encoding = (parameters.get("ENCODING") or ("",))[0].upper()
    charset = (parameters.get("CHARSET") or ("",))[0]
    if encoding == "QUOTED-PRINTABLE":
        return decode(quopri.decodestring(raw), charset)
    if encoding in ("B", "BASE64") and name not in BINARY:
        try:
            return decode(base64.b64decode(raw, validate=True), charset)
        except binascii.Error:
            return decode(raw, charset)
    return decode(raw, charset)
