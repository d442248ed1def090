"""The tool relate_contacts: who people are to each other."""

from difflib import get_close_matches
from typing import Annotated, Any

from msgspec import Meta, Struct

from coterie.actions.contact_relationships import delete_contact_relationship, relate, update_contact_relationship
from coterie.errors import Invalid, NotFound, Problem
from coterie.mcp.contact_data import find_present
from coterie.mcp.save_arguments import PartialDate
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.contacts import Contact
from coterie.model.relationships import CATALOGUE, TYPES, ContactRelationship, neutral
from coterie.store.contact_relationships import list_contact_relationships_of
from coterie.store.database import Tx

_SUGGESTED = 5
# field of the action -> argument of the tool
_NAMES = {"second_contact": "second", "type_id": "type", "anniversary_on": "anniversary"}


class Arguments(Struct, forbid_unknown_fields=True):
    first: Annotated[int, Meta(ge=1, description="contact id")]
    second: Annotated[int, Meta(ge=1, description="contact id")]
    type: Annotated[
        str, Meta(max_length=60, description="what second is to first: Mother, Friend; see about(relationship_types)")
    ]
    anniversary: PartialDate | None = None
    remove: bool = False


def relate_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    type_id = _type_id(asked.type)
    first, second = find_present(tx, call, asked.first), find_present(tx, call, asked.second)
    existing = _find(tx, call, first, second, type_id)
    if asked.remove:
        if existing is None:
            raise NotFound(f"{second.name} is not the {asked.type} of {first.name}")
        delete_contact_relationship(tx, call.caller, existing.id)
        return {"removed": _words(existing, first, second)}
    fields: dict[str, Any] = {"type_id": type_id}
    if asked.anniversary is not None:
        fields["anniversary_on"] = asked.anniversary
    if existing is not None:
        return {"related": _words(update_contact_relationship(tx, call.caller, existing.id, fields), first, second)}
    side = _relate(tx, call, first, second, fields)
    return {"related": _words(side, first, second)}


def _relate(tx: Tx, call: Call, first: Contact, second: Contact, fields: dict[str, Any]) -> ContactRelationship:
    """Relates the two. Raises Invalid, whose problems name the arguments of the tool."""
    try:
        return relate(tx, call.caller, first.id, fields | {"second_contact": second.uuid})
    except Invalid as error:
        problems = [each._replace(path=tuple(_NAMES.get(part, part) for part in each.path)) for each in error.problems]
        raise Invalid(*problems) from None


def _type_id(name: str) -> str:
    names = {type_.name.casefold(): type_.id for type_ in CATALOGUE}
    found = names.get(name.strip().casefold())
    if found is None:
        near = get_close_matches(name.strip().casefold(), names, _SUGGESTED, 0.4)
        nearest = ", ".join(TYPES[names[each]].name for each in near)
        hint = f"nearest: {nearest}" if nearest else "the tool about lists them: part relationship_types"
        raise Invalid(Problem(("type",), "choice", f"{name!r} is not a type of relationship; {hint}"))
    return found


def _find(tx: Tx, call: Call, first: Contact, second: Contact, type_id: str) -> ContactRelationship | None:
    """The relationship of the two with this type, whatever its gender."""
    sides = list_contact_relationships_of(tx, call.caller.organization_id, [first.id]).get(first.id, [])
    of_two = [each for each in sides if each.second_contact_id == second.id]
    return next((each for each in of_two if neutral(each.type_id) == neutral(type_id)), None)


def _words(side: ContactRelationship, first: Contact, second: Contact) -> str:
    """Both sides: "Marge is the Mother of Bart; Bart is the Child of Marge"."""
    type_ = TYPES[side.type_id]
    inverse = TYPES[type_.inverse_type_id]
    return f"{second.name} is the {type_.name} of {first.name}; {first.name} is the {inverse.name} of {second.name}"


TOOL = Tool(
    name="relate_contacts",
    title="Relate contacts",
    description="Records that second is the <type> of first (Marge is the Mother of Bart), or removes it.",
    arguments=Arguments,
    handler=relate_contacts,
    mode="write",
    is_destructive=True,
)
