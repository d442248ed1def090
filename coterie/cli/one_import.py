"""What the commands about an import have in common: which one an ID means, and who acts."""

from typing import Annotated

import typer

from coterie.errors import NotFound, invalid
from coterie.model.imports import APPLYING, STAGING, Import
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.store.database import Tx
from coterie.store.imports import find_group, find_import, find_organization_of_import
from coterie.store.organizations import find_organization

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The import, as `coterie imports` lists it.")]
GROUP_SHOWN = 20


def resolve_imports(tx: Tx, import_id: str) -> list[tuple[int, str]]:
    """(organization, import) of an import, or of each file that came in with one command, the last first.

    Refused: an ID that is nothing's.
    """
    organization_id = find_organization_of_import(tx, import_id)
    meant = find_group(tx, import_id) if organization_id is None else [(organization_id, import_id)]
    if not meant:
        raise NotFound(f"there is no import {import_id}")
    return meant


def find_one(tx: Tx, import_id: str) -> tuple[int, Import]:
    """(organization, import). Refused: an ID that is nothing's, or that of several files."""
    meant = resolve_imports(tx, import_id)
    if meant[0][1] != import_id:
        raise invalid("import", f"is several files: name one of {', '.join(one for _, one in meant[:GROUP_SHOWN])}")
    record = find_import(tx, *meant[0])
    if record is None:  # it went away in between
        raise NotFound(f"there is no import {import_id}")
    return meant[0][0], record


def caller_in(tx: Tx, organization_id: int) -> Caller:
    """The command line acting for the organization of an import."""
    organization = find_organization(tx, organization_id)
    if organization is None:
        raise NotFound("there is no such organization")
    return Caller(organization.id, organization.uuid, organization.country, None, (ALL_SCOPES,), "cli")


def progress_of(record: Import) -> str:
    """The state of an import in words: how far it is, where it is under way."""
    if record.state == APPLYING:
        return f"applying, row {record.applied_row:,} of {record.row_count:,}"
    if record.state == STAGING:
        return f"staging, {record.row_count:,} rows read"
    return record.state
