"""The JSON Schemas of tools, in the subset that every client reads.

One schema that a client cannot read makes it drop all tools. So there is no $ref, no anyOf, oneOf or allOf, no list of
types, every array has items, and null is never a type: an optional argument is left out.
"""

from typing import Any

from msgspec import Struct, inspect

Schema = dict[str, Any]
_SCALARS: dict[type[inspect.Type], str] = {
    inspect.StrType: "string", inspect.IntType: "integer", inspect.FloatType: "number", inspect.BoolType: "boolean",
}  # fmt: skip
_LIMITS = {"min_length": "minLength", "max_length": "maxLength", "ge": "minimum", "le": "maximum"}


def schema_of(arguments: type[Struct]) -> Schema:
    """The schema of an object with the fields of this Struct, nested ones inside it."""
    shape = inspect.type_info(arguments)
    assert isinstance(shape, inspect.StructType)
    return _object(shape)


def _object(shape: inspect.StructType) -> Schema:
    schema: Schema = {"type": "object", "properties": {f.encode_name: _schema(f.type) for f in shape.fields}}
    required = [field.encode_name for field in shape.fields if field.required]
    if required:
        schema["required"] = required
    return schema | {"additionalProperties": False}


def _schema(shape: inspect.Type) -> Schema:
    match shape:
        case inspect.Metadata():
            return _schema(shape.type) | (shape.extra_json_schema or {})
        case inspect.UnionType():
            return _schema(next(each for each in shape.types if not isinstance(each, inspect.NoneType)))
        case inspect.StructType():
            return _object(shape)
        case inspect.LiteralType():
            return {"type": "string", "enum": list(shape.values)}
        case inspect.ListType():
            limits = {"minItems": shape.min_length, "maxItems": shape.max_length}
            return {"type": "array", "items": _schema(shape.item_type)} | _given(limits)
        case inspect.DictType():
            return {"type": "object", "additionalProperties": True}
        case inspect.AnyType():
            return {"type": "string"}
    limits = {wire: getattr(shape, name, None) for name, wire in _LIMITS.items()}
    return {"type": _SCALARS[type(shape)]} | _given(limits)


def _given(limits: dict[str, Any]) -> Schema:
    return {name: value for name, value in limits.items() if value is not None}


def choices_of(arguments: type[Struct], path: tuple[str, ...]) -> list[str]:
    """The values that the field at a path may have; [] if it is not one of a few."""
    schema = schema_of(arguments)
    for name in path:
        schema = schema.get("items", {}) if name.isdigit() else schema.get("properties", {}).get(name, {})
    return [str(value) for value in schema.get("enum", schema.get("items", {}).get("enum", []))]
