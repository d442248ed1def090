"""coterie bootstrap: creates an organization, its owner and an API token."""

from typing import Annotated

import typer

from coterie.actions.organizations import create_organization
from coterie.actions.passwords import hash_password
from coterie.cli.open_instance import open_migrated, prepare_data_folder
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.cli.passwords import PasswordOption, read_password


def register(application: typer.Typer) -> None:
    application.command("bootstrap")(bootstrap)


def bootstrap(
    *,
    organization: Annotated[str, typer.Option(metavar="NAME", help='Its name, such as "Evergreen Terrace".')],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The owner's e-mail address, used to sign in.")],
    password: PasswordOption = None,
    username: Annotated[str | None, typer.Option(metavar="NAME", help="The organization's Instagram username.")] = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="The country (US, DE, …) of phone numbers without a prefix."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an organization, its owner and an API token.

    The token is shown only once. For a second organization, run it again with another address.
    """
    password_hash = hash_password(read_password(password))
    settings = prepare_data_folder(data)
    with open_migrated(settings) as database, database.write() as tx:
        made, user, token = create_organization(
            tx,
            name=organization,
            email=email,
            password_hash=password_hash,
            username=username,
            country=country or settings.country or None,
        )
    if as_json:
        output = {
            "organization_id": made.id,
            "organization_uuid": made.uuid,
            "user_uuid": user.id,
            "token": token,
        }
        print_json(output)
        return
    typer.echo(f"{made.name} is ready.")
    typer.echo(f"  organization  {made.uuid}")
    typer.echo(f"  token         {token}")
    typer.echo("The token is not shown again: store it where your programs can read it.")
