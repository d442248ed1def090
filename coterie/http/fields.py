"""Reads plain values (of JSON, a query string or a form) into a Struct and reports every problem at once.

Each Struct is compiled into closures once. scalars.py has the readers of single values and says what they accept.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from msgspec import NODEFAULT, UNSET, Struct, inspect

from coterie.errors import Invalid, Problem
from coterie.http.scalars import (
    STRICT,
    Read,
    bounded,
    check_text,
    choice_reader,
    read_any,
    read_bool,
    read_float,
    read_int,
    read_nothing,
    spell,
    strict_text,
    text_reader,
    wrong,
    wrong_or_null,
)

ITEMS_MAX = 10_000
PROBLEMS_MAX = 100
_KEY_LENGTH_SHOWN = 100
# of an unknown key without a near one, the keys that exist are named if they are so few
_KEYS_SHOWN_MAX = 12
# how alike a key must be to be suggested: 1 is the same
_NEAR = 0.7

S = TypeVar("S", bound=Struct)
_ABSENT: Any = object()


def reader(cls: type[S]) -> Callable[[Mapping[str, Any]], S]:
    """The function that reads a mapping into such a Struct; compiled once per class.

    It raises Invalid with a Problem for every missing or invalid field (100 at most). Unknown keys are ignored, unless
    the Struct has forbid_unknown_fields: then each is a problem that names the nearest key. Without a limit in their
    Meta, strings have at most 10,000 characters; lists always have at most 10,000 items. Strings never contain NUL or
    lone surrogates, and integers fit in 64 bits.
    """
    read: Callable[[Mapping[str, Any]], S] = _struct_reader(cls)
    return read


@cache
def _struct_reader(cls: type[Struct]) -> Read:
    shape = inspect.type_info(cls)
    assert isinstance(shape, inspect.StructType)
    # on the wire, and in the document, a list is called include[]; the parser of forms has removed the brackets
    fields = [(f.name, f.encode_name.removesuffix("[]"), _compile(f.type), *_default(f)) for f in shape.fields]
    keys = {key for _, key, *_ in fields} if cls.__struct_config__.forbid_unknown_fields else None

    def read(source: Any) -> Any:
        if type(source) is not dict and not isinstance(source, Mapping):
            raise wrong("invalid", "is not an object")
        get = source.get
        values = {}
        problems: list[Problem] = []
        for name, key, convert, default, make_default in fields:
            value = get(key, _ABSENT)
            if value is not _ABSENT:
                try:
                    values[name] = convert(value)
                except Invalid as error:
                    _collect(problems, key, error)
            elif make_default is not None:
                values[name] = make_default()
            elif default is not _ABSENT:
                values[name] = default
            else:
                problems.append(Problem((key,), "missing", "is missing"))
        if keys is not None and not keys.issuperset(source):
            problems += [_unknown(key, keys) for key in source if key not in keys]
        if problems:
            raise Invalid(*problems[:PROBLEMS_MAX])
        return cls(**values)

    return read


def _unknown(key: str, keys: Collection[str]) -> Problem:
    shown = key[:_KEY_LENGTH_SHOWN]
    likely = get_close_matches(shown, keys, 1, _NEAR)
    if likely:
        hint = f"; did you mean {likely[0]}?"
    else:
        hint = f"; known are {', '.join(sorted(keys))}" if 0 < len(keys) <= _KEYS_SHOWN_MAX else ""
    return Problem((shown,), "unknown", f"is unknown{hint}")


def _default(field: inspect.Field) -> tuple[Any, Callable[[], Any] | None]:
    """The value of an absent key (_ABSENT if it is required), or the function that makes it."""
    if field.required:
        return _ABSENT, None
    if field.default_factory is not NODEFAULT:
        return None, field.default_factory
    # msgspec leaves out a default of UNSET
    return (UNSET if field.default is NODEFAULT else field.default), None


def _collect(problems: list[Problem], key: str, error: Invalid) -> None:
    problems += [problem._replace(path=(key, *problem.path)) for problem in error.problems]


def _compile(shape: inspect.Type) -> Read:
    """The closure that turns a plain value into the type, or raises Invalid with paths relative to it."""
    match shape:
        case inspect.Metadata():  # a description around the type
            read = _compile(shape.type)
            return strict_text(read) if shape.extra and shape.extra.get(STRICT) else read
        case inspect.StrType():
            return text_reader(shape)
        case inspect.IntType():
            return bounded(read_int, shape)
        case inspect.FloatType():
            return bounded(read_float, shape)
        case inspect.BoolType():
            return read_bool
        case inspect.AnyType():
            return read_any
        case inspect.NoneType():
            return _optional(read_nothing, keeps_empty=False)
        case inspect.LiteralType():
            return choice_reader({spell(value): value for value in shape.values})
        case inspect.EnumType():
            return choice_reader({spell(member.value): member for member in shape.cls})
        case inspect.ListType():
            return _list_reader(shape, list)
        case inspect.VarTupleType():
            return _list_reader(shape, tuple)
        case inspect.DictType():
            return _dict_reader(_compile(shape.value_type))
        case inspect.StructType():
            return _struct_reader(shape.cls)
        case inspect.UnionType():
            return _union_reader(shape.types)
    raise TypeError(f"no value of a request is read into {shape}")


def _list_reader(shape: inspect.ListType | inspect.VarTupleType, make: Callable[[Iterable[Any]], Any]) -> Read:
    convert = _compile(shape.item_type)
    items_min = shape.min_length or 0
    items_max = min(shape.max_length or ITEMS_MAX, ITEMS_MAX)

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise wrong_or_null("is not a list", value)
        if len(value) < items_min:
            raise wrong("blank", f"has fewer than {items_min} items" if items_min > 1 else "is empty")
        if len(value) > items_max:
            raise wrong("too_long", f"has more than {items_max} items", items_max)
        return make(_read_items(enumerate(value), convert).values())

    return read


def _dict_reader(convert: Read) -> Read:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong_or_null("is not an object", value)
        if len(value) > ITEMS_MAX:
            raise wrong("too_long", f"has more than {ITEMS_MAX} entries", ITEMS_MAX)
        for key in value:
            check_text(key)
        return _read_items(value.items(), convert)

    return read


def _read_items(items: Iterable[tuple[Any, Any]], convert: Read) -> dict[Any, Any]:
    values = {}
    problems: list[Problem] = []
    for key, item in items:
        try:
            values[key] = convert(item)
        except Invalid as error:
            _collect(problems, str(key), error)
            if len(problems) >= PROBLEMS_MAX:
                break
    if problems:
        raise Invalid(*problems[:PROBLEMS_MAX])
    return values


def _optional(read: Read, *, keeps_empty: bool) -> Read:
    """The reader that also accepts null, and "" as null where it cannot be a value, as in a form."""

    def read_optional(value: Any) -> Any:
        if value is None or (value == "" and not keeps_empty):
            return None
        return read(value)

    return read_optional


def _union_reader(shapes: tuple[inspect.Type, ...]) -> Read:
    others = [shape for shape in shapes if not isinstance(shape, inspect.NoneType)]
    read = _compile(others[0]) if len(others) == 1 else _first_of(others)
    if len(others) == len(shapes):
        return read
    keeps_empty = any(isinstance(shape, inspect.StrType | inspect.AnyType) for shape in others)
    return _optional(read, keeps_empty=keeps_empty)


_NATURAL: dict[type[inspect.Type], type] = {
    inspect.StrType: str, inspect.IntType: int, inspect.FloatType: float, inspect.BoolType: bool,
    inspect.ListType: list, inspect.VarTupleType: list, inspect.DictType: dict, inspect.StructType: dict,
}  # fmt: skip


_CONTAINERS: dict[type | None, str] = {list: "a list", dict: "an object"}


def _first_of(shapes: list[inspect.Type]) -> Read:
    """The reader of a union: of the value's own type if the union has it, else the first that can convert it.

    A value that is neither of a list and an object is a problem that names both.
    """
    readers = [(_NATURAL.get(type(shape)), _compile(shape)) for shape in shapes]
    kinds = dict.fromkeys(_CONTAINERS.get(kind) for kind, _ in readers)
    expected = None if None in kinds else f"is not {' or '.join(map(str, kinds))}"

    def read(value: Any) -> Any:
        natural = [convert for kind, convert in readers if kind is type(value)]
        if not natural and expected:
            raise wrong_or_null(expected, value)
        problem = wrong("invalid", "is not valid")
        for convert in natural or [convert for _, convert in readers]:
            try:
                return convert(value)
            except Invalid as error:
                problem = error
        raise problem

    return read
