"""GET /orgs: the organizations a token is for."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.api.r0.pages import PageEntity, envelope, read_page
from coterie.api.route import Request
from coterie.model.organizations import Caller, Organization
from coterie.store import organizations as store
from coterie.store.database import Tx


class OrganizationEntity(Struct):
    id: str
    name: str
    country: Annotated[
        str | None, Meta(description="ISO code of the country in which numbers without a prefix are read.")
    ]
    created_at: str
    updated_at: str


class OrganizationList(PageEntity):
    organizations: list[OrganizationEntity]


def present_organization(organization: Organization) -> OrganizationEntity:
    """The entity of an organization. Its id is the UUID."""
    return OrganizationEntity(
        organization.uuid, organization.name, organization.country, organization.created_at, organization.updated_at
    )


def list_(tx: Tx, caller: Caller, request: Request) -> OrganizationList:
    page = read_page(request.query)
    every = store.list_organizations_of_token(tx, caller.organization_id, caller.token_id or "")
    listed = every[page.offset : page.offset + page.limit]
    return OrganizationList(*envelope(page, len(every), listed), [present_organization(each) for each in listed])
