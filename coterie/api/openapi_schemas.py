"""The schemas of an OpenAPI document: of every type that the routes of a contract name."""

from collections.abc import Callable, Iterable
from inspect import cleandoc
from typing import Any

from msgspec import Struct
from msgspec.json import schema_components

from coterie.api.route import Contract, Route

Schema = dict[str, Any]
_REF = "#/components/schemas/"
_TYPE_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class Schemas(Struct, frozen=True):
    """The schema of each type, and the named schemas they refer to."""

    of: Callable[[Any], Schema]
    components: dict[str, Schema]

    def resolved(self, schema: Schema) -> Schema:
        """Follows the schema if it is a reference."""
        return self.components[schema["$ref"].removeprefix(_REF)] if "$ref" in schema else schema


def read_schemas(contract: Contract, routes: Iterable[Route]) -> Schemas:
    """The schemas of all types of these routes and of the contract's errors.

    Raises ValueError if two of the types have the same name.
    """
    types = [str, *contract.error_types.values()]
    for route in routes:
        types += [route.query, route.body, route.response, *route.path_types.values(), *route.responses.values()]
    # here None means that there is no type
    types = [each for each in types if each is not None]
    schemas, components = schema_components(types, ref_template=_REF + "{name}")
    if shared := [name for name in components if "." in name]:
        raise ValueError(f"types share a name, which clients would see with our modules: {', '.join(shared)}")
    for component in components.values():
        if "description" in component:
            component["description"] = cleandoc(component["description"])
    _add_enum_types([*schemas, *components.values()])
    # by identity, because types may be unhashable, or equal across modules
    schema_of = {id(each): schema for each, schema in zip(types, schemas, strict=True)}
    return Schemas(of=lambda each: dict(schema_of[id(each)]), components=components)


def _add_enum_types(nodes: Iterable[object]) -> None:
    """Gives each enumeration the type of its values: generators of clients ask for it."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            if isinstance(values := node.get("enum"), list) and "type" not in node:
                types = sorted({_TYPE_NAMES[type(value)] for value in values})
                node["type"] = types[0] if len(types) == 1 else types


def components_of(paths: object, components: dict[str, Schema]) -> dict[str, Schema]:
    """The components that the paths refer to. The Struct of a query becomes parameters, so it is left out."""
    reached: set[str] = set()
    waiting: list[object] = [paths]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            reference = node.get("$ref")
            # a property may be called $ref; then its value is a schema, not a string
            if isinstance(reference, str) and (name := reference.removeprefix(_REF)) not in reached:
                reached.add(name)
                waiting.append(components[name])
    return {name: components[name] for name in sorted(reached)}
