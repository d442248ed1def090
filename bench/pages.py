"""Pages of a list of a million contacts: near, far and very far, in every order, one request after another."""

import random

from bench.latencies import TimedClient, percentile
from bench.plan import Plan
from bench.processes import serving_coterie
from bench.table import Row, at_most
from coterie.api.inro.contact_input import ORDERS

PER_PAGE = 20
# page -> the bar of its p95 in milliseconds; the middle of the list, where both ends are far, has none
P95_BARS: dict[int, float | None] = {1: 5.0, 1_000: 10.0, 40_000: 40.0, 25_000: None}


def run(plan: Plan) -> list[Row]:
    """For each page: the median of every order, and the slowest order against the bar."""
    rows: list[Row] = []
    with serving_coterie(plan.light) as server:
        client = TimedClient(server)
        for page, bar in P95_BARS.items():
            # with fewer contacts (--quick) the page at the same share of the list
            at = max(round(page * plan.light_count / 1_000_000), 1)
            rows += measure_page(plan, client, at, bar)
        client.close()
    return rows


def measure_page(plan: Plan, client: TimedClient, page: int, bar: float | None) -> list[Row]:
    """Requests for pages around this one, in each order and direction."""
    dice = random.Random(page)
    spread = page // 50
    found: list[tuple[float, float, str]] = []
    for column in ORDERS:
        for direction in ("asc", "desc"):
            paths = [
                f"/api/v1/contacts?per_page={PER_PAGE}&page={page + dice.randint(-spread, spread)}"
                f"&order_column={column}&order_direction={direction}"
                for _ in range(plan.requests if bar else plan.requests // 3)
            ]
            for path in paths[:3]:
                client.milliseconds(path)
            latencies = [client.milliseconds(path) for path in paths]
            found.append((percentile(latencies, 95), percentile(latencies, 50), f"{column} {direction}"))
    p95, _, slowest = max(found)
    medians = sorted(p50 for _, p50, _ in found)
    plan.say(f"page {page:,}: slowest {slowest}: p95 {p95:.1f} ms")
    group = f"page {page:,} of {plan.light_count:,} contacts"
    span = f"{medians[0]:.1f} to {medians[-1]:.1f}, middle {medians[len(medians) // 2]:.1f} ms"
    return [
        Row(group, f"p50 of the {len(found)} orders", span),
        at_most(group, f"p95 of the slowest order ({slowest})", p95, bar, " ms"),
    ]
