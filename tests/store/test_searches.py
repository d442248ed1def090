"""Costly searches of one organization delay neither its reads nor the searches of others."""

import asyncio
import time

import pytest

from coterie.errors import TooSlow, Unavailable
from coterie.store.database import Database, Tx
from coterie.store.searches import ORGANIZATION_MAX, SECONDS

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def costly(tx: Tx) -> None:
    tx.all(ENDLESS)


def quick(tx: Tx) -> float:
    tx.one("SELECT 1")
    return time.monotonic()


@pytest.mark.slow
def test_costly_searches_end_and_others_do_not_wait_for_them(database: Database) -> None:
    async def scene() -> None:
        begin = time.monotonic()
        searches = [asyncio.ensure_future(database.run_search(1, costly)) for _ in range(2 * ORGANIZATION_MAX)]
        await asyncio.sleep(0.1)
        assert await database.run_read(quick) - begin < SECONDS / 2
        assert await database.run_search(2, quick) - begin < SECONDS / 2
        assert not any(search.done() for search in searches)
        # of the same organization it waits for its turn
        own = await database.run_search(1, quick)
        results = await asyncio.gather(*searches, return_exceptions=True)
        assert [type(result) for result in results] == [TooSlow] * len(searches)
        assert own - begin >= SECONDS * 0.9

    asyncio.run(scene())


def test_an_error_in_a_search_reaches_its_caller_and_gives_the_turn_back(database: Database) -> None:
    def broken(tx: Tx) -> None:
        raise LookupError

    async def scene() -> list[type]:
        results = await asyncio.gather(*[database.run_search(1, broken) for _ in range(9)], return_exceptions=True)
        return [type(result) for result in results]

    assert asyncio.run(scene()) == [LookupError] * 9
    assert asyncio.run(database.run_search(1, quick))


def test_a_closed_database_refuses_searches(fresh_database: Database) -> None:
    assert asyncio.run(fresh_database.run_search(1, quick))
    fresh_database.close()
    with pytest.raises(Unavailable):
        asyncio.run(fresh_database.run_search(1, quick))
