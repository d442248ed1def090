"""coterie organizations: who lives in this instance, with the UUID that other commands and the API ask for."""

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.store.contacts import count_contacts
from coterie.store.imports import count_imports
from coterie.store.organizations import count_members, list_organizations

SHOWN = 1000


def register(application: typer.Typer) -> None:
    application.command("organizations")(organizations)


def organizations(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the organizations of this instance, with their UUIDs.

    The UUID is what --organization of the other commands and the paths of R0's API name.
    """
    with opened(prepare(data)) as database, database.read() as tx:
        found = [
            {
                "organization_uuid": each.uuid,
                "name": each.name,
                "contacts": count_contacts(tx, each.id),
                "members": count_members(tx, each.id),
                "imports": count_imports(tx, each.id),
            }
            for each in list_organizations(tx, limit=SHOWN)
        ]
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    if not found:
        typer.echo("There is none yet: `coterie bootstrap` makes one, `coterie demo` one to look around in.")
        return
    # fits 80 columns: the name is folded, never an id or a number
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("UUID", width=36)
    table.add_column("Name", overflow="fold", min_width=10)
    for name in ("Contacts", "Members", "Imports"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in found:
        table.add_row(*(escape(str(value)) for value in each.values()))
    Console().print(table)
