"""Filters as SQL, one text for both engines.

Guarantees. Only constants of this package become part of the text; every value is bound. Every condition is true or
false and never NULL. There is one statement however many contacts match.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from coterie.model.filters import fields
from coterie.model.filters.fields import WITHOUT_VALUE, find_field
from coterie.model.filters.tree import All, AnyOf, Condition, Filter, Not
from coterie.store.filters import columns, days, handles, moments, parts, properties, references, relations, texts
from coterie.store.filters.builder import Builder, FilterReader, Where, either

Compiler = Callable[[Condition, Builder], str]
# kind of a field -> its compiler, and the fields that have one of their own
_OF_KIND: Mapping[str, Compiler] = {
    fields.TEXT: texts.text,
    fields.HANDLE: handles.handle,
    fields.PROPERTY: properties.property_value,
    fields.REFERENCE: references.reference,
    fields.CHOICE: columns.choice,
    fields.CODE: columns.choice,
    fields.NUMBER: columns.number,
    fields.MOMENT: moments.moment,
    fields.DAY: days.day,
    fields.COUNTRY: parts.country,
    fields.RELATION: relations.relation,
    fields.DUE: parts.due,
}
_OF_FIELD: Mapping[str, Compiler] = {
    **dict.fromkeys(parts.COUNTS, parts.count),
    **dict.fromkeys(texts.PLACES, texts.place),
    "text": texts.anywhere,
    "name": texts.name,
    "note": texts.note,
    "birthday": days.birthday,
    "anniversary": days.anniversary,
    "age": days.age,
    "channel": handles.on_channel,
    "follower": columns.follower,
    "picture": columns.picture,
    "gift": parts.gift,
    "overdue": parts.overdue,
    "cadence": parts.cadence,
    "via": parts.via,
    "source": parts.source,
    "import": parts.of_import,
    "relation_to": relations.relation_to,
}
# fields that are read from the row of the contact alone
OF_CONTACT_ROW = frozenset(
    {*columns.COLUMNS, *texts.COLUMNS, *moments.COLUMNS, "name", "follower", "birthday", "age"}
)  # fmt: skip

_TEXTS = frozenset({*texts.COLUMNS, "name", "text"})


def compile_filter(filter_: Filter, reader: FilterReader, property_types: Mapping[str, str]) -> Where:
    """The condition on contacts c of a filter whose names are ids and whose properties exist.

    property_types: slug -> type.
    """
    parameters: dict[str, Any] = {}
    builder = Builder(reader, property_types, parameters)
    sql = _compile(filter_, builder)
    if builder.lead or builder.has_lead:
        return Where(sql, parameters, builder.lead)
    whole = ""
    if not _is_narrowed(filter_):
        whole = _compile(filter_, Builder(reader, property_types, parameters, is_whole=True))
    return Where(sql, parameters, whole=whole, reads_rows=_reads_rows(filter_))


def _reads_rows(filter_: Filter) -> bool:
    """Whether columns of contacts are tested that no single index has."""
    names = {field for field in _fields(filter_) if field in OF_CONTACT_ROW or field == "text"}
    return len(names) > 1 or not names.isdisjoint(_TEXTS)


def _fields(filter_: Filter) -> Iterator[str]:
    match filter_:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _fields(part)
        case Not(part):
            yield from _fields(part)
        case Condition(field):
            yield field


def _is_narrowed(filter_: Filter) -> bool:
    """Whether the row of a contact decides alone, for many contacts, that they do not match.

    Then other tables are read for the few contacts that remain, which costs less than to read them for all.
    """
    match filter_:
        case All(parts):
            return any(_is_narrowed(part) for part in parts)
        case AnyOf(parts):
            return all(_is_narrowed(part) for part in parts)
        case Not(part):
            return _is_narrowed(part)
        case Condition(field):
            return field in OF_CONTACT_ROW


def _compile(filter_: Filter, builder: Builder) -> str:
    match filter_:
        case All(parts):
            return "(" + " AND ".join(_compile(part, builder) for part in parts) + ")"
        case AnyOf(parts):
            return _aside_any(parts, builder)
        case Not(part):
            return f"NOT {_aside(part, builder)}"
        case Condition():
            field = find_field(filter_.field)
            assert field is not None
            # many contacts have any tag, or none: reading those first does not help
            leads, builder.leads = builder.leads, builder.leads and filter_.op not in WITHOUT_VALUE
            sql = (_OF_FIELD.get(field.name) or _OF_KIND[field.kind])(filter_, builder)
            builder.leads = leads
            return sql


def _aside_any(parts: Sequence[Filter], builder: Builder) -> str:
    """Parts of which a contact may match another one."""
    leads, builder.leads = builder.leads, False
    sql = moments.silence(parts, builder) or either([_compile(part, builder) for part in parts])
    builder.leads = leads
    return sql


def _aside(filter_: Filter, builder: Builder) -> str:
    """A part without which a contact may match."""
    leads, builder.leads = builder.leads, False
    sql = _compile(filter_, builder)
    builder.leads = leads
    return sql
