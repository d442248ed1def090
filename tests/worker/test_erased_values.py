"""What was erased is not in the files of the database either."""

from pathlib import Path

import pytest
from world import make_world

from coterie.actions.contacts import create_contact, erase_contact
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker.schedule import empty_log
from coterie.worker.search_index import merge_search_index

# longer than a page of the database
NOTE = "Confidential. " * 5_000


def holds(folder: Path, text: str) -> set[str]:
    return {file.name for file in folder.iterdir() if file.is_file() and text.encode() in file.read_bytes()}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_erased_contact_with_a_long_note_is_in_no_file(fresh_database: Database, fresh_settings: Settings) -> None:
    world = make_world(fresh_database)
    values = {"first_name": "Zerlina", "last_name": "Quux", "bio": "Confidential bio", "note": NOTE}
    with fresh_database.write() as tx:
        contact = create_contact(tx, world.alice, values)
    folder = Path(fresh_settings.database_url.removeprefix("sqlite:///")).parent
    assert all(holds(folder, text) for text in ("Zerlina", "Confidential. "))
    with fresh_database.write() as tx:
        erase_contact(tx, world.alice, contact.id)
    merge_search_index(fresh_database, fresh_settings)
    empty_log(fresh_database, fresh_settings)
    for text in ("Zerlina", "zerlina", "Quux", "Confidential", "confidential"):
        assert holds(folder, text) == set(), text
