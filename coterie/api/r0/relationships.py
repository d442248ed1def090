"""/relationships: all types of relationships. Here relationship_id is the inverse of a type, elsewhere a type."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.api.r0.pages import PageEntity
from coterie.api.route import Request
from coterie.model.organizations import Caller
from coterie.model.relationships import CATALOGUE
from coterie.store.database import Tx


class RelationshipTypeEntity(Struct):
    id: str
    name: Annotated[str, Meta(description="What the second contact is to the first.")]
    relationship_id: Annotated[str | None, Meta(description="The inverse: what the first is to the second.")]


class RelationshipTypeList(PageEntity):
    relationships: list[RelationshipTypeEntity]


def list_(tx: Tx, caller: Caller, request: Request) -> RelationshipTypeList:
    """Not paged: the whole list."""
    types = [RelationshipTypeEntity(each.id, each.name, each.inverse_type_id) for each in CATALOGUE]
    return RelationshipTypeList(len(types), 1, len(types), 1, len(types), types)
