"""Tags and expertises, by the same functions, and the contacts that have them."""

from collections.abc import Iterable

from coterie.model.terms import Term, Vocabulary, name_key
from coterie.model.text import fold
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

WORDS_MAX = 10
_COLUMNS = ("id", "name", "contact_count", "created_at", "updated_at", "deleted_at")
_SELECT = ", ".join(f"t.{name}" for name in _COLUMNS)


def find_term(
    tx: Tx, organization_id: int, vocabulary: Vocabulary, term_id: str, *, to_change: bool = False
) -> Term | None:
    """A term, deleted or not; to_change locks its row until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM {vocabulary.table} t WHERE t.organization_id = :organization_id AND t.id = :id"
        + (tx.lock if to_change else ""),
        {"organization_id": organization_id, "id": term_id},
    )
    return Term(*row) if row else None


def find_term_by_name(tx: Tx, organization_id: int, vocabulary: Vocabulary, name: str) -> Term | None:
    """The term of this name in any case and accents, deleted or not; its row is locked until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM {vocabulary.table} t WHERE t.organization_id = :organization_id"
        f" AND t.name_key = :name_key{tx.lock}",
        {"organization_id": organization_id, "name_key": name_key(name)},
    )
    return Term(*row) if row else None


def lock_tags(tx: Tx, organization_id: int, contact_id: int, names: Iterable[str]) -> None:
    """Locks the tags of these names and those the contact has until the commit, always in the same order."""
    if tx.lock:
        tx.all(
            "SELECT id FROM tags WHERE organization_id = :organization_id"
            f" AND (name_key {tx.in_list('keys')} OR id IN (SELECT tag_id FROM contact_tags"
            " WHERE organization_id = :organization_id AND contact_id = :contact_id)) ORDER BY id" + tx.lock,
            {
                "organization_id": organization_id,
                "contact_id": contact_id,
                "keys": tx.list_param([name_key(name) for name in names]),
            },
        )


# Lists ----------------------------------------------------------------------------------------------------------------


def list_terms(
    tx: Tx,
    organization_id: int,
    vocabulary: Vocabulary,
    *,
    search: str = "",
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Term]:
    """A page of the terms by name. search: words of the name, in any order, case and accents; 10 are used."""
    where, bound = _filter(organization_id, search, include_deleted=include_deleted)
    rows = tx.all(
        f"SELECT {_SELECT} FROM {vocabulary.table} t WHERE {where}"
        " ORDER BY t.name_key, t.id LIMIT :limit OFFSET :offset",
        {**bound, "limit": limit, "offset": offset},
    )
    return [Term(*row) for row in rows]


def count_terms(
    tx: Tx, organization_id: int, vocabulary: Vocabulary, *, search: str = "", include_deleted: bool = False
) -> int:
    """The number of terms on all pages of list_terms; counted, since there are at most 10,000."""
    where, bound = _filter(organization_id, search, include_deleted=include_deleted)
    row = tx.one(f"SELECT COUNT(*) FROM {vocabulary.table} t WHERE {where}", bound)
    return int(row[0]) if row else 0


def _filter(organization_id: int, search: str, *, include_deleted: bool) -> tuple[str, dict[str, object]]:
    where = "t.organization_id = :organization_id"
    bound: dict[str, object] = {"organization_id": organization_id}
    if not include_deleted:
        where += " AND t.deleted_at IS NULL"
    for place, word in enumerate(fold(search).split()[:WORDS_MAX]):
        where += f" AND t.name_key LIKE :word_{place} ESCAPE '!'"
        escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        bound[f"word_{place}"] = f"%{escaped}%"
    return where, bound


def list_terms_of_contact(
    tx: Tx,
    organization_id: int,
    vocabulary: Vocabulary,
    contact_id: int,
    *,
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Term]:
    """A page of the terms of a contact, by name."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM {_of_contact(vocabulary, include_deleted=include_deleted)}"
        # an expression, or SQLite would read every name of the list instead of the contact's few
        " ORDER BY t.name_key || '', t.id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Term(*row) for row in rows]


def count_terms_of_contact(
    tx: Tx, organization_id: int, vocabulary: Vocabulary, contact_id: int, *, include_deleted: bool = False
) -> int:
    """The number of terms on all pages of list_terms_of_contact."""
    row = tx.one(
        f"SELECT COUNT(*) FROM {_of_contact(vocabulary, include_deleted=include_deleted)}",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def _of_contact(vocabulary: Vocabulary, *, include_deleted: bool) -> str:
    return (
        f"{vocabulary.link_table} l JOIN {vocabulary.table} t"
        f" ON t.organization_id = l.organization_id AND t.id = l.{vocabulary.link_column}"
        " WHERE l.organization_id = :organization_id AND l.contact_id = :contact_id"
        + ("" if include_deleted else " AND t.deleted_at IS NULL")
    )


def list_terms_of(
    tx: Tx, organization_id: int, vocabulary: Vocabulary, contact_ids: Iterable[int], *, deleted: bool = False
) -> dict[int, list[Term]]:
    """contact id -> the terms it has, by name: those that are not deleted, or (deleted) those that are."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        # SQLite joins these in the order written: the contacts lead, or it would read every term
        f"SELECT l.contact_id, {_SELECT} FROM {vocabulary.link_table} l CROSS JOIN {vocabulary.table} t"
        f" WHERE l.organization_id = :organization_id AND l.contact_id {condition}"
        f" AND t.organization_id = l.organization_id AND t.id = l.{vocabulary.link_column}"
        f" AND t.deleted_at IS {'NOT NULL' if deleted else 'NULL'} ORDER BY l.contact_id, t.name_key, t.id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: Term(*row[1:]))


