"""Instagram's deliveries: the time until one is acknowledged, and the rate at which they are processed.

    python -m bench.instagram [DATABASE_URL]

Acknowledged: the time to the response for a delivery of 1,000 messages, posted over HTTP to `coterie serve` with its
worker running. Processed: the worker's handler runs over deliveries of 1,000 messages by 1,000 people, first all new
(each becomes a contact, with search words, events and a job for the profile), then all existing. With the URL of a
PostgreSQL database, each measurement has a database next to that one, bench_acknowledged and bench_processed, which is
dropped first.

No peer documents a figure for this. Meta expects a response within seconds and sends up to 1,000 updates at once.
"""

import hashlib
import hmac
import http.client
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import msgspec
import psycopg

from bench.plan import Plan
from bench.processes import coterie_command, serving
from bench.table import Row, at_least, at_most, markdown
from coterie.actions.instagram import DELIVERY_JOB, VIA, connect_account, receive_delivery
from coterie.actions.organizations import create_organization
from coterie.actions.passwords import hash_password
from coterie.model.instagram_deliveries import decode_body
from coterie.model.organizations import Caller
from coterie.settings import Settings, load_settings
from coterie.store import job_claims, jobs
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate
from coterie.worker.instagram import instagram_delivery

MESSAGES = 1000
SAMPLES = 15
ACKNOWLEDGED_BAR, PROCESSED_BAR = 50.0, 2000.0
SECRET = "bench"
ACCOUNT = "17841400000000000"
GROUP = "Instagram"


def delivery(first_person: int, first_message: int) -> bytes:
    """1,000 messages, one each by 1,000 people, in Meta's format."""
    at = int(time.time() * 1000)
    items = [
        {
            "sender": {"id": str(5_000_000_000_000_000 + first_person + number)},
            "recipient": {"id": ACCOUNT},
            "timestamp": at + number,
            "message": {
                "mid": f"aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAw{first_message + number:040}",
                "text": f"Hello number {number}, is this dress still available in blue? 💙",
            },
        }
        for number in range(MESSAGES)
    ]
    return msgspec.json.encode({"object": "instagram", "entry": [{"id": ACCOUNT, "time": at, "messaging": items}]})


def prepare(settings: Settings) -> int:
    """Creates a migrated database with an organization and its account. Returns the organization's id."""
    database = open_database(settings)
    try:
        migrate(database)
        with database.write() as tx:
            organization, _, _ = create_organization(
                tx, name="Bench", email=f"bench-{time.time_ns()}@example.org", password_hash=hash_password("benchmark"),
                username=None, country=None,
            )  # fmt: skip
            connect_account(
                tx,
                Caller.for_organization(organization, via=VIA),
                account_id=ACCOUNT,
                sealed="",
                graph_url="http://127.0.0.1:9",
            )
        return organization.id
    finally:
        database.close()


def settings_for(folder: Path, url: str | None) -> Settings:
    """A new instance in this folder; with a URL, over a new database on that PostgreSQL server."""
    folder.mkdir()
    if url is None:
        return load_settings({}, data=str(folder))
    name = f"bench_{folder.name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return load_settings({}, data=str(folder), database_url=urlsplit(url)._replace(path=f"/{name}").geturl())


def measure_acknowledgement(settings: Settings) -> list[float]:
    """Milliseconds to the response, for each delivery."""
    prepare(settings)
    command = lambda port: coterie_command(settings.data, port)  # noqa: E731
    with serving("coterie", "", command, instagram_app_secret=SECRET, database_url=settings.database_url) as server:
        found = []
        for number in range(SAMPLES):
            found.append(_post(server.port, delivery(number * MESSAGES, number * MESSAGES)))
            time.sleep(0.3)
        return found


def _post(port: int, body: bytes) -> float:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    connection.request("POST", "/instagram/webhook", body, {"X-Hub-Signature-256": signature})
    response = connection.getresponse()
    response.read()
    milliseconds = (time.perf_counter() - started) * 1000
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"status {response.status}")
    return milliseconds


def measure_work(settings: Settings, rounds: int = 6) -> tuple[list[float], list[float]]:
    """Messages per second of each delivery: by new people, by existing people."""
    prepare(settings)
    database = open_database(settings)
    try:
        new = [_process(database, settings, delivery(n * MESSAGES, n * MESSAGES)) for n in range(rounds)]
        existing = [
            _process(database, settings, delivery(n * MESSAGES, (n + rounds) * MESSAGES)) for n in range(rounds)
        ]
        return new, existing
    finally:
        database.close()


def _process(database: Database, settings: Settings, body: bytes) -> float:
    with database.write() as tx:
        if receive_delivery(tx, decode_body(body), body.decode()):
            raise RuntimeError("unknown account")
        job = job_claims.claim(tx)
    if job is None or job.name != DELIVERY_JOB:
        raise RuntimeError("another job waits")
    started = time.perf_counter()
    instagram_delivery(database, settings, job, threading.Event())
    seconds = time.perf_counter() - started
    with database.write() as tx:
        jobs.finish(tx, job)
    return MESSAGES / seconds


def run(plan: Plan) -> list[Row]:
    """On SQLite."""
    return measure(None)


def measure(url: str | None) -> list[Row]:
    """On SQLite, or on the PostgreSQL server of the URL."""
    with tempfile.TemporaryDirectory() as folder:
        acknowledged = measure_acknowledgement(settings_for(Path(folder) / "acknowledged", url))
        new, existing = measure_work(settings_for(Path(folder) / "processed", url))
    return [
        at_most(GROUP, "1,000 messages acknowledged, median", median(acknowledged), ACKNOWLEDGED_BAR, " ms"),
        Row(GROUP, "the slowest of 15", f"{max(acknowledged):,.1f} ms"),
        at_least(GROUP, "processed, new people", median(new), PROCESSED_BAR, f"{median(new):,.0f} a second"),
        at_least(
            GROUP, "processed, existing people", median(existing), PROCESSED_BAR, f"{median(existing):,.0f} a second"
        ),
    ]


if __name__ == "__main__":
    print(markdown(measure(sys.argv[1] if sys.argv[1:] else None)))
