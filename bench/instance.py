"""An empty database with one organization, for benches that run in process."""

from pathlib import Path

from coterie.actions.organizations import create_organization
from coterie.actions.passwords import hash_password
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate


def make_instance(folder: Path) -> tuple[Database, Caller]:
    """A new SQLite database in a folder, and the owner of its only organization."""
    database = open_database(Settings(data=str(folder), database_url=f"sqlite:///{folder / 'coterie.sqlite3'}"))
    migrate(database)
    with database.write() as tx:
        organization, user, _ = create_organization(
            tx, name="Bench", email="bench@example.org", password_hash=hash_password("correct horse"), username=None,
            country="US",
        )  # fmt: skip
    return database, Caller.for_organization(organization, user_id=user.id, via="bench")
