"""Charts: their scales and paths."""

from hypothesis import given
from hypothesis import strategies as st

from coterie.model.charts import BOTTOM, HEIGHT, TOP, WIDTH, area_chart, round_step


def test_the_steps_of_a_chart_are_round_numbers() -> None:
    assert [round_step(span) for span in (0, 1, 3, 4, 7, 15, 16, 40, 1_000_000)] == [1, 1, 1, 2, 5, 5, 10, 20, 500_000]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400), st.booleans())
def test_every_point_is_inside_and_the_scale_covers_it(values: list[int], from_zero: bool) -> None:
    chart = area_chart([(f"2026-01-{number:03}", value) for number, value in enumerate(values)], from_zero=from_zero)
    assert all(TOP <= point.y <= HEIGHT - BOTTOM and 0 <= point.x <= WIDTH for point in chart.points)
    assert 2 <= len(chart.rows) <= 5 and len(chart.columns) <= 8
    assert [point.value for point in chart.points] == values


def test_no_values_are_an_empty_chart() -> None:
    chart = area_chart([])
    assert chart.line == chart.area == "" and chart.rows
