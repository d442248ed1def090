"""Dates as people and programs write them in tables."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.written_dates import find_day_first, is_no_date, read_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-05-12", "1980-05-12"), ("1980/5/12", "1980-05-12"), ("19800512", "1980-05-12"),
        ("1980-05-12T00:00:00Z", "1980-05-12"), ("5/12/1980 12:00:00 AM", "1980-05-12"),
        (" --05-12", "--05-12"), ("--0512", "--05-12"), ("0000-05-12", "--05-12"), ("1604-05-12", "--05-12"),
        ("12.05.1980", "1980-05-12"), ("12.5.", "--05-12"), ("12. 5. 1980", "1980-05-12"),
        ("05/12/1980", "1980-05-12"), ("25/12/1980", "1980-12-25"), ("12/25/1980", "1980-12-25"),
        ("5/12", "--05-12"), ("12-25-1980", "1980-12-25"), ("5/12/80", "1980-05-12"),
        ("5/12/07", "2007-05-12"),
        ("May 12, 1980", "1980-05-12"), ("12 May", "--05-12"), ("12th of May 1980", "1980-05-12"),
        ("Monday, May 12, 1980", "1980-05-12"), ("12-May-80", "1980-05-12"), ("1980 May 12", "1980-05-12"),
        ("22 Nov 2026", "2026-11-22"), ("12. Mai 1980", "1980-05-12"), ("3. März 1980", "1980-03-03"),
        ("1er août 1980", "1980-08-01"), ("12 de mayo de 1980", "1980-05-12"),
        ("12 maggio 1980", "1980-05-12"),
        ("12 mei 1980", "1980-05-12"), ("12 de março de 1980", "1980-03-12"), ("29 Feb", "--02-29"),
        ("1980年5月12日", "1980-05-12"), ("5月12日", "--05-12"), ("1980년 5월 12일", "1980-05-12"), ("5月32日", None),
        ("12 maja 1980 r.", "1980-05-12"), ("12 мая 1980 г.", "1980-05-12"), ("12. května 1980", "1980-05-12"),
        ("12 Mayıs 1980", "1980-05-12"), ("1980. május 12.", "1980-05-12"), ("12 maj 1980", "1980-05-12"),
        ("12. toukokuuta 1980", "1980-05-12"), ("12 Μαΐου 1980", "1980-05-12"), ("12 травня 1980 р.", "1980-05-12"),
        ("30.02.1980", None), ("13/13/1980", None), ("2023-02-29", None), ("May 1980", None),
        ("someday", None),
        ("12/05-1980", None), ("May 12 13 14", None), ("1980", None), ("12 May June 1980", None), ("", None),
        ("0/5/1980", None), ("x" * 200, None), ("१२/०५/१९८०", "1980-12-05"), ("\x00", None),
        ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_a_written_date_is_read(text: str, expected: str | None) -> None:
    assert read_date(text) == expected


def test_where_both_can_be_either_the_flag_decides() -> None:
    assert read_date("05/12/1980", day_first=True) == "1980-12-05"
    assert read_date("12/25/1980", day_first=True) == "1980-12-25"


def test_a_column_says_by_one_date_which_way_it_is_written() -> None:
    assert find_day_first(["", "1/2/1980", "25/12/1980", "12/25/1980"])
    assert not find_day_first(["1/2/1980", "12/25/1980", "25/12/1980"])
    assert not find_day_first(["1/2/1980", "25.12.1980", "1980-12-25"])


def test_no_date_is_told_from_an_unreadable_one() -> None:
    for text in ("", "0/0/00", "00/00/0000", "0000-00-00", "1/1/4501"):
        assert is_no_date(text)
    assert not is_no_date("someday")


@settings(max_examples=80, deadline=None)
@given(st.dates(min_value=date(1700, 1, 1)), st.booleans())
def test_every_day_is_read_in_every_usual_form(day: date, day_first: bool) -> None:
    forms = ["%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%d/%m/%Y" if day_first else "%m/%d/%Y"]
    for form in (*forms, f"{day.isoformat()}"):
        assert read_date(day.strftime(form), day_first=day_first) == day.isoformat()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/. ][0-9a-z]{1,4}[-/. ][0-9]{1,6}"))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or len(found) in (7, 10)
