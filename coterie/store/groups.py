"""Groups of the address book and the tags they show: whom phones see with a tag, whom the lines of a group name."""

from collections.abc import Iterable
from typing import NamedTuple

from coterie.model.cards import default_href
from coterie.model.group_members import without_members
from coterie.model.imports import UID_SOURCE
from coterie.store.cards import touch_group
from coterie.store.counters import add_to_count, count
from coterie.store.database import Tx, matching

# of tags on contacts that phones see: beyond it groups stay as they are
TAGGED_MAX = 250_000
GROUPS_MAX = 20_000
_REFRESHED = "groups_refreshed"


class Group(NamedTuple):
    """A group of the book, without its lines. tag_id, tag_digest: as StoredCard has them."""

    href: str
    uid: str
    tag_id: str | None
    tag_digest: str | None


def list_groups(tx: Tx, organization_id: int) -> list[Group]:
    """The groups of the book, 20,000 at most."""
    rows = tx.all(
        "SELECT b.href, b.uid, b.tag_id, b.tag_digest FROM card_bodies b JOIN cards k"
        " ON k.organization_id = b.organization_id AND k.href = b.href"
        " WHERE b.organization_id = :organization_id AND b.contact_id IS NULL AND k.contact_uuid IS NULL"
        " AND NOT k.is_deleted ORDER BY b.href LIMIT :limit",
        {"organization_id": organization_id, "limit": GROUPS_MAX},
    )
    return [Group(*row) for row in rows]


def list_tagged(tx: Tx, organization_id: int, tag_id: str | None = None) -> list[tuple[str, int, str]]:
    """(tag id, contact id, UID of its card), for the contacts that phones see, of one tag or of all that are not
    deleted; 250,001 at most."""
    of_tag = "" if tag_id is None else " AND l.tag_id = :tag_id"
    bound: dict[str, object] = {"organization_id": organization_id, "source": UID_SOURCE, "limit": TAGGED_MAX + 1}
    rows = tx.all(
        "SELECT l.tag_id, c.id, coalesce(b.uid, (SELECT min(e.external_id) FROM external_ids e"
        " WHERE e.organization_id = c.organization_id AND e.contact_id = c.id AND e.source = :source), c.uuid)"
        " FROM contact_tags l JOIN tags t ON t.organization_id = l.organization_id AND t.id = l.tag_id"
        " JOIN contacts c ON c.organization_id = l.organization_id AND c.id = l.contact_id"
        " LEFT JOIN card_bodies b ON b.organization_id = c.organization_id AND b.contact_id = c.id"
        f" WHERE l.organization_id = :organization_id{of_tag} AND t.deleted_at IS NULL AND c.deleted_at IS NULL"
        " AND c.card_state = 'on' ORDER BY l.tag_id, c.id LIMIT :limit",
        bound if tag_id is None else bound | {"tag_id": tag_id},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def find_members(tx: Tx, organization_id: int, uids: Iterable[str]) -> dict[str, int]:
    """UID -> contact id, in any case, for the contacts that have a UID; deleted ones too."""
    wanted = {spelling for uid in uids for spelling in (uid, uid.lower(), uid.upper())}
    if not wanted:
        return {}
    condition, bound = matching(tx, "uids", wanted)
    rows = tx.all(
        "SELECT uuid, id FROM contacts WHERE organization_id = :organization_id AND merged_into IS NULL"
        f" AND uuid {condition}",
        {"organization_id": organization_id, "uids": bound},
    )
    rows += tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = :source AND external_id {condition}",
        {"organization_id": organization_id, "source": UID_SOURCE, "uids": bound},
    )
    found = {uid.lower(): contact_id for uid, contact_id in rows}
    exact = dict(tuple(row) for row in rows)
    return {uid: exact.get(uid, found[uid.lower()]) for uid in uids if uid.lower() in found}


def free_href(tx: Tx, organization_id: int, uid: str, other: str) -> str:
    """A name for a new group: of its UID, or `other` if a card has that name or had it."""
    row = tx.one(
        "SELECT 1 FROM cards WHERE organization_id = :organization_id AND href = :href",
        {"organization_id": organization_id, "href": default_href(uid)},
    )
    return default_href(uid if row is None else other)


def refreshed_change(tx: Tx, organization_id: int) -> int:
    """The change number at which the groups were last made equal to their tags."""
    return count(tx, organization_id, _REFRESHED)


def save_refreshed(tx: Tx, organization_id: int, change: int) -> None:
    add_to_count(tx, organization_id, _REFRESHED, change - refreshed_change(tx, organization_id))


def scrub_members(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Removes contacts from the lines of groups, to be called before they are erased."""
    condition, bound = matching(tx, "ids", contact_ids)
    parameters = {"organization_id": organization_id, "ids": bound, "source": UID_SOURCE}
    uids = tx.all(
        f"SELECT uuid FROM contacts WHERE organization_id = :organization_id AND id {condition} UNION"
        " SELECT external_id FROM external_ids WHERE organization_id = :organization_id AND source = :source"
        f" AND contact_id {condition}",
        parameters,
    )
    plain = {uid.lower().replace("\\", "") for (uid,) in uids}
    groups = tx.all(
        "SELECT href, body FROM card_bodies WHERE organization_id = :organization_id AND contact_id IS NULL"
        " ORDER BY href LIMIT :limit",
        {"organization_id": organization_id, "limit": GROUPS_MAX},
    )
    for href, body in groups:
        if (left := without_members(body, plain)) != body:
            ref = touch_group(tx, organization_id, href)
            tx.run(
                "UPDATE card_bodies SET body = :body, revision = :revision"
                " WHERE organization_id = :organization_id AND href = :href",
                {"organization_id": organization_id, "href": href, "body": left, "revision": ref.revision},
            )
