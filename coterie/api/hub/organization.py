"""/organization: its name, country and time zone; /time_zones: the names to choose from."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from coterie.actions.members import require_owner
from coterie.actions.organizations import update_organization
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import NAME_LENGTH_MAX, Caller, Organization
from coterie.model.time_zones import time_zone_names
from coterie.store.database import Tx
from coterie.store.organizations import find_organization


class OrganizationEntity(Struct):
    id: int
    uuid: str
    name: str
    username: Annotated[str | None, Meta(description="Instagram handle.")]
    country: Annotated[str | None, Meta(description="ISO code: of phone numbers without a prefix.")]
    time_zone: str
    require_if_match: Annotated[
        bool,
        Meta(description="Whether changes of contacts need If-Match, here and in operations of a batch: else 428."),
    ]
    created_at: str
    updated_at: str


class OrganizationFields(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)] | UnsetType = UNSET
    country: Annotated[str, Meta(description="Code or name, such as DE; null removes it.")] | None | UnsetType = UNSET
    time_zone: Annotated[str, Meta(description="One of GET /time_zones; that of new members.")] | UnsetType = UNSET
    require_if_match: (
        Annotated[
            bool, Meta(description="Whether changes of contacts need If-Match, for owners who want no lost update.")
        ]
        | UnsetType
    ) = UNSET


class TimeZoneList(Struct):
    items: list[str]


class TimeZonesQuery(Struct, forbid_unknown_fields=True):
    search: Annotated[str, Meta(max_length=100, description="Only names with this text.")] | None = None


def show(tx: Tx, caller: Caller, request: Request) -> OrganizationEntity:
    organization = find_organization(tx, caller.organization_id)
    if organization is None:
        raise NotFound("Organization not found")
    return _present(organization)


def update(tx: Tx, caller: Caller, request: Request) -> OrganizationEntity:
    require_owner(tx, caller)
    values: dict[str, Any] = {
        name: "" if value is None else value
        for name, value in structs.asdict(request.body).items()
        if value is not UNSET
    }
    return _present(update_organization(tx, caller, **values))


def list_time_zones(tx: Tx, caller: Caller, request: Request) -> TimeZoneList:
    search = (request.query.search or "").casefold()
    return TimeZoneList([name for name in time_zone_names() if search in name.casefold()])


def _present(organization: Organization) -> OrganizationEntity:
    return OrganizationEntity(*(getattr(organization, name) for name in OrganizationEntity.__struct_fields__))
