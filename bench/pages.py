"""Lists and search at a million contacts: near, far and very far pages under every order, one request after another."""

import http.client
import random
import time
from urllib.parse import quote

from bench.people import FIRST
from bench.plan import Plan
from bench.processes import Server, serving_coterie
from bench.table import Row, at_most
from coterie.api.inro.contacts import ORDERS

PER_PAGE = 20
# page -> the bar of its p99 in milliseconds; at a million contacts the middle of the list is page 25,000
PAGES = {1: 5.0, 1_000: 10.0, 40_000: 40.0}
MIDDLE = 0.5
SEARCH_BAR = 10.0


def run(plan: Plan) -> list[Row]:
    """The slowest order of each page against its bar; the prefix search."""
    rows: list[Row] = []
    with serving_coterie(plan.light) as server:
        client = Client(server)
        for page, bar in PAGES.items():
            # with fewer contacts (--quick) the page at the same share of the list
            at = max(round(page * plan.light.contact_count / 1_000_000), 1)
            rows += _page(plan, client, at, bar)
        rows += _page(plan, client, round(MIDDLE * plan.light.contact_count / PER_PAGE), None)
        rows += _search(plan, client)
        client.close()
    return rows


class Client:
    """One kept connection; each call is timed."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = server.headers

    def milliseconds(self, path: str) -> float:
        """How long the answer to a GET took, in full."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return (time.perf_counter() - started) * 1000

    def close(self) -> None:
        self._connection.close()


def _page(plan: Plan, client: Client, page: int, bar: float | None) -> list[Row]:
    """Each order in both directions, some requests each, around this page; bars hold for the slowest order."""
    dice = random.Random(page)
    found: list[tuple[float, float, str]] = []
    for column in ORDERS:
        for direction in ("asc", "desc"):
            spread = page // 50
            paths = [
                f"/api/v1/contacts?per_page={PER_PAGE}&page={page + dice.randint(-spread, spread)}"
                f"&order_column={column}&order_direction={direction}"
                for _ in range(plan.requests)
            ]
            for path in paths[:3]:
                client.milliseconds(path)
            times = sorted(client.milliseconds(path) for path in paths)
            found.append((_p99(times), times[len(times) // 2], f"{column} {direction}"))
    slowest = max(found)
    every = sorted(found, key=lambda entry: entry[1])
    plan.say(f"page {page:,}: slowest {slowest[2]}: p50 {slowest[1]:.1f}, p99 {slowest[0]:.1f} ms")
    group = f"page {page:,} of {plan.light.contact_count:,} contacts"
    middle = every[len(every) // 2][1]
    rows = [
        Row(
            group, f"p50 of the {len(found)} orders", f"{every[0][1]:.1f} to {every[-1][1]:.1f}, middle {middle:.1f} ms"
        )
    ]
    name = f"p99 of the slowest order ({slowest[2]})"
    return [*rows, at_most(group, name, slowest[0], bar, " ms") if bar else Row(group, name, f"{slowest[0]:,.1f} ms")]


def _search(plan: Plan, client: Client) -> list[Row]:
    """Prefixes of 3 to 5 letters as someone types them, alone and after a first name."""
    dice = random.Random(5)
    syllables = ("kari", "nosel", "marvi", "dorta", "benlo", "misha", "gerov", "stepa", "fontu", "rawic", "leyha")
    texts = [dice.choice(syllables)[: dice.randint(3, 5)] for _ in range(plan.requests * 3)]
    texts += [f"{dice.choice(FIRST)} {dice.choice(syllables)[:3]}" for _ in range(plan.requests * 3)]
    times = sorted(
        client.milliseconds(f"/api/v1/contacts/search?per_page={PER_PAGE}&query={quote(text)}") for text in texts
    )
    plan.say(f"search: p50 {times[len(times) // 2]:.1f}, p99 {_p99(times):.1f} ms")
    group = f"search in {plan.light.contact_count:,} contacts"
    return [
        Row(group, "prefix p50", f"{times[len(times) // 2]:.1f} ms"),
        at_most(group, "prefix p99", _p99(times), SEARCH_BAR, " ms"),
    ]


def _p99(times: list[float]) -> float:
    return times[min(int(len(times) * 0.99), len(times) - 1)]
