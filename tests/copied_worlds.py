"""Worlds that are copied in groups: on PostgreSQL a world made by actions takes 65 statements, a copy about five."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import uuid4

import msgspec
from world import World, make_world

from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.ids import new_ids
from coterie.search.documents import document_of
from coterie.search.index import ENGINES
from coterie.search.texts import load_texts
from coterie.store.database import Database, Tx

GROUP = 16
# in the order of their foreign keys. The full text is indexed instead: on SQLite it cannot be read back
TABLES = (
    "organizations", "users", "memberships", "access_tokens", "contacts", "counters", "handles", "events",
    "event_contacts", "contact_terms", "terms", "term_spellings",
)  # fmt: skip
_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info(:table)",
    "postgresql": "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
    " AND table_name = :table",
}


class CopiedWorlds:
    """Worlds in one database, with the rows of one that actions made and with ids and secrets of their own."""

    def __init__(self, database: Database) -> None:
        self.original = make_world(database)
        self._organizations = (self.original.organization.id, self.original.charlie.organization_id)
        with database.read() as tx:
            self._rows = {table: self._load_rows(tx, table) for table in TABLES}
            # by the place of the organization
            self._documents = [
                {key: document_of(texts) for key, texts in load_texts(tx, organization_id, contact_ids).items()}
                for organization_id, contact_ids in zip(self._organizations, ([1, 2], [1]), strict=True)
            ]
        self._ids = self._values(("uuid", "id"), ("organizations", "users", "access_tokens", "contacts", "handles"))
        self._moments = self._values(("created_at", "updated_at", "happened_at"), TABLES)
        self._waiting = [self.original]

    def next(self) -> World:
        """A world that no test has had."""
        if not self._waiting:
            self._waiting = self._make(GROUP)
        return self._waiting.pop()

    def _load_rows(self, tx: Tx, table: str) -> list[dict[str, Any]]:
        columns = [name for (name,) in tx.all(_COLUMNS[tx.engine], {"table": table})]
        key = "id" if table == "organizations" else "organization_id"
        where = f"{key} IN {self._organizations}"
        if table == "users":
            where = f"id IN (SELECT user_id FROM memberships WHERE {where})"
        rows = tx.all(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}")
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _values(self, columns: Iterable[str], tables: Iterable[str]) -> list[str]:
        rows = [row for table in tables for row in self._rows[table]]
        return sorted({row[name] for row in rows for name in columns if isinstance(row.get(name), str)})

    def _make(self, count: int) -> list[World]:
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        worlds = []
        with self.original.database.write() as tx:
            (last,) = tx.one("SELECT max(id) FROM organizations") or (0,)
            for first in range(last + 1, last + 1 + 2 * count, 2):
                texts = self._new_texts()
                numbers = dict(zip(self._organizations, (first, first + 1), strict=True))
                for table, originals in self._rows.items():
                    rows[table] += [_copy_row(table, row, texts, numbers) for row in originals]
                worlds.append(_copy_world(self.original, texts, numbers))
            for table, copies in rows.items():
                tx.insert_rows(table, copies)
            for world in worlds:
                for caller, documents in zip((world.alice, world.charlie), self._documents, strict=True):
                    ENGINES[tx.engine].index(tx, caller.organization_id, documents, {})
        return worlds

    def _new_texts(self) -> dict[str, str]:
        """Each id, moment, secret and address of the original -> that of the copy."""
        now, original = times.now(), self.original
        texts = dict(zip(self._ids, new_ids(len(self._ids)), strict=True))
        texts |= {moment: times.after(now, number / 1e6) for number, moment in enumerate(self._moments)}
        for token in (original.alice_token, original.bob_token, original.charlie_token):
            texts[token] = f"{uuid4().hex}{uuid4().hex[:11]}="
            texts[hash_token(token)] = hash_token(texts[token])
        mark = uuid4().hex[:12]
        return texts | {
            row["email"]: f"{row['email'].partition('-')[0]}-{mark}@example.org" for row in self._rows["users"]
        }


@cache
def worlds_in(database: Database) -> CopiedWorlds:
    """The worlds of a database, which its tests share."""
    return CopiedWorlds(database)


def _copy_row(table: str, row: dict[str, Any], texts: dict[str, str], numbers: dict[int, int]) -> dict[str, Any]:
    copy = {name: texts.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
    key = "id" if table == "organizations" else "organization_id"
    if key in row and table != "users":
        copy[key] = numbers[row[key]]
    if row.get("kind") == "organization.created":
        copy["subject_id"] = str(copy["organization_id"])
    return copy


def _copy_world(world: World, texts: dict[str, str], numbers: dict[int, int]) -> World:
    def copy(struct: Any, **changes: Any) -> Any:
        values = {name: getattr(struct, name) for name in struct.__struct_fields__}
        values = {name: texts[value] for name, value in values.items() if isinstance(value, str) and value in texts}
        return msgspec.structs.replace(struct, **values, **changes)

    organization_id, other_id = numbers.values()
    return replace(
        world,
        organization=copy(world.organization, id=organization_id),
        alice=copy(world.alice, organization_id=organization_id),
        alice_email=texts[world.alice_email],
        alice_token=texts[world.alice_token],
        bob=copy(world.bob, organization_id=organization_id),
        bob_token=texts[world.bob_token],
        charlie=copy(world.charlie, organization_id=other_id),
        charlie_token=texts[world.charlie_token],
        marge=copy(world.marge),
        homer=copy(world.homer),
        moe=copy(world.moe),
    )
