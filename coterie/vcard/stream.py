"""The lines of a binary stream with any line ending, in memory that does not grow with the file."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

LINE_BYTES_MAX = 64 * 1024
_BLOCK_BYTES = 256 * 1024


def read_lines(stream: BinaryIO, bytes_max: int = LINE_BYTES_MAX) -> Iterator[bytes | None]:
    """The lines without their ends (CRLF, LF or CR). A line over bytes_max is skipped, and None stands for it.

    A byte order mark is removed. UTF-16 with a byte order mark is converted to UTF-8.
    """
    tail, too_long = b"", False
    for block in _blocks(stream):
        lines = (tail + block).split(b"\n")
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


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in blocks of UTF-8 without byte order mark, with LF as the only line ending."""
    block = stream.read(_BLOCK_BYTES)
    decoder = None
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
    block = block.removeprefix(codecs.BOM_UTF8)
    held_back = b""
    while block:
        if decoder is not None:
            block = decoder.decode(block).encode("utf-8", "replace")
        block = held_back + block
        # a CR at the end of a block may be the first half of a CRLF
        held_back = b"\r" if block.endswith(b"\r") else b""
        block = block[: len(block) - len(held_back)]
        yield block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block
        block = stream.read(_BLOCK_BYTES)
    if held_back:
        yield b"\n"
