"""Options and arguments that several commands share."""

from typing import Annotated

import typer

from coterie.settings import Settings

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
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", help="The address of this instance. Default: COTERIE_BASE_URL, else localhost."
    ),
]


def base_url_of(url: str | None, settings: Settings) -> str:
    """The address of this instance, of a UrlOption."""
    return (url or settings.base_url or "http://localhost:8000").rstrip("/")
