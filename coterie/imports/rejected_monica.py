"""The rejected contacts of a Monica export as such an export, each with x_coterie_reason."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from coterie.imports.rejected_rows import pick_rejected, reason_of
from coterie.model.imports import StagedRow

# the lists that contacts refer to; photos and documents, which hold the bytes of files, are not among them
_REFERENCED = ("activity", "relationship")
_BOM = b"\xef\xbb\xbf"


def write_monica(path: Path, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    """The file of rejected contacts, piece by piece."""
    file = msgspec.json.decode(path.read_bytes().removeprefix(_BOM), type=dict[str, msgspec.Raw])
    account = msgspec.json.decode(file.pop("account"), type=dict[str, msgspec.Raw])
    lists = msgspec.json.decode(account.pop("data"), type=list[dict[str, msgspec.Raw]])
    yield b"{" + b"".join(_member(name, value) for name, value in file.items()) + b'"account":{'
    yield b"".join(_member(name, value) for name, value in account.items()) + b'"data":['
    kinds = [(msgspec.json.decode(each.get("type", b"null")), each) for each in lists]
    for kind, each in kinds:
        if kind in _REFERENCED:
            yield msgspec.json.encode(each) + b","
    arrays = [each["values"] for kind, each in kinds if kind == "contact" and "values" in each]
    contacts = [value for raw in arrays for value in msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or ()]
    yield b'{"type":"contact","values":['
    for position, (row, value) in enumerate(pick_rejected(contacts, rows)):
        yield (b"," if position else b"") + _with_reason(bytes(value).strip(), reason_of(row))
    yield b"]}]}}"


def _member(name: str, value: msgspec.Raw) -> bytes:
    return msgspec.json.encode(name) + b":" + bytes(value) + b","


def _with_reason(value: bytes, reason: str) -> bytes:
    """An object, byte for byte, with the reason added at its end: of two equal keys the last one counts."""
    member = b'"x_coterie_reason":' + msgspec.json.encode(reason) + b"}"
    if not value.startswith(b"{"):
        return b'{"value":' + value + b"," + member
    inside = value[:-1].rstrip()
    return inside + (b"" if inside == b"{" else b",") + member
