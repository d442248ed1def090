"""Names in filters and the ids they mean: names are for people, ids are stored, so that a rename changes no filter.

An id is written "#" and the id. A name that looks like one gets another "#" before it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from coterie.model.filters.fields import PROPERTY_PREFIX, REFERENCE, find_field
from coterie.model.filters.tree import All, AnyOf, Condition, Filter, Not, Value, conditions_of
from coterie.model.terms import EXPERTISES, TAGS, Vocabulary, name_key
from coterie.model.text import identity_key
from coterie.store.database import Tx
from coterie.store.properties import find_definitions

_UUID = re.compile(r"#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"#[0-9]{1,18}")
_IS_NUMBER = ("folder", "segment", "relation_to")
_VOCABULARIES: Mapping[str, Vocabulary] = {"tag": TAGS, "expertise": EXPERTISES}


class Missing(Struct, frozen=True):
    """Something a filter refers to that does not exist. code: unknown_tag, unknown_folder, …; value: as the filter has
    it, a name or "#" and an id; name: of a thing that was deleted and can be restored."""

    code: str
    field: str
    value: str
    name: str | None = None

    @property
    def message(self) -> str:
        noun = "contact" if self.field == "relation_to" else self.field
        if self.field == "property":
            return f"there is no property {self.value}"
        if self.value.startswith("#"):
            named = f" {self.name}" if self.name else ""
            return f"the {noun}{named} ({self.value}) was deleted"
        return f"there is no {noun} '{self.value[:40]}'"


class Names(Struct):
    """What the references of a filter mean.

    ids: (field, value) -> ids; names: (field, id) -> name; property_types: slug -> type.
    """

    ids: dict[tuple[str, str], list[str]]
    names: dict[tuple[str, str], str]
    missing: list[Missing]
    property_types: dict[str, str] = {}


def load_names(tx: Tx, organization_id: int, filter_: Filter) -> Names:
    """Looks up every name and id in a filter, with one query per field."""
    names = Names({}, {}, [])
    values: dict[str, dict[str, None]] = {}
    for condition in conditions_of(filter_):
        field = find_field(condition.field)
        if field is not None and field.kind == REFERENCE:
            values.setdefault(condition.field, {}).update(dict.fromkeys(map(str, condition.values)))
    for name, each in values.items():
        if each:
            _LOADERS[name](tx, organization_id, name, each, names)
    _load_properties(tx, organization_id, filter_, names)
    return names


def _load_properties(tx: Tx, organization_id: int, filter_: Filter, names: Names) -> None:
    """The slug of a property never changes: it is name and id."""
    used = {each.field for each in conditions_of(filter_) if each.field.startswith(PROPERTY_PREFIX)}
    slugs = sorted(name.removeprefix(PROPERTY_PREFIX) for name in used)
    definitions = find_definitions(tx, organization_id, slugs) if slugs else {}
    names.property_types = {slug: each.property_type for slug, each in definitions.items()}
    names.missing += [Missing("unknown_property", "property", slug) for slug in slugs if slug not in definitions]


def with_ids(filter_: Filter, names: Names) -> Filter:
    """The filter with ids in place of names; values without an id stay."""
    return _mapped(filter_, lambda field, value: names.ids.get((field, value), [value]))


def with_names(filter_: Filter, names: Names) -> Filter:
    """The filter with names in place of ids, where a name means just that id."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for (field, id_), name in names.names.items():
        by_name.setdefault((field, _key(field, name)), []).append(id_)

    def name_of(field: str, value: str) -> list[str]:
        name = names.names.get((field, value))
        if name is None or by_name[field, _key(field, name)] != [value]:
            return [value]
        return ["#" + name if is_id(field, name) or name.startswith("##") else name]

    return _mapped(filter_, name_of)


def is_id(field: str, value: str) -> bool:
    """Whether a value is "#" and an id of this field."""
    return (_NUMBER if field in _IS_NUMBER else _UUID).fullmatch(value) is not None


