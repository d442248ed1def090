"""An import writes few rows at a time while others write, so that they wait for milliseconds."""

import threading
import time

from world import World

from coterie.actions.contacts import update_contact
from coterie.imports.other_writers import CHUNK, FEW, Pace
from coterie.store.database import Database


def test_rows_are_written_few_at_a_time_once_another_writer_had_to_wait(world: World, database: Database) -> None:
    def rename(name: str) -> None:
        with database.write() as tx:
            update_contact(tx, world.alice, world.marge.id, {"nickname": name})

    pace = Pace()
    other = threading.Thread(target=rename, args=["Midge"])
    with database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"nickname": "Blue"})
        assert not pace.is_waited_for(tx)
        assert pace.row_count() == CHUNK
        other.start()
        until = time.monotonic() + 60
        while not pace.is_waited_for(tx):
            assert time.monotonic() < until
            time.sleep(0.005)
    other.join()
    assert pace.row_count() == FEW
    with database.write() as tx:
        assert not pace.is_waited_for(tx)
    assert pace.row_count() == FEW  # it waits soon again
