"""Cards of the address book: names, change numbers, stored lines.

A card's change number is the revision of its contact; a group has one of its own. Names that are gone are found by
contacts that are deleted or off phones, by tombstones of erased ones, and by deleted rows of cards.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from coterie.model import times
from coterie.model.cards import CardRef, contact_uuid_of, default_href
from coterie.store.database import Row, Tx, matching
from coterie.store.revisions import next_changes

_CARD = (
    "SELECT c.id, c.uuid, c.revision, c.updated_at, k.href, c.deleted_at IS NULL AND c.card_state = 'on'"
    " FROM contacts c LEFT JOIN cards k ON k.organization_id = c.organization_id AND k.contact_uuid = c.uuid"
    " AND NOT k.is_deleted WHERE c.organization_id = :organization_id"
)

_STORED = "href, contact_id, uid, body, draft, revision, device_id, other_emails, tag_id, tag_digest"


class StoredCard(NamedTuple):
    """Lines as a device wrote them. draft: the contact then, as JSON; revision: its revision then.

    other_emails: in lower case, the e-mail addresses of the lines that the contact does not have, for searches.
    tag_id: of a group, the tag it shows; tag_digest: of the tag's name and contacts when the lines were made equal.
    """

    href: str
    contact_id: int | None
    uid: str
    body: str
    draft: str | None
    revision: int
    device_id: str | None
    other_emails: str | None = None
    tag_id: str | None = None
    tag_digest: str | None = None


def _ref(row: Row) -> CardRef:
    return CardRef(row[4] or default_href(row[1]), row[0], row[2], row[3])


def list_cards(tx: Tx, organization_id: int, *, with_groups: bool) -> list[CardRef]:
    """All cards of the book, in the order of their changes; groups last."""
    rows = tx.all(
        f"{_CARD} AND c.card_state IS NOT NULL AND c.card_state = 'on' AND c.deleted_at IS NULL ORDER BY c.revision",
        {"organization_id": organization_id},
    )
    return [*map(_ref, rows), *(list_group_refs(tx, organization_id) if with_groups else ())]


def list_group_refs(tx: Tx, organization_id: int) -> list[CardRef]:
    """The cards that are groups, in the order of their changes."""
    rows = tx.all(
        "SELECT href, revision, changed_at FROM cards WHERE organization_id = :organization_id"
        " AND contact_uuid IS NULL AND NOT is_deleted ORDER BY revision",
        {"organization_id": organization_id},
    )
    return [CardRef(href, None, revision, at) for href, revision, at in rows]


def list_changes(tx: Tx, organization_id: int, after: int, *, with_groups: bool) -> list[tuple[int, CardRef | str]]:
    """(change number, card or the name of one that is gone), for what changed after a change number, in no order."""
    bound = {"organization_id": organization_id, "after": after}
    changed: list[CardRef] = []
    gone: dict[str, int] = {}
    for row in tx.all(f"{_CARD} AND c.card_state IS NOT NULL AND c.revision > :after ORDER BY c.revision", bound):
        ref = _ref(row)
        if row[5]:
            changed.append(ref)
        else:
            gone[ref.href] = ref.revision
    erased = tx.all(
        "SELECT t.uuid, t.revision, k.href FROM contact_tombstones t LEFT JOIN cards k"
        " ON k.organization_id = t.organization_id AND k.contact_uuid = t.uuid AND NOT k.is_deleted"
        " WHERE t.organization_id = :organization_id AND t.revision > :after",
        bound,
    )
    gone |= {href or default_href(uuid): revision for uuid, revision, href in erased}
    names = tx.all(
        "SELECT href, contact_uuid, revision, changed_at, is_deleted FROM cards"
        " WHERE organization_id = :organization_id AND revision > :after",
        bound,
    )
    for href, contact_uuid, revision, at, is_deleted in names:
        if contact_uuid is None and not with_groups:
            continue
        if is_deleted:
            gone[href] = revision
        elif contact_uuid is None:
            changed.append(CardRef(href, None, revision, at))
    for ref in changed:
        gone.pop(ref.href, None)
    return [*((ref.revision, ref) for ref in changed), *((revision, href) for href, revision in gone.items())]


def last_change(tx: Tx, organization_id: int) -> int:
    """The change number of the newest change of the book; at least 1."""
    row = tx.one(
        "SELECT (SELECT max(revision) FROM contacts WHERE organization_id = :o AND card_state IS NOT NULL),"
        " (SELECT max(revision) FROM contact_tombstones WHERE organization_id = :o),"
        " (SELECT max(revision) FROM cards WHERE organization_id = :o)",
        {"o": organization_id},
    )
    return max(1, *(number or 0 for number in row or ()))


def next_event(tx: Tx, organization_id: int, change: int) -> int:
    """The id of the event that follows a change number, in the same transaction or later; the number if none does.

    No card of the book changed in between, so a sync token may stand for either.
    """
    row = tx.one(
        "SELECT min(id) FROM events WHERE organization_id = :organization_id AND id >= :change",
        {"organization_id": organization_id, "change": change},
    )
    return int(row[0]) if row and row[0] is not None else change


def history_at(tx: Tx, organization_id: int, change: int) -> str:
    """What the last event up to a change number was: its number and moment.

    A database restored from a backup gives the same numbers to other events, at other moments.
    """
    row = tx.one(
        "SELECT id, happened_at FROM events WHERE organization_id = :organization_id AND id <= :change"
        " ORDER BY id DESC LIMIT 1",
        {"organization_id": organization_id, "change": change},
    )
    return f"{row[0]} {row[1]}" if row else ""


# Finding one ----------------------------------------------------------------------------------------------------------


def find_cards(tx: Tx, organization_id: int, hrefs: Collection[str]) -> dict[str, CardRef]:
    """name -> card, for those of the names that the book has."""
    if not hrefs:
        return {}
    condition, bound = matching(tx, "hrefs", hrefs)
    named = tx.all(
        "SELECT href, contact_uuid, revision, changed_at FROM cards WHERE organization_id = :organization_id"
        f" AND href {condition} AND NOT is_deleted",
        {"organization_id": organization_id, "hrefs": bound},
    )
    found = {href: CardRef(href, None, revision, at) for href, uuid, revision, at in named if uuid is None}
    uuids = {uuid: href for href, uuid, _, _ in named if uuid is not None}
    taken = {href for href, *_ in named}
    for href in hrefs:
        if href not in taken and (uuid := contact_uuid_of(href)):
            uuids[uuid] = href
    if uuids:
        condition, bound = matching(tx, "uuids", uuids)
        rows = tx.all(
            f"{_CARD} AND c.card_state = 'on' AND c.deleted_at IS NULL AND c.uuid {condition}",
            {"organization_id": organization_id, "uuids": bound},
        )
        for row in rows:
            ref = _ref(row)
            # a contact that a device named has no other name
            if uuids[row[1]] == ref.href:
                found[ref.href] = ref
    return found


def find_card_of_contact(tx: Tx, organization_id: int, contact_id: int) -> CardRef | None:
    """The card of a contact; None if it has none."""
    return next(iter(_list_of_contacts(tx, organization_id, [contact_id])), None)


def find_cards_by_email(tx: Tx, organization_id: int, texts: Iterable[str]) -> list[CardRef]:
    """The cards that may have an e-mail address with one of these texts, in lower case and of ASCII only.

    All that have one are among them. The index of handles has the normalized address alone, which is the address in
    lower case unless it has letters beyond ASCII: xn--bcher-kva.example is normalized to bücher.example.
    """
    contact_ids: set[int] = set()
    hrefs: set[str] = set()
    position = "instr" if tx.engine == "sqlite" else "strpos"
    for text in texts:
        rows = tx.all(
            "SELECT contact_id, NULL FROM handles WHERE organization_id = :organization_id AND channel = 'email'"
            f" AND ({position}(normalized, :text) > 0 OR length(normalized) <> octet_length(normalized))"
            " UNION ALL SELECT contact_id, href FROM card_bodies WHERE organization_id = :organization_id"
            f" AND other_emails IS NOT NULL AND {position}(other_emails, :text) > 0",
            {"organization_id": organization_id, "text": text},
        )
        contact_ids |= {contact_id for contact_id, _ in rows if contact_id is not None}
        hrefs |= {href for contact_id, href in rows if contact_id is None}
    return [*_list_of_contacts(tx, organization_id, contact_ids), *find_cards(tx, organization_id, hrefs).values()]


def _list_of_contacts(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> list[CardRef]:
    """The cards of these contacts, in the order of their changes."""
    if not contact_ids:
        return []
    condition, bound = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"{_CARD} AND c.card_state = 'on' AND c.deleted_at IS NULL AND c.id {condition} ORDER BY c.revision",
        {"organization_id": organization_id, "ids": bound},
    )
    return [_ref(row) for row in rows]


def find_stored(tx: Tx, organization_id: int, refs: Collection[CardRef]) -> dict[str, StoredCard]:
    """name of the card -> its stored lines, for the cards that a device wrote."""
    names = {ref.contact_id: ref.href for ref in refs if ref.contact_id is not None}
    groups = [ref.href for ref in refs if ref.contact_id is None]
    found: dict[str, StoredCard] = {}
    if names:
        condition, bound = matching(tx, "ids", names)
        rows = tx.all(
            f"SELECT {_STORED} FROM card_bodies WHERE organization_id = :organization_id AND contact_id {condition}",
            {"organization_id": organization_id, "ids": bound},
        )
        found = {names[row[1]]: StoredCard(*row) for row in rows}
    if groups:
        condition, bound = matching(tx, "hrefs", groups)
        rows = tx.all(
            f"SELECT {_STORED} FROM card_bodies WHERE organization_id = :organization_id AND href {condition}"
            " AND contact_id IS NULL",
            {"organization_id": organization_id, "hrefs": bound},
        )
        found |= {row[0]: StoredCard(*row) for row in rows}
    return found


def find_stored_of_contact(tx: Tx, organization_id: int, contact_id: int) -> StoredCard | None:
    """The stored lines of a contact, which may be deleted; None if no device wrote its card."""
    row = tx.one(
        f"SELECT {_STORED} FROM card_bodies WHERE organization_id = :organization_id AND contact_id = :contact_id",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return StoredCard(*row) if row else None


# Writing --------------------------------------------------------------------------------------------------------------


def save_name(
    tx: Tx, organization_id: int, href: str, *, contact_uuid: str | None, revision: int, now: str, is_deleted: bool
) -> None:
    """Saves a name of the book, of a contact or of a group (contact_uuid None)."""
    row: dict[str, Any] = {
        "organization_id": organization_id, "href": href, "contact_uuid": contact_uuid, "revision": revision,
        "changed_at": now, "is_deleted": is_deleted,
    }  # fmt: skip
    tx.insert_rows("cards", [row], replace_on=("organization_id", "href"))


def delete_names_of_contact(
    tx: Tx, organization_id: int, contact_uuid: str, *, revision: int, now: str, but: str
) -> None:
    """Deletes the names of a contact except one: it moved."""
    tx.run(
        "UPDATE cards SET is_deleted = TRUE, revision = :revision, changed_at = :now"
        " WHERE organization_id = :organization_id AND contact_uuid = :uuid AND href <> :but AND NOT is_deleted",
        {"organization_id": organization_id, "uuid": contact_uuid, "revision": revision, "now": now, "but": but},
    )


def save_stored(tx: Tx, organization_id: int, card: StoredCard, *, is_first: bool = False) -> None:
    """Saves the lines of a card in place of those under its name and those of its contact.

    is_first: the contact has no stored lines.
    """
    bound: dict[str, Any] = {"organization_id": organization_id, "contact_id": card.contact_id, "href": card.href}
    if card.contact_id is not None and not is_first:
        tx.run(
            "DELETE FROM card_bodies WHERE organization_id = :organization_id AND contact_id = :contact_id"
            " AND href <> :href",
            bound,
        )
    row = {"organization_id": organization_id, **card._asdict()}
    tx.insert_rows("card_bodies", [row], replace_on=("organization_id", "href"))


def delete_stored(tx: Tx, organization_id: int, href: str) -> None:
    """Deletes the lines of a card."""
    tx.run(
        "DELETE FROM card_bodies WHERE organization_id = :organization_id AND href = :href",
        {"organization_id": organization_id, "href": href},
    )


def save_group(tx: Tx, organization_id: int, group: StoredCard) -> CardRef:
    """Saves a group under its name with a new change number; returns its card."""
    ref = touch_group(tx, organization_id, group.href)
    save_stored(tx, organization_id, group._replace(revision=ref.revision))
    return ref


def touch_group(tx: Tx, organization_id: int, href: str) -> CardRef:
    """Gives the name of a group a new change number, so that devices read the group again."""
    ref = CardRef(href, None, next_changes(tx, organization_id), times.now())
    save_name(tx, organization_id, href, contact_uuid=None, revision=ref.revision, now=ref.changed_at, is_deleted=False)
    return ref


def delete_group(tx: Tx, organization_id: int, href: str) -> None:
    """Deletes a group and its lines; a sync reports its name as removed."""
    revision = next_changes(tx, organization_id)
    save_name(tx, organization_id, href, contact_uuid=None, revision=revision, now=times.now(), is_deleted=True)
    delete_stored(tx, organization_id, href)


def delete_imported(tx: Tx, organization_id: int, href: str) -> bool:
    """Deletes the lines of a card that an import brought, unless a device has written it since."""
    bound = {"organization_id": organization_id, "href": href}
    sql = "DELETE FROM card_bodies WHERE organization_id = :organization_id AND href = :href AND revision = 0"
    return tx.run(sql, bound) == 1


def rename_stored(tx: Tx, organization_id: int, href: str, new_href: str) -> None:
    """The stored lines of a card under another name; lines of a card that had that name are deleted."""
    delete_stored(tx, organization_id, new_href)
    tx.run(
        "UPDATE card_bodies SET href = :new_href WHERE organization_id = :organization_id AND href = :href",
        {"organization_id": organization_id, "href": href, "new_href": new_href},
    )


# Earlier lines --------------------------------------------------------------------------------------------------------

HISTORY_MAX = 10


def add_history(tx: Tx, organization_id: int, contact_id: int) -> None:
    """Copies the stored lines of a contact, which are about to be replaced; of each card the newest ten stay."""
    bound = {"organization_id": organization_id, "contact_id": contact_id, "count": HISTORY_MAX}
    tx.run(
        "INSERT INTO card_history (organization_id, contact_id, revision, body, device_id)"
        " SELECT organization_id, contact_id, revision, body, device_id FROM card_bodies"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " ON CONFLICT DO NOTHING",
        {name: bound[name] for name in ("organization_id", "contact_id")},
    )
    tx.run(
        "DELETE FROM card_history WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND revision <= (SELECT revision FROM card_history WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id ORDER BY revision DESC LIMIT 1 OFFSET :count)",
        bound,
    )


def find_seen_body(
    tx: Tx, organization_id: int, contact_id: int, *, revision: int, device_id: str | None
) -> str | None:
    """The newest lines, stored or earlier, that a device has seen: its own, or those up to a change number."""
    row = tx.one(
        "SELECT body FROM (SELECT revision, body, device_id FROM card_history"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " UNION ALL SELECT revision, body, device_id FROM card_bodies"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id) seen"
        " WHERE revision <= :revision OR device_id = :device_id ORDER BY revision DESC LIMIT 1",
        {
            "organization_id": organization_id, "contact_id": contact_id, "revision": revision,
            "device_id": device_id or "",
        },
    )  # fmt: skip
    return row[0] if row else None