def _mapped(filter_: Filter, change: Any) -> Filter:
    match filter_:
        case All(parts):
            return All(tuple(_mapped(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_mapped(part, change) for part in parts))
        case Not(part):
            return Not(_mapped(part, change))
        case Condition(field, _, values):
            known = find_field(field)
            if known is None or known.kind != REFERENCE:
                return filter_
            new: dict[Value, None] = {}
            for value in values:
                new.update(dict.fromkeys(change(field, str(value))))
            return replace(filter_, values=tuple(new))
    raise AssertionError


def _key(field: str, name: str) -> str:
    return name_key(name) if field in _VOCABULARIES else identity_key(name) or name


def _keys(field: str, values: Iterable[str]) -> dict[str, str]:
    """value -> key of the name it is."""
    return {value: _key(field, value[1:] if value.startswith("##") else value) for value in values}


def _load_terms(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    ids = [value[1:] for value in values if is_id(field, value)]
    keys = _keys(field, [value for value in values if not is_id(field, value)])
    rows = tx.all(
        f"SELECT id, name, name_key, deleted_at FROM {_VOCABULARIES[field].table} WHERE organization_id ="
        f" :organization_id AND (id {tx.in_list('ids')} OR name_key {tx.in_list('keys')})",
        {
            "organization_id": organization_id,
            "ids": tx.list_param(ids),
            "keys": tx.list_param(sorted(set(keys.values()))),
        },
    )
    current = {f"#{id_}": (name, key) for id_, name, key, deleted_at in rows if deleted_at is None}
    deleted = {f"#{id_}": name for id_, name, _, deleted_at in rows if deleted_at is not None}
    _take(field, [(id_, name, key) for id_, (name, key) in current.items()], keys, values, names)
    names.missing[:] = [
        replace(each, name=deleted.get(each.value)) if each.field == field else each for each in names.missing
    ]


def _load_folders(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    # names of folders have no key, and may be the same; there are at most 2,000
    rows = tx.all(
        "SELECT id, name FROM folders WHERE organization_id = :organization_id ORDER BY id",
        {"organization_id": organization_id},
    )
    keys = _keys(field, [value for value in values if not is_id(field, value)])
    _take(field, [(f"#{id_}", name, _key(field, name)) for id_, name in rows], keys, values, names)


def _load_segments(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    rows = tx.all(
        "SELECT id, name, name_key FROM segments WHERE organization_id = :organization_id ORDER BY id",
        {"organization_id": organization_id},
    )
    keys = _keys(field, [value for value in values if not is_id(field, value)])
    _take(field, [(f"#{id_}", name, key) for id_, name, key in rows], keys, values, names)


def _take(
    field: str,
    rows: Sequence[tuple[str, str, str]],
    keys: Mapping[str, str],
    values: Iterable[str],
    names: Names,
) -> None:
    """rows: (id, name, key) of what exists; keys: of the values that are names."""
    names.names.update({(field, id_): name for id_, name, _ in rows})
    existing = {id_ for id_, _, _ in rows}
    for value in values:
        ids = [id_ for id_, _, key in rows if key == keys[value]] if value in keys else [value]
        if not ids or ids[0] not in existing:
            names.missing.append(Missing(f"unknown_{field}", field, value))
        else:
            names.ids[field, value] = ids


def _load_imports(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    """Imports have no names. An import that was deleted is missing, though the events of its contacts remain."""
    rows = tx.all(
        f"SELECT id FROM imports WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param([value.lstrip("#").lower() for value in values])},
    )
    _take_ids(field, {row[0]: f"#{row[0]}" for row in rows}, values, names)


def _load_contacts(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    """Contacts by number or uuid; their names are not unique. A merged one means the contact it was merged into."""
    plain = [value.lstrip("#").lower() for value in values]
    rows = tx.all(
        "SELECT m.id, m.uuid, c.id FROM contacts m CROSS JOIN contacts c WHERE m.organization_id = :organization_id"
        f" AND (m.id {tx.in_list('ids')} OR m.uuid {tx.in_list('uuids')}) AND c.organization_id = m.organization_id"
        " AND c.id = coalesce(m.merged_into, m.id) AND c.deleted_at IS NULL",
        {
            "organization_id": organization_id,
            "ids": tx.list_param([int(each) for each in plain if _NUMBER.fullmatch(f"#{each}")]),
            "uuids": tx.list_param(plain),
        },
    )
    known = {key: f"#{survivor}" for id_, uuid, survivor in rows for key in (str(id_), uuid)}
    _take_ids(field, known, values, names)


def _take_ids(field: str, known: Mapping[str, str], values: Iterable[str], names: Names) -> None:
    for value in values:
        id_ = known.get(value.lstrip("#").lower())
        if id_ is None:
            names.missing.append(Missing(f"unknown_{field}", field, value))
        else:
            names.ids[field, value] = [id_]


_LOADERS: Mapping[str, Callable[[Tx, int, str, Iterable[str], Names], None]] = {
    "tag": _load_terms,
    "expertise": _load_terms,
    "folder": _load_folders,
    "segment": _load_segments,
    "import": _load_imports,
    "relation_to": _load_contacts,
}
