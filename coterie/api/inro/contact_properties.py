"""/contact_properties: the organization's own fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import properties as actions
from coterie.api.errors import wire_names
from coterie.api.inro.pages import page_response, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.responses import Response
from coterie.model.organizations import Caller
from coterie.model.properties import TYPES, PropertyDefinition
from coterie.store import properties as store
from coterie.store.database import Tx

PropertyType = Literal[TYPES]  # type: ignore[valid-type]
Choices = Annotated[list[str], Meta(description="The options of a choice property.", max_length=200)] | None


class PropertyEntity(Struct):
    slug: str
    title: str
    property_type: PropertyType
    choices: list[str] | None
    description: str | None
    agent_active: bool


class NewProperty(Struct):
    title: Annotated[str, Meta(max_length=200)]
    property_type: PropertyType = "text"
    choices: Choices = None
    description: Annotated[str, Meta(max_length=2000)] | None = None
    agent_active: bool = False


class PropertyBody(Struct):
    contact_property: NewProperty


class PropertyChange(Struct):
    """Only the keys sent change; choices are replaced as a whole."""

    title: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    property_type: PropertyType | UnsetType = UNSET
    choices: Annotated[list[str], Meta(max_length=200)] | None | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2000)] | None | UnsetType = UNSET
    agent_active: bool | UnsetType = UNSET


class PropertyChangeBody(Struct):
    contact_property: PropertyChange


def present_property(definition: PropertyDefinition) -> PropertyEntity:
    """The entity of a definition."""
    return PropertyEntity(
        definition.slug,
        definition.title,
        definition.property_type,
        list(definition.choices) if definition.choices else None,
        definition.description,
        definition.agent_active,
    )


def list_(tx: Tx, caller: Caller, request: Request) -> Response:
    page = read_page(request.query.page, request.query.per_page, request.query.offset)
    definitions = store.list_definitions(tx, caller.organization_id, limit=page.size, offset=page.skip)
    total = store.count_definitions(tx, caller.organization_id)
    return page_response([present_property(definition) for definition in definitions], page, total)


def create(tx: Tx, caller: Caller, request: Request) -> PropertyEntity:
    fields: dict[str, Any] = msgspec.structs.asdict(request.body.contact_property)
    with wire_names("contact_property"):
        return present_property(actions.create_definition(tx, caller, **fields))


def update(tx: Tx, caller: Caller, request: Request) -> PropertyEntity:
    sent = msgspec.structs.asdict(request.body.contact_property)
    fields = {name: value for name, value in sent.items() if value is not UNSET}
    with _not_found(), wire_names("contact_property"):
        return present_property(actions.update_definition(tx, caller, request.path["slug"], fields))


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    with _not_found():
        actions.delete_definition(tx, caller, request.path["slug"])


@contextmanager
def _not_found() -> Iterator[None]:
    """Names the property as Inrō does when it does not exist."""
    try:
        yield
    except NotFound:
        raise NotFound("Contact property not found") from None
