"""The lines of a binary stream with any line ending, in memory that does not grow with the file."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from coterie.model.encodings import find_utf_16

LINE_BYTES_MAX = 64 * 1024
_BLOCK_BYTES = 256 * 1024
# some programs turn the LF of each CRLF into another CRLF
_LINE_END = re.compile(rb"\r\r?\n|\r")
_CR_AT_END = re.compile(rb"\r{0,2}\Z")


def read_lines(stream: BinaryIO, bytes_max: int = LINE_BYTES_MAX) -> Iterator[bytes | None]:
    """The lines without their ends (CRLF, LF or CR). For a line over bytes_max, None is yielded.

    A byte order mark is removed, also within a file that several were joined to. UTF-16, with or without one, is
    converted to UTF-8.
    """
    tail, too_long = b"", False
    for block in read_blocks(stream):
        text = tail + block
        lines = text.split(b"\n")
        if codecs.BOM_UTF8 in text:
            lines = [line.removeprefix(codecs.BOM_UTF8) for line in lines]
        tail = lines.pop()
        for line in lines:
            if too_long or len(line) > bytes_max:
                too_long = False
                yield None
            else:
                yield line
        if len(tail) > bytes_max:
            tail, too_long = b"", True
    if too_long:
        yield None
    elif tail:
        yield tail


def read_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in blocks of UTF-8 without byte order mark, with LF as the only line ending."""
    block = stream.read(_BLOCK_BYTES)
    has_mark = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if has_mark else find_utf_16(block)
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    block = block.removeprefix(codecs.BOM_UTF8)
    held_back = b""
    while block:
        if decoder is not None:
            block = decoder.decode(block).encode("utf-8", "replace")
        block = held_back + block
        # CRs at the end of a block may belong to the LF that begins the next one
        held_back = _CR_AT_END.search(block)[0]  # type: ignore[index]  # it always matches
        block = block[: len(block) - len(held_back)]
        yield _LINE_END.sub(b"\n", block) if b"\r" in block else block
        block = stream.read(_BLOCK_BYTES)
    yield b"\n" * len(held_back)
