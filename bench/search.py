"""Search in a million contacts by the beginnings of words, one request after another."""

import random
from urllib.parse import quote

from bench.latencies import TimedClient, latency_rows
from bench.people import FIRST
from bench.plan import Plan
from bench.processes import serving_coterie
from bench.table import Row

PER_PAGE = 20
P95_BAR = 10.0
_SYLLABLES = ("kari", "nosel", "marvi", "dorta", "benlo", "misha", "gerov", "stepa", "fontu", "rawic", "leyha")


def run(plan: Plan) -> list[Row]:
    """The latencies of each kind of query."""
    with serving_coterie(plan.light) as server:
        client = TimedClient(server)
        rows = measure_search(plan, client)
        client.close()
    return rows


def measure_search(plan: Plan, client: TimedClient) -> list[Row]:
    """Prefixes of 3 to 5 letters, alone and after a first name, and first names that thousands have."""
    dice = random.Random(5)

    def prefix() -> str:
        return dice.choice(_SYLLABLES)[: dice.randint(3, 5)]

    kinds = {
        "prefix": [prefix() for _ in range(plan.requests)],
        "first name and prefix": [f"{dice.choice(FIRST)} {prefix()[:3]}" for _ in range(plan.requests)],
        "common first name": [dice.choice(FIRST) for _ in range(plan.requests)],
    }
    group = f"search in {plan.light_count:,} contacts"
    rows: list[Row] = []
    for name, texts in kinds.items():
        paths = [f"/api/v1/contacts/search?per_page={PER_PAGE}&query={quote(text)}" for text in texts]
        rows += latency_rows(group, name, [client.milliseconds(path) for path in paths], P95_BAR)
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows
