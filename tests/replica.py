"""A primary and a streaming replica of PostgreSQL for one test, on Unix sockets in a folder of their own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import postgres
import psycopg

SETTINGS = {"fsync": "off", "jit": "off", "max_connections": "60", "wal_level": "replica", "hot_standby": "on"}


@dataclass
class Pair:
    """folder: of both. primary, replica: URLs of one database."""

    folder: Path
    binaries: Path
    primary: str = ""
    replica: str = ""

    def run(self, *command: "str | Path") -> None:
        """Runs a program of PostgreSQL as the user that owns the folder."""
        identity = postgres._identity(self.folder)
        postgres._run([self.binaries / command[0], *command[1:]], identity, self.folder / "log")

    def start(self, name: str) -> None:
        sockets = self.folder / f"{name}-socket"
        if not sockets.exists():
            sockets.mkdir()
            owner = self.folder.stat()
            shutil.chown(sockets, owner.st_uid, owner.st_gid)
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        options += f" -c listen_addresses= -c unix_socket_directories={sockets}"
        self.run("pg_ctl", "-D", self.folder / name, "-l", self.folder / "log", "-o", options, "-w", "-s", "start")

    def stop(self, name: str) -> None:
        self.run("pg_ctl", "-D", self.folder / name, "-m", "immediate", "-w", "-s", "stop")

    def on_replica(self, statement: str) -> None:
        with psycopg.connect(self.replica, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def streaming() -> Iterator[Pair]:
    """Both servers, the replica following the primary."""
    places: Sequence[Path] = [*postgres.system_binaries(), *postgres.bundled_binaries()]
    binaries = next(place for place in places if (place / "pg_basebackup").exists())
    folder = Path(tempfile.mkdtemp(prefix="coterie-pair-", dir="/tmp"))
    pair = Pair(folder, binaries)
    started: list[str] = []
    try:
        pair.binaries = postgres._reachable(binaries, folder, postgres._identity(folder))
        pair.run("initdb", "-D", folder / "primary", "-U", "coterie", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        pair.start("primary")
        started.append("primary")
        host = folder / "primary-socket"
        pair.run(
            "pg_basebackup", "-D", folder / "replica", "-R", "-X", "stream", "-c", "fast", "-h", host, "-U", "coterie"
        )
        pair.start("replica")
        started.append("replica")
        pair.primary = f"postgresql://coterie@/postgres?host={host}"
        pair.replica = f"postgresql://coterie@/postgres?host={folder / 'replica-socket'}"
        yield pair
    finally:
        for name in started:
            identity = postgres._identity(folder)
            command = [pair.binaries / "pg_ctl", "-D", folder / name, "-m", "immediate", "-s", "stop"]
            subprocess.run(command, check=False, capture_output=True, **identity)
        shutil.rmtree(folder, ignore_errors=True)
