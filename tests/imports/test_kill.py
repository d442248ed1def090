"""kill -9 at random moments of stage, apply and undo: whoever comes after goes on, nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from runs import counts, google, person, rows_of
from world import make_world

from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.imports.upload import start
from coterie.model.imports import APPLIED, UNDONE
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.database import open_database
from coterie.store.imports import find_import
from coterie.store.migrate import migrate

pytestmark = pytest.mark.slow

ROUNDS = 12
PEOPLE, ROWS = 1_600, 2_400
# Forks a process for each step it is told, so that a round does not pay for a start of Python. Small batches make
# many moments between two; "two" has a second process read ahead, as with large files
SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from coterie.imports import apply, engine, read, stage, undo
from coterie.settings import load_settings
import coterie.store.postgres.database
import coterie.store.sqlite.database
from coterie.store.database import open_database
folder, url, organization_id, import_id = sys.argv[1:]
read.BATCH = apply.CHUNK = apply.BATCH = undo.BATCH = 100
work = {"stage": stage.stage, "apply": apply.apply, "undo": undo.undo}
for line in sys.stdin:
    step, processes, seconds = line.split()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        stage.SECOND_PROCESS_BYTES_MIN = 1 if processes == "two" else 10**9
        database = open_database(load_settings({}, data=folder, database_url=url, database_connections=2))
        os.write(writing, b"!")
        work[step](engine.Run(database, Path(folder), int(organization_id), import_id))
        os._exit(0)
    os.read(reading, 1)
    time.sleep(float(seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    print(status, flush=True)
"""


class Killer:
    """Runs steps of one import in processes of their own and kills them at random moments."""

    def __init__(self, settings: Settings, run: Run) -> None:
        arguments = [settings.data, settings.database_url, str(run.organization_id), run.import_id]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.moments = random.Random(os.urandom(8))

    def kill_during(self, step: str, seconds_max: float) -> int:
        """How often the step was killed at its work, of ROUNDS."""
        assert self.process.stdin is not None and self.process.stdout is not None
        killed = 0
        for number in range(ROUNDS):
            processes, longest = ("two", 4 * seconds_max) if number % 4 == 0 else ("one", seconds_max)
            self.process.stdin.write(f"{step} {processes} {self.moments.uniform(0, longest)}\n")
            self.process.stdin.flush()
            status = int(self.process.stdout.readline())
            assert status in (0, signal.SIGKILL)
            killed += status != 0
        return killed

    def end(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.wait(60) == 0
        self.process.stdout.close()


def test_kills_at_random_moments_lose_nothing_and_double_nothing(fresh_settings: Settings, tmp_path: Path) -> None:
    database = open_database(fresh_settings)
    migrate(database)
    world = make_world(database)
    rows = [
        person(f"Clerk{who}", "Kwik", f"clerk{who}@example.org", f"+1212555{who:04}", note=f"note {n}",
               labels="Shop" if n % 3 else "Night")
        for n in range(ROWS) for who in [n % PEOPLE]
    ]  # fmt: skip
    record = start(database, world.alice, fresh_settings.data_folder, google(tmp_path, *rows))
    run = Run(database, fresh_settings.data_folder, world.organization.id, record.id)
    killer = Killer(fresh_settings, run)
    killed = killer.kill_during("stage", 0.08)
    stage(run)
    killed += killer.kill_during("apply", 0.15)
    record = apply(run)
    assert record.state == APPLIED
    # a third of the rows is about somebody once more, with another note
    assert (record.row_count, sum(counts(record))) == (ROWS, ROWS)
    assert counts(record) == (PEOPLE, ROWS - PEOPLE, 0, 0, 0)
    with database.read() as tx:
        assert count_contacts(tx, run.organization_id) == PEOPLE + 2
        assert tx.one("SELECT count(*) FROM notes WHERE organization_id = :o", {"o": run.organization_id}) == (ROWS,)
        assert tx.one("SELECT count(*) FROM contacts WHERE organization_id = :o", {"o": run.organization_id}) == (
            PEOPLE + 2,
        )
        tagged = tx.one("SELECT count(*) FROM contact_tags WHERE organization_id = :o", {"o": run.organization_id})
        counted = tx.one("SELECT sum(contact_count) FROM tags WHERE organization_id = :o", {"o": run.organization_id})
        assert counted == tagged
    assert [row.row_number for row in rows_of(run)] == list(range(1, ROWS + 1))
    killed += killer.kill_during("undo", 0.15)
    killer.end()
    undo(run)
    with database.read() as tx:
        found = find_import(tx, run.organization_id, run.import_id)
        assert found is not None
        assert (found.state, found.conflict_count) == (UNDONE, 0)
        for table in ("contacts", "handles", "notes", "contact_tags", "external_ids"):
            left = tx.one(f"SELECT count(*) FROM {table} WHERE organization_id = :o", {"o": run.organization_id})
            assert left == ({"contacts": 2, "handles": 4}.get(table, 0),), table
        assert count_contacts(tx, run.organization_id) == 2
    database.close()
    assert killed > ROUNDS
