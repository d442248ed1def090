"""Instagram's deliveries: how soon one is acknowledged, how fast it is processed.

    python -m bench.instagram [DATABASE_URL]

Acknowledged: a delivery of 1,000 messages is posted to `coterie serve` over HTTP, its worker running; until the answer
has come. Worked off: the worker's own handler over deliveries of 1,000 messages by 1,000 people, first all new (each
becomes a contact, with its search words, events and a job for the profile), then all known. On PostgreSQL each has a
database of its own next to that one, bench_acknowledged and bench_worked_off, which is dropped first.

Peers: none documents a figure for this. Meta expects an answer within seconds and sends up to 1,000 updates at once.
"""

import hashlib
import hmac
import http.client
import os
import subprocess
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
from bench.processes import ROOT, free_port
from bench.table import Row, at_least, at_most, markdown
from coterie.actions.instagram import DELIVERY_JOB, VIA, connect_account, receive_delivery
from coterie.actions.organizations import create_organization, hash_password
from coterie.model.instagram_deliveries import decode_body
from coterie.model.organizations import Caller
from coterie.settings import Settings, load_settings
from coterie.store import jobs
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate
from coterie.worker.instagram import instagram_delivery

MESSAGES = 1000
SAMPLES = 15
ACKNOWLEDGED_BAR, WORKED_OFF_BAR = 50.0, 2000.0
SECRET = "bench"
ACCOUNT = "17841400000000000"
GROUP = "Instagram"


def delivery(first_person: int, first_message: int) -> bytes:
    """1,000 messages, one each by 1,000 people, in Meta's shape."""
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
    """A migrated database with an organization and its account; the organization's id."""
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
    """An instance of its own in this folder; where a URL names a PostgreSQL server, in a fresh database there."""
    folder.mkdir()
    if url is None:
        return load_settings({}, data=str(folder))
    name = f"bench_{folder.name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return load_settings({}, data=str(folder), database_url=urlsplit(url)._replace(path=f"/{name}").geturl())


def measure_acknowledgement(settings: Settings) -> list[float]:
    """Milliseconds until each delivery was acknowledged."""
    prepare(settings)
    port = free_port()
    environment = os.environ | {
        "COTERIE_INSTAGRAM_APP_SECRET": SECRET, "COTERIE_DATABASE_URL": settings.database_url
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "coterie", "serve", "--data", settings.data, "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        found = []
        for number in range(SAMPLES):
            found.append(_post(port, delivery(number * MESSAGES, number * MESSAGES)))
            time.sleep(0.3)
        return found
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError("coterie did not answer")
        time.sleep(0.05)


def _post(port: int, body: bytes) -> float:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    connection.request("POST", "/instagram/webhook", body, {"X-Hub-Signature-256": signature})
    answer = connection.getresponse()
    answer.read()
    milliseconds = (time.perf_counter() - started) * 1000
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}")
    return milliseconds


def measure_work(settings: Settings, rounds: int = 6) -> tuple[list[float], list[float]]:
    """Messages a second: by new people, by known people, one figure for each delivery."""
    prepare(settings)
    database = open_database(settings)
    try:
        new = [_work_off(database, settings, delivery(n * MESSAGES, n * MESSAGES)) for n in range(rounds)]
        known = [_work_off(database, settings, delivery(n * MESSAGES, (n + rounds) * MESSAGES)) for n in range(rounds)]
        return new, known
    finally:
        database.close()


def _work_off(database: Database, settings: Settings, body: bytes) -> float:
    with database.write() as tx:
        if receive_delivery(tx, decode_body(body), body.decode()):
            raise RuntimeError("the account is not known")
        (job,) = [job for job in jobs.claim(tx) if job.name == DELIVERY_JOB]
    started = time.perf_counter()
    instagram_delivery(database, settings, job, threading.Event())
    seconds = time.perf_counter() - started
    with database.write() as tx:
        jobs.finish(tx, job)
    return MESSAGES / seconds


def run(plan: Plan) -> list[Row]:
    """The rows of the table, on SQLite and on databases of their own."""
    return measure(None)


def measure(url: str | None) -> list[Row]:
    """The rows of the table; on a PostgreSQL server, where a URL names a database of it."""
    with tempfile.TemporaryDirectory() as folder:
        acknowledged = measure_acknowledgement(settings_for(Path(folder) / "acknowledged", url))
        new, known = measure_work(settings_for(Path(folder) / "worked_off", url))
    return [
        at_most(GROUP, "1,000 messages acknowledged, median", median(acknowledged), ACKNOWLEDGED_BAR, " ms"),
        Row(GROUP, "the slowest of 15", f"{max(acknowledged):,.1f} ms"),
        at_least(GROUP, "processed, new people", median(new), WORKED_OFF_BAR, f"{median(new):,.0f} a second"),
        at_least(GROUP, "processed, existing people", median(known), WORKED_OFF_BAR, f"{median(known):,.0f} a second"),
    ]


if __name__ == "__main__":
    print(markdown(measure(sys.argv[1] if sys.argv[1:] else None)))
