"""coterie bootstrap: creates an organization, its owner and an API token."""

import sys
from typing import Annotated

import msgspec
import typer

from coterie.actions.organizations import create_organization, hash_password
from coterie.cli.open_instance import open_migrated, prepare_data_folder
from coterie.cli.options import DataOption, JsonOption
from coterie.errors import invalid


def register(application: typer.Typer) -> None:
    application.command("bootstrap")(bootstrap)


def bootstrap(
    *,
    organization: Annotated[str, typer.Option(metavar="NAME", help='Its name, such as "Evergreen Terrace".')],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The owner's e-mail address, used to sign in.")],
    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="The owner's password, 8 to 200 characters; - reads it from standard input. Default: ask for it on"
            " the terminal.",
        ),
    ] = None,
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
    password_hash = hash_password(_read_password(password))
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
        answer = {
            "organization_id": made.id,
            "organization_uuid": made.uuid,
            "user_uuid": user.id,
            "token": token,
        }
        typer.echo(msgspec.json.encode(answer).decode())
        return
    typer.echo(f"{made.name} is ready.")
    typer.echo(f"  organization  {made.uuid}")
    typer.echo(f"  token         {token}")
    typer.echo("The token is not shown again: store it where your programs can read it.")


def _read_password(option: str | None) -> str:
    """Raises Invalid if the option is missing and there is no terminal."""
    if option == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if option is not None:
        return option
    if not sys.stdin.isatty():
        reason = "is missing: without a terminal, pass --password, or --password - to read it from standard input"
        raise invalid("password", reason, kind="missing")
    typed: str = typer.prompt("Password", hide_input=True, err=True)
    return typed
