"""The values of conditions: checked by the kind of their field, and in one spelling.

Each check raises ValueError with the rest of the sentence "… is …"; check_condition adds which field and value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coterie.errors import Invalid
from coterie.model.countries import find_country
from coterie.model.filters import fields
from coterie.model.filters.fields import OPS, SEVERAL, WITHOUT_VALUE, Field
from coterie.model.filters.problems import quoted, suggestion
from coterie.model.filters.spans import AMOUNT, NAMED_DAYS, parse_span
from coterie.model.filters.tree import VALUE_LENGTH_MAX, VALUES_MAX, Condition, Value
from coterie.model.relationships import CATALOGUE
from coterie.model.text import fold
from coterie.model.times import parse_date

NUMBER_MAX = 2**53
_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d{1,30})?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_MONTH_DAY = re.compile(r"(?:--)?(\d{2})-(\d{2})", re.ASCII)
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_RELATIONS = {fold(type_.name): type_.name for type_ in CATALOGUE}
# NUL and lone surrogates, which no database stores
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_CODE = re.compile(r"[\w.:/+#-]{1,100}")


def check_condition(field: Field, op: str | None, values: Sequence[Any]) -> Condition:
    """The condition with its values in one spelling. op: None for the usual one of the field.

    Raises ValueError with a sentence for people if the field does not have the operator, or a value is not one of it.
    """
    operators = OPS[field.kind]
    op = op or operators[0]
    if op not in operators:
        raise ValueError(f"{field.name} cannot be compared with {quoted(op)}; it has {', '.join(operators)}")
    if op in WITHOUT_VALUE:
        if values:
            raise ValueError(f"{field.name} with {op} takes no value")
        return Condition(field.name, op)
    if not values:
        raise ValueError(f"{field.name} needs a value")
    if len(values) > VALUES_MAX:
        raise ValueError(f"{field.name} has more than {VALUES_MAX} values")
    if op == "between" and len(values) != 2:
        raise ValueError(f"{field.name} between needs two values")
    if op not in (*SEVERAL, "between") and len(values) > 1:
        raise ValueError(f"{field.name} takes one value here")
    checked = [_check(field, op, value) for value in values]
    return Condition(field.name, op, tuple(dict.fromkeys(checked) if op in SEVERAL else checked))


def _check(field: Field, op: str, value: Any) -> Value:
    if not isinstance(value, str | int | float):
        raise ValueError(f"{field.name}: a value must be a text, a number, true or false")
    if len(str(value)) > VALUE_LENGTH_MAX:
        raise ValueError(f"{field.name}: a value is longer than {VALUE_LENGTH_MAX} characters")
    try:
        return _checks(field, op)(value)
    except ValueError as error:
        raise ValueError(f"{quoted(value)} is not {error} ({field.name})") from None


def _checks(field: Field, op: str) -> Callable[[Any], Value]:
    if op in ("older_than", "newer_than", "within_next"):
        return _amount
    if op == "month":
        return _month
    if field.kind == fields.CHOICE:
        return lambda value: _choice(field, value)
    return _BY_KIND[field.kind]


def _text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    if not text or _UNSTORABLE.search(text):
        raise ValueError("a text")
    return text


def _words(value: Any) -> str:
    text = _text(value)
    if not any(char.isalnum() for char in text):
        raise ValueError("a text with a letter or a digit")
    return text


def _choice(field: Field, value: Any) -> str:
    text = _text(value).lower()
    if text not in field.choices:
        raise ValueError(f"one of {', '.join(field.choices)}{suggestion(text, field.choices)}")
    return text


def _code(value: Any) -> str:
    text = _text(value)
    if not _CODE.fullmatch(text):
        raise ValueError("a word")
    return text.lower()


def _country(value: Any) -> str:
    country = find_country(_text(value))
    if country is None:
        raise ValueError("a country, by its name or its code of two or three letters")
    return country[0]


def _relation(value: Any) -> str:
    text = _text(value)
    name = _RELATIONS.get(fold(text.replace("_", " ")))
    if name is None:
        raise ValueError(f"a type of relationship{suggestion(text, _RELATIONS)}")
    return name


def _yes_no(value: Any) -> bool:
    answer = value if isinstance(value, bool) else _YES_NO.get(str(value).lower())
    if answer is None:
        raise ValueError("yes or no")
    return answer


def _number(value: Any) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value) if value.lstrip("+-").isdigit() else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_MAX:
        raise ValueError("a number")
    return int(value) if value == int(value) else value


def _moment(value: Any) -> str:
    text = _text(value)
    if text.lower() in NAMED_DAYS:
        return text.lower()
    parse_span(text.upper())
    return text.upper()


def _month_day(value: Any) -> str:
    text = _text(value).lower()
    if text == "today":
        return text
    match = _MONTH_DAY.fullmatch(text)
    if not match:
        raise ValueError("a month and day such as 05-12, or today")
    try:
        return parse_date(f"--{match[1]}-{match[2]}", "day")[2:]
    except Invalid:
        raise ValueError("a day of the year") from None


def _month(value: Any) -> int:
    number = _number(value)
    if number not in range(1, 13):
        raise ValueError("a month from 1 to 12")
    return int(number)


def _amount(value: Any) -> str:
    text = _text(value).lower()
    if not AMOUNT.fullmatch(text):
        raise ValueError("a time span such as 90d (h hours, d days, w weeks, m months, y years)")
    return text


_BY_KIND: Mapping[str, Callable[[Any], Value]] = {
    fields.TEXT: _words,
    fields.HANDLE: _text,
    fields.REFERENCE: _text,
    fields.CODE: _code,
    fields.COUNTRY: _country,
    fields.RELATION: _relation,
    fields.YES_NO: _yes_no,
    fields.NUMBER: _number,
    fields.MOMENT: _moment,
    fields.DUE: _moment,
    fields.DAY: _month_day,
    fields.PROPERTY: _text,
}
