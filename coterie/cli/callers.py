"""The command line as a caller: it acts for one organization, with every scope, as no user."""

from coterie.errors import NotFound, invalid
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller, Organization
from coterie.store.database import Tx
from coterie.store.organizations import find_organization, find_organization_by_uuid, list_organizations

_LISTED_MAX = 10


def caller_for_uuid(tx: Tx, organization_uuid: str) -> Caller:
    """Raises NotFound if there is no such organization."""
    uuid = parse_id(organization_uuid)
    organization = find_organization_by_uuid(tx, uuid) if uuid else None
    if organization is None:
        raise NotFound(f"There is no organization {organization_uuid}")
    return _caller(organization)


def caller_for_id(tx: Tx, organization_id: int) -> Caller:
    """Raises NotFound if there is no such organization."""
    organization = find_organization(tx, organization_id)
    if organization is None:
        raise NotFound("There is no such organization")
    return _caller(organization)


def caller_for_only(tx: Tx, organization_uuid: str | None) -> Caller:
    """The given organization, or the only one of the instance.

    Raises Invalid if none is given and the instance has none or several, NotFound if there is no such organization.
    """
    if organization_uuid is not None:
        return caller_for_uuid(tx, organization_uuid)
    organizations = list_organizations(tx, limit=_LISTED_MAX)
    if not organizations:
        raise invalid("organization", "does not exist yet: create one with `coterie bootstrap`", kind="missing")
    if len(organizations) > 1:
        choices = ", ".join(f"{each.uuid} ({each.name})" for each in organizations)
        raise invalid("organization", f"is ambiguous: pass --organization UUID, one of {choices}", kind="missing")
    return _caller(organizations[0])


def _caller(organization: Organization) -> Caller:
    return Caller.for_organization(organization, via="cli")
