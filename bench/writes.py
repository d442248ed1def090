"""Writers during a bulk update: many clients change one field each while the worker changes thousands of contacts."""

import random
import threading
import time
from typing import Any

from bench.plan import Plan
from bench.processes import Server, serving_coterie
from bench.table import Row, at_most
from bench.wrk import PUT, run_wrk

P99_BAR = 20.0
BULK_SIZE = 1000
UNDER_WAY = ("pending", "processing")


def run(plan: Plan) -> list[Row]:
    """With 16 and 64 clients, in one and in two web processes."""
    rows: list[Row] = []
    for workers in (1, 2):
        with serving_coterie(plan.full, "--workers", str(workers)) as server:
            run_wrk(server, PUT, count=plan.full.contact_count, seconds=1)
            for clients in (16, 64):
                rows += _during_a_bulk_update(plan, server, workers, clients)
    return rows


def _during_a_bulk_update(plan: Plan, server: Server, workers: int, clients: int) -> list[Row]:
    feeder = Feeder(server, plan.full.contact_count)
    try:
        load = run_wrk(server, PUT, count=plan.full.contact_count, seconds=plan.seconds * 4, connections=clients)
    finally:
        updated = feeder.stop()
    name = f"{clients} clients, {workers} web process{'es' if workers > 1 else ''}"
    plan.say(f"writes: {name}: {load.rps:,.0f}/s, p99 {load.p99:.1f} ms, while a bulk update changed {updated}")
    group = "PUT during a bulk update"
    detail = f"{load.rps:,.0f}/s, p50 {load.p50:.1f} ms, while it updated {updated:,} contacts"
    rows = [
        Row(group, name, detail),
        Row(group, f"{name}: failed requests", str(load.failures), "0", load.failures == 0),
    ]
    if clients == 16:
        return [*rows, at_most(group, f"{name}: p99", load.p99, P99_BAR, " ms")]
    return [*rows, Row(group, f"{name}: p99", f"{load.p99:,.1f} ms")]


class Feeder:
    """Keeps bulk updates under way until stopped; counts the contacts they changed."""

    def __init__(self, server: Server, contact_count: int) -> None:
        self._server = server
        self._dice = random.Random(3)
        self._contact_count = contact_count
        self._tasks = [self._start(), self._start()]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()

    def _start(self) -> str:
        ids = self._dice.sample(range(1, self._contact_count + 1), BULK_SIZE)
        mark = self._dice.random()
        entries = [{"id": contact_id, "contact": {"bio": f"changed by the thousand {mark}"}} for contact_id in ids]
        status, receipt = self._server.call("PUT", "/api/v1/contacts/bulk", {"contacts": entries})
        if status != 202:
            raise RuntimeError(f"a bulk update was answered with {status}: {receipt}")
        task: str = receipt["batch_task_id"]
        return task

    def _task(self, task: str) -> Any:
        return self._server.call("GET", f"/api/v1/batch_tasks/{task}")[1]

    def _feed(self) -> None:
        while not self._stopping.wait(0.05):
            # the next one waits already when this one ends
            if self._task(self._tasks[-2])["status"] not in UNDER_WAY:
                self._tasks.append(self._start())

    def stop(self) -> int:
        """How many contacts were changed. What is under way is finished first, so that the next load starts alike."""
        tasks = list(self._tasks)
        updated: int = sum(self._task(task)["updated_count"] for task in tasks)
        self._stopping.set()
        self._thread.join()
        while self._task(self._tasks[-1])["status"] in UNDER_WAY:
            time.sleep(0.1)
        return updated
