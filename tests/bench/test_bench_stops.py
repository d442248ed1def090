"""A bench that is stopped, or that fails, leaves no program running."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from bench.data import data_set  # noqa: E402
from bench.start import family  # noqa: E402

pytestmark = pytest.mark.slow

MAIN = """
import sys
from pathlib import Path
from bench.__main__ import BENCHES, measure
from bench.plan import Plan
from bench.processes import end_by_exception
end_by_exception()
measure(Plan(40, 40, rounds=99, seconds=9, requests=9, folder=Path(sys.argv[1])), [sys.argv[2]])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    data_set(40, folder=folder)
    return folder


def command_lines(process: int) -> list[str]:
    """Those of the programs that a process has started."""
    found = []
    for child in family(process)[1:]:
        try:
            found.append(Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended
            continue
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize(
    ("bench", "programs"), [("get", ("coterie", "bench.floor", "bench.twin", "wrk")), ("imports", ("coterie import",))]
)
def test_a_signal_ends_every_program_a_bench_has_started(
    folder: Path, bench: str, programs: tuple[str, ...], number: signal.Signals
) -> None:
    process = subprocess.Popen([sys.executable, "-c", MAIN, str(folder), bench], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: all(any(program in line for line in command_lines(process.pid)) for program in programs))
        started = family(process.pid)[1:]
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in started))
    finally:
        process.kill()
        process.wait()
