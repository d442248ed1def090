"""Names in filters and the ids they mean: names are for people, ids are stored, so that a rename changes no filter.

An id is written "#" and the id. A name that looks like one gets another "#" before it.
"""

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from coterie.model.filters.fields import REFERENCE, find_field
from coterie.model.filters.problems import quoted
from coterie.model.filters.tree import All, AnyOf, Condition, Filter, Not, Value
from coterie.model.terms import name_key
from coterie.model.text import identity_key

_UUID = re.compile(r"#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"#[0-9]{1,18}")
_WITH_NUMBERS = ("folder", "segment", "relation_to")
Change = Callable[[str, str], list[str]]


class Missing(Struct, frozen=True):
    """Something a filter refers to that does not exist. code: unknown_tag, unknown_folder, …; value: as the filter has
    it, a name or "#" and an id; name: of a thing that was deleted and can be restored; nearest: a similar name."""

    code: str
    field: str
    value: str
    name: str | None = None
    nearest: str | None = None

    @property
    def message(self) -> str:
        noun = "contact" if self.field == "relation_to" else self.field
        if self.name is not None:
            return f"the {noun} {quoted(self.name)} ({self.value}) was deleted"
        if is_id(self.field, self.value):
            return f"the {noun} {self.value} does not exist or was deleted"
        hint = f": did you mean {quoted(self.nearest)}?" if self.nearest else ""
        return f"there is no {noun} {quoted(self.value)}{hint}"


class Names(Struct):
    """The targets of the references of a filter.

    ids: (field, value) -> ids; names: (field, id) -> name; property_types: slug -> type.
    """

    ids: dict[tuple[str, str], list[str]]
    names: dict[tuple[str, str], str]
    missing: list[Missing]
    property_types: dict[str, str] = {}


def with_ids(filter_: Filter, names: Names) -> Filter:
    """The filter with ids in place of names; values without an id stay."""
    return map_references(filter_, lambda field, value: names.ids.get((field, value), [value]))


def with_names(filter_: Filter, names: Names) -> Filter:
    """The filter with names in place of ids, where a name means just that id."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for (field, id_), name in names.names.items():
        by_name.setdefault((field, key_of(field, name)), []).append(id_)

    def name_of(field: str, value: str) -> list[str]:
        name = names.names.get((field, value))
        if name is None or by_name[field, key_of(field, name)] != [value]:
            return [value]
        return ["#" + name if is_id(field, name) or name.startswith("##") else name]

    return map_references(filter_, name_of)


def is_id(field: str, value: str) -> bool:
    """Whether a value is "#" and an id of this field."""
    return (_NUMBER if field in _WITH_NUMBERS else _UUID).fullmatch(value) is not None


def map_references(filter_: Filter, change: Change) -> Filter:
    """The filter with other values for those that refer to something. change: (field, value) -> the values."""
    match filter_:
        case All(parts):
            return All(tuple(map_references(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(map_references(part, change) for part in parts))
        case Not(part):
            return Not(map_references(part, change))
        case Condition(field, _, values):
            known = find_field(field)
            if known is None or known.kind != REFERENCE:
                return filter_
            new: dict[Value, None] = {}
            for value in values:
                new.update(dict.fromkeys(change(field, str(value))))
            return replace(filter_, values=tuple(new))
    raise AssertionError


def key_of(field: str, name: str) -> str:
    """The key by which two names of things of a field are the same."""
    return name_key(name) if field in ("tag", "expertise") else identity_key(name) or name
