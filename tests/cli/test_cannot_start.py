"""Errors that end a process: one line for people, or a line of the log of the instance."""

import json
import resource
import subprocess
import sys
from errno import ENOENT, ENOSPC
from pathlib import Path

import pytest
from instance import coterie, environment

from coterie.cli.stopping import exiting_on_errors

FILE_SIZE = 4_000_000


@pytest.mark.slow
def test_a_child_that_cannot_start_writes_a_line_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "coterie.sqlite3").write_bytes(b"no database " * 1000)
    done = subprocess.run(
        [sys.executable, "-m", "coterie.cli.child", "worker"],
        env=environment(tmp_path), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    line = json.loads(done.stderr)
    assert done.returncode == 1
    assert (line["event"], line["level"]) == ("cannot start", "error") and "cannot be opened" in line["problem"]


def test_a_full_disk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), exiting_on_errors():
        raise OSError(ENOSPC, "No space left on device")
    assert capsys.readouterr().err == "coterie: The disk is full or not writable\n"
    with pytest.raises(FileNotFoundError), exiting_on_errors():
        raise OSError(ENOENT, "No such file")


@pytest.mark.slow
def test_an_import_that_does_not_fit_on_the_disk_says_so(tmp_path: Path) -> None:
    coterie(tmp_path, "bootstrap", "--organization", "T", "--email", "t@example.org", "--password", "tangerine-sky-9")
    table = tmp_path / "table.csv"
    table.write_text("Name,Note\n" + f"Ana Silva,{'x' * 1000}\n" * (FILE_SIZE // 1000))
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "import", str(table)],
        env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE - 1_000_000, FILE_SIZE)),
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "The disk is full or not writable" in done.stdout + done.stderr
