"""Moments and dates as text."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.model import times


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2023-08-03T09:16:59-05:00", "2023-08-03T14:16:59.000000Z"),
        ("2023-08-03T09:16:59Z", "2023-08-03T09:16:59.000000Z"),
        ("2023-08-03T09:16:59", "2023-08-03T09:16:59.000000Z"),
        ("2023-08-03", "2023-08-03T00:00:00.000000Z"),
        # R0's own sample is typeset with a hyphen and a minus that are not ASCII
        ("2023‐08‐03T09:16:59−05:00", "2023-08-03T14:16:59.000000Z"),
    ],
)
def test_a_moment_is_kept_in_utc(text: str, kept: str) -> None:
    assert times.parse_moment(text, "schedule_at") == kept


@pytest.mark.parametrize("text", ["", "tomorrow", "2023-13-01", "0001-01-01T00:00:00+10:00", "1e9", "२०२३-०८-०३"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        times.parse_moment(text, "schedule_at")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1980-05-12", "1980-05-12"),
        ("--07-22", "--07-22"),
        ("--0722", "--07-22"),
        ("--02-29", "--02-29"),
        ("2024-02-29", "2024-02-29"),
        ("1980-05-12T10:00:00Z", "1980-05-12"),
    ],
)
def test_a_date_is_kept_with_or_without_its_year(text: str, kept: str) -> None:
    assert times.parse_date(text, "birthday") == kept


@pytest.mark.parametrize(
    "text",
    ["2023-02-30", "2023-02-29", "--02-30", "--13-01", "0000-01-01", "١٩٨٠-٠٥-١٢", "12.05.1980", "", "1980-05-12x"],
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        times.parse_date(text, "birthday")


@given(st.datetimes(), st.datetimes())
@settings(max_examples=200, deadline=None)
def test_moments_sort_as_the_times_they_are(first: datetime, second: datetime) -> None:
    assert (times.moment(first) < times.moment(second)) == (first < second)
    assert len(times.moment(first)) == 27


def test_after_counts_seconds_across_a_day() -> None:
    assert times.after("2026-11-22T23:59:59.500000Z", 1) == "2026-11-23T00:00:00.500000Z"
