"""Migrations: both engines end with the same tables, columns, keys and indexes; starting again changes nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from postgres import Server

from coterie.errors import TooSlow, Unavailable
from coterie.model.relationships import CATALOGUE
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, Tx, open_database
from coterie.store.migrate import _PYTHON_PARTS, Migration, is_current, latest, migrate, migrate_in, migrations_for

# Tables that belong to no one organization, each with the reason
GLOBAL = {
    "organizations": "the tenants themselves",
    "users": "exist once, whatever organizations they are in",
    "notification_subscriptions": "a user's",
    "set_up_links": "exist while there is no organization",
    "sessions": "of a browser, found by the hash of its token before anyone is known",
    "password_resets": "a user's",
    "passkeys": "a user's",
    "used_challenges": "of passkeys, which are users'",
    "second_factors": "a user's",
    "recovery_codes": "a user's",
    "oauth_clients": "register before anybody signs in",
    "oauth_codes": "found by their hash before anyone is known",
    "oauth_refresh_tokens": "found by their hash before anyone is known",
    "failed_logins": "of the instance: a login fails before an organization is known",
    "relationship_types": "the catalogue is code",
    "schedules": "recurring work is the instance's",
    "schema_migrations": "the schema is the instance's",
    "instagram_deliveries": "arrive before it is known whose they are",
}
# Foreign keys whose target belongs to no one organization
GLOBAL_TARGETS = {"organizations", "users", "relationship_types"}
# What only one engine has, or has in another shape: search
PER_ENGINE = re.compile(r"contact_words.*|message_words.*|term.*|.*_terms.*")
TYPES = {"BIGINT": "bigint", "INTEGER": "bigint", "TEXT": "text", "BOOLEAN": "boolean",
         "DOUBLE PRECISION": "double precision"}  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[tuple[Database, Database]]:
    folder = tmp_path_factory.mktemp("both")
    made = open_database(load_settings({}, data=str(folder)))
    other = open_database(load_settings({}, data=str(folder), database_url=postgres.create_database()))
    for database in (made, other):
        migrate(database)
    yield made, other
    made.close()
    other.close()


def tables(tx: Tx) -> set[str]:
    if tx.engine == "sqlite":
        rows = tx.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        rows = tx.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in rows if not PER_ENGINE.fullmatch(name)}


def columns(tx: Tx, table: str) -> dict[str, tuple[str, bool, bool]]:
    """name -> (type, may be null, has a default)"""
    if tx.engine == "sqlite":
        rows = tx.all(f"SELECT name, type, \"notnull\", dflt_value IS NOT NULL FROM pragma_table_info('{table}')")
        return {name: (TYPES[type_], not notnull, bool(default)) for name, type_, notnull, default in rows}
    rows = tx.all(
        "SELECT column_name, data_type, is_nullable = 'YES', column_default IS NOT NULL"
        f" FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
    )
    return {name: (type_, nullable, default) for name, type_, nullable, default in rows}


def primary_key(tx: Tx, table: str) -> list[str]:
    if tx.engine == "sqlite":
        return [row[0] for row in tx.all(f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")]
    return list(_constraints(tx, table, "p")[0][0])


def foreign_keys(tx: Tx, table: str) -> set[tuple[tuple[str, ...], str, tuple[str, ...], str]]:
    """(columns, target, its columns, what deleting does)"""
    if tx.engine == "postgresql":
        actions = {"a": "NO ACTION", "c": "CASCADE", "n": "SET NULL"}
        found = _constraints(tx, table, "f")
        return {(tuple(own), target, tuple(others), actions[action]) for own, target, others, action in found}
    keys: dict[int, tuple[list[str], str, list[str], str]] = {}
    sql = f'SELECT id, "table", "from", "to", on_delete FROM pragma_foreign_key_list(\'{table}\') ORDER BY id, seq'
    for number, target, own, other, action in tx.all(sql):
        key = keys.setdefault(number, ([], target, [], action))
        key[0].append(own)
        key[2].append(other)
    return {(tuple(own), target, tuple(others), action) for own, target, others, action in keys.values()}


def _constraints(tx: Tx, table: str, kind: str) -> list[Any]:
    names = (
        "(SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest({keys}) WITH ORDINALITY k(number, n)"
        " JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
    )
    own = names.format(keys="c.conkey", table="c.conrelid")
    other = names.format(keys="c.confkey", table="c.confrelid")
    return tx.all(
        f"SELECT {own}, c.confrelid::regclass::text, {other}, c.confdeltype FROM pg_constraint c"
        f" WHERE c.conrelid = '{table}'::regclass AND c.contype = '{kind}'"
    )


def indexes(tx: Tx, table: str) -> dict[str, tuple[tuple[str, ...], bool, bool]]:
    """name -> (columns, is unique, is partial), of those that have a name of our own. Expressions are not columns."""
    found = {}
    if tx.engine == "sqlite":
        for name, unique, partial in tx.all(
            f"SELECT name, \"unique\", partial FROM pragma_index_list('{table}') WHERE origin = 'c'"
        ):
            rows = tx.all(f"SELECT name FROM pragma_index_info('{name}') WHERE name IS NOT NULL ORDER BY seqno")
            found[name] = (tuple(row[0] for row in rows), bool(unique), bool(partial))
        return found
    for name, columns_, unique, partial in tx.all(
        "SELECT i.indexrelid::regclass::text, (SELECT array_agg(a.attname::text ORDER BY k.n)"
        " FROM unnest(i.indkey) WITH ORDINALITY k(number, n) JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = k.number), i.indisunique, i.indpred IS NOT NULL FROM pg_index i"
        f" WHERE i.indrelid = '{table}'::regclass"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))"
    ):
        found[name] = (tuple(columns_), unique, partial)
    return found


def unique_keys(tx: Tx, table: str) -> set[tuple[str, ...]]:
    """The columns of each UNIQUE that stands in the table itself."""
    if tx.engine == "postgresql":
        return {tuple(row[0]) for row in _constraints(tx, table, "u")}
    names = tx.all(f"SELECT name FROM pragma_index_list('{table}') WHERE origin = 'u'")
    return {
        tuple(row[0] for row in tx.all(f"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno"))
        for (name,) in names
    }


def test_both_engines_have_the_same_tables(both: tuple[Database, Database]) -> None:
    first, second = both
    with first.read() as tx, second.read() as other:
        assert tables(tx) == tables(other)
        assert len(tables(tx)) > 40


@pytest.mark.parametrize("part", [columns, primary_key, foreign_keys, indexes, unique_keys], ids=lambda p: p.__name__)
def test_the_tables_of_both_engines_agree_in(both: tuple[Database, Database], part: Any) -> None:
    first, second = both
    with first.read() as tx, second.read() as other:
        for table in sorted(tables(tx)):
            assert part(tx, table) == part(other, table), table


def test_text_sorts_alike_on_both_engines(both: tuple[Database, Database]) -> None:
    texts = ["b", "a", "B", "é", "z", "Z", "ä", "_", "-", " ", "10", "9", "א", "👋"]
    found = []
    for database in both:
        with database.write() as tx, tx.savepoint():
            tx.execute_many(
                "INSERT INTO schedules (name, last_run_at) VALUES (:name, '')", [{"name": text} for text in texts]
            )
            found.append([row[0] for row in tx.all("SELECT name FROM schedules WHERE last_run_at = '' ORDER BY name")])
            tx.run("DELETE FROM schedules WHERE last_run_at = ''")
    assert found[0] == found[1] == sorted(texts, key=lambda text: text.encode())


def test_the_organization_comes_first_in_every_key_of_a_tenants_table(both: tuple[Database, Database]) -> None:
    for database in both:
        with database.read() as tx:
            assert set(GLOBAL) <= tables(tx)
            for table in tables(tx) - set(GLOBAL):
                assert primary_key(tx, table)[0] == "organization_id", table
                for own, target, others, _ in foreign_keys(tx, table):
                    if target in GLOBAL_TARGETS:
                        continue
                    assert (own[0], others[0]) == ("organization_id", "organization_id"), (table, target)


def test_each_row_of_an_organization_goes_with_it(both: tuple[Database, Database]) -> None:
    """From every tenant's table a chain of ON DELETE CASCADE leads to organizations."""
    with both[0].read() as tx:
        leads = {"organizations"}
        remaining = tables(tx) - set(GLOBAL)
        while found := {
            table
            for table in remaining
            if any(target in leads and action == "CASCADE" for _, target, _, action in foreign_keys(tx, table))
        }:
            leads |= found
            remaining -= found
        assert remaining == set()


