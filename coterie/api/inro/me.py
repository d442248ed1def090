"""/me: the organization of the token."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.organizations import find_organization


class OrganizationEntity(Struct):
    id: Annotated[int, Meta(description="The organization's id.")]
    username: Annotated[str | None, Meta(description="Instagram handle.")]
    name: str
    profile_picture: str | None


def show(tx: Tx, caller: Caller, request: Request) -> OrganizationEntity:
    organization = find_organization(tx, caller.organization_id)
    if organization is None:
        raise NotFound("Organization not found")
    return OrganizationEntity(
        organization.id, organization.username, organization.name, organization.profile_picture_url
    )
