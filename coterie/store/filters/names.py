"""Looks up the names and ids of a filter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from coterie.model.filters.fields import PROPERTY_PREFIX, REFERENCE, find_field
from coterie.model.filters.names import Missing, Names, is_id, key_of
from coterie.model.filters.tree import Filter, conditions_of
from coterie.model.terms import EXPERTISES, NAME_LENGTH_MAX, TAGS, Vocabulary, name_key
from coterie.model.text import identity_key
from coterie.store.database import Tx
from coterie.store.properties import find_definitions

# names compared with one that does not exist, to suggest the nearest
COMPARED_MAX = 500
_VOCABULARIES: Mapping[str, Vocabulary] = {"tag": TAGS, "expertise": EXPERTISES}


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


def _keys(field: str, values: Iterable[str]) -> dict[str, str]:
    """value -> key of the name it is."""
    return {value: key_of(field, value[1:] if value.startswith("##") else value) for value in values}


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
    for place, each in enumerate(names.missing):
        if each.field == field:
            nearest = None if each.value in deleted else _nearest_term(tx, organization_id, each)
            names.missing[place] = replace(each, name=deleted.get(each.value), nearest=nearest)


def _nearest_term(tx: Tx, organization_id: int, missing: Missing) -> str | None:
    """A name that begins with the same letter."""
    first = name_key(missing.value)[:1]
    rows = tx.all(
        f"SELECT name FROM {_VOCABULARIES[missing.field].table} WHERE organization_id = :organization_id"
        " AND deleted_at IS NULL AND name_key >= :first AND name_key < :after ORDER BY name_key LIMIT :limit",
        {
            "organization_id": organization_id,
            "first": first,
            "after": first + "\U0010ffff",
            "limit": COMPARED_MAX,
        },
    )
    return _nearest(missing.value, [row[0] for row in rows])


def _load_folders(tx: Tx, organization_id: int, field: str, values: Iterable[str], names: Names) -> None:
    # names of folders have no key, and may be the same; there are at most 2,000
    rows = tx.all(
        "SELECT id, name FROM folders WHERE organization_id = :organization_id ORDER BY id",
        {"organization_id": organization_id},
    )
    keys = _keys(field, [value for value in values if not is_id(field, value)])
    _take(field, [(f"#{id_}", name, key_of(field, name)) for id_, name in rows], keys, values, names)


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
            nearest = _nearest(value, [name for _, name, _ in rows])
            names.missing.append(Missing(f"unknown_{field}", field, value, nearest=nearest))
        else:
            names.ids[field, value] = ids


def _nearest(value: str, choices: Iterable[str]) -> str | None:
    by_key = {identity_key(name[:NAME_LENGTH_MAX]): name for name in choices}
    near = get_close_matches(identity_key(value[:NAME_LENGTH_MAX]), by_key, n=1)
    return by_key[near[0]] if near else None


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
            "ids": tx.list_param([int(each) for each in plain if is_id(field, f"#{each}")]),
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
