"""Form bodies: urlencoded with Rails' brackets (the rules of Rack's query parser), and multipart (RFC 7578).

A body that cannot be read at all is Invalid with one problem of kind "malformed" and no path.
"""

import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from coterie.errors import Invalid, Problem, TooLarge


class Upload(Struct, frozen=True):
    """A file of a multipart body, spooled to disk beyond a megabyte. path is where its bytes lie."""

    filename: str
    media_type: str
    path: str
    byte_count: int


class Limits(Struct, frozen=True):
    """What a form may hold. The depth is Rack's; a key's length is in characters, other sizes in bytes."""

    pairs: int = 4096
    key_length: int = 1024
    depth: int = 32
    parts: int = 1000
    header_count: int = 16
    header_bytes: int = 8192
    field_bytes: int = 1_048_576
    file_bytes: int = 10_485_760
    total_bytes: int = 20_971_520


LIMITS = Limits()

FILENAME_LENGTH_MAX = 255
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"[\[\]]+")
_MEDIA_TYPE = re.compile(r"[!-~]{1,127}/[!-~]{1,127}")


def _malformed(reason: str) -> Invalid:
    return Invalid(Problem((), "malformed", reason))


# Urlencoded -------------------------------------------------------------------------------------------------


def parse_form(body: bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    """A urlencoded body or query string as nested values: a[b]=1&c[]=2 is {"a": {"b": "1"}, "c": ["2"]}.

    Leaves are text, or None for a key without "=". Refused as malformed: escapes that are none, text that is
    not UTF-8, keys that contradict each other, more than 32 levels; as too large: more than 4,096 pairs, and
    keys of more than 1,024 characters.
    """
    if body.count(b"&") >= limits.pairs:
        raise TooLarge(f"The form has more than {limits.pairs} fields")
    return nest(_pairs(body), limits)


def _pairs(body: bytes) -> Iterable[tuple[str, str | None]]:
    for part in body.split(b"&"):
        key, equals, value = part.lstrip(b" ").partition(b"=")
        if key or equals:
            yield _decode(key), _decode(value) if equals else None


def _decode(encoded: bytes) -> str:
    if b"+" in encoded:
        encoded = encoded.replace(b"+", b" ")
    if b"%" in encoded:
        if _BAD_ESCAPE.search(encoded):
            raise _malformed("The form holds a % that is not followed by two hexadecimal digits")
        encoded = unquote_to_bytes(encoded)
    return _text(encoded)


# Brackets (Rack::QueryParser, param_depth_limit and _normalize_params) --------------------------------------


def nest(pairs: Iterable[tuple[str, str | None]], limits: Limits = LIMITS) -> dict[str, Any]:
    """Pairs of bracketed keys and values as nested values, in Rack's way.

    A repeated key: the last wins; a[]: a list; a[][b]: a list of hashes, a new one as soon as a key repeats;
    a[0][b]: a hash with the key "0". Refused as malformed: a name that is a hash here and a list there.
    """
    found: dict[str, Any] = {}
    for count, (key, value) in enumerate(pairs, 1):
        if count > limits.pairs:
            raise TooLarge(f"The form has more than {limits.pairs} fields")
        if len(key) > limits.key_length:
            raise TooLarge(f"The name of a field is longer than {limits.key_length} characters")
        name = key.removesuffix("[]")
        if name and "[" not in name:  # nearly every key of a query: no need to take it apart
            if name == key:
                found[key] = value
            else:
                _child(found, name, list).append(value)
        elif key:
            _put(found, key, value, 0, limits.depth)
    return found


def _put(found: dict[str, Any], key: str, value: str | None, depth: int, depth_max: int) -> Any:
    """Put the value into the hash under the key, and give the hash; a bare [] inside a list gives a list."""
    if depth >= depth_max:
        raise _malformed("The form is nested too deeply")
    head, rest = _split(key, depth)
    if not rest:
        if head == "[]" and depth:
            return [value]
        found[head] = value
    elif rest == "[":
        found[key] = value
    elif rest == "[]":
        _child(found, head, list).append(value)
    elif rest.startswith("[]"):
        items = _child(found, head, list)
        inner = _key_in_list(rest)
        if items and type(items[-1]) is dict and not _has(items[-1], inner):
            _put(items[-1], inner, value, depth + 1, depth_max)
        else:
            items.append(_put({}, inner, value, depth + 1, depth_max))
    else:
        _put(_child(found, head, dict), rest, value, depth + 1, depth_max)
    return found


def _split(key: str, depth: int) -> tuple[str, str]:
    """The first name of a key and the brackets that follow. Brackets that do not close are part of a name."""
    if depth == 0:
        opening = key.find("[", 1)
        return (key, "") if opening < 0 else (key[:opening], key[opening:])
    if key.startswith("[]"):
        return "[]", key[2:]
    closing = key.find("]", 1) if key.startswith("[") else -1
    return (key, "") if closing < 0 else (key[1:closing], key[closing + 1 :])


def _child(found: dict[str, Any], head: str, kind: type) -> Any:
    if found.get(head) is None:
        found[head] = kind()
    child = found[head]
    if type(child) is not kind:
        raise _malformed("The form uses one name for a text, a list or a hash at once")
    return child


def _key_in_list(rest: str) -> str:
    """What is named behind a[]: b for [][b]; the brackets as they stand where there are more."""
    inner = rest[3:-1]
    plain = rest[2] == "[" and rest[-1] == "]" and inner and "[" not in inner and "]" not in inner
    return inner if plain else rest[2:]


def _has(found: Any, key: str) -> bool:
    if "[]" in key:
        return False
    for part in _BRACKETS.split(key):
        if part:
            if type(found) is not dict or part not in found:
                return False
            found = found[part]
    return True


# Multipart --------------------------------------------------------------------------------------------------


async def read_multipart(
    receive_chunks: AsyncIterator[bytes], content_type: bytes, folder: Path | None, limits: Limits = LIMITS
) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    """A multipart/form-data body as its fields, in order, and its files by name (the last of a name counts).

    Files lie in the folder (None: the system's) until remove_uploads is called; on any failure they are gone.
    A file input that was left empty is no file. Refused as malformed: no boundary, no end, parts without a
    name, broken headers, fields that are not UTF-8; as too large: whatever is beyond its limit.
    """
    parts = _Parts(folder, limits)
    try:
        parser = _parser(content_type, parts, limits)
        total = 0
        async for chunk in receive_chunks:
            total += len(chunk)
            if total > limits.total_bytes:
                raise TooLarge(f"The body is larger than {limits.total_bytes} bytes")
            parser.write(chunk)
        if not parts.ended:
            raise _malformed("The multipart body has no end")
    except FormParserError:
        parts.discard()
        raise _malformed("The multipart body cannot be read") from None
    except BaseException:
        # whoever cancels a request must not leave its files behind
        parts.discard()
        raise
    return parts.fields, parts.uploads


def remove_uploads(uploads: Mapping[str, Upload]) -> None:
    """Remove the temporary files; one that is gone already is no error."""
    for upload in uploads.values():
        Path(upload.path).unlink(missing_ok=True)


def _parser(content_type: bytes, parts: "_Parts", limits: Limits) -> MultipartParser:
    media_type, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if media_type.strip() != b"multipart/form-data" or not boundary:
        raise _malformed("The body is no multipart/form-data with a boundary")
    return MultipartParser(
        boundary,
        {
            "on_part_begin": parts.begin,
            "on_header_field": parts.add_header_name,
            "on_header_value": parts.add_header_value,
            "on_header_end": parts.end_header,
            "on_headers_finished": parts.start,
            "on_part_data": parts.add,
            "on_part_end": parts.finish,
            "on_end": parts.end,
        },
        max_header_count=limits.header_count,
        max_header_size=limits.header_bytes,
    )


class _Parts:
    """What the parser's callbacks have gathered so far."""

    def __init__(self, folder: Path | None, limits: Limits) -> None:
        self.fields: list[tuple[str, str]] = []
        self.uploads: dict[str, Upload] = {}
        self.ended = False
        self._folder, self._limits = folder, limits
        self._count = 0
        self._headers: dict[bytes, bytes] = {}
        self._header_name, self._header_value = bytearray(), bytearray()
        self._name = ""
        self._text = bytearray()
        self._filename: str | None = None
        self._file: BinaryIO | None = None
        self._path = ""
        self._byte_count = 0

    def begin(self) -> None:
        self._count += 1
        if self._count > self._limits.parts:
            raise TooLarge(f"The form has more than {self._limits.parts} parts")
        self._headers = {}

    def add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value).strip()
        self._header_name, self._header_value = bytearray(), bytearray()

    def start(self) -> None:
        """The headers are complete: a field or a file begins."""
        disposition, options = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition.strip() != b"form-data" or b"name" not in options:
            raise _malformed("A part of the multipart body has no name")
        encoding = self._headers.get(b"content-transfer-encoding", b"binary").lower()
        if encoding not in (b"binary", b"8bit", b"7bit"):
            raise _malformed("A part of the multipart body has a transfer encoding (RFC 7578, 4.7)")
        self._name = _text(options[b"name"])
        if len(self._name) > self._limits.key_length:
            raise TooLarge(f"The name of a field is longer than {self._limits.key_length} characters")
        self._text, self._byte_count = bytearray(), 0
        self._filename = _file_name(options[b"filename"]) if b"filename" in options else None
        if self._filename:
            handle, self._path = tempfile.mkstemp(prefix="upload-", dir=self._folder)
            self._file = os.fdopen(handle, "wb")

    def add(self, data: bytes, start: int, end: int) -> None:
        self._byte_count += end - start
        if self._filename is None:
            if self._byte_count > self._limits.field_bytes:
                raise TooLarge(f"A field of the form is larger than {self._limits.field_bytes} bytes")
            self._text += data[start:end]
        elif self._byte_count > self._limits.file_bytes:
            raise TooLarge(f"The file is larger than {self._limits.file_bytes} bytes")
        elif self._file:
            self._file.write(data[start:end])

    def finish(self) -> None:
        if self._filename is None:
            self.fields.append((self._name, _text(bytes(self._text))))
        elif self._file:
            self._file.close()
            self._file = None
            if earlier := self.uploads.get(self._name):
                Path(earlier.path).unlink(missing_ok=True)
            media_type = _media_type(self._headers.get(b"content-type", b""))
            self.uploads[self._name] = Upload(self._filename, media_type, self._path, self._byte_count)

    def end(self) -> None:
        self.ended = True

    def discard(self) -> None:
        if self._file:
            self._file.close()
            Path(self._path).unlink(missing_ok=True)
            self._file = None
        remove_uploads(self.uploads)
        self.uploads = {}


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        raise _malformed("The form holds text that is not UTF-8") from None


def _file_name(encoded: bytes) -> str:
    """The last part of the name a browser gives, without what a file system or a page would stumble over."""
    plain = "".join(c for c in encoded.decode(errors="replace") if c.isprintable())
    last = plain.replace("\\", "/").rpartition("/")[2][-FILENAME_LENGTH_MAX:]
    # only a name that is empty from the start says that no file was chosen
    return last or ("file" if encoded else "")


def _media_type(header: bytes) -> str:
    plain = header.decode("latin-1").partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"
