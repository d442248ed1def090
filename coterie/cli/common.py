"""What several commands need: the database of this instance, the organization they are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from coterie.errors import NotFound
from coterie.model.ids import parse_id
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, Tx, open_database
from coterie.store.migrate import migrate
from coterie.store.organizations import find_organization_by_uuid

DataOption = Annotated[str | None, typer.Option("--data", help="The data folder (COTERIE_DATA).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
OrganizationOption = Annotated[str, typer.Option("--organization", help="The organization's UUID.")]


def prepare(data: str | None = None, **overrides: Any) -> Settings:
    """The settings, with the data folder made: only its owner may look into it."""
    settings = load_settings(data=data, **overrides)
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The migrated database, closed in the end."""
    database = open_database(settings)
    try:
        migrate(database)
        yield database
    finally:
        database.close()


def caller_for(tx: Tx, organization_uuid: str) -> Caller:
    """The command line acting for an organization. Refused: one that does not exist."""
    uuid = parse_id(organization_uuid)
    organization = find_organization_by_uuid(tx, uuid) if uuid else None
    if organization is None:
        raise NotFound(f"there is no organization {organization_uuid}")
    return Caller(organization.id, organization.uuid, organization.country, None, (ALL_SCOPES,), "cli")
