"""Describes a JSON Schema of an OpenAPI document to people: its type in words, its fields, an example."""

from collections.abc import Mapping
from math import inf
from typing import Any

from msgspec import Struct

Schema = Mapping[str, Any]
Components = Mapping[str, Schema]

# A Struct may contain itself; deeper ones are only named
DEPTH_MAX = 4

_REF = "#/components/schemas/"
_LIMITS = {
    "minimum": "from {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "up to {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "like {}",
}
_TEXTS = {
    "email": "lisa@example.org",
    "phone": "+1 939 555 0113",
    "phone_number": "+1 939 555 0113",
    "first_name": "Lisa",
    "last_name": "Simpson",
    "name": "Lisa Simpson",
    "username": "lisa.simpson",
    "language": "en",
    "country": "US",
    "website": "https://example.org",
    "error": "Contact not found",
}
_UUID = "01902a4e-7c1b-7d3e-9f00-5b6a7c8d9e0f"


class Field(Struct, frozen=True):
    """One line of a list of fields. depth: 0 for the schema's own fields, 1 for those of its parts, and so on."""

    name: str
    type: str
    is_required: bool
    note: str
    depth: int = 0


def resolved(schema: Schema, components: Components) -> Schema:
    """Follows the schema if it is a reference."""
    return components[schema["$ref"].removeprefix(_REF)] if "$ref" in schema else schema


def type_text(schema: Schema) -> str:
    """integer, list of Folder, string or null, one of asc, desc, anything."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF).rpartition(".")[2]
    if "anyOf" in schema:
        return " or ".join(type_text(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join("null" if each is None else str(each) for each in schema["enum"])
    if schema.get("format") == "binary":
        return "file"
    match schema.get("type"):
        case "array":
            return f"list of {type_text(schema['items'])}" if schema.get("items") else "list"
        case "object" if schema.get("additionalProperties"):
            return f"map of {type_text(schema['additionalProperties'])}"
        case None:
            return "anything"
        case kind:
            return str(kind)


def note_text(schema: Schema) -> str:
    """The description, limits and default of a field."""
    notes = [schema["description"]] if "description" in schema else []
    bounded = [schema, *schema.get("anyOf", [])]
    notes += [text.format(each[key]) for each in bounded for key, text in _LIMITS.items() if key in each]
    default = schema.get("default")
    if default not in (None, [], {}, ""):
        notes.append(f"{default} by default")
    return " · ".join(notes)


def fields(schema: Schema, components: Components, depth: int = 0, around: frozenset[str] = frozenset()) -> list[Field]:
    """The fields of an object, of the objects in a list, or of each alternative, each followed by its own fields.

    around: the named schemas that contain this one; they are not expanded again.
    """
    name = schema.get("$ref", "")
    if depth >= DEPTH_MAX or name in around:
        return []
    around = around | {name} if name else around
    whole = resolved(schema, components)
    lines = []
    for name, each in whole.get("properties", {}).items():
        is_required = name in whole.get("required", ())
        lines.append(Field(name, type_text(each), is_required, note_text(each), depth))
        lines += fields(each, components, depth + 1, around)
    for part in _parts(whole):
        lines += fields(part, components, depth, around)
    return lines


def _parts(schema: Schema) -> list[Schema]:
    inside = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    return [each for each in inside if isinstance(each, Mapping)]


def example(schema: Schema, components: Components, name: str = "", depth: int = 0) -> Any:
    """A value that the schema accepts, chosen by the field's name if the schema allows many."""
    schema = resolved(schema, components)
    if "anyOf" in schema:
        # null ends a Struct that contains itself
        choices = sorted(schema["anyOf"], key=lambda each: each.get("type") != "null" and depth >= DEPTH_MAX)
        return example(choices[0], components, name, depth)
    if "enum" in schema:
        return schema.get("default") or schema["enum"][0]
    match schema.get("type"):
        case "object":
            return _object_example(schema, components, depth)
        case "array":
            return _list_example(schema, components, name, depth)
        case "string":
            return _text_example(schema, name)
        case "integer" | "number":
            return _number_example(schema)
        case "boolean":
            return schema.get("default", True)
        case _:
            return None


def _object_example(schema: Schema, components: Components, depth: int) -> dict[str, Any]:
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping):
        return {"favorite": example(values, components, "", depth + 1)}
    # required fields are present at any depth, or the example would be invalid
    required = schema.get("required", ())
    return {
        name: example(each, components, name, depth + 1)
        for name, each in schema.get("properties", {}).items()
        if depth < DEPTH_MAX or name in required
    }


def _list_example(schema: Schema, components: Components, name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example(each, components, name, depth + 1) for each in schema["prefixItems"]]
    if depth >= DEPTH_MAX and not schema.get("minItems"):
        return []
    one = example(schema.get("items", {}), components, name.removesuffix("[]").removesuffix("s"), depth + 1)
    return [one] * max(1, schema.get("minItems", 1))


def _text_example(schema: Schema, name: str) -> str:
    if schema.get("default"):
        return str(schema["default"])
    if name.endswith("_at"):
        text = "2026-01-31T09:30:00Z"
    elif name.endswith(("date", "birthday")):
        text = "2026-01-31"
    elif name in ("id", "uuid") or name.endswith(("_id", "uuid")):
        text = _UUID
    elif name.endswith("url"):
        text = "https://example.org"
    else:
        text = _TEXTS.get(name, "text")
    return text[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "x")


def _number_example(schema: Schema) -> int | float:
    if schema.get("default"):
        return schema["default"]  # type: ignore[no-any-return]
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", -inf) + 1)
    highest = schema.get("maximum", schema.get("exclusiveMaximum", inf) - 1)
    return max(lowest, min(1, highest))  # type: ignore[no-any-return]
