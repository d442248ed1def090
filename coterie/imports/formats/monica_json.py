"""Monica's JSON export, version 4 (structure: app/ExportResources of monicahq/monica).

The account contains lists, each with its type; a contact also has properties and lists. Birthdays, addresses,
contact fields, tags and notes are imported. Pets, gifts, activities and relationships become lines of the note, since
a draft has no field for them; calls, tasks, debts, reminders, life events, conversations, photos and documents are
counted in a warning. Missing values and values of another type are ignored.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from coterie.errors import Invalid, TooLarge, invalid
from coterie.imports.formats.json_values import decode
from coterie.imports.formats.monica_account import load_account
from coterie.imports.formats.monica_contacts import draft_of
from coterie.model.imports import ContactDraft, RowError

FILE_BYTES_MAX = 200 * 1024**2


class _List(Struct):
    """One list of the account. Its values stay bytes until they are needed, which those of photos never are."""

    type: Any = None
    values: list[msgspec.Raw] | None = None


class _Account(Struct):
    data: list[_List] = field(default_factory=list)
    instance: Any = None


class _File(Struct):
    account: _Account


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """A draft or error for each contact. The file is held in memory; contacts are decoded one by one.

    Raises TooLarge over 200 MB, Invalid if it is not Monica's.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise TooLarge(f"the file is larger than {FILE_BYTES_MAX // 1024**2} MB")
    try:
        lists = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=_File).account
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_monica() from None
    contacts = list(_values(lists, "contact"))
    if not contacts:
        raise _not_monica()
    account = load_account(lists.instance, contacts, _values(lists, "activity"), _values(lists, "relationship"))
    for raw in contacts:
        try:
            value = decode(bytes(raw), Any)
            if not isinstance(value, dict):
                raise ValueError("not an object")
            yield draft_of(value, account)
        except (ValueError, Invalid):
            yield RowError("is not a contact of Monica's", bytes(raw)[:2000].decode("utf-8", "replace"))


def _not_monica() -> Invalid:
    return invalid("file", "is not a complete export from Monica with contacts in it")


def _values(lists: _Account, kind: str) -> Iterator[msgspec.Raw]:
    for each in lists.data:
        if each.type == kind:
            yield from each.values or ()
