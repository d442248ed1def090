"""Filtered lists, one request after another: the first page with its total, in the order of ids and of names."""

from urllib.parse import quote

from bench.latencies import TimedClient, latency_rows
from bench.plan import Plan
from bench.processes import serving_coterie
from bench.table import Row

PER_PAGE = 25
FILTERS = (
    "status:optout", "folder:VIP", "-folder:VIP", "folder:VIP OR folder:Press", "folder:VIP folder:Press",
    "email:@example.org", "email:^ana", "email:none", "phone:555", "name:simpson", "name:zzz", "employer:acme",
    "ana silva", "created:<7d", "stale:90d", "last_in:2024-05", "messages_in:>5", "language:de -folder:VIP",
    "property.lifetime-value:>100", "property.newsletter:yes", "birthday:next30d", "bio:porto",
    "has:email followers:>500 (language:en OR language:pt)",
)  # fmt: skip


def run(plan: Plan) -> list[Row]:
    """The latencies over all filters, in each order."""
    with serving_coterie(plan.full) as server:
        client = TimedClient(server)
        rows = measure_filters(plan, client)
        client.close()
    return rows


def measure_filters(plan: Plan, client: TimedClient) -> list[Row]:
    """Each filter as often as it takes for the plan's number of requests."""
    group = f"filters on {plan.full_count:,} contacts"
    turns = -(-plan.requests // len(FILTERS))
    rows: list[Row] = []
    for order in ("id", "name"):
        query = f"per_page={PER_PAGE}&order_column={order}"
        paths = [f"/api/v1/contacts?{query}&filter={quote(each)}" for each in FILTERS] * turns
        rows += latency_rows(group, f"by {order}", [client.milliseconds(path) for path in paths])
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows
