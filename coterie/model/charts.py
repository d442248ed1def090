"""Charts as numbers for SVG: a path over a scale with round ticks. Templates draw them; no script is needed."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT = 640, 160
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 8, 24
X_LABELS = 4


class Point(Struct, frozen=True):
    """x, y: in the units of the chart. label: the day. value: its number."""

    x: float
    y: float
    label: str
    value: int


class Tick(Struct, frozen=True):
    at: float
    label: str


class Chart(Struct, frozen=True):
    """line, area: paths of SVG. rows: horizontal ticks; columns: labels below."""

    line: str
    area: str
    points: Sequence[Point]
    rows: Sequence[Tick]
    columns: Sequence[Tick]


def round_step(span: float, count: int = 3) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … of which at most count cover a span; at least 1."""
    step = 1
    while span / step > count:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def area_chart(values: Sequence[tuple[str, int]], *, from_zero: bool = False) -> Chart:
    """The chart of values by day, oldest first. from_zero: the scale begins at 0, not near the lowest value."""
    numbers = [value for _, value in values] or [0]
    step = round_step(max(numbers) - (0 if from_zero else min(numbers)))
    low = 0 if from_zero else min(numbers) // step * step
    high = max(-(-max(numbers) // step) * step, low + step)
    bottom = HEIGHT - BOTTOM

    def height_of(value: int) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - TOP), 1)

    width = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)
    points = [
        Point(round(LEFT + place * width, 1), height_of(value), day, value) for place, (day, value) in enumerate(values)
    ]
    line = " ".join(f"{'L' if place else 'M'}{point.x} {point.y}" for place, point in enumerate(points))
    area = f"{line} L{points[-1].x} {bottom} L{points[0].x} {bottom} Z" if points else ""
    rows = [Tick(height_of(value), f"{value:,}") for value in range(low, high + 1, step)]
    shown = points[:: max(len(points) // X_LABELS, 1)]
    return Chart(line, area, points, rows, [Tick(point.x, point.label) for point in shown])
