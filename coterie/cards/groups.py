"""Groups of the address book, which iPhones call lists, and the tags they show.

Guarantees. A group has the name of its tag and, as members, the contacts that phones see with the tag; its other lines
stay as a device wrote them, those that name unknown members too. A device changes the tag by what differs between the
group before and after. No change of a tag, through any door, is missed: each request of a device that sees groups
begins with refresh_groups.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from coterie.actions.cards import save_group
from coterie.actions.devices import show_groups
from coterie.actions.events import record
from coterie.actions.terms import change_tagged, create_term, update_term
from coterie.errors import Invalid
from coterie.model.cards import CardRef
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS, TERMS_MAX, Term
from coterie.store import cards as card_store
from coterie.store import groups as store
from coterie.store.books import newest_change
from coterie.store.cards import StoredCard
from coterie.store.database import Tx
from coterie.store.groups import Group
from coterie.store.revisions import lock_changes, lock_contacts
from coterie.store.terms import find_term, list_terms
from coterie.vcard.group_lines import make_group, members_of, name_of, with_members, with_name
from coterie.vcard.raw import GROUP_MEMBERS_MAX, RawLine, join_lines, split_card

# contact id -> UID of its card
Members = Mapping[int, str]


def are_groups_stale(tx: Tx, caller: Caller) -> bool:
    """Whether anything changed in the organization since the groups were made equal to their tags."""
    newest = newest_change(tx, caller.organization_id)
    return store.refreshed_change(tx, caller.organization_id) != newest


def refresh_groups(tx: Tx, caller: Caller) -> None:
    """Makes all groups equal to their tags: new ones for tags without a group, none for deleted tags.

    A tag with more than 5,000 contacts on phones has no group. A group without a tag, as an import brings it, gets one.
    """
    organization_id = caller.organization_id
    _link_groups(tx, caller)
    # one refresh at a time, so that a tag gets one group
    lock_changes(tx, organization_id)
    if not are_groups_stale(tx, caller):
        return
    tagged = store.list_tagged(tx, organization_id)
    if len(tagged) <= store.TAGGED_MAX:
        members: dict[str, dict[int, str]] = {}
        for tag_id, contact_id, uid in tagged:
            members.setdefault(tag_id, {})[contact_id] = uid
        _make_equal(tx, caller, members)
    store.save_refreshed(tx, organization_id, newest_change(tx, organization_id))


def _make_equal(tx: Tx, caller: Caller, members: Mapping[str, Members]) -> None:
    tags = {tag.id: tag for tag in list_terms(tx, caller.organization_id, TAGS, limit=TERMS_MAX)}
    large = {tag_id for tag_id, of_tag in members.items() if len(of_tag) > GROUP_MEMBERS_MAX}
    shown: set[str] = set()
    for group in store.list_groups(tx, caller.organization_id):
        if group.tag_id is None:
            continue
        shown.add(group.tag_id)
        tag = tags.get(group.tag_id)
        if tag is None or tag.id in large:
            card_store.delete_group(tx, caller.organization_id, group.href)
        else:
            _refresh(tx, caller, group, tag, members.get(tag.id, {}))
    for tag_id in sorted(members.keys() - shown - large):
        group = Group(store.free_href(tx, caller.organization_id, tag_id, new_id()), tag_id, tag_id, None)
        lines = make_group(tags[tag_id].name, tag_id)
        _save_equal(tx, caller, group, lines, tags[tag_id], members[tag_id])


def _refresh(tx: Tx, caller: Caller, group: Group, tag: Term, members: Members) -> None:
    if group.tag_digest == _digest(tag, members):
        return
    ref = CardRef(group.href, None, 0, "")
    stored = card_store.find_stored(tx, caller.organization_id, [ref])[group.href]
    lines = split_card(stored.body)
    if _equal_lines(tx, caller, lines, tag, members) == lines:
        equal = stored._replace(tag_digest=_digest(tag, members))
        card_store.save_stored(tx, caller.organization_id, equal)
    else:
        _save_equal(tx, caller, group, lines, tag, members, other_emails=stored.other_emails)


def _save_equal(
    tx: Tx,
    caller: Caller,
    group: Group,
    lines: Sequence[RawLine],
    tag: Term,
    members: Members,
    *,
    other_emails: str | None = None,
) -> None:
    """Stores the lines of a group, made equal to its tag, with a new change number."""
    body = join_lines(_equal_lines(tx, caller, lines, tag, members))
    card = StoredCard(
        group.href, None, group.uid, body=body, draft=None, revision=0, device_id=None, other_emails=other_emails,
        tag_id=tag.id, tag_digest=_digest(tag, members),
    )  # fmt: skip
    card_store.save_group(tx, caller.organization_id, card)


def _equal_lines(tx: Tx, caller: Caller, lines: Sequence[RawLine], tag: Term, members: Members) -> list[RawLine]:
    """The lines with the tag's name and members. Lines of members that are not contacts stay."""
    result = list(lines) if name_of(lines) == tag.name else with_name(lines, tag.name)
    present = store.find_members(tx, caller.organization_id, members_of(result))
    gone = {uid for uid, contact_id in present.items() if contact_id not in members}
    named = set(present.values())
    added = [uid for contact_id, uid in members.items() if contact_id not in named]
    return with_members(result, gone, added) if gone or added else result


