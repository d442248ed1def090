"""coterie bootstrap: the first organization, its owner, and a token for programs."""

from typing import Annotated

import msgspec
import typer

from coterie.actions.organizations import create_organization, hash_password
from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.errors import Conflict


def register(application: typer.Typer) -> None:
    application.command("bootstrap")(bootstrap)


def bootstrap(
    *,
    organization: Annotated[str, typer.Option(help="Its name.")],
    email: Annotated[str, typer.Option(help="The owner's e-mail address, to sign in with.")],
    password: Annotated[
        str, typer.Option(help="The owner's password, 8 characters or more.", prompt=True, hide_input=True)
    ],
    username: Annotated[str | None, typer.Option(help="The Instagram username of the organization.")] = None,
    country: Annotated[
        str | None, typer.Option(help="Country in which phone numbers without a prefix are read.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an organization, its owner and an API token, which is shown once."""
    settings = prepare(data)
    password_hash = hash_password(password)
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
