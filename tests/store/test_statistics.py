"""SQLite's planner is told what a large book looks like, so that no look-up reads everything an organization has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import apsw
import pytest
from databases import make_settings

from coterie.model.contact_sheets import Part
from coterie.model.filters.read_line import parse_line
from coterie.model.filters.spans import Clock
from coterie.store import contacts, events, handles, interactions, notes, organizations, statistics, webhooks
from coterie.store.contact_sheets import LOADERS
from coterie.store.database import Database, open_database
from coterie.store.filters import contacts as filtered
from coterie.store.filters.builder import FilterReader
from coterie.store.filters.compile import compile_filter
from coterie.store.sqlite.connection import SqliteTx


class Plans:
    """A transaction that keeps the plan of each statement and runs none."""

    engine, lock = "sqlite", ""
    in_list, list_param = SqliteTx.in_list, SqliteTx.list_param

    def __init__(self, tx: SqliteTx) -> None:
        self.tx, self.steps = tx, list[str]()

    def all(self, sql: str, parameters: Any = None) -> list[Any]:
        self.steps += [row[3] for row in self.tx.all("EXPLAIN QUERY PLAN " + sql, parameters)]
        return []

    def one(self, sql: str, parameters: Any = None) -> None:
        self.all(sql, parameters)

    def run(self, sql: str, parameters: Any = None) -> int:
        return len(self.all(sql, parameters))


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    database = open_database(make_settings("sqlite", tmp_path, request))
    yield database
    database.close()


LOOKUPS = {
    "a contact by its e-mail": lambda tx: contacts.find_contact_by_handle(tx, 1, "email", "a@example.org"),
    "contacts by many e-mails": lambda tx: contacts.contact_ids_by(tx, 1, channel="email", values=["a", "b"]),
    "contacts by their uuids": lambda tx: contacts.contact_ids_by_uuid(tx, 1, ["a", "b"]),
    "the handles of a contact": lambda tx: handles.list_handles(tx, 1, 5),
    "the pinned note": lambda tx: notes.find_pinned_note(tx, 1, 5),
    "contacts that an import created": lambda tx: events.list_created_by(tx, 1, "i", [5, 6]),
    "the newest messages": lambda tx: interactions.list_recent_of(tx, 1, [5]),
    "the newest messages of many": lambda tx: interactions.list_recent_of(tx, 1, [5, 6]),
    **{
        f"the {part} of {count} contacts": lambda tx, part=part, ids=ids: LOADERS[part](tx, 1, ids, "a-user")
        for part in get_args(Part)
        for count, ids in (("one", [5]), ("many", [5, 6]))
    },
    "forgetting values": lambda tx: events.clear_changes_of_contacts(tx, 1, [5, 6]),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_look_up_is_narrower_than_the_organization(new_database: Database, name: str) -> None:
    with new_database.read() as tx:
        plans = Plans(tx)  # type: ignore[arg-type]
        LOOKUPS[name](plans)
    searches = [step for step in plans.steps if step.startswith(("SEARCH", "SCAN")) and "json_each" not in step]
    assert searches
    assert [step for step in searches if step.startswith("SCAN") or step.endswith("(organization_id=?)")] == []


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("name:simpson", "USING PRIMARY KEY"), ("bio:porto OR employer:acme", "USING PRIMARY KEY"),
        ("-job_title:clown", "USING PRIMARY KEY"), ("ana silva", "USING PRIMARY KEY"),
        ("followers:>5 language:de", "USING PRIMARY KEY"), ("language:de", "USING COVERING INDEX contacts_by_language"),
    ],
)  # fmt: skip
def test_a_filter_reads_the_rows_of_all_contacts_in_their_own_order(
    new_database: Database, line: str, step: str
) -> None:
    where = compile_filter(parse_line(line), FilterReader(None, Clock(datetime.now(UTC), UTC)), {})
    with new_database.read() as tx:
        plans = Plans(tx)  # type: ignore[arg-type]
        filtered.count_matching(plans, 1, where)  # type: ignore[arg-type]
        filtered.list_matching(plans, 1, where, order="name", limit=5)  # type: ignore[arg-type]
    # an index that has no column of the filter would give the contacts one by one
    assert [each for each in plans.steps if each.startswith("SEARCH c ")] == [
        f"SEARCH c {step} (organization_id=?)"
    ] * 2


OF_ALL_ORGANIZATIONS = {
    "the organizations of a user": lambda tx: organizations.list_organizations_of_user(tx, "a"),
    "the organizations of a token": lambda tx: organizations.list_organizations_of_token(tx, 1, "a"),
    "webhooks that are behind": lambda tx: webhooks.list_behind(tx),
}


@pytest.mark.parametrize("name", OF_ALL_ORGANIZATIONS)
def test_a_look_up_of_all_organizations_does_not_go_through_them(new_database: Database, name: str) -> None:
    with new_database.read() as tx:
        plans = Plans(tx)  # type: ignore[arg-type]
        OF_ALL_ORGANIZATIONS[name](plans)
    assert plans.steps
    assert [step for step in plans.steps if "ANY(organization_id)" in step or step.startswith("SCAN o")] == []


@pytest.mark.parametrize("name", ["the newest messages", "the newest messages of many"])
def test_the_newest_messages_are_found_by_their_mark_and_not_sorted(new_database: Database, name: str) -> None:
    with new_database.read() as tx:
        plans = Plans(tx)  # type: ignore[arg-type]
        LOOKUPS[name](plans)
    assert any("INDEX interactions_recent" in step for step in plans.steps)
    assert not any("TEMP B-TREE" in step for step in plans.steps)


# sorted by name, or by an id that is no key
SORTED = {"tags", "hidden_tags", "expertises", "user_relationships"}


@pytest.mark.parametrize("part", sorted(set(get_args(Part)) - SORTED))
def test_the_parts_of_contacts_are_read_in_the_order_of_an_index_and_not_sorted(
    new_database: Database, part: Part
) -> None:
    with new_database.read() as tx:
        plans = Plans(tx)  # type: ignore[arg-type]
        LOOKUPS[f"the {part} of many contacts"](plans)
    assert plans.steps and not any("TEMP B-TREE" in step for step in plans.steps)


def test_a_statement_is_planned_once_whatever_its_values_are(new_database: Database) -> None:
    authorized: list[str] = []  # SQLite asks while it plans
    with new_database.write() as tx:
        connection: apsw.Connection = tx._connection  # type: ignore[attr-defined]
        connection.set_authorizer(lambda *_: authorized.append("planned") or apsw.SQLITE_OK)
        for number, email in enumerate(("a@example.org", "b@example.org", "c@example.org")):
            contacts.find_contact_by_handle(tx, number, "email", email)
            contacts.update_contact(tx, number, 5, {"display_name": email})
            if not number:
                assert authorized
                authorized.clear()
        connection.set_authorizer(None)
    assert authorized == []


def test_without_the_figures_the_same_look_up_reads_the_organization(new_database: Database) -> None:
    with new_database.write() as tx:
        tx.run("DELETE FROM sqlite_stat1")
        tx.run("ANALYZE sqlite_schema")
        plans = Plans(tx)  # type: ignore[arg-type]
        LOOKUPS["a contact by its e-mail"](plans)
    assert any(step.endswith("(organization_id=?)") for step in plans.steps)


def test_every_index_has_its_figures(new_database: Database) -> None:
    with new_database.read() as tx:
        told = {(table, index) for table, index in tx.all("SELECT tbl, idx FROM sqlite_stat1")}
        made = {
            name
            for (name,) in tx.all(
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name NOT LIKE 'contact_words%'"
            )
        }
    indexes = {index for _, index in told}
    assert made - {name for name in made if name.startswith("sqlite_autoindex")} <= indexes
    assert statistics.ROWS > 0


def test_tables_that_have_grown_are_looked_at_again_and_others_are_not(fresh_database: Database) -> None:
    def fill(count: int) -> list[str]:
        with fresh_database.write() as tx:
            tx.execute_many(
                "INSERT INTO schedules (name, last_run_at) VALUES (:name, :at)",
                [{"name": f"{count}-{number:060}", "at": "2026-01-01T00:00:00Z"} for number in range(count)],
            )
        with fresh_database.write() as tx:
            return statistics.analyze_grown(tx, ["schedules", "counters"])

    found = [fill(10), fill(1000), fill(20), fill(3000), fill(30)]
    assert found == ([[], ["schedules"], [], ["schedules"], []] if fresh_database.engine == "postgresql" else [[]] * 5)
