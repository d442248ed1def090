"""Merges the search index once a day, in short steps between which other writers have their turn."""

import time

from coterie.search import merge_index
from coterie.settings import Settings
from coterie.store.database import Database

# 64 pages take some 10 to 30 ms
PAGES = 64
PAUSE_SECONDS = 0.05
# a limit for a day, of some twenty minutes
STEPS_MAX = 20_000


def merge_search_index(database: Database, settings: Settings) -> None:
    """Merges the segments that changes have left in the index, so that a search reads fewer."""
    for step in range(STEPS_MAX):
        with database.write() as tx:
            is_more = merge_index(tx, PAGES, is_first=step == 0)
        if not is_more:
            return
        time.sleep(PAUSE_SECONDS)
