"""Conditions on texts, by their stored words (model/words.py): case, accents and punctuation do not matter."""

from collections.abc import Mapping

from coterie.model.contacts import NAMED_BY
from coterie.model.filters.tree import Condition
from coterie.model.names import NAME_PARTS
from coterie.model.words import contains_patterns, is_pattern, starts_pattern
from coterie.store.filters.builder import Builder, either, escaped

# name of a field -> the column of its text
COLUMNS: Mapping[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "nickname": "nickname",
    "employer": "employer",
    "department": "department",
    "job_title": "job_title",
    "how_met": "how_you_met",
    "bio": "bio",
}
# name of a field -> the column of addresses
PLACES: Mapping[str, str] = {
    "city": "locality",
    "region": "region",
    "postcode": "postcode",
    "address": "address",
}
_NAMES = f"coalesce({', '.join(f'c.{name}' for name in (*NAMED_BY, *NAME_PARTS))}, '')"
# SQLite joins in the order written: from the contact to its notes, or from the notes with a text to their contacts
_NOTES, _NOTES_FIRST = "note_contacts x CROSS JOIN notes n", "notes n CROSS JOIN note_contacts x"
_IS_LINKED = "n.organization_id = x.organization_id AND n.id = x.note_id"


def text(condition: Condition, builder: Builder) -> str:
    """A text of the contact."""
    column = COLUMNS[condition.field]
    if condition.op in ("any", "none"):
        return f"coalesce(c.{column}, '') {'<>' if condition.op == 'any' else '='} ''"
    return test_words(f"c.{column}_words", condition, builder)


def name(condition: Condition, builder: Builder) -> str:
    """Any of the names of the contact."""
    if condition.op in ("any", "none"):
        return f"{_NAMES} {'<>' if condition.op == 'any' else '='} ''"
    return test_words("c.name_words", condition, builder)


def anywhere(condition: Condition, builder: Builder) -> str:
    """A name, the employer, the job title or a handle."""
    if condition.op in ("any", "none"):
        return name(condition, builder)
    columns = ("c.name_words", "c.employer_words", "c.job_title_words")
    ways = [test_words(column, condition, builder) for column in columns]
    handles = [_handle_test(str(value).lower(), condition.op, builder) for value in condition.values]
    current = "x.deleted_at IS NULL AND NOT x.is_former"
    return either([*ways, builder.has("handles x", f"{current} AND {either(handles)}")])


def _handle_test(value: str, op: str, builder: Builder) -> str:
    before, after = {"is": ("", ""), "starts": ("", "%")}.get(op, ("%", "%"))
    return f"x.normalized LIKE {builder.bind(before + escaped(value) + after)} ESCAPE '!'"


def place(condition: Condition, builder: Builder) -> str:
    """A part of an address, or all of it."""
    column = f"x.{PLACES[condition.field]}_words"
    test = test_words(column, condition, builder) if condition.values else f"{column} <> ''"
    exists = builder.has("postal_addresses x", f"x.deleted_at IS NULL AND {test}", may_lead=True)
    return f"NOT {exists}" if condition.op == "none" else exists


def note(condition: Condition, builder: Builder) -> str:
    """A note that the reader may see."""
    visible = "NOT n.is_personal"
    if builder.reader.user_id is not None:
        visible = f"({visible} OR n.author_id = {builder.bind(builder.reader.user_id)})"
    test = f" AND {test_words('n.text_words', condition, builder)}" if condition.values else ""
    shown = f"{_IS_LINKED} AND n.deleted_at IS NULL AND {visible}{test}"
    exists = builder.has(_NOTES, shown, may_lead=True, leading_rows=_NOTES_FIRST)
    return f"NOT {exists}" if condition.op == "none" else exists


def test_words(column: str, condition: Condition, builder: Builder) -> str:
    """Whether a column of words has one of the values."""
    return either([_test(column, str(value), condition.op, builder) for value in condition.values])


def _test(column: str, value: str, op: str, builder: Builder) -> str:
    if op == "is":
        return f"{column} LIKE {builder.bind(is_pattern(value))}"
    if op == "starts":
        return f"{column} LIKE {builder.bind(starts_pattern(value))}"
    return "(" + " AND ".join(f"{column} LIKE {builder.bind(each)}" for each in contains_patterns(value)) + ")"