def _digest(tag: Term, members: Members) -> str:
    text = "\n".join([tag.name, *(f"{contact_id} {uid}" for contact_id, uid in sorted(members.items()))])
    return sha256(text.encode()).hexdigest()[:32]


# Devices --------------------------------------------------------------------------------------------------------------


def write_group(
    tx: Tx,
    caller: Caller,
    href: str,
    *,
    uid: str,
    before: Sequence[RawLine],
    after: Sequence[RawLine],
    tag_id: str | None = None,
) -> tuple[CardRef, str]:
    """Stores a group that a device wrote, and changes its tag by what differs from the group before.

    before: no lines for a new group. tag_id: of the group before. Returns (the card, its text now). A group whose name
    no tag can have is stored as it came.
    """
    organization_id = caller.organization_id
    old = store.find_members(tx, organization_id, members_of(before))
    new = store.find_members(tx, organization_id, members_of(after))
    # contacts before tags and change numbers, as every verb locks them
    lock_contacts(tx, organization_id, sorted({*old.values(), *new.values()}))
    tag, is_same = _tag_of(tx, caller, tag_id, before, after)
    lines, digest = list(after), None
    if tag is not None:
        had = set(old.values()) if is_same else set()
        has = set(new.values())
        change_tagged(tx, caller, tag.id, added=sorted(has - had), removed=sorted(had - has))
        members = {contact_id: each for _, contact_id, each in store.list_tagged(tx, organization_id, tag.id)}
        if len(members) <= GROUP_MEMBERS_MAX:
            lines, digest = _equal_lines(tx, caller, lines, tag, members), _digest(tag, members)
    body = join_lines(lines)
    ref = save_group(tx, caller, href, uid=uid, body=body, tag_id=tag.id if tag else None, tag_digest=digest)
    return ref, body


def _tag_of(
    tx: Tx, caller: Caller, tag_id: str | None, before: Sequence[RawLine], after: Sequence[RawLine]
) -> tuple[Term | None, bool]:
    """(the tag of a group, whether it is that of the group before): renamed if the group was.

    A group with the name of another tag shows that one from then on.
    """
    name = name_of(after)
    tag = find_term(tx, caller.organization_id, TAGS, tag_id) if tag_id else None
    if tag is not None and tag.deleted_at is None:
        if name in (tag.name, name_of(before)):
            return tag, True
        try:
            with tx.savepoint():
                return update_term(tx, caller, TAGS, tag.id, name), True
        except Invalid:
            pass
    else:
        tag = None
    try:
        with tx.savepoint():
            return create_term(tx, caller, TAGS, name), False
    except Invalid:
        return tag, tag is not None


def _link_groups(tx: Tx, caller: Caller) -> None:
    """Gives groups that have no tag the tag of their name."""
    hrefs = [group.href for group in store.list_groups(tx, caller.organization_id) if group.tag_id is None]
    stored = card_store.find_stored(tx, caller.organization_id, [CardRef(href, None, 0, "") for href in hrefs])
    for href, card in stored.items():
        lines = split_card(card.body)
        if name_of(lines):
            write_group(tx, caller, href, uid=card.uid, before=(), after=lines)


def show_groups_on(tx: Tx, caller: Caller) -> None:
    """Shows groups on the caller's device, which is about to write its first one: all groups count as changed."""
    show_groups(tx, caller, caller.token_id or "")
    refresh_groups(tx, caller)
    for ref in card_store.list_group_refs(tx, caller.organization_id):
        card_store.touch_group(tx, caller.organization_id, ref.href)


def delete_group(tx: Tx, caller: Caller, ref: CardRef) -> None:
    """Deletes a group. Its tag is taken off its members, unless another group shows it.

    History can undo that, and restore_deletions does.
    """
    organization_id = caller.organization_id
    stored = card_store.find_stored(tx, organization_id, [ref]).get(ref.href)
    tag_id = stored.tag_id if stored is not None else None
    undo = None
    if stored is not None and tag_id is not None and _is_last(tx, caller, ref.href, tag_id):
        members = sorted(set(store.find_members(tx, organization_id, members_of(split_card(stored.body))).values()))
        lock_contacts(tx, organization_id, members)
        change_tagged(tx, caller, tag_id, added=(), removed=members)
        undo = {"tag": tag_id, "contacts": members}
    card_store.delete_group(tx, organization_id, ref.href)
    record(tx, caller, "device.group_deleted", caller.token_id or "", undo=undo)


def _is_last(tx: Tx, caller: Caller, href: str, tag_id: str) -> bool:
    """Whether no other group shows a tag, which is not deleted."""
    groups = store.list_groups(tx, caller.organization_id)
    tag = find_term(tx, caller.organization_id, TAGS, tag_id)
    is_shown = any(group.tag_id == tag_id for group in groups if group.href != href)
    return tag is not None and tag.deleted_at is None and not is_shown
