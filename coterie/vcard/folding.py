"""From the lines of a card to its content lines: folds, soft line breaks, base64 that is not indented, blank lines."""

import re

_FOLD = re.compile(rb"\n[ \t]")
_IS_2_1 = re.compile(rb"^VERSION[^:\n]*:[ \t]*2\.1[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(rb"QUOTED-PRINTABLE|BASE64|ENCODING=B(?=[:;])", re.IGNORECASE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]+")
_LONG_LINE = 40
_BLANK_LINES = re.compile(rb"\n(?:[ \t]*\n)+")


def is_version_2_1(body: bytes) -> bool:
    """Whether a card declares version 2.1."""
    return b"2.1" in body and _IS_2_1.search(body) is not None


def unfold(body: bytes, *, is_2_1: bool) -> list[bytes]:
    """The content lines of a card. A fold of 2.1 is a space (RFC 822), a fold of 3.0 and 4.0 is removed.

    Blank lines within a card mean nothing: some programs write one after each line, also within a fold.
    """
    if _ENCODED.search(body):
        return _unfold_encoded(body, is_2_1)
    if b"\n\n" in body or body.startswith(b"\n"):
        body = _BLANK_LINES.sub(b"\n", body).removeprefix(b"\n")
    if b"\n " in body or b"\n\t" in body:
        body = _FOLD.sub(b" " if is_2_1 else b"", body)
    return body.split(b"\n")


def _unfold_encoded(body: bytes, is_2_1: bool) -> list[bytes]:
    """Unfolds cards that contain soft line breaks of quoted-printable, or base64 that is not indented."""
    lines: list[list[bytes]] = []
    encoding = b""
    for line in _single_spaced(body.split(b"\n")):
        if lines and encoding == b"QUOTED-PRINTABLE" and lines[-1][-1].endswith(b"="):
            lines[-1][-1] = lines[-1][-1][:-1]
            lines[-1].append(line)
        elif not line:
            continue
        elif lines and line[:1] in (b" ", b"\t"):
            is_text = is_2_1 and encoding not in (b"BASE64", b"ENCODING=B")
            lines[-1].append(b" " + line[1:] if is_text else line[1:])
        elif lines and _continues(encoding, line, lines[-1][-1]):
            lines[-1].append(line)
        else:
            match = _ENCODED.search(line.partition(b":")[0] + b":")
            encoding = match[0].upper() if match else b""
            lines.append([line])
    return [b"".join(pieces) for pieces in lines]


def _continues(encoding: bytes, line: bytes, before: bytes) -> bool:
    """Whether a line that is not indented is more base64 of the line before it."""
    if encoding == b"BASE64":
        return b":" not in line
    return encoding == b"ENCODING=B" and is_base64(line, before)


def is_base64(line: bytes, before: bytes | str) -> bool:
    """Whether a line can be more base64 of the line before it, which then is a long one."""
    return len(before) >= _LONG_LINE and _BASE64.fullmatch(line) is not None


def _single_spaced(lines: list[bytes]) -> list[bytes]:
    """The lines without those that follow every other line and are blank."""
    for start in (0, 1):
        if len(lines) > 3 and not any(lines[start::2]):
            return lines[1 - start :: 2]
    return lines
