"""The limits of searches: a short deadline and separate threads."""

from coterie.store.turns import Turns

THREADS = 3
ORGANIZATION_MAX = 2
# the deadline of a search
SECONDS = 2.0


def search_turns() -> Turns:
    """The threads in which a database searches."""
    return Turns("search", threads=THREADS, organization_max=ORGANIZATION_MAX)
