"""insert_rows(): on both engines, many rows become what inserting them one after another would make."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World

from coterie.errors import CoterieError
from coterie.store.database import Database
from coterie.store.postgres.database import ROWS_AT_ONCE

KEY = ("organization_id", "name")


class _Undone(Exception):
    pass


def _after(
    database: Database, organization_id: int, *steps: tuple[list[dict[str, Any]], dict[str, Any]]
) -> list[tuple[str, int]]:
    """The counters of an organization after these calls of insert_rows(), which are rolled back."""
    counters: list[Any] = []
    with pytest.raises(_Undone), database.write() as tx:
        tx.run("DELETE FROM counters WHERE organization_id = :o", {"o": organization_id})
        for rows, options in steps:
            tx.insert_rows("counters", [{"organization_id": organization_id, **row} for row in rows], **options)
        counters = tx.all(
            "SELECT name, value FROM counters WHERE organization_id = :o ORDER BY name", {"o": organization_id}
        )
        raise _Undone
    return counters


ROWS = st.lists(st.tuples(st.text("ab%:(){}é'\"\\", max_size=3), st.integers(-(2**62), 2**62)), max_size=30)


def test_many_rows_become_what_one_after_another_would_become(database: Database, world: World) -> None:
    @settings(max_examples=40, deadline=None)
    @given(ROWS, ROWS)
    def check(first: list[tuple[str, int]], second: list[tuple[str, int]]) -> None:
        expected = dict(first)
        for name, value in second:
            expected.setdefault(name, value)
        steps: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
            ([{"name": name, "value": value} for name, value in first], {"replace_on": KEY}),
            ([{"name": name, "value": value} for name, value in second], {"skip_existing": True}),
        ]
        assert dict(_after(database, world.organization.id, *steps)) == expected

    check()


def test_there_may_be_more_rows_than_one_statement_has_room_for(database: Database, world: World) -> None:
    count = ROWS_AT_ONCE * 2 + 7
    rows = [{"name": f"n{number:06}", "value": number} for number in range(count)]
    assert len(_after(database, world.organization.id, (rows, {}))) == count


def test_no_rows_and_one_row_are_accepted(database: Database, world: World) -> None:
    assert _after(database, world.organization.id, ([], {}), ([{"name": "one", "value": 1}], {})) == [("one", 1)]


def test_an_existing_row_fails_them_all(database: Database, world: World) -> None:
    rows = [{"organization_id": world.organization.id, "name": name, "value": 1} for name in "aba"]
    with pytest.raises(CoterieError), database.write() as tx:
        tx.insert_rows("counters", rows)
    with database.read() as tx:
        assert tx.all("SELECT 1 FROM counters WHERE name IN ('a', 'b')") == []


def test_a_row_without_one_of_the_columns_fails(database: Database, world: World) -> None:
    rows = [{"organization_id": world.organization.id, "name": "a", "value": 1}, {"name": "b", "value": 1}]
    with pytest.raises(KeyError), database.write() as tx:
        tx.insert_rows("counters", rows)
