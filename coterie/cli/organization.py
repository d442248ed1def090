"""coterie organization set: changes the name and the country of an organization."""

from typing import Annotated

import typer

from coterie.actions.organizations import update_organization
from coterie.cli.callers import caller_for_only
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, OnlyOrganizationOption
from coterie.errors import invalid


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Change an organization.", no_args_is_help=True)
    # a callback keeps Typer from making the only command the whole group
    commands.callback()(_organization)
    commands.command("set")(set_values)
    application.add_typer(commands, name="organization")


def _organization() -> None:
    """Change an organization."""


def set_values(
    *,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new name.")] = None,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="The country (US, DE, …) of phone numbers without a prefix. An empty text removes it."
        ),
    ] = None,
    organization: OnlyOrganizationOption = None,
    data: DataOption = None,
) -> None:
    """Set the name or the country.

    A country applies to phone numbers read from now on; existing ones stay as they are.
    """
    if name is None and country is None:
        raise invalid("--name", "or --country is needed", kind="missing")
    with open_instance(data) as database, database.write() as tx:
        after = update_organization(tx, caller_for_only(tx, organization), name=name, country=country)
    typer.echo(f"{after.name}: country {after.country or 'none'}.")
