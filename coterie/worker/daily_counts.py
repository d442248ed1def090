"""Counts the audience of each organization several times a day; the last number of a day stays."""

from coterie.actions.daily_counts import collect_counts
from coterie.settings import Settings
from coterie.store.daily_counts import save_counts
from coterie.store.database import Database
from coterie.store.organizations import list_organizations

SECONDS = 4 * 3600.0


def count_audience(database: Database, settings: Settings) -> None:
    """Counts in a read, and writes the numbers in a short transaction for each organization."""
    with database.read() as tx:
        organizations = list_organizations(tx, limit=100_000)
    for organization in organizations:
        with database.read() as tx:
            counts = collect_counts(tx, organization.id)
        with database.write() as tx:
            save_counts(tx, organization.id, counts)
