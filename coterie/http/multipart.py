"""Multipart forms (RFC 7578), whose files are streamed to disk.

Raises Invalid with one problem of kind "malformed" for a form that cannot be parsed, TooLarge beyond a limit. A form
that fails, or whose request is cancelled, leaves no file behind.
"""

import os
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from coterie.errors import TooLarge
from coterie.http.errors import malformed
from coterie.http.forms import decode_text
from coterie.http.limits import FILENAME_LENGTH_MAX, FORM_LIMITS, FormLimits

_MEDIA_TYPE = re.compile(r"[!-~]{1,127}/[!-~]{1,127}")


class Upload(Struct, frozen=True):
    """A file of a form. path: the temporary file with its bytes, removed at the end of the request.

    earlier: the files of the same field before this one, if the form may have several.
    """

    filename: str
    media_type: str
    path: str
    byte_count: int
    earlier: tuple["Upload", ...] = ()


async def read_multipart(
    chunks: AsyncIterator[bytes],
    content_type: bytes,
    folder: Path | None,
    limits: FormLimits = FORM_LIMITS,
    *,
    has_lists: bool = False,
) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    """Reads a form: its fields in order, and its files by field name.

    Of a repeated name the last file is returned. With has_lists the others are its `earlier`, else they are removed.

    Files lie in the folder until remove_uploads is called; without a folder they are discarded as they arrive. An empty
    file input is not a file.
    Malformed are a missing boundary or end, a part without a name, broken headers, and fields that are not UTF-8.
    """
    parts = _Parts(folder, limits, has_lists)
    try:
        parser = _parser(content_type, parts, limits)
        total = 0
        async for chunk in chunks:
            total += len(chunk)
            if total > limits.total_bytes:
                raise TooLarge(f"The body is larger than {limits.total_bytes} bytes")
            parser.write(chunk)
        if not parts.ended:
            raise malformed("has no closing boundary")
    except FormParserError:
        parts.discard()
        raise malformed("is not valid multipart/form-data") from None
    except BaseException:  # a cancelled request, too, must leave no file
        parts.discard()
        raise
    return parts.fields, parts.uploads


def remove_uploads(uploads: Mapping[str, Upload]) -> None:
    """Removes the temporary files that still exist."""
    for upload in uploads.values():
        for each in (*upload.earlier, upload):
            Path(each.path).unlink(missing_ok=True)


def _parser(content_type: bytes, parts: "_Parts", limits: FormLimits) -> MultipartParser:
    media_type, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if media_type.strip() != b"multipart/form-data" or not boundary:
        raise malformed("is not multipart/form-data with a boundary")
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
    """The callbacks of the parser, and the fields and files they have collected."""

    def __init__(self, folder: Path | None, limits: FormLimits, has_lists: bool) -> None:
        self.fields: list[tuple[str, str]] = []
        self.uploads: dict[str, Upload] = {}
        self.ended = False
        self._folder, self._limits, self._has_lists = folder, limits, has_lists
        self._count = 0
        self._file_count = 0
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
        """Begins a field or a file: the headers of its part are complete."""
        disposition, options = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition.strip() != b"form-data" or b"name" not in options:
            raise malformed("has a part without a name")
        encoding = self._headers.get(b"content-transfer-encoding", b"binary").lower()
        if encoding not in (b"binary", b"8bit", b"7bit"):
            raise malformed("has a part with a transfer encoding, which RFC 7578, 4.7 forbids")
        self._name = decode_text(options[b"name"])
        if len(self._name) > self._limits.key_length:
            raise TooLarge(f"The name of a field is longer than {self._limits.key_length} characters")
        self._text, self._byte_count = bytearray(), 0
        self._filename = _file_name(options[b"filename"]) if b"filename" in options else None
        if self._filename and self._folder:
            self._file_count += 1
            if self._file_count > self._limits.files:
                raise TooLarge(f"The form has more than {self._limits.files} files")
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
            self.fields.append((self._name, decode_text(bytes(self._text))))
        elif self._file:
            self._file.close()
            self._file = None
            media_type = _media_type(self._headers.get(b"content-type", b""))
            upload = Upload(self._filename, media_type, self._path, self._byte_count, self._earlier())
            self.uploads[self._name] = upload

    def _earlier(self) -> tuple[Upload, ...]:
        """The files of the same field. They are removed if a field has only one."""
        earlier = self.uploads.pop(self._name, None)
        if earlier is None:
            return ()
        if self._has_lists:
            return (*earlier.earlier, replace(earlier, earlier=()))
        Path(earlier.path).unlink(missing_ok=True)
        return ()

    def end(self) -> None:
        self.ended = True

    def discard(self) -> None:
        if self._file:
            self._file.close()
            Path(self._path).unlink(missing_ok=True)
            self._file = None
        remove_uploads(self.uploads)
        self.uploads = {}


def _file_name(encoded: bytes) -> str:
    """The last part of the name a browser sends, without control characters; "" if no file was chosen."""
    printable = "".join(c for c in encoded.decode(errors="replace") if c.isprintable())
    last = printable.replace("\\", "/").rpartition("/")[2][-FILENAME_LENGTH_MAX:]
    return last or ("file" if encoded else "")


def _media_type(header: bytes) -> str:
    media_type = header.decode("latin-1").partition(";")[0].strip().lower()
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
