"""Cadences: the rules of staying in touch."""

from collections.abc import Iterable, Sequence

from coterie.model.cadences import Cadence, Snooze, Target
from coterie.store.database import Row, Tx

_COLUMNS = ("id", "contact_id", "tag_id", "folder_id", "every", "created_at", "updated_at")
_SELECT = ", ".join(f"k.{name}" for name in _COLUMNS)
# contacts of tags that are deleted are not in touch because of them
_MEMBERS = {
    "contact": "SELECT id AS contact_id FROM contacts WHERE organization_id = :organization_id AND id = :id",
    "tag": "SELECT contact_id FROM contact_tags WHERE organization_id = :organization_id AND tag_id = :id",
    "folder": "SELECT contact_id FROM contact_folders WHERE organization_id = :organization_id AND folder_id = :id",
}
_OF_CONTACTS = (
    f"SELECT k.contact_id, {_SELECT} FROM cadences k"
    " WHERE k.organization_id = :organization_id AND k.contact_id {ids}"
    f" UNION ALL SELECT l.contact_id, {_SELECT} FROM cadences k JOIN tags t"
    " ON t.organization_id = k.organization_id AND t.id = k.tag_id AND t.deleted_at IS NULL"
    " JOIN contact_tags l ON l.organization_id = k.organization_id AND l.tag_id = k.tag_id"
    " WHERE k.organization_id = :organization_id AND l.contact_id {ids}"
    f" UNION ALL SELECT l.contact_id, {_SELECT} FROM cadences k JOIN contact_folders l"
    " ON l.organization_id = k.organization_id AND l.folder_id = k.folder_id"
    " WHERE k.organization_id = :organization_id AND l.contact_id {ids}"
)


def _cadence(row: Row) -> Cadence:
    return Cadence(**dict(zip(_COLUMNS, row, strict=True)))


def has_cadences(tx: Tx, organization_id: int) -> bool:
    """Whether there is any rule, or a plan of one that is gone; otherwise there is nothing to compute."""
    row = tx.one(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM cadences WHERE organization_id = :o)"
        " OR EXISTS (SELECT 1 FROM touch_plans WHERE organization_id = :o)",
        {"o": organization_id},
    )
    return row is not None


def count_group_cadences(tx: Tx, organization_id: int) -> int:
    """The number of rules of tags and folders; counted, since there are at most 500."""
    row = tx.one(
        "SELECT count(*) FROM cadences WHERE organization_id = :o AND contact_id IS NULL", {"o": organization_id}
    )
    return int(row[0]) if row else 0


def list_cadences(tx: Tx, organization_id: int, *, after: str = "", limit: int) -> list[Cadence]:
    """The next rules after an id, by id: the oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM cadences k WHERE k.organization_id = :organization_id AND k.id > :after"
        " ORDER BY k.id LIMIT :limit",
        {"organization_id": organization_id, "after": after, "limit": limit},
    )
    return [_cadence(row) for row in rows]


def list_group_cadences(tx: Tx, organization_id: int, *, limit: int) -> list[Cadence]:
    """The rules of tags and folders, the oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM cadences k WHERE k.organization_id = :o AND k.contact_id IS NULL"
        " ORDER BY k.id LIMIT :limit",
        {"o": organization_id, "limit": limit},
    )
    return [_cadence(row) for row in rows]


def find_cadence(tx: Tx, organization_id: int, cadence_id: str) -> Cadence | None:
    row = tx.one(
        f"SELECT {_SELECT} FROM cadences k WHERE k.organization_id = :organization_id AND k.id = :id",
        {"organization_id": organization_id, "id": cadence_id},
    )
    return _cadence(row) if row else None


def find_cadence_of(tx: Tx, organization_id: int, target: Target) -> Cadence | None:
    """The rule of a contact, a tag or a folder."""
    column = {"contact": "contact_id", "tag": "tag_id", "folder": "folder_id"}[target.kind]
    row = tx.one(
        f"SELECT {_SELECT} FROM cadences k WHERE k.organization_id = :organization_id AND k.{column} = :id",
        {"organization_id": organization_id, "id": target.id},
    )
    return _cadence(row) if row else None


def list_cadences_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Cadence]]:
    """contact id -> the rules of the contact, its tags and its folders."""
    rows = tx.all(
        _OF_CONTACTS.replace("{ids}", tx.in_list("ids")),
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    cadences: dict[int, list[Cadence]] = {}
    for contact_id, *row in rows:
        cadences.setdefault(contact_id, []).append(_cadence(tuple(row)))
    return cadences


def list_members(tx: Tx, organization_id: int, target: Target) -> list[int]:
    """The contacts that a rule of this target may concern, by id."""
    rows = tx.all(f"{_MEMBERS[target.kind]} ORDER BY contact_id", {"organization_id": organization_id, "id": target.id})
    return [row[0] for row in rows]


def insert_cadence(tx: Tx, organization_id: int, cadence: Cadence) -> bool:
    """Inserts a rule unless its target has one. Returns whether it did."""
    names = ("organization_id", *_COLUMNS)
    return bool(
        tx.run(
            f"INSERT INTO cadences ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
            " ON CONFLICT DO NOTHING",
            {"organization_id": organization_id, **{name: getattr(cadence, name) for name in _COLUMNS}},
        )
    )


def save_cadence(tx: Tx, organization_id: int, cadence: Cadence) -> None:
    """Saves the interval of a stored rule."""
    tx.run(
        "UPDATE cadences SET every = :every, updated_at = :now WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id, "id": cadence.id, "every": cadence.every, "now": cadence.updated_at,
        },
    )  # fmt: skip


def delete_cadence(tx: Tx, organization_id: int, cadence_id: str) -> None:
    tx.run(
        "DELETE FROM cadences WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": cadence_id},
    )


def list_snoozes_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, Snooze]:
    """contact id -> its newest snooze."""
    rows = tx.all(
        "SELECT contact_id, until_on, created_at FROM touch_snoozes WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} ORDER BY created_at, id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {contact_id: Snooze(until_on, created_at) for contact_id, until_on, created_at in rows}


def replace_snooze(tx: Tx, organization_id: int, contact_id: int, snooze: tuple[str, Snooze] | None) -> None:
    """Stores the snooze of a contact, with its id, in place of earlier ones; None ends them."""
    tx.run(
        "DELETE FROM touch_snoozes WHERE organization_id = :organization_id AND contact_id = :contact_id",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    if snooze is not None:
        row = {
            "organization_id": organization_id, "contact_id": contact_id, "id": snooze[0],
            "until_on": snooze[1].until_on, "created_at": snooze[1].created_at,
        }  # fmt: skip
        tx.insert_rows("touch_snoozes", [row])


def existing_targets(tx: Tx, organization_id: int, targets: Sequence[Target]) -> dict[Target, str]:
    """target -> the name of its tag or folder, for those that exist and are not deleted."""
    names: dict[Target, str] = {}
    for kind, table, condition in (("tag", "tags", " AND deleted_at IS NULL"), ("folder", "folders", "")):
        ids = [target.id for target in targets if target.kind == kind]
        if ids:
            rows = tx.all(
                f"SELECT id, name FROM {table} WHERE organization_id = :organization_id"
                f" AND id {tx.in_list('ids')}{condition}",
                {"organization_id": organization_id, "ids": tx.list_param(ids)},
            )
            names |= {Target("tag" if kind == "tag" else "folder", id_): name for id_, name in rows}
    return names
