"""A country is found by its code or by a name people write in an address; what is none is no error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.countries import _COUNTRIES, find_country

ENTRIES = [line.split(" ", 2) for line in _COUNTRIES.strip().splitlines()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"), ("usa", "US"), ("U.S.", "US"), ("u.s.a.", "US"), ("United States", "US"),
        ("the United States of America", "US"), (" united  states ", "US"), ("UK", "GB"), ("GB", "GB"),
        ("Great Britain", "GB"), ("Scotland", "GB"), ("Deutschland", "DE"), ("DEU", "DE"), ("Schweiz", "CH"),
        ("Suisse", "CH"), ("Österreich", "AT"), ("OSTERREICH", "AT"), ("España", "ES"), ("espana", "ES"),
        ("Italia", "IT"), ("Nederland", "NL"), ("The Netherlands", "NL"), ("Česko", "CZ"), ("Cesko", "CZ"),
        ("Czech Republic", "CZ"), ("Türkiye", "TR"), ("TURKEY", "TR"), ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"), ("Trinidad & Tobago", "TT"), ("St. Lucia", "LC"), ("St Kitts & Nevis", "KN"),
        ("Bosnia-Herzegovina", "BA"), ("Korea, Republic of", "KR"), ("South Korea", "KR"), ("日本", "JP"),
        ("Россия", "RU"), ("Ελλάδα", "GR"), ("مصر", "EG"), ("भारत", "IN"), ("and", "AD"), ("Georgia", "GE"),
        ("Congo", "CG"), ("DR Congo", "CD"), ("Niger", "NE"), ("Guinea Bissau", "GW"),
        ("Aland Islands", "AX"), ("Sao Tome and Principe", "ST"), ("Guinée", "GN"), ("Jersey", "JE"), ("Tchad", "TD"),
    ],
)  # fmt: skip
def test_a_country_is_found_under_the_names_people_write(text: str, code: str) -> None:
    found = find_country(text)
    assert found is not None and found[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "&",
        "Springfield",
        "XX",
        "U",
        "United",
        "Republic",
        "of",
        "\0",
        "\ud800",
        "🇺🇸",
        "the and",
    ],
)
def test_what_names_no_country_is_none(text: str) -> None:
    assert find_country(text) is None
    assert find_country(text + "x" * 100_000) is None


def test_all_249_countries_and_kosovo_are_there_and_each_name_and_code_is_of_one_only() -> None:
    assert len({entry[0] for entry in ENTRIES}) == len({entry[1] for entry in ENTRIES}) == 250
    for alpha_2, alpha_3, rest in ENTRIES:
        names = rest.split("|")
        shouted = [name.upper() for name in names if name.isascii()]
        for text in (alpha_2, alpha_3.lower(), *names, *shouted):
            assert find_country(text) == (alpha_2, names[0])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_a_known_country_or_none(text: str) -> None:
    found = find_country(text)
    assert found is None or found[0] in {entry[0] for entry in ENTRIES}


@pytest.mark.parametrize(
    "name", ["XK", "xkx", "Kosovo", "Republic of Kosovo", "KOSOVA", "Kosovë", "Republika e Kosoves", "Косово"]
)
def test_kosovo_is_found_by_its_code_and_each_of_its_names(name: str) -> None:
    assert find_country(name) == ("XK", "Kosovo")
