"""The CPU that an import uses in the write lock of SQLite, per transaction, while another thread changes a bio.

    python -m bench.lock [--rows N]

CPU time of the thread, so the figures hold on a busy machine. The other writer makes the import write few rows at a
time.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.import_files import write_file
from bench.instance import make_instance
from bench.latencies import percentile
from coterie.actions.contacts import create_contact, update_contact
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx

PAUSE_SECONDS = 0.005


class Measured:
    """A database that notes the CPU milliseconds of each write transaction, without its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.milliseconds: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def write(self, seconds: float | None = None) -> Iterator[Tx]:
        """As Database.write."""
        with self._database.write(seconds) as tx:
            started = time.thread_time()
            yield tx
            self.milliseconds.append((time.thread_time() - started) * 1000)


@contextmanager
def changing(database: Database, caller: Caller, contact_id: int) -> Iterator[None]:
    """Another thread changes the bio of a contact again and again while the block runs."""
    stopping = threading.Event()

    def change() -> None:
        number = 0
        while not stopping.wait(PAUSE_SECONDS):
            number += 1
            with database.write() as tx:
                update_contact(tx, caller, contact_id, {"bio": f"Coffee {number}"})

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def measure(count: int) -> list[float]:
    """The milliseconds of each transaction in which rows were applied."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        database, caller = make_instance(folder)
        with database.write() as tx:
            # made before the import begins: rows may match a contact that is made later, and are decided again
            contact_id = create_contact(tx, caller, {"first_name": "Marge"}).id
        write_file(folder / "google.csv", count)
        measured: Any = Measured(database)
        run = Run(measured, folder, caller.organization_id, start(database, caller, folder, folder / "google.csv").id)
        stage(run)
        measured.milliseconds.clear()
        with changing(database, caller, contact_id):
            apply(run)
        database.close()
        return list(measured.milliseconds)


def main() -> None:
    """Prints the number of transactions and their p50 and p95."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_500)
    milliseconds = measure(parser.parse_args().rows)
    print(
        f"{len(milliseconds)} transactions, CPU in the lock p50 {percentile(milliseconds, 50):.1f} ms,"
        f" p95 {percentile(milliseconds, 95):.1f} ms"
    )


if __name__ == "__main__":
    main()