def list_contact_ids_with_term(
    tx: Tx,
    organization_id: int,
    vocabulary: Vocabulary,
    term_id: str,
    *,
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[int]:
    """A page of the ids of contacts that have a term."""
    rows = tx.all(
        f"SELECT c.id FROM {_with_term(vocabulary, include_deleted=include_deleted)}"
        " ORDER BY l.contact_id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "term_id": term_id, "limit": limit, "offset": offset},
    )
    return [row[0] for row in rows]


def count_contacts_with_term(tx: Tx, organization_id: int, vocabulary: Vocabulary, term_id: str) -> int:
    """The number of contacts that have a term, deleted ones too; Term.contact_count caches the others."""
    row = tx.one(
        f"SELECT COUNT(*) FROM {_with_term(vocabulary, include_deleted=True)}",
        {"organization_id": organization_id, "term_id": term_id},
    )
    return int(row[0]) if row else 0


def _with_term(vocabulary: Vocabulary, *, include_deleted: bool) -> str:
    return (
        f"{vocabulary.link_table} l JOIN contacts c ON c.organization_id = l.organization_id AND c.id = l.contact_id"
        f" WHERE l.organization_id = :organization_id AND l.{vocabulary.link_column} = :term_id"
        + (" AND c.merged_into IS NULL" if include_deleted else " AND c.deleted_at IS NULL")
    )


def contact_ids_with_term(tx: Tx, organization_id: int, vocabulary: Vocabulary, term_id: str) -> list[int]:
    """Returns the ids of all contacts that have a term, deleted ones too."""
    rows = tx.all(
        f"SELECT contact_id FROM {vocabulary.link_table} WHERE organization_id = :organization_id"
        f" AND {vocabulary.link_column} = :term_id ORDER BY contact_id",
        {"organization_id": organization_id, "term_id": term_id},
    )
    return [row[0] for row in rows]


def existing_terms(tx: Tx, organization_id: int, vocabulary: Vocabulary, term_ids: Iterable[str]) -> set[str]:
    """Returns those of the ids whose term exists and is not deleted."""
    rows = tx.all(
        f"SELECT id FROM {vocabulary.table} WHERE organization_id = :organization_id AND deleted_at IS NULL"
        f" AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(term_ids)},
    )
    return {row[0] for row in rows}


# Writing --------------------------------------------------------------------------------------------------------------


def insert_term(tx: Tx, organization_id: int, vocabulary: Vocabulary, term: Term) -> bool:
    """Inserts a term; returns False, with nothing written, if another transaction has taken its name."""
    inserted = tx.run(
        f"INSERT INTO {vocabulary.table} (organization_id, id, name, name_key, created_at, updated_at)"
        " VALUES (:organization_id, :id, :name, :name_key, :now, :now) ON CONFLICT DO NOTHING",
        {
            "organization_id": organization_id,
            "id": term.id,
            "name": term.name,
            "name_key": name_key(term.name),
            "now": term.created_at,
        },
    )
    return inserted == 1


def save_term(tx: Tx, organization_id: int, vocabulary: Vocabulary, term: Term) -> None:
    """Saves an existing term, except its cached count."""
    tx.run(
        f"UPDATE {vocabulary.table} SET name = :name, name_key = :name_key, updated_at = :updated_at,"
        " deleted_at = :deleted_at WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id,
            "id": term.id,
            "name": term.name,
            "name_key": name_key(term.name),
            "updated_at": term.updated_at,
            "deleted_at": term.deleted_at,
        },
    )


def erase_term(tx: Tx, organization_id: int, vocabulary: Vocabulary, term_id: str) -> None:
    """Erases a term and, by its foreign keys, removes it from contacts and notes."""
    tx.run(
        f"DELETE FROM {vocabulary.table} WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": term_id},
    )


def put_term_on_contact(tx: Tx, organization_id: int, vocabulary: Vocabulary, contact_id: int, term_id: str) -> bool:
    """Gives a contact a term and updates the cached count; returns whether it did not have it."""
    bound = {"organization_id": organization_id, "contact_id": contact_id, "term_id": term_id}
    changed = tx.run(
        f"INSERT INTO {vocabulary.link_table} (organization_id, contact_id, {vocabulary.link_column})"
        " VALUES (:organization_id, :contact_id, :term_id) ON CONFLICT DO NOTHING",
        bound,
    )
    if changed:
        _add_to_count(tx, organization_id, vocabulary, term_id, 1)
    return changed == 1


def take_term_off_contact(tx: Tx, organization_id: int, vocabulary: Vocabulary, contact_id: int, term_id: str) -> bool:
    """Removes a term from a contact and updates the cached count; returns whether it had it."""
    changed = tx.run(
        f"DELETE FROM {vocabulary.link_table} WHERE organization_id = :organization_id"
        f" AND contact_id = :contact_id AND {vocabulary.link_column} = :term_id",
        {"organization_id": organization_id, "contact_id": contact_id, "term_id": term_id},
    )
    if changed:
        _add_to_count(tx, organization_id, vocabulary, term_id, -1)
    return changed == 1


def _add_to_count(tx: Tx, organization_id: int, vocabulary: Vocabulary, term_id: str, by: int) -> None:
    tx.run(
        f"UPDATE {vocabulary.table} SET contact_count = contact_count + :by"
        " WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": term_id, "by": by},
    )


def count_contact(tx: Tx, organization_id: int, vocabulary: Vocabulary, contact_id: int, by: int) -> None:
    """Adds a contact to the cached counts of its terms, or removes it."""
    tx.run(
        f"UPDATE {vocabulary.table} SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        f" AND id IN (SELECT {vocabulary.link_column} FROM {vocabulary.link_table}"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id)",
        {"organization_id": organization_id, "contact_id": contact_id, "by": by},
    )
