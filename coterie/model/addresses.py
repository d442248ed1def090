"""Postal addresses. Formats differ too much between countries to validate more than lengths and two fields."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from coterie.errors import Invalid, Problem
from coterie.model.countries import find_country

# field -> maximum length
TEXTS = {
    "label": 100, "address_line_1": 300, "address_line_2": 300, "address_line_3": 300, "locality": 200,
    "region": 200, "postcode": 40, "country": 100,
}  # fmt: skip
# The other fields may be empty: not every place has a region, a postcode or a town.
REQUIRED = ("address_line_1", "country")


class Address(Struct, frozen=True):
    """contact_id: None for an address of the organization. country: as typed.

    country_code: ISO 3166-1 alpha-2, or None if the country is unknown.
    """

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
    """The columns to store for these fields of TEXTS; with country comes country_code. Empty text becomes None.

    An unknown country is stored as typed, without a code. Raises Invalid if a text is too long, or if the first line
    or the country is empty.
    """
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in fields.items():
        text = (value or "").strip() or None
        if text is None and name in REQUIRED:
            problems.append(Problem((name,), "blank", "is empty"))
        elif text is not None and len(text) > TEXTS[name]:
            problems.append(Problem((name,), "too_long", f"is longer than {TEXTS[name]} characters"))
        columns[name] = text
    if problems:
        raise Invalid(*problems)
    if "country" in columns:
        country = find_country(columns["country"])
        columns["country_code"] = country[0] if country else None
    return columns
