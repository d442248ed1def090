"""coterie settings: lists every setting with its value."""

import msgspec
import typer

from coterie.cli.options import DataOption
from coterie.settings import describe, load_settings, shown


def register(application: typer.Typer) -> None:
    application.command("settings")(settings)


def settings(data: DataOption = None) -> None:
    """List every setting with its value and description.

    Set one as an environment variable, or in coterie.toml in the data folder. Secrets are not shown.
    """
    values = msgspec.structs.asdict(load_settings(data=data))
    for variable, default, description in describe():
        value = str(values[variable.removeprefix("COTERIE_").lower()])
        changed = "" if value == default else f" (default: {default or 'none'})"
        typer.echo(f"{variable} = {shown(variable, value) or 'none'}{changed}")
        typer.echo(f"    {description}")
