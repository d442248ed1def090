"""The worlds that most tests get, copied in groups, are as actions make them."""

import re

from copied_worlds import CopiedWorlds

from coterie.actions.contacts import create_contact
from coterie.checks.run import run_checks
from coterie.store.database import Database, Tx
from coterie.store.organizations import list_organizations

# ids, moments, hashes, addresses of accounts
_VARYING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{64}|-[0-9a-f]{12}@")
_COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.sql NOT LIKE '%VIRTUAL%'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
}


def test_a_copy_has_the_rows_of_its_original(fresh_database: Database) -> None:
    worlds = CopiedWorlds(fresh_database)
    original, *copies = [worlds.next() for _ in range(3)]
    with fresh_database.read() as tx:
        ours = [each.organization.id for each in (original, *copies)]
        theirs = [each.charlie.organization_id for each in (original, *copies)]
        for first, *others in (ours, theirs):
            rows = rows_of(tx, first)
            assert rows["contacts"] and rows["term_spellings"]
            assert [rows_of(tx, each) for each in others] == [rows, rows]
        organizations = {each.id: each for each in list_organizations(tx)}
        assert all(organizations[each.organization.id] == each.organization for each in copies)
        assert len({each.alice_token for each in copies} | {each.marge.uuid for each in copies}) == 4


def test_the_checks_find_nothing_in_copies_that_change(fresh_database: Database) -> None:
    worlds = CopiedWorlds(fresh_database)
    copies = [worlds.next() for _ in range(3)]
    for copy in copies:
        with fresh_database.write() as tx:
            assert create_contact(tx, copy.bob, {"real_name": "Lisa Simpson"}).id == 3
    results = run_checks(fresh_database, fresh_database.settings, is_deep=True, is_repairing=False)
    assert [result for result in results if result.problem_count] == []


def rows_of(tx: Tx, organization_id: int) -> dict[str, list[str]]:
    """table -> the rows of an organization, without what every copy has of its own."""
    columns: dict[str, list[str]] = {}
    for table, column in tx.all(_COLUMNS[tx.engine]):
        columns.setdefault(table, []).append(column)
    found = {}
    for table, names in columns.items():
        if "organization_id" in names and table != "contact_words":  # the checks compare the words
            selected = ", ".join(name for name in names if name not in ("organization_id", "subject_id"))
            rows = tx.all(f"SELECT {selected} FROM {table} WHERE organization_id = :id", {"id": organization_id})
            found[table] = sorted(_VARYING.sub("…", repr(row)) for row in rows)
    return found
