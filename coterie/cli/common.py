"""What several commands need: the database of this instance, the organization they are about."""

from typing import Annotated

import typer

from coterie.cli.instance import opened, prepare
from coterie.errors import NotFound
from coterie.model.ids import parse_id
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.store.database import Tx
from coterie.store.organizations import find_organization_by_uuid

__all__ = ["DataOption", "JsonOption", "OneOrganizationOption", "OrganizationOption", "caller_for", "opened", "prepare"]

DataOption = Annotated[
    str | None, typer.Option("--data", metavar="DIR", help="The data folder (COTERIE_DATA; default: ./data).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_WHICH = "The organization's UUID, as `coterie organizations` lists it"
OrganizationOption = Annotated[str, typer.Option("--organization", metavar="UUID", help=f"{_WHICH}.")]
OneOrganizationOption = Annotated[
    str | None,
    typer.Option("--organization", metavar="UUID", help=f"{_WHICH}; may be left out where there is only one."),
]


def caller_for(tx: Tx, organization_uuid: str) -> Caller:
    """The command line acting for an organization. Refused: one that does not exist."""
    uuid = parse_id(organization_uuid)
    organization = find_organization_by_uuid(tx, uuid) if uuid else None
    if organization is None:
        raise NotFound(f"there is no organization {organization_uuid}")
    return Caller(organization.id, organization.uuid, organization.country, None, (ALL_SCOPES,), "cli")
