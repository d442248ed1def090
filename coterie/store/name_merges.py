"""Copies the contacts and notes of one tag, expertise or folder to another."""

from coterie.store.database import Tx


def copy_contacts(
    tx: Tx, organization_id: int, link: tuple[str, str], *, from_id: str | int, into_id: str | int
) -> list[int]:
    """Gives every contact that has one row of a list another one too; returns those that did not have it.

    link: (link table, column of the list's id).
    """
    table, column = link
    rows = tx.all(
        f"INSERT INTO {table} (organization_id, contact_id, {column})"
        f" SELECT organization_id, contact_id, {_typed(into_id)} FROM {table}"
        f" WHERE organization_id = :organization_id AND {column} = :from_id"
        " ON CONFLICT DO NOTHING RETURNING contact_id",
        {"organization_id": organization_id, "from_id": from_id, "into_id": into_id},
    )
    return sorted(row[0] for row in rows)


def copy_note_tags(tx: Tx, organization_id: int, *, from_id: str, into_id: str) -> list[str]:
    """Gives every note that has a tag another one too; returns those that did not have it."""
    rows = tx.all(
        "INSERT INTO note_tags (organization_id, note_id, tag_id)"
        f" SELECT organization_id, note_id, {_typed(into_id)} FROM note_tags"
        " WHERE organization_id = :organization_id AND tag_id = :from_id"
        " ON CONFLICT DO NOTHING RETURNING note_id",
        {"organization_id": organization_id, "from_id": from_id, "into_id": into_id},
    )
    return sorted(row[0] for row in rows)


def _typed(id_: str | int) -> str:
    """The parameter :into_id in a list of columns, where PostgreSQL needs its type."""
    return f"CAST(:into_id AS {'BIGINT' if isinstance(id_, int) else 'TEXT'})"
