"""many(): a statement for each set of parameters, on PostgreSQL as one statement of many rows where it can be."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World

from coterie.errors import CoterieError
from coterie.store.database import Database, Tx
from coterie.store.postgres import ROWS_AT_ONCE

INSERT = "INSERT INTO counters (organization_id, name, value) VALUES (:organization_id, :name, :value)"
KEEP = INSERT + " ON CONFLICT DO NOTHING"
REPLACE = INSERT + " ON CONFLICT (organization_id, name) DO UPDATE SET value = excluded.value"


class _Undone(Exception):
    pass


def _after(database: Database, organization_id: int, *steps: tuple[str, list[dict[str, Any]]]) -> list[tuple[str, int]]:
    """The counters of an organization after these calls of many(), which are taken back again."""
    found: list[Any] = []

    def work(tx: Tx) -> None:
        tx.run("DELETE FROM counters WHERE organization_id = :o", {"o": organization_id})
        for sql, rows in steps:
            tx.execute_many(sql, [{"organization_id": organization_id, **row} for row in rows])
        found.extend(
            tx.all("SELECT name, value FROM counters WHERE organization_id = :o ORDER BY name", {"o": organization_id})
        )
        raise _Undone

    with pytest.raises(_Undone), database.write() as tx:
        work(tx)
    return found


ROWS = st.lists(st.tuples(st.text("ab%:(){}é'\"\\", max_size=3), st.integers(-(2**62), 2**62)), max_size=30)


def test_many_rows_become_what_one_after_another_would_become(database: Database, world: World) -> None:
    @settings(max_examples=40, deadline=None)
    @given(ROWS, ROWS)
    def check(first: list[tuple[str, int]], second: list[tuple[str, int]]) -> None:
        expected = dict(first)
        for name, value in second:
            expected.setdefault(name, value)
        steps = [
            (REPLACE, [{"name": name, "value": value} for name, value in first]),
            (KEEP, [{"name": name, "value": value} for name, value in second]),
        ]
        assert dict(_after(database, world.organization.id, *steps)) == expected

    check()


def test_there_may_be_more_rows_than_one_statement_has_room_for(database: Database, world: World) -> None:
    count = ROWS_AT_ONCE * 2 + 7
    rows = [{"name": f"n{number:06}", "value": number} for number in range(count)]
    assert len(_after(database, world.organization.id, (INSERT, rows))) == count


def test_none_and_empty_lists_are_taken(database: Database, world: World) -> None:
    assert _after(database, world.organization.id, (INSERT, []), (INSERT, [{"name": "one", "value": 1}])) == [
        ("one", 1)
    ]


def test_a_row_that_is_there_already_refuses_them_all(database: Database, world: World) -> None:
    rows = [{"organization_id": world.organization.id, "name": name, "value": 1} for name in "aba"]
    with pytest.raises(CoterieError), database.write() as tx:
        tx.execute_many(INSERT, rows)
    with database.read() as tx:
        assert tx.all("SELECT 1 FROM counters WHERE name IN ('a', 'b')") == []
