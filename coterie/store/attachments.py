"""Rows of attachments. store/files.py stores the bytes."""

from collections.abc import Iterable, Sequence

import msgspec

from coterie.model.attachments import PICTURE, PICTURE_ENDINGS, Attachment
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_NAMES = tuple(field.name for field in msgspec.structs.fields(Attachment))
_SELECT = f"SELECT {', '.join(_NAMES)} FROM attachments"
# constants, not parameters: the index of pictures is partial
_IS_SHOWN = f"kind = '{PICTURE}' AND media_type IN ({', '.join(map(repr, PICTURE_ENDINGS))})"
_OF_CONTACT = " WHERE organization_id = :organization_id AND contact_id = :contact_id"


def find_attachment(tx: Tx, organization_id: int, contact_id: int, attachment_id: str) -> Attachment | None:
    """A file of a contact."""
    row = tx.one(
        f"{_SELECT}{_OF_CONTACT} AND id = :id",
        {"organization_id": organization_id, "contact_id": contact_id, "id": attachment_id},
    )
    return Attachment(*row) if row else None


def list_attachments(tx: Tx, organization_id: int, contact_id: int, *, limit: int, offset: int = 0) -> list[Attachment]:
    """A page of a contact's files, oldest first."""
    rows = tx.all(
        f"{_SELECT}{_OF_CONTACT} ORDER BY id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Attachment(*row) for row in rows]


def list_attachments_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """contact id -> its files, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"{_SELECT} WHERE organization_id = :organization_id AND contact_id {condition} ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: Attachment(*row))


def list_pictures_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> the id of the file that doors show as its picture, for contacts that have one."""
    condition, ids = matching(tx, "ids", contact_ids)
    # SQLite would read every file of the contacts
    index = " INDEXED BY attachments_pictures" if tx.engine == "sqlite" else ""
    rows = tx.all(
        f"SELECT contact_id, id FROM attachments{index} WHERE organization_id = :organization_id"
        f" AND contact_id {condition} AND {_IS_SHOWN} ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return {int(contact_id): id_ for contact_id, id_ in rows}


def count_attachments(tx: Tx, organization_id: int, contact_id: int) -> int:
    """The number of a contact's files."""
    row = tx.one(
        f"SELECT count(*) FROM attachments{_OF_CONTACT}",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def save_kinds(tx: Tx, organization_id: int, contact_id: int, attachment_ids: Sequence[str], kind: str) -> None:
    """Saves the kind of some of a contact's files."""
    tx.run(
        f"UPDATE attachments SET kind = :kind{_OF_CONTACT} AND id {tx.in_list('ids')}",
        {
            "organization_id": organization_id, "contact_id": contact_id, "kind": kind,
            "ids": tx.list_param(attachment_ids),
        },
    )  # fmt: skip


def list_digests(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[str]:
    """The digests of the files of contacts."""
    rows = tx.all(
        "SELECT DISTINCT digest FROM attachments WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [digest for (digest,) in rows]


def insert_attachment(tx: Tx, organization_id: int, attachment: Attachment) -> None:
    """Inserts an attachment whose bytes are stored."""
    tx.run(
        f"INSERT INTO attachments (organization_id, {', '.join(_NAMES)})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _NAMES)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(attachment)},
    )


def delete_attachment(tx: Tx, organization_id: int, contact_id: int, attachment_id: str) -> None:
    """Deletes the row of an attachment; its bytes stay (worker/files.py)."""
    tx.run(
        f"DELETE FROM attachments{_OF_CONTACT} AND id = :id",
        {"organization_id": organization_id, "contact_id": contact_id, "id": attachment_id},
    )
