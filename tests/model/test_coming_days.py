"""The days ahead, by month and day."""

from datetime import date

import pytest

from coterie.model.dates import coming_days


@pytest.mark.parametrize(
    ("today", "leap_day"),
    [
        (date(2026, 2, 27), date(2026, 2, 28)),
        (date(2028, 2, 27), date(2028, 2, 29)),
        (date(2100, 2, 27), date(2100, 2, 28)),
    ],
)
def test_29_february_is_28_february_in_years_without_it(today: date, leap_day: date) -> None:
    days = coming_days(today, 7)
    assert days["02-29"] == leap_day
    assert (days["02-27"], days["02-28"]) == (today, today.replace(day=28))


def test_the_first_day_is_today_and_the_last_is_before_the_count_of_days() -> None:
    assert list(coming_days(date(2026, 12, 31), 3)) == ["12-31", "01-01", "01-02"]
    assert coming_days(date(2026, 5, 1), 0) == {}


def test_a_day_that_comes_twice_is_the_next_one() -> None:
    assert coming_days(date(2026, 5, 1), 367)["05-01"] == date(2026, 5, 1)
