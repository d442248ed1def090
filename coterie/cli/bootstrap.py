"""coterie bootstrap: the first organization, its owner, and a token for programs."""

import sys
from typing import Annotated

import msgspec
import typer

from coterie.actions.organizations import create_organization, hash_password
from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.errors import Conflict, invalid


def register(application: typer.Typer) -> None:
    application.command("bootstrap")(bootstrap)


def bootstrap(
    *,
    organization: Annotated[str, typer.Option(metavar="NAME", help='Its name: "Evergreen Terrace".')],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The owner's e-mail address, to sign in with.")],
    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="The owner's password, 8 to 200 characters; - reads it from standard input. Without this option it is"
            " asked for on the terminal.",
        ),
    ] = None,
    username: Annotated[
        str | None, typer.Option(metavar="NAME", help="The Instagram username of the organization.")
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Country (US, DE, …) in which phone numbers without a prefix are read."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an organization, its owner and an API token.

    The token is shown once. Run it again, with another address, for a second organization.
    """
    password_hash = hash_password(_password(password))
    settings = prepare(data)
    with opened(settings) as database:
        try:
            with database.write() as tx:
                made, user, token = create_organization(
                    tx,
                    name=organization,
                    email=email,
                    password_hash=password_hash,
                    username=username,
                    country=country or settings.country or None,
                )
        except Conflict as error:
            typer.echo(f"coterie: {error}", err=True)
            raise typer.Exit(1) from None
    answer = {
        "organization_id": made.id,
        "organization_uuid": made.uuid,
        "user_uuid": user.id,
        "token": token,
    }
    if as_json:
        typer.echo(msgspec.json.encode(answer).decode())
        return
    typer.echo(f"{made.name} is set up.")
    typer.echo(f"  organization  {made.uuid}")
    typer.echo(f"  token         {token}")
    typer.echo("The token is shown only now: keep it where your programs find it.")


def _password(given: str | None) -> str:
    """As it was given, from standard input, or typed in. Refused: none, where nobody can be asked."""
    if given == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise invalid(
            "password", "is missing: there is no terminal to ask on; give --password, or --password - to read it from"
            " standard input", kind="missing",
        )  # fmt: skip
    typed: str = typer.prompt("Password", hide_input=True, err=True)
    return typed
