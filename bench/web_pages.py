"""Pages of the web app in a large book: the first window of People, a window far down, search as one types."""

import http.client
import random
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

from bench.latencies import latency_rows
from bench.plan import Plan
from bench.processes import Server, serving_coterie
from bench.table import Row

FIRST_BAR, SEARCH_BAR = 20.0, 30.0
PASSWORD = "correct horse"
_SYLLABLES = ("kari", "nosel", "marvi", "dorta", "benlo", "misha", "gerov", "stepa", "fontu", "rawic", "leyha")


class PageClient:
    """A browser that is signed in: one kept-alive connection, cookies, no script."""

    def __init__(self, server: Server, email: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._cookies: dict[str, str] = {}
        token = re.findall(r'name="form_token" value="([^"]+)"', self._send("GET", "/sign-in")[1])[0]
        body = urlencode({"form_token": token, "email": email, "password": PASSWORD})
        status, _ = self._send("POST", "/sign-in", body)
        if status != 303:
            raise RuntimeError(f"status {status} for the sign-in")

    def milliseconds(self, path: str) -> float:
        """The time from a GET to the end of its page. Raises RuntimeError for any status but 200."""
        started = time.perf_counter()
        status, _ = self._send("GET", path)
        if status != 200:
            raise RuntimeError(f"status {status} for {path}")
        return (time.perf_counter() - started) * 1000

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        for value in response.headers.get_all("set-cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
        return response.status, response.read().decode()


def run(plan: Plan) -> list[Row]:
    """Each page of the largest organization of the data set."""
    data = plan.light
    with serving_coterie(data) as server:
        # the organizations of a data set are numbered from 1, their owners from 0
        client = PageClient(server, f"owner-{data.organization_id - 1}@example.org")
        rows = measure_pages(plan, client, f"/{data.organization_id}/people", data.contact_count)
        client.close()
    return rows


def measure_pages(plan: Plan, client: PageClient, path: str, count: int) -> list[Row]:
    """Requests one after another, after a few that nobody measures."""
    dice = random.Random(7)
    texts = [dice.choice(_SYLLABLES)[: dice.randint(3, 5)] for _ in range(plan.requests)]
    kinds = {
        "People, first window": ([path] * plan.requests, FIRST_BAR),
        "a window of rows": ([f"{path}/rows?from={dice.randrange(count // 50)}" for _ in texts], FIRST_BAR),
        "search as one types": ([f"{path}/rows?found=1&q={quote(text)}" for text in texts], SEARCH_BAR),
    }
    group = f"pages of {count:,} contacts"
    rows: list[Row] = []
    for name, (paths, bar) in kinds.items():
        for each in paths[:5]:
            client.milliseconds(each)
        rows += latency_rows(group, name, [client.milliseconds(each) for each in paths], bar)
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows
