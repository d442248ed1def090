"""A database of the released schema is migrated forward with all that is in it.

The fixtures are databases of commit de3fcb5 (migration 2), one of each engine as it was on disk: two organizations with
imports in every state, and the demo world. They are never made again.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from client import Client
from test_migrate import columns, foreign_keys, primary_key, tables

from coterie.actions.access_tokens import insert_token
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import is_current, migrate, migrations_for

FIXTURES = Path(__file__).parent / "fixtures"
# what the fixtures hold, and later migrations neither add nor remove
COUNTS = {
    "organizations": 3, "contacts": 72, "handles": 195, "notes": 17, "contact_relationships": 94, "import_drafts": 34,
    "gifts": 12, "pets": 7, "reminders": 6, "interactions": 1070, "postal_addresses": 20, "attachments": 5,
}  # fmt: skip


@pytest.fixture
def released(engine: str, fresh_settings: Settings) -> Iterator[Database]:
    """The released database, migrated."""
    if engine == "sqlite":
        file = gzip.decompress((FIXTURES / "released_0002.sqlite3.gz").read_bytes())
        Path(fresh_settings.database_url.removeprefix("sqlite:///")).write_bytes(file)
    else:
        dump = gzip.decompress((FIXTURES / "released_0002.postgresql.sql.gz").read_bytes())
        with psycopg.connect(fresh_settings.database_url, autocommit=True) as connection:
            connection.execute(dump)
    database = open_database(fresh_settings)
    assert migrate(database) == [m.name for m in migrations_for(engine) if m.number > 2]
    yield database
    database.close()


def test_it_has_the_schema_of_a_new_one(released: Database, database: Database) -> None:
    with released.read() as old, database.read() as new:
        assert is_current(old)
        assert tables(old) == tables(new)
        for table in tables(new):
            assert columns(old, table) == columns(new, table), table
            assert primary_key(old, table) == primary_key(new, table)
            assert foreign_keys(old, table) == foreign_keys(new, table)


def test_it_has_all_its_rows(released: Database) -> None:
    with released.read() as tx:
        counts = {table: (tx.one(f"SELECT count(*) FROM {table}") or (0,))[0] for table in COUNTS}
        assert counts == COUNTS
        if tx.engine == "sqlite":
            assert tx.all("PRAGMA integrity_check") == [("ok",)]
            assert tx.all("PRAGMA foreign_key_check") == []


def test_it_serves_its_contacts(released: Database, fresh_settings: Settings) -> None:
    with released.write() as tx:
        (user_id,) = tx.one("SELECT user_id FROM memberships WHERE organization_id = 3") or ("",)
        _, token = insert_token(tx, 3, user_id=user_id, name="test")
    app = Client(create_app(released, fresh_settings))
    client = app.with_token(token)
    assert client.get("/readyz").status == 200
    listed = client.get("/api/v1/contacts?per_page=100")
    assert (listed.status, len(listed.json)) == (200, 62)
    found = client.get("/api/v1/contacts/search?query=marge")
    assert [contact["name"] for contact in found.json] == ["Marge Simpson"]
    app.close()
