"""coterie organizations: lists the organizations of the instance."""

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.store.contacts import count_contacts
from coterie.store.imports import count_imports
from coterie.store.organizations import count_members, list_organizations

LISTED_MAX = 1000


def register(application: typer.Typer) -> None:
    application.command("organizations")(organizations)


def organizations(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the organizations of this instance with their UUIDs.

    Other commands take the UUID as --organization; it is also the organization in the paths of R0's API.
    """
    with open_instance(data) as database, database.read() as tx:
        rows = [
            {
                "organization_uuid": each.uuid,
                "name": each.name,
                "contacts": count_contacts(tx, each.id),
                "members": count_members(tx, each.id),
                "imports": count_imports(tx, each.id),
            }
            for each in list_organizations(tx, limit=LISTED_MAX)
        ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("No organizations yet. `coterie bootstrap` creates one.")
        return
    # fits 80 columns: only the name wraps
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("UUID", width=36)
    table.add_column("Name", overflow="fold", min_width=10)
    for name in ("Contacts", "Members", "Imports"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    Console().print(table)
