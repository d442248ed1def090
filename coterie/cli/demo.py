"""coterie demo: creates an organization full of people to explore."""

import secrets
from typing import Annotated

import typer

from coterie.actions.passwords import hash_password
from coterie.cli.callers import caller_for_uuid
from coterie.cli.open_instance import open_migrated, prepare_data_folder
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.demo.build import build_springfield
from coterie.demo.connections import add_connections
from coterie.demo.files import add_files
from coterie.demo.springfield import EMAIL, NAME


def register(application: typer.Typer) -> None:
    application.command("demo")(demo)


def demo(
    data: DataOption = None,
    as_json: JsonOption = False,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", help="Seed of the random parts: the same number gives the same world.")
    ] = 742,
) -> None:
    """Create an organization of some sixty people to explore.

    It is called Springfield. Its password and its API token are shown only once. Use a separate data folder.
    """
    settings = prepare_data_folder(data)
    password = secrets.token_urlsafe(12)
    password_hash = hash_password(password)
    with open_migrated(settings) as database:
        with database.write() as tx:
            made, token = build_springfield(tx, password_hash, seed)
            caller = caller_for_uuid(tx, made.organization_uuid)
            add_connections(tx, caller, settings.data_folder)
        add_files(database, caller, made)
    output = {
        "organization_id": made.organization_id,
        "organization_uuid": made.organization_uuid,
        "user_uuid": made.user_id,
        "email": EMAIL,
        "password": password,
        "token": token,
        "contacts": len(made.ids),
    }
    if as_json:
        print_json(output)
        return
    typer.echo(f"{NAME} is ready, with {len(made.ids)} people.")
    for label in ("organization_uuid", "email", "password", "token"):
        typer.echo(f"  {label.removesuffix('_uuid'):<13} {output[label]}")
    typer.echo("The password and the token are not shown again.")
