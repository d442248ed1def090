"""The Python part of migration 0023: the words of existing rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from coterie.model.contacts import NAMED_BY, WORDS, word_columns
from coterie.model.names import NAME_PARTS, join_name
from coterie.model.words import with_words
from coterie.store.database import Tx

PAGE_SIZE = 5_000
Row = dict[str, Any]
_CONTACT = tuple(dict.fromkeys(("birthday", *NAME_PARTS, *NAMED_BY, *WORDS.values())))
# table -> the rest of its key, the columns that have words
_TABLES = {
    "contacts": (("id",), _CONTACT),
    "postal_addresses": (
        ("id",),
        ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country"),
    ),
    "important_dates": (("contact_id", "id"), ("label",)),
    "notes": (("id",), ("text",)),
    "property_values": (("contact_id", "slug"), ("value",)),
}


def fill_words(tx: Tx) -> None:
    """Writes the words of every row."""
    for table, (key, columns) in _TABLES.items():
        compute = _of_contact if table == "contacts" else _of_part(table, columns)
        for page in _pages(tx, table, ("organization_id", *key), columns):
            rows = [(row, words) for row in page if any((words := compute(row)).values())]
            if rows:
                where = " AND ".join(f"{name} = :{name}" for name in ("organization_id", *key))
                sets = ", ".join(f"{name} = :{name}" for name in rows[0][1])
                tx.execute_many(f"UPDATE {table} SET {sets} WHERE {where}", [
                    {name: row[name] for name in ("organization_id", *key)} | words for row, words in rows
                ])  # fmt: skip


def _of_contact(row: Row) -> Row:
    return dict(word_columns(row, join_name(*(row[name] for name in NAME_PARTS))))


def _of_part(table: str, columns: Sequence[str]) -> Callable[[Row], Row]:
    def compute(row: Row) -> Row:
        return {name: value for name, value in with_words(table, row).items() if name not in row}

    return compute


def _pages(tx: Tx, table: str, key: Sequence[str], columns: Sequence[str]) -> Iterator[list[Row]]:
    names = (*key, *columns)
    last: dict[str, Any] | None = None
    while True:
        after = "" if last is None else f" WHERE ({', '.join(key)}) > ({', '.join(':' + name for name in key)})"
        rows = tx.all(
            f"SELECT {', '.join(names)} FROM {table}{after} ORDER BY {', '.join(key)} LIMIT :limit",
            {**(last or {}), "limit": PAGE_SIZE},
        )
        if not rows:
            return
        page = [dict(zip(names, row, strict=True)) for row in rows]
        yield page
        last = {name: page[-1][name] for name in key}
