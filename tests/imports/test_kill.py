"""kill -9 at random moments of stage, apply and undo: whoever comes after goes on, nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from runs import counts, google, person, rows_of
from world import make_world

from coterie.imports.apply import apply
from coterie.imports.run import Run, start
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.model.imports import APPLIED, UNDONE
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.database import open_database
from coterie.store.imports import find_import
from coterie.store.migrate import migrate

ROUNDS = 3
ROWS = 1_200
# The step in a process of its own; "ready" tells when the work begins, so that the kill hits the work
SCRIPT = """
import sys
from pathlib import Path
from coterie.imports import apply, run, stage, undo
from coterie.settings import load_settings
from coterie.store.database import open_database
folder, url, organization_id, import_id, step = sys.argv[1:]
database = open_database(load_settings({}, data=folder, database_url=url, database_connections=2))
print("ready", flush=True)
work = {"stage": stage.stage, "apply": apply.apply, "undo": undo.undo}[step]
work(run.Run(database, Path(folder), int(organization_id), import_id))
"""


def _kill_during(settings: Settings, run: Run, step: str, seconds: float) -> bool:
    """Run a step and kill it after so many seconds; whether it was still at work."""
    arguments = [settings.data, settings.database_url, str(run.organization_id), run.import_id, step]
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    is_killed = process.poll() is None
    if is_killed:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return is_killed


def test_kills_at_random_moments_lose_nothing_and_double_nothing(fresh_settings: Settings, tmp_path: Path) -> None:
    database = open_database(fresh_settings)
    migrate(database)
    world = make_world(database)
    rows = [
        person(f"Clerk{n % 800}", "Kwik", f"clerk{n % 800}@example.org", f"+1212555{n % 800:04}", note=f"note {n}",
               labels="Shop" if n % 3 else "Night")
        for n in range(ROWS)
    ]  # fmt: skip
    moments = random.Random(os.urandom(8))
    record = start(database, world.alice, fresh_settings.data_folder, google(tmp_path, *rows))
    run = Run(database, fresh_settings.data_folder, world.organization.id, record.id)
    killed = 0
    for step, work in (("stage", stage), ("apply", apply)):
        killed += sum(_kill_during(fresh_settings, run, step, moments.uniform(0, 0.4)) for _ in range(ROUNDS))
        record = work(run)
    assert record.state == APPLIED
    # 800 people, 400 of whom come a second time with another note
    assert (record.row_count, sum(counts(record))) == (ROWS, ROWS)
    assert counts(record) == (800, 400, 0, 0, 0)
    with database.read() as tx:
        assert count_contacts(tx, run.organization_id) == 802
        assert tx.one("SELECT count(*) FROM notes WHERE organization_id = :o", {"o": run.organization_id}) == (ROWS,)
        assert tx.one("SELECT count(*) FROM contacts WHERE organization_id = :o", {"o": run.organization_id}) == (802,)
        tagged = tx.one("SELECT count(*) FROM contact_tags WHERE organization_id = :o", {"o": run.organization_id})
        counted = tx.one("SELECT sum(contact_count) FROM tags WHERE organization_id = :o", {"o": run.organization_id})
        assert counted == tagged
    assert [row.row_number for row in rows_of(run)] == list(range(1, ROWS + 1))
    killed += sum(_kill_during(fresh_settings, run, "undo", moments.uniform(0, 0.4)) for _ in range(ROUNDS))
    undo(run)
    with database.read() as tx:
        found = find_import(tx, run.organization_id, run.import_id)
        assert found is not None
        assert (found.state, found.kept_count) == (UNDONE, 0)
        for table in ("contacts", "handles", "notes", "contact_tags", "outside_ids"):
            left = tx.one(f"SELECT count(*) FROM {table} WHERE organization_id = :o", {"o": run.organization_id})
            assert left == ({"contacts": 2, "handles": 4}.get(table, 0),), table
        assert count_contacts(tx, run.organization_id) == 2
    database.close()
    assert killed > ROUNDS
