"""Postal addresses: what is kept of them. No address that exists is refused: formats differ too much to judge."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from coterie.errors import Invalid, Problem
from coterie.model.countries import find_country

# field -> longest text
TEXTS = {
    "label": 100, "address_line_1": 300, "address_line_2": 300, "address_line_3": 300, "locality": 200,
    "region": 200, "postcode": 40, "country": 100,
}  # fmt: skip
# Without these there is no address. Not every place has a region, a postcode or a town: those may be empty.
NEVER_EMPTY = ("address_line_1", "country")


class Address(Struct, frozen=True):
    """contact_id None: the organization's own. country is as typed, country_code ISO 3166-1 alpha-2 where known."""

    id: str
    contact_id: int | None
    label: str | None
    address_line_1: str | None
    address_line_2: str | None
    address_line_3: str | None
    locality: str | None
    region: str | None
    postcode: str | None
    country: str | None
    country_code: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


def check_address(fields: Mapping[str, str | None]) -> dict[str, Any]:
    """The columns for the fields of TEXTS that are named, country_code with country.

    Empty text is None. Refused: texts beyond their length; an empty first line or country. A country that no list
    knows is kept as it is, without a code.
    """
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in fields.items():
        text = (value or "").strip() or None
        if text is None and name in NEVER_EMPTY:
            problems.append(Problem((name,), "blank", "is empty"))
        elif text is not None and len(text) > TEXTS[name]:
            problems.append(Problem((name,), "too_long", f"is longer than {TEXTS[name]} characters"))
        columns[name] = text
    if problems:
        raise Invalid(*problems)
    if "country" in columns:
        known = find_country(columns["country"])
        columns["country_code"] = known[0] if known else None
    return columns
