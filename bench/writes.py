"""Single writes while much else is written: PUTs at a fixed rate, alone, during a bulk update, during an import.

The rate is half of what the same server managed just before, with nothing else to do (bench/paced.py says why not all).
"""

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.import_files import Instance, write_file
from bench.latencies import latency_rows
from bench.paced import run_paced
from bench.plan import Plan
from bench.processes import Server, coterie_command, running, serving, serving_coterie
from bench.table import Row
from bench.wrk import PUT, run_wrk

P95_BAR = 20.0
SHARE_OF_CAPACITY = 0.5
SECONDS_MIN = 8
# so that neither step of an import ends before the PUTs
ROWS_MIN = 80_000
BULK_SIZE = 1000
UNDER_WAY = ("pending", "processing")


def run(plan: Plan) -> list[Row]:
    """During a bulk update, with one and with two web processes, and during an import."""
    rows: list[Row] = []
    for workers in (1, 2):
        name = f"PUT at half capacity, {workers} web process{'es' if workers > 1 else ''}"
        with serving_coterie(plan.full, "--workers", str(workers)) as server:
            rate = _rate(plan, server, plan.full_count)
            rows += _measure(plan, server, plan.full_count, f"{name}, alone", rate)
            with Feeder(server, plan.full_count).feeding():
                rows += _measure(plan, server, plan.full_count, f"{name}, during a bulk update", rate, P95_BAR)
    return rows + _during_an_import(plan)


def _during_an_import(plan: Plan) -> list[Row]:
    """While a file is staged, and while it is applied; on an instance of its own, so that the data set stays as it is.
    Its contacts come from a first import."""
    known, added = plan.full_count // 20, max(plan.full_count // 2, ROWS_MIN)
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        instance = Instance(folder, None)
        write_file(folder / "known.csv", known)
        write_file(folder / "added.csv", added, first=known)
        instance.run("import", str(folder / "known.csv"), "--apply", "--json")
        with serving("coterie", instance.token, lambda port: coterie_command(str(instance.data), port)) as server:
            rate = _rate(plan, server, known)

            def measure(what: str, *arguments: str) -> list[Row]:
                command = [sys.executable, "-m", "coterie", *arguments, "--json"]
                with running(command, env=instance.environment, stdout=subprocess.DEVNULL) as importing:
                    rows = _measure(plan, server, known, f"PUT at half capacity, while {what}", rate, P95_BAR)
                    if importing.poll() is not None:
                        raise RuntimeError(f"the import ended after {rows[0].name}, before the PUTs did")
                    importing.wait()
                return rows

            rows = measure("a file is staged", "import", str(folder / "added.csv"))
            staged, _, _ = instance.run("imports", "--json")
            return rows + measure("it is applied", "apply-import", str(staged[0]["import_id"]))


def _rate(plan: Plan, server: Server, contact_count: int) -> float:
    run_wrk(server, PUT, count=contact_count, seconds=1)
    return SHARE_OF_CAPACITY * run_wrk(server, PUT, count=contact_count, seconds=plan.seconds * 2).rps


def _measure(
    plan: Plan, server: Server, contact_count: int, group: str, rate: float, bar: float | None = None
) -> list[Row]:
    dice = random.Random(11)

    def put() -> tuple[str, str, bytes]:
        body = f'{{"contact":{{"bio":"Coffee, climbing, code {dice.random()}"}}}}'
        return "PUT", f"/api/v1/contacts/{dice.randint(1, contact_count)}", body.encode()

    count = max(plan.requests, int(rate * SECONDS_MIN))
    paced = run_paced(server, put, rate=rate, count=count)
    rows = latency_rows(group, f"{rate:,.0f} a second", paced.latencies, bar)
    plan.say(f"{group}: {rows[0].value}, {rows[1].value}")
    return [*rows, Row(group, "failed requests", str(paced.failures), "0", paced.failures == 0)]


class Feeder:
    """Keeps two bulk updates of 1,000 contacts in the queue."""

    def __init__(self, server: Server, contact_count: int) -> None:
        self._server = server
        self._dice = random.Random(3)
        self._contact_count = contact_count
        self.tasks = [self._start(), self._start()]
        self._stopping = threading.Event()

    @contextmanager
    def feeding(self) -> Iterator[None]:
        """While the block runs; what is queued then is finished, so that the next load starts alike."""
        thread = threading.Thread(target=self._feed, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()
        while self.task(self.tasks[-1])["status"] in UNDER_WAY:
            time.sleep(0.1)

    def task(self, task: str) -> Any:
        """A bulk update as Inrō's contract shows it."""
        return self._server.call("GET", f"/api/v1/batch_tasks/{task}")[1]

    def _start(self) -> str:
        ids = self._dice.sample(range(1, self._contact_count + 1), BULK_SIZE)
        mark = self._dice.random()
        entries = [{"id": contact_id, "contact": {"bio": f"changed by the thousand {mark}"}} for contact_id in ids]
        status, receipt = self._server.call("PUT", "/api/v1/contacts/bulk", {"contacts": entries})
        if status != 202:
            raise RuntimeError(f"status {status} for a bulk update: {receipt}")
        task: str = receipt["batch_task_id"]
        return task

    def _feed(self) -> None:
        while not self._stopping.wait(0.05):
            # the next one is in the queue before this one ends
            if self.task(self.tasks[-2])["status"] not in UNDER_WAY:
                self.tasks.append(self._start())
