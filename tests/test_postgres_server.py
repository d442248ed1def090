"""The server the tests bring along: the machine's own or the bundled one, and never left behind."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from postgres import (
    VERSION_MIN,
    NoPostgres,
    Server,
    bundled_binaries,
    start_server,
    system_binaries,
)

pytestmark = pytest.mark.slow


def _major_version(server: Server) -> int:
    with psycopg.connect(server.url_for("postgres")) as connection:
        said = connection.execute("SELECT version()").fetchone()
    assert said is not None
    assert said[0].startswith("PostgreSQL ")
    return int(said[0].split()[1].partition(".")[0])


def _can_read(url: str, table: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return found is not None and found[0] is not None


def _fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")


def test_a_machine_without_its_own_server_uses_the_bundled_one():
    server = start_server(bundled_binaries())
    try:
        assert _major_version(server) >= VERSION_MIN
    finally:
        server.stop()
    assert not server.folder.exists()


def test_the_machines_own_server_is_used_where_there_is_one():
    places = system_binaries() or bundled_binaries()
    server = start_server(places)
    try:
        assert _major_version(server) >= VERSION_MIN
        server.prepare_template("filled", _fill)
        server.prepare_template("filled", lambda url: pytest.fail("a template is filled once"))
        first, second = server.create_database("filled"), server.create_database("filled")
        assert first != second
        assert _can_read(first, "people")
        assert not _can_read(server.create_database(), "people")
        server.drop_database(first)
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(first)
    finally:
        server.stop()
    assert not server.folder.exists()


def test_without_any_server_the_message_says_what_to_install(tmp_path):
    with pytest.raises(NoPostgres, match="install your system's package"):
        start_server([])
    with pytest.raises(NoPostgres, match=str(tmp_path)):
        start_server([tmp_path])


def test_binaries_only_root_can_reach_are_started_too(tmp_path):
    package = bundled_binaries()[0].parents[1]
    for part in (package, package.with_suffix(".libs")):
        if part.exists():
            shutil.copytree(part, tmp_path / part.name, symlinks=True)
    tmp_path.chmod(0o700)
    server = start_server([tmp_path / bundled_binaries()[0].relative_to(package.parent)])
    try:
        assert _major_version(server) >= VERSION_MIN
    finally:
        server.stop()
        shutil.rmtree(tmp_path)
    assert not server.folder.exists()


def test_a_killed_run_leaves_no_server_and_no_folder():
    code = "from tests.postgres import start_server; print(start_server().folder, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        server = Server(Path(run.stdout.readline().strip()))
        connection = psycopg.connect(server.url_for("postgres"))
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while server.folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
