"""Tests that run in several processes: each once, all reported, and a process that dies is not passed over."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
EACH_NOTES_ITSELF = """
import os, time
import pytest

@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory):
    assert os.listdir(tmp_path_factory.getbasetemp()) == []
    yield
    with open("ended", "a") as file:
        file.write(f"{os.getpid()}\\n")

@pytest.mark.parametrize("number", range(40))
def test_noted(number):
    if number == 0:
        time.sleep(1)
    print("words of", number)
    with open("notes", "a") as file:
        file.write(f"{number} {os.getpid()}\\n")
"""


def run(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_them.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "tests.processes", "-n", "3", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {words: int(number) for number, words in re.findall(r"(\d+) (passed|failed|errors?)", done.stdout)}


def test_each_test_runs_once_and_a_slow_one_keeps_no_other_waiting(tmp_path: Path) -> None:
    done = run(tmp_path, EACH_NOTES_ITSELF)
    assert (done.returncode, counts(done)) == (0, {"passed": 40})
    notes = [line.split() for line in (tmp_path / "notes").read_text().splitlines()]
    assert sorted(int(number) for number, _ in notes) == list(range(40))
    slow = dict(notes)["0"]
    # it and the one that was taken with it
    assert [process for _, process in notes].count(slow) == 2
    assert sorted((tmp_path / "ended").read_text().split()) == sorted({process for _, process in notes})


def test_what_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    done = run(tmp_path, EACH_NOTES_ITSELF + "    assert [number] != [7]\n")
    assert (done.returncode, counts(done)) == (1, {"failed": 1, "passed": 39})
    assert "assert [7] != [7]" in done.stdout
    assert "words of 7" in done.stdout
    assert "words of 8" not in done.stdout


def test_the_first_failure_stops_all_processes(tmp_path: Path) -> None:
    done = run(tmp_path, EACH_NOTES_ITSELF + "    assert number != 1\n    time.sleep(0.5)\n", "-x")
    assert done.returncode == 1
    assert counts(done)["failed"] == 1
    assert counts(done)["passed"] < 39


def test_a_process_that_dies_is_a_failed_test_and_the_others_run_the_rest(tmp_path: Path) -> None:
    done = run(tmp_path, EACH_NOTES_ITSELF + "    if number == 7:\n        os._exit(3)\n")
    # the test that was taken with it fails too
    assert (done.returncode, counts(done)) == (1, {"failed": 2, "passed": 38})
    assert "test_noted[7]" in done.stdout
    assert "its process ended with 3" in done.stdout


def test_what_ends_a_fixture_of_all_tests_is_reported(tmp_path: Path) -> None:
    done = run(tmp_path, EACH_NOTES_ITSELF.replace("    yield\n", "    yield\n    assert not 'ended well'\n"))
    assert done.returncode == 1
    assert counts(done)["passed"] == 40
    assert "not 'ended well'" in done.stdout


def test_an_error_outside_of_any_test_ends_the_run_with_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("def pytest_runtest_logfinish(nodeid):\n    raise RuntimeError('no test')\n")
    done = run(tmp_path, EACH_NOTES_ITSELF)
    assert done.returncode == 3
    assert "RuntimeError: no test" in done.stdout


def test_killed_processes_do_not_outlive_the_first_one(tmp_path: Path) -> None:
    (tmp_path / "test_them.py").write_text(EACH_NOTES_ITSELF + "    time.sleep(3)\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "tests.processes", "-n", "3"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}) as first:
        while not (tmp_path / "notes").exists():
            time.sleep(0.02)
        first.kill()
    ids = {int(line.split()[1]) for line in (tmp_path / "notes").read_text().splitlines()}
    deadline = time.monotonic() + 20
    while any(is_running(each) for each in ids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
