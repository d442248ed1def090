"""Reading plain values (of JSON, a query string or a form) into a Struct, with every problem at once.

Coercion is as lenient as Rails and Grape are: a form can only say text, so "12" is a number where one is
wanted, and a JSON number is text where text is wanted. Each Struct is compiled into closures once.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from math import isfinite
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, inspect

from coterie.errors import Invalid, Problem

TEXT_LENGTH_MAX = 10_000
ITEMS_MAX = 10_000
PROBLEMS_MAX = 100
INT_MIN, INT_MAX = -(2**63), 2**63 - 1

S = TypeVar("S", bound=Struct)
Read = Callable[[Any], Any]

_INT = re.compile(r"[+-]?[0-9]{1,64}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")
_BOOLS = {
    "true": True,
    "t": True,
    "on": True,
    "1": True,
    "false": False,
    "f": False,
    "off": False,
    "0": False,
}
_ABSENT: Any = object()


def reader(cls: type[S]) -> Callable[[Mapping[str, Any]], S]:
    """The function that reads a mapping into such a Struct; made once per class.

    It raises Invalid with a Problem for every field that is missing or wrong (100 at most); keys the Struct
    does not know are ignored. Strings have at most 10,000 characters where Meta says nothing else, and never
    NUL or lone surrogates; lists have at most 10,000 items; integers fit 64 bits.
    """
    read: Callable[[Mapping[str, Any]], S] = _struct_reader(cls)
    return read


@cache
def _struct_reader(cls: type[Struct]) -> Read:
    shape = inspect.type_info(cls)
    assert isinstance(shape, inspect.StructType)
    # a list is called include[] in a document and on the wire; what parses a form has taken the brackets off
    fields = [(f.name, f.encode_name.removesuffix("[]"), _compile(f.type), *_default(f)) for f in shape.fields]

    def read(source: Any) -> Any:
        if type(source) is not dict and not isinstance(source, Mapping):
            raise _refusal("invalid", "is not an object")
        get = source.get
        values = {}
        problems: list[Problem] = []
        for name, key, convert, default, make_default in fields:
            value = get(key, _ABSENT)
            if value is not _ABSENT:
                try:
                    values[name] = convert(value)
                except Invalid as refused:
                    _collect(problems, key, refused)
            elif make_default is not None:
                values[name] = make_default()
            elif default is not _ABSENT:
                values[name] = default
            else:
                problems.append(Problem((key,), "missing", "is missing"))
        if problems:
            raise Invalid(*problems[:PROBLEMS_MAX])
        return cls(**values)

    return read


def _default(field: inspect.Field) -> tuple[Any, Callable[[], Any] | None]:
    """What stands for an absent key: a value (_ABSENT where it is required) or the function that makes it."""
    if field.required:
        return _ABSENT, None
    if field.default_factory is not NODEFAULT:
        return None, field.default_factory
    # msgspec leaves out a default of UNSET
    return (UNSET if field.default is NODEFAULT else field.default), None


def _collect(problems: list[Problem], key: str, refused: Invalid) -> None:
    problems += [Problem((key, *p.path), p.kind, p.reason) for p in refused.problems]


def _refusal(kind: str, reason: str) -> Invalid:
    return Invalid(Problem((), kind, reason))


def _compile(shape: inspect.Type) -> Read:
    """The closure that turns a plain value into the type, or raises Invalid with paths relative to it."""
    match shape:
        case inspect.Metadata():  # a description around the type
            return _compile(shape.type)
        case inspect.StrType():
            return _text_reader(shape)
        case inspect.IntType():
            return _bounded(_read_int, shape)
        case inspect.FloatType():
            return _bounded(_read_float, shape)
        case inspect.BoolType():
            return _read_bool
        case inspect.AnyType():
            return _read_any
        case inspect.NoneType():
            return _optional(_read_nothing, keeps_empty=False)
        case inspect.LiteralType():
            return _choice_reader({_spell(value): value for value in shape.values})
        case inspect.EnumType():
            return _choice_reader({_spell(member.value): member for member in shape.cls})
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


# Scalars ----------------------------------------------------------------------------------------------------


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _refusal("invalid", "must not hold NUL characters")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _refusal("invalid", "is not valid Unicode text") from None


def _spell(value: Any) -> str:
    """A scalar as text, numbers and truth values as JSON spells them; anything else is refused."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | int | float):
        raise _null_or("is not text", value)
    try:
        spelt = msgspec.json.encode(value).decode()
    except (OverflowError, ValueError):
        spelt = "null"
    if spelt == "null":
        # infinity, what is not a number, and integers beyond what Python turns into digits
        raise _refusal("invalid", "is a number out of range")
    return spelt


