"""Takes a group that a device wrote: what differs from the group it saw changes the tag that the group shows."""

from collections.abc import Sequence

from coterie.cards.groups import show_groups_on, write_group
from coterie.cards.rendering import Rendered
from coterie.model.cards import CardRef
from coterie.store.database import Tx
from coterie.store.devices import Login
from coterie.vcard.difference import Difference, compare
from coterie.vcard.patch import Patch
from coterie.vcard.raw import KIND_NAMES, MEMBER_NAMES, RawLine, is_group, join_lines, version_of
from coterie.vcard.versions import as_version_3


def create_group(tx: Tx, login: Login, href: str, uid: str, lines: Sequence[RawLine]) -> tuple[CardRef, str]:
    """(the card, its text) of a new group. The device sees groups from then on."""
    if not login.device.shows_groups:
        show_groups_on(tx, login.caller)
    return write_group(tx, login.caller, href, uid=uid, before=(), after=lines)


def update_group(
    tx: Tx,
    login: Login,
    current: Rendered,
    written: Sequence[RawLine],
    families: frozenset[str],
    *,
    has_seen: bool,
    is_rewriting: bool,
) -> tuple[CardRef, str]:
    """(the card, its text) of a group after a device wrote it.

    families: of properties that the device can show. has_seen: whether it has seen the current lines; otherwise it has
    removed nothing. is_rewriting: whether it writes cards in words of its own. A group stays one, and its members stay,
    if a program that knows no groups writes it.
    """
    if join_lines(written) == current.text:
        return current.ref, current.text
    assert current.stored is not None
    before = as_version_3(current.lines) if version_of(written) == "3.0" else list(current.lines)
    shown = families - KIND_NAMES - MEMBER_NAMES
    if is_group(written):
        shown |= MEMBER_NAMES
    difference = compare(before, written, login.caller.country, shown)
    split_members(difference)
    if not has_seen:
        difference.retained += difference.removed
        difference.removed = []
    if difference.is_empty and (difference.retained or is_rewriting):
        return current.ref, current.text
    if is_group(written) and not difference.retained:
        after = list(written)
    else:
        after = Patch(before, login.caller.country, keeps_heads=False).make(difference)
    if not login.device.shows_groups:
        show_groups_on(tx, login.caller)
    return write_group(
        tx, login.caller, current.ref.href, uid=current.uid, before=before, after=after, tag_id=current.stored.tag_id
    )


def split_members(difference: Difference) -> None:
    """A member in the place of another is one that left and one that came."""
    for before, after in difference.changed:
        if before.family in MEMBER_NAMES:
            difference.removed.append(before)
            difference.added.append(after)
    difference.changed = [pair for pair in difference.changed if pair[0].family not in MEMBER_NAMES]
