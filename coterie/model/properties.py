"""Properties: custom fields of an organization. A definition has a name and a type; a contact has values."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from coterie.errors import CoterieError, invalid
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.phones import normalize_phone
from coterie.model.text import stream_safe

CHOICE_TYPES = ("single_choice", "multiple_choice")
TYPES = ("text", "number", "date", "email", "phone", "url", "boolean", "list", *CHOICE_TYPES)
TITLE_LENGTH_MAX = 200
CHOICES_MAX = 200
ITEMS_MAX = 200
TEXT_LENGTH_MAX = 10_000
DEFINITIONS_MAX = 500
# choices that the problem of another value names
CHOICES_SHOWN_MAX = 10

_URL_START = re.compile(r"https?://.|[^/:@][^/:@.]*\..", re.IGNORECASE)

Value = str | int | float | bool | list[str]


class PropertyDefinition(Struct, frozen=True):
    slug: str
    title: str
    property_type: str
    choices: tuple[str, ...] | None
    description: str | None
    agent_active: bool
    created_at: str
    updated_at: str


def slug_of(title: str) -> str:
    """The slug of a title, by the rules of Rails' parameterize: accents dropped, lower case, underscores unchanged,
    runs of other characters one hyphen. "" for a title without Latin letters or digits."""
    plain = unicodedata.normalize("NFKD", stream_safe(title)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-")


def parse_value(definition: PropertyDefinition, value: Any, field: str) -> Value:
    """Parses a value by the type of its definition.

    Raises Invalid if it has another type, is not a valid date, address, number or link, or is not one of the choices.
    """
    return _PARSERS[definition.property_type](definition, value, field)


def _text(definition: PropertyDefinition, value: Any, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(field, "is not a string")
    text = str(value)
    if "\0" in text:
        raise invalid(field, "must not contain NUL characters")
    if len(text) > TEXT_LENGTH_MAX:
        raise invalid(field, f"is longer than {TEXT_LENGTH_MAX} characters", kind="too_long")
    return text


def _number(definition: PropertyDefinition, value: Any, field: str) -> int | float:
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value) if re.search(r"[.eE]", value) else int(value)
        except ValueError:
            raise invalid(field, "is not a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(field, "is not a number")
    if not abs(value) <= 2**53:  # also false for NaN
        raise invalid(field, "is too large to be stored exactly")
    return value


def _date(definition: PropertyDefinition, value: Any, field: str) -> str:
    return times.parse_date(_text(definition, value, field), field)


def _email(definition: PropertyDefinition, value: Any, field: str) -> str:
    text = _text(definition, value, field).strip()
    normalize_email(text, field)
    return text


def _phone(definition: PropertyDefinition, value: Any, field: str) -> str:
    text = _text(definition, value, field).strip()
    normalize_phone(text, None, field)
    return text


def _url(definition: PropertyDefinition, value: Any, field: str) -> str:
    text = _text(definition, value, field).strip()
    # people click it, so no javascript: or data:. Only its beginning is matched, in linear time.
    if text.split() != [text] or not _URL_START.match(text):
        raise invalid(field, "is not a link")
    return text


def _boolean(definition: PropertyDefinition, value: Any, field: str) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise invalid(field, "is not true or false")
    return value


def _list(definition: PropertyDefinition, value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or len(value) > ITEMS_MAX:
        raise invalid(field, f"is not a list of at most {ITEMS_MAX} strings")
    return [_text(definition, item, field) for item in value]


def _single_choice(definition: PropertyDefinition, value: Any, field: str) -> str:
    text, choices = _text(definition, value, field), definition.choices or ()
    if text not in choices:
        shown = [*choices[:CHOICES_SHOWN_MAX], *(["…"] if len(choices) > CHOICES_SHOWN_MAX else [])]
        raise invalid(field, f"is not one of the choices: {', '.join(shown)}", kind="choice")
    return text


def _multiple_choice(definition: PropertyDefinition, value: Any, field: str) -> list[str]:
    items = [value] if isinstance(value, str) else value
    chosen = _list(definition, items, field)
    return list(dict.fromkeys(_single_choice(definition, item, field) for item in chosen))


_PARSERS: dict[str, Callable[[PropertyDefinition, Any, str], Value]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "boolean": _boolean,
    "list": _list,
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
}


def still_fits(definition: PropertyDefinition, value: Any) -> bool:
    """Whether a definition accepts a stored value as it is."""
    try:
        parse_value(definition, value, "value")
    except CoterieError:
        return False
    return True


def convert(definition: PropertyDefinition, value: Any) -> Value | None:
    """Converts a stored value after a change of type or choices; None if it cannot be converted.

    A list of one item becomes that item; true, false and numbers become text, and a text a list of one. Of several
    choices those that still exist stay.
    """
    forms = [value, *_other_forms(value)]
    if definition.property_type == "multiple_choice" and isinstance(value, list):
        forms.append([item for item in value if item in (definition.choices or ())] or None)
    for form in forms:
        try:
            return parse_value(definition, form, "value")
        except CoterieError:
            continue
    return None


def _other_forms(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [value[0], *_other_forms(value[0])] if len(value) == 1 else []
    if isinstance(value, bool):
        text = "true" if value else "false"
        return [text, [text]]
    return [str(value), [str(value)]]