def test_starting_again_changes_nothing(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    assert migrate(database) == [migration.name for migration in migrations_for(database.engine)]
    with database.read() as tx:
        before = (tx.all("SELECT * FROM schema_migrations"), tx.all("SELECT * FROM relationship_types ORDER BY id"))
        assert is_current(tx)
    assert migrate(database) == []
    with database.read() as tx:
        after = (tx.all("SELECT * FROM schema_migrations"), tx.all("SELECT * FROM relationship_types ORDER BY id"))
    assert before == after
    assert len(after[1]) == len(CATALOGUE)
    database.close()


def test_a_changed_catalogue_is_brought_up_to_date(fresh_database: Database) -> None:
    with fresh_database.write() as tx:
        tx.run("UPDATE relationship_types SET name = 'x' || name")
    migrate(fresh_database)
    with fresh_database.read() as tx:
        assert {row[0] for row in tx.all("SELECT name FROM relationship_types")} == {one.name for one in CATALOGUE}


@pytest.mark.slow
def test_two_processes_that_start_at_once_migrate_once(fresh_settings: Settings) -> None:
    source = (
        "import sys; from coterie.settings import load_settings; from coterie.store.database import open_database;"
        "from coterie.store.migrate import migrate;"
        "d = open_database(load_settings({}, data=sys.argv[1], database_url=sys.argv[2]));"
        "print(len(migrate(d))); d.close()"
    )
    arguments = [sys.executable, "-c", source, fresh_settings.data, fresh_settings.database_url]
    processes = [subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in "123"]
    said = [process.communicate(timeout=60) for process in processes]
    assert [error for _, error in said] == ["", "", ""]
    engine = fresh_settings.database_url.partition(":")[0]
    assert sorted(int(count) for count, _ in said) == [0, 0, len(migrations_for(engine))]


def test_a_database_of_a_newer_version_is_refused(fresh_database: Database) -> None:
    number = latest(fresh_database.engine) + 1
    with fresh_database.write() as tx:
        tx.run(
            "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, 'later', '')",
            {"number": number},
        )
    with pytest.raises(Unavailable, match=f"migration {number:04}"):
        migrate(fresh_database)
    with fresh_database.read() as tx:
        assert not is_current(tx)


def test_a_migration_that_fails_leaves_nothing_of_itself(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(engine: str) -> list[Migration]:
        return [
            Migration(1, "0001_a.sql", "CREATE TABLE a (id BIGINT)"),
            Migration(2, "0002_b.sql", "CREATE TABLE b (id BIGINT); NONSENSE"),
        ]

    monkeypatch.setattr("coterie.store.migrate.migrations_for", broken)
    database = open_database(fresh_settings)
    with pytest.raises(Exception, match=r"(?i)nonsense"):
        migrate(database)
    with database.read() as tx:
        assert tables(tx) == set()
    database.close()


def test_a_migration_may_take_longer_than_other_work(fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000) SELECT count(*) FROM n"
    database = open_database(msgspec.structs.replace(fresh_settings, slow_seconds=0.1))
    with pytest.raises(TooSlow), database.write() as tx:
        tx.all(long)
    monkeypatch.setitem(_PYTHON_PARTS, 1, lambda tx: tx.all(long))
    assert migrate(database)
    database.close()


def test_the_log_says_when_an_upgrade_begins(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(fresh_settings)
    *earlier, last = migrations_for(database.engine)
    with caplog.at_level("INFO", "coterie"), monkeypatch.context() as older:
        older.setattr("coterie.store.migrate.migrations_for", lambda engine: earlier)
        migrate(database)
        assert caplog.records == []
    with caplog.at_level("INFO", "coterie"):
        assert migrate(database) == [last.name]
        migrate(database)
    assert [(each.getMessage(), vars(each)["migrations"]) for each in caplog.records] == [("migrating", [last.name])]
    database.close()


def test_the_numbers_of_migrations_have_no_gap_and_no_double() -> None:
    for engine in ("sqlite", "postgresql"):
        numbers = [migration.number for migration in migrations_for(engine)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert [m.number for m in migrations_for("sqlite")] == [m.number for m in migrations_for("postgresql")]


def test_every_file_beside_the_migrations_is_one() -> None:
    folder = Path(__file__).parents[2] / "coterie/store/migrations"
    known = {m.name for engine in ("sqlite", "postgresql") for m in migrations_for(engine)}
    assert {file.name for file in folder.glob("*.sql")} == known


def test_the_keys_of_words_are_computed_again(engine: str, fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=6)
        tx.run("INSERT INTO organizations (id, uuid, name, created_at, updated_at) VALUES (1, 'o', 'O', '', '')")
        for number, (name, key) in enumerate((("Кий", "кии"), ("Crème", "creme"))):
            tx.run(
                "INSERT INTO tags (organization_id, id, name, name_key, created_at, updated_at)"
                " VALUES (1, :id, :name, :key, '', '')",
                {"id": str(number), "name": name, "key": key},
            )
    migrate(database)
    with database.read() as tx:
        assert tx.all("SELECT name, name_key FROM tags ORDER BY id") == [("Кий", "кий"), ("Crème", "creme")]
    database.close()


def test_an_applied_file_that_was_edited_is_refused(fresh_database: Database) -> None:
    assert migrate(fresh_database) == []
    with fresh_database.write() as tx:
        assert tx.all("SELECT number FROM schema_migrations WHERE digest IS NULL") == []
        tx.run("UPDATE schema_migrations SET digest = 'another' WHERE number = 3")
    with pytest.raises(Unavailable, match=r"0003_external_ids\.sql differs from the file that has migrated"):
        migrate(fresh_database)


def test_migrations_that_were_applied_before_there_were_digests_get_theirs(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=9)
    migrate(database)
    with database.read() as tx:
        digests = dict(tx.all("SELECT number, digest FROM schema_migrations"))
    assert digests == {migration.number: migration.digest for migration in migrations_for(database.engine)}
    database.close()
