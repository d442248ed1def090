"""coterie time-zones: lists the names of time zones."""

from typing import Annotated

import typer

from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_result
from coterie.model.time_zones import time_zone_names


def register(application: typer.Typer) -> None:
    application.command("time-zones")(time_zones)


def time_zones(
    search: Annotated[str, typer.Argument(metavar="[TEXT]", help="Only names with this text.")] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List the time zones to choose from, such as Europe/Berlin."""
    names = [name for name in time_zone_names() if search.casefold() in name.casefold()]
    print_result("\n".join(names), names, as_json=as_json)
