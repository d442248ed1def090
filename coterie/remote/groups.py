"""A group of a remote book becomes a tag. Its members get the tag, and lose it when they leave the group.

Of a group, remote_body is its card on the server, and own_body the part of it that the tags have: without members whose
cards are not in sync yet. The server's groups are read and never written.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.actions.terms import change_tagged, create_term
from coterie.errors import Invalid, NotFound
from coterie.model.subscriptions import BOUND, CARD_HELD, GROUP, IGNORED, RemoteCard
from coterie.model.terms import TAGS
from coterie.remote.context import Context
from coterie.store import remote_cards as store
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts
from coterie.vcard.group_lines import members_of, name_of, with_members
from coterie.vcard.raw import RawLine, join_lines, split_card, uid_of

GROUPS_MAX = 10_000


def take_group(tx: Tx, context: Context, card: RemoteCard, lines: Sequence[RawLine]) -> None:
    """Stores a group as the server has it; follow_groups makes its tag equal to it."""
    present = store.find_remote_cards(tx, context.organization_id, context.subscription.id, [card.href])
    before = present.get(card.href)
    is_known = before is not None and is_group_card(before)
    applied = before.own_body if before is not None and is_known else ""
    context.save_cards(
        tx, replace(card, uid=uid_of(lines), remote_body=join_lines(lines), own_body=applied, state=IGNORED,
                    reason_code=GROUP),
    )  # fmt: skip


def is_group_card(card: RemoteCard) -> bool:
    """Whether a stored card is a group."""
    return card.state == IGNORED and card.reason_code == GROUP


def follow_groups(context: Context) -> None:
    """Gives and takes the tags of all groups by what differs from the last time, each in a transaction."""
    with context.write() as tx:
        cards = store.list_in_state(tx, context.organization_id, context.subscription.id, [IGNORED], limit=GROUPS_MAX)
    for card in cards:
        if is_group_card(card) and card.own_body != card.remote_body:
            with context.write() as tx:
                _follow(tx, context, card)


def _follow(tx: Tx, context: Context, card: RemoteCard) -> None:
    before, after = split_card(card.own_body or ""), split_card(card.remote_body)
    old, new = _members(tx, context, before), _members(tx, context, after)
    had, has = set(old.values()), set(new.values())
    lock_contacts(tx, context.organization_id, sorted(had | has))
    try:
        with tx.savepoint():
            if name_of(before) == name_of(after):
                _change(tx, context, name_of(after), added=has - had, removed=had - has)
            else:
                _change(tx, context, name_of(before), added=set(), removed=had)
                _change(tx, context, name_of(after), added=has, removed=set())
    except (Invalid, NotFound):
        return  # no tag can have its name
    waiting = {uid for uid in members_of(after) if uid not in new}
    context.save_cards(tx, replace(card, own_body=join_lines(with_members(after, waiting, []))))


def leave_group(tx: Tx, context: Context, card: RemoteCard) -> None:
    """Removes the tag of a deleted group from its members. The tag stays."""
    lines = split_card(card.own_body or "")
    members = set(_members(tx, context, lines).values())
    lock_contacts(tx, context.organization_id, sorted(members))
    _change(tx, context, name_of(lines), added=set(), removed=members)


def _change(tx: Tx, context: Context, name: str, *, added: set[int], removed: set[int]) -> None:
    if added or removed:
        tag = create_term(tx, context.caller, TAGS, name)
        change_tagged(tx, context.caller, tag.id, added=sorted(added), removed=sorted(removed))


def _members(tx: Tx, context: Context, lines: Sequence[RawLine]) -> dict[str, int]:
    """UID -> contact, for the members whose cards are in sync."""
    found = {}
    for uid in members_of(lines):
        cards = store.list_by_uid(tx, context.organization_id, context.subscription.id, uid)
        ids = [card.contact_id for card in cards if card.state in (BOUND, CARD_HELD) and card.contact_id is not None]
        if ids:
            found[uid] = ids[0]
    return found
