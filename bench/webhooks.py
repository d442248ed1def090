"""Webhooks: many events to three endpoints on loopback, alone and beside an endpoint that never answers.

The worker is a process of its own, as an operator runs it. Each event must arrive once at each endpoint.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.plan import Plan
from bench.processes import coterie_environment, free_port, running
from bench.table import Row, at_least, at_most
from coterie.actions.callers import caller_for
from coterie.actions.contacts import create_contact
from coterie.actions.events import record_events, row_of
from coterie.actions.organizations import create_organization
from coterie.actions.passwords import hash_password
from coterie.actions.webhooks import create_webhook
from coterie.model.webhooks import Webhook, new_secret
from coterie.settings import load_settings
from coterie.store.database import Database, open_database
from coterie.store.events import find_last_event
from coterie.store.migrate import migrate
from coterie.store.secrets import seal

ENDPOINTS = ("one", "two", "three")
RATE_BAR = 500
GROUP = "webhooks to 3 endpoints"
# events in one transaction
BATCH = 500
SECONDS_MAX = 300.0
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def run(plan: Plan) -> list[Row]:
    plan.folder.mkdir(exist_ok=True)
    rows = [
        *measure_deliveries(plan, "alone"),
        *measure_deliveries(plan, "beside an endpoint that hangs", hanging=("slow",)),
    ]
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def measure_deliveries(plan: Plan, name: str, hanging: Sequence[str] = ()) -> list[Row]:
    """The rate of deliveries, from the start of the worker to the last of them, and what did not arrive once."""
    with tempfile.TemporaryDirectory(dir=plan.folder) as place:
        data, received, port = Path(place) / "data", Path(place) / "received.txt", free_port()
        received.touch()
        urls = [f"http://127.0.0.1:{port}/fast/{each}" for each in ENDPOINTS]
        urls += [f"http://127.0.0.1:{port}/hanging/{each}" for each in hanging]
        event_ids = _prepare(data, urls, plan.event_count)
        worker = [sys.executable, "-m", "coterie", "worker", "--data", str(data)]
        environment = coterie_environment(outgoing_allowed="127.0.0.0/8")
        with running([sys.executable, "-m", "bench.receiver", str(port), str(received)], **QUIET):
            started = time.monotonic()
            with running(worker, env=environment, **QUIET):
                _wait(received, len(event_ids) * len(ENDPOINTS))
                seconds = time.monotonic() - started
        wrong = _count_wrong(received.read_text(), event_ids)
    rate, failed = len(event_ids) * len(ENDPOINTS) / seconds, float(wrong)
    return [
        at_least(GROUP, f"{name}, {len(event_ids):,} events", rate, RATE_BAR, f"{rate:,.0f} deliveries/s", "/s"),
        at_most(GROUP, f"{name}: lost or sent twice", failed, 0, ""),
    ]


def _prepare(data: Path, urls: Sequence[str], count: int) -> range:
    """A new instance whose worker has so many events to deliver to each URL. Returns the ids of the events."""
    data.mkdir()
    database = open_database(load_settings({}, data=str(data)))
    migrate(database)
    with database.write() as tx:
        organization, _, _ = create_organization(
            tx, name="Bench", email="owner@example.org", password_hash=hash_password("correct horse"), username=None,
            country=None,
        )  # fmt: skip
        caller = caller_for(tx, organization.id, via="cli")
        contact_id = create_contact(tx, caller, {"real_name": "Lisa Simpson"}).id
        for url in urls:
            secret_sealed = seal(database.settings.data_folder, new_secret())
            webhook = Webhook(id="", url=url, kinds=("contact.updated",), secret_sealed=secret_sealed)
            create_webhook(tx, caller, webhook, allowed="127.0.0.0/8")
        first = find_last_event(tx, organization.id) + 1
    _record(database, organization.id, contact_id, count)
    database.close()
    return range(first, first + count)


def _record(database: Database, organization_id: int, contact_id: int, count: int) -> None:
    for start in range(0, count, BATCH):
        with database.write() as tx:
            caller = caller_for(tx, organization_id, via="cli")
            rows = [
                row_of(
                    caller, "contact.updated", contact_id, contact_ids=[contact_id],
                    changes={"nickname": (f"Lisa {number}", f"Lisa {number + 1}")},
                )
                for number in range(start, min(start + BATCH, count))
            ]  # fmt: skip
            record_events(tx, caller, rows)


def _wait(received: Path, count: int) -> None:
    """Returns when so many requests have arrived. Raises RuntimeError after five minutes."""
    deadline = time.monotonic() + SECONDS_MAX
    while (arrived := received.read_bytes().count(b"\n")) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{arrived:,} of {count:,} deliveries arrived")
        time.sleep(0.05)


def _count_wrong(received: str, event_ids: Sequence[int]) -> int:
    """How many events an endpoint has not received, or received twice."""
    wrong = 0
    arrived = Counter(line for line in received.splitlines())
    for name in ENDPOINTS:
        wrong += sum(arrived.pop(f"{name} {event_id}", 0) != 1 for event_id in event_ids)
    return wrong + sum(arrived.values())
