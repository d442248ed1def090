"""A generator made by a second process: its items, its errors, and its end however either process ends."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from exported_table import csv_lines
from generators import count_to, refuse_after, stall_after, tell_place, tell_process
from runs import counts, google, person, reason, rows_of
from world import make_world

from coterie.errors import Invalid, Unavailable, invalid
from coterie.imports import apply as applying
from coterie.imports import prepared_rows
from coterie.imports import read_ahead as module
from coterie.imports import stage as staging
from coterie.imports.engine import Run
from coterie.imports.read_ahead import read_ahead
from coterie.imports.upload import start
from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process finds the generators of the tests, and the code this one tests."""
    places = [str(Path(__file__).parent), str(Path(module.__file__).parents[2])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))


def test_items_come_in_order_whatever_their_size() -> None:
    assert list(read_ahead(count_to, 3, 3_000_000)) == list(count_to(3, 3_000_000))
    assert [number for number, _ in read_ahead(count_to, 5_000)] == list(range(5_000))
    assert list(read_ahead(count_to, 0)) == []


def test_the_second_process_is_in_the_session_of_its_reader_with_less_priority() -> None:
    with closing(read_ahead(tell_place)) as items:
        session, group, niceness = next(items)
    assert session == os.getsid(0)
    assert group != os.getpgid(0)  # Ctrl-C in a terminal does not reach it
    assert niceness == min(os.nice(0) + 5, 19)


def test_a_process_that_gives_nothing_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_MAX", 1.0)
    with pytest.raises(Invalid, match="takes longer than"):
        list(read_ahead(time.sleep, 60))


def test_a_process_that_stalls_after_an_item_has_the_time_of_its_caller() -> None:
    items = read_ahead(stall_after, 1, next_seconds=0.5)
    assert next(items) == 0
    with pytest.raises(Invalid, match="takes longer than"):
        list(items)


def test_what_the_function_raises_is_raised_here_behind_its_items() -> None:
    items = read_ahead(refuse_after, 2)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(Invalid) as raised:
        next(items)
    assert raised.value.problems == invalid(("contact", "phone"), "is no number", kind="choice").problems


def is_gone(process_id: int) -> bool:
    """Whether a process ends within some seconds; one that waits to be collected has ended."""
    for _ in range(100):
        try:
            if Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_whoever_stops_early_leaves_no_process_behind() -> None:
    with closing(read_ahead(tell_process)) as items:
        process_id = next(items)
        assert process_id != os.getpid()
    assert is_gone(process_id)


def test_an_ended_process_is_an_error_and_no_early_end() -> None:
    items = read_ahead(tell_process)
    os.kill(next(items), signal.SIGKILL)
    with pytest.raises(Unavailable):
        list(items)


def test_it_ends_with_the_one_that_reads_even_after_kill_9() -> None:
    script = (
        "import time; from coterie.imports.read_ahead import read_ahead; from generators import tell_process;"
        "items = read_ahead(tell_process); print(next(items), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        process_id = int(reader.stdout.readline())
        os.kill(process_id, 0)
        reader.kill()
    assert is_gone(process_id)


def test_an_import_by_two_processes_is_the_import_by_one(
    fresh_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(fresh_settings)
    migrate(database)
    world = make_world(database)
    people = [
        person(f"Clerk{n % 900}", "Kwik", f"clerk{n % 900}@example.org", f"+1212555{n % 900:04}", note=f"note {n}",
               labels="Shop" if n % 3 else "Night")
        for n in range(1_300)
    ]  # fmt: skip
    outcomes = []
    for caller, least in ((world.alice, 1), (world.charlie, 10**9)):
        monkeypatch.setattr(staging, "SECOND_PROCESS_BYTES_MIN", least)
        monkeypatch.setattr(prepared_rows, "ROWS_MIN", least)
        record = start(database, caller, fresh_settings.data_folder, google(tmp_path, *people))
        run = Run(database, fresh_settings.data_folder, caller.organization_id, record.id)
        staging.stage(run)
        staged = [(row.row_number, row.outcome, reason(row)) for row in rows_of(run)]
        record = applying.apply(run)
        with database.read() as tx:
            # the first column is the uid, which no two contacts share
            table = sorted(line.partition(",")[2] for line in "".join(csv_lines(tx, caller)).splitlines())
        outcomes.append((counts(record), staged, [line for line in table if "Kwik" in line]))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == (900, 400, 0, 0, 0)
    database.close()
