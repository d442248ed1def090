"""vCard files (2.1, 3.0, 4.0; one card or many) as contact drafts."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from coterie.errors import invalid
from coterie.model.imports import ContactDraft, RowError
from coterie.vcard.cards import BrokenCard, read_cards
from coterie.vcard.groups import group_of, read_groups, tag_member
from coterie.vcard.read import read_card
from coterie.vcard.stream import read_blocks, read_lines

_IS_GROUP = re.compile(rb"(?:X-ADDRESSBOOKSERVER-|X-)?KIND[^:]*:[ ]*group", re.IGNORECASE)


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """A draft or error for each card of a file, in order, read as it is consumed.

    Nothing in a file raises: a card that cannot be read is a RowError with its reason, as is an empty file. A group is
    a RowError with its name, which its members have as a tag.
    """
    count = 0
    groups = _groups_of(path)
    with path.open("rb") as stream:
        for card in read_cards(stream):
            count += 1
            item = RowError(card.reason, card.source) if isinstance(card, BrokenCard) else read_card(card)
            if groups and isinstance(item, ContactDraft):
                tag_member(item, groups)
            elif isinstance(item, RowError) and (group := group_of(card)):
                item = replace(item, group=group)
            yield item
    if not count:
        yield RowError("the file contains no vCard")


def _groups_of(path: Path) -> dict[str, list[str]]:
    """The groups of a file, which may stand before or after their members; most files have none."""
    with path.open("rb") as stream:
        if not any(line is not None and _IS_GROUP.match(line) for line in read_lines(stream)):
            return {}
        stream.seek(0)
        return read_groups(read_cards(stream))


def join_files(paths: Iterable[Path], target: Path) -> None:
    """Writes the cards of several files, each in its own encoding, into one file in UTF-8. Raises OSError."""
    with target.open("wb") as joined:
        for path in paths:
            with path.open("rb") as stream:
                joined.writelines(read_blocks(stream))
            joined.write(b"\n")


def check_vcard(path: Path) -> None:
    """Raises Invalid if a file contains no vCard. Reads up to the first card."""
    if path.is_file():
        with path.open("rb") as stream:
            if any(line is not None and line.strip().upper() == b"BEGIN:VCARD" for line in read_lines(stream)):
                return
    raise invalid("file", "contains no vCard")
