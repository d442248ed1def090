"""Options and arguments that several commands share."""

from typing import Annotated

import typer

DataOption = Annotated[
    str | None, typer.Option("--data", metavar="DIR", help="The data folder (COTERIE_DATA; default: ./data).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_UUID = "The organization's UUID, as listed by `coterie organizations`"
OrganizationOption = Annotated[str, typer.Option("--organization", metavar="UUID", help=f"{_UUID}.")]
OnlyOrganizationOption = Annotated[
    str | None,
    typer.Option("--organization", metavar="UUID", help=f"{_UUID}; optional if there is only one organization."),
]
ImportArgument = Annotated[str, typer.Argument(metavar="ID", help="The import's id, as listed by `coterie imports`.")]