def _text_reader(shape: inspect.StrType) -> Read:
    length_min = shape.min_length or 0
    length_max = TEXT_LENGTH_MAX if shape.max_length is None else shape.max_length
    pattern = re.compile(shape.pattern) if shape.pattern else None

    def read(value: Any) -> str:
        text: str = value if type(value) is str else _spell(value)
        if len(text) > length_max:
            raise _refusal("too_long", f"is longer than {length_max} characters")
        if "\0" in text or not text.isascii():
            _check_text(text)
        if length_min and len(text.strip()) < length_min:
            raise _refusal("blank", f"has fewer than {length_min} characters" if length_min > 1 else "is empty")
        if pattern and not pattern.search(text):
            raise _refusal("invalid", "does not have the expected form")
        return text

    return read


def _read_int(value: Any) -> int:
    if type(value) is int:
        number = value
    elif (type(value) is str and _INT.fullmatch(value)) or (type(value) is float and value.is_integer()):
        number = int(value)
    else:
        raise _null_or("is not a whole number", value)
    if not INT_MIN <= number <= INT_MAX:
        raise _refusal("invalid", "is a number out of range")
    return number


def _read_float(value: Any) -> float:
    if type(value) is float:
        number = value
    elif (type(value) is int and INT_MIN <= value <= INT_MAX) or (type(value) is str and _FLOAT.fullmatch(value)):
        number = float(value)
    else:
        raise _null_or("is not a number", value)
    if not isfinite(number):
        raise _refusal("invalid", "is a number out of range")
    return number


def _read_bool(value: Any) -> bool:
    if type(value) is bool:
        return value
    found = _BOOLS.get(_spell(value).lower()) if type(value) in (str, int) else None
    if found is None:
        raise _null_or("is not true or false", value)
    return found


def _null_or(reason: str, value: Any) -> Invalid:
    return _refusal("blank", "must not be null") if value is None else _refusal("invalid", reason)


def _bounded(read: Read, shape: inspect.IntType | inspect.FloatType) -> Read:
    """The reader with the bounds of Meta, or as it is where there are none."""
    least, above, most, below = shape.ge, shape.gt, shape.le, shape.lt
    if least is above is most is below is None:
        return read

    def read_within(value: Any) -> Any:
        number = read(value)
        if least is not None and number < least:
            raise _refusal("too_small", f"must be {least} or more")
        if above is not None and number <= above:
            raise _refusal("too_small", f"must be more than {above}")
        if most is not None and number > most:
            raise _refusal("too_large", f"must be {most} or less")
        if below is not None and number >= below:
            raise _refusal("too_large", f"must be less than {below}")
        return number

    return read_within


def _choice_reader(choices: Mapping[str, Any]) -> Read:
    def read(value: Any) -> Any:
        if value is None or isinstance(value, list | Mapping):
            raise _null_or("does not have a valid value", value)
        found = choices.get(_spell(value), _ABSENT)
        if found is _ABSENT:
            raise _refusal("choice", "does not have a valid value")
        return found

    return read


# What holds other values ------------------------------------------------------------------------------------


def _read_nothing(value: Any) -> None:
    raise _refusal("invalid", "must be null")


def _read_any(value: Any) -> Any:
    """The value as it is, after a look at every text inside it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            _check_text(one)
        elif isinstance(one, Mapping):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return value


def _list_reader(shape: inspect.ListType | inspect.VarTupleType, make: Callable[[Iterable[Any]], Any]) -> Read:
    convert = _compile(shape.item_type)
    items_min = shape.min_length or 0
    items_max = min(shape.max_length or ITEMS_MAX, ITEMS_MAX)

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise _null_or("is not a list", value)
        if len(value) < items_min:
            raise _refusal("blank", f"has fewer than {items_min} items" if items_min > 1 else "is empty")
        if len(value) > items_max:
            raise _refusal("too_long", f"has more than {items_max} items")
        return make(_read_items(enumerate(value), convert).values())

    return read


def _dict_reader(convert: Read) -> Read:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _null_or("is not an object", value)
        if len(value) > ITEMS_MAX:
            raise _refusal("too_long", f"has more than {ITEMS_MAX} entries")
        for key in value:
            _check_text(key)
        return _read_items(value.items(), convert)

    return read


def _read_items(items: Iterable[tuple[Any, Any]], convert: Read) -> dict[Any, Any]:
    values = {}
    problems: list[Problem] = []
    for key, item in items:
        try:
            values[key] = convert(item)
        except Invalid as refused:
            _collect(problems, str(key), refused)
            if len(problems) >= PROBLEMS_MAX:
                break
    if problems:
        raise Invalid(*problems[:PROBLEMS_MAX])
    return values


def _optional(read: Read, *, keeps_empty: bool) -> Read:
    """The reader that also takes null; "" is null too where it can be no value of its own, as in a form."""

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


def _first_of(shapes: list[inspect.Type]) -> Read:
    """The reader of several types: the one that is the value's own before those that have to convert it."""
    readers = [(_NATURAL.get(type(shape)), _compile(shape)) for shape in shapes]

    def read(value: Any) -> Any:
        own = [convert for natural, convert in readers if natural is type(value)]
        refused = _refusal("invalid", "is not valid")
        for convert in own or [convert for _, convert in readers]:
            try:
                return convert(value)
            except Invalid as error:
                refused = error
        raise refused

    return read
