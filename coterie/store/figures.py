"""Figures of the whole instance for operators; no statement reads the contacts or events themselves."""

from msgspec import Struct

from coterie.store.contacts import COUNT
from coterie.store.database import Tx


class Figures(Struct, frozen=True):
    """contacts: not deleted. events: numbers given to events and revisions. Sizes in bytes."""

    organizations: int
    contacts: int
    events: int
    database_bytes: int
    attachments: int
    attachment_bytes: int


def load_figures(tx: Tx) -> Figures:
    """The figures of all organizations together."""
    if tx.engine == "sqlite":
        size = tx.one("SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s")
    else:
        size = tx.one("SELECT pg_database_size(current_database())")
    organizations = tx.one("SELECT count(*) FROM organizations")
    files = tx.one("SELECT count(*), CAST(coalesce(sum(byte_count), 0) AS BIGINT) FROM attachments")
    assert size and organizations and files
    return Figures(organizations[0], _sum(tx, COUNT), _sum(tx, "event_id"), size[0], *files)


def _sum(tx: Tx, name: str) -> int:
    row = tx.one("SELECT CAST(coalesce(sum(value), 0) AS BIGINT) FROM counters WHERE name = :name", {"name": name})
    return int(row[0]) if row else 0
