"""Important dates of a contact other than the birthday: an anniversary, the day two people met, a name day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from coterie.errors import Invalid, Problem, gathering, invalid
from coterie.model import times
from coterie.model.handles import LABEL_LENGTH_MAX

DATES_MAX = 200


class ImportantDate(Struct, frozen=True):
    """label: the kind of day. occurs_on: YYYY-MM-DD, or --MM-DD without a year."""

    contact_id: int
    id: str
    label: str
    occurs_on: str
    created_at: str
    updated_at: str
    deleted_at: str | None


def coming_days(today: date, count: int) -> dict[str, date]:
    """MM-DD -> the next such day, of the first days from today; 29 February is 28 February in other years."""
    coming: dict[str, date] = {}
    for number in range(count):
        day = today + timedelta(days=number)
        coming.setdefault(f"{day:%m-%d}", day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
            coming.setdefault("02-29", day)
    return coming


def check_date(fields: Mapping[str, str | None]) -> dict[str, Any]:
    """The columns for those of label and occurs_on that are in fields.

    Raises Invalid, with every problem, if a value is empty, a label is longer than 60 characters or a day does not
    exist.
    """
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in ("label", "occurs_on"):
        with gathering(problems):
            if name in fields:
                columns[name] = _check(name, (fields[name] or "").strip())
    if problems:
        raise Invalid(*problems)
    return columns


def _check(name: str, text: str) -> str:
    if not text:
        raise invalid(name, "is empty", kind="blank")
    if name == "occurs_on":
        return times.parse_date(text, name)
    if len(text) > LABEL_LENGTH_MAX:
        raise invalid(name, f"is longer than {LABEL_LENGTH_MAX} characters", kind="too_long")
    return text
