"""A real instance for tests: `coterie serve` as a process, on a free port, with a data folder of its own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forked import run_forked
from world import PASSWORD_HASH

from coterie.actions.organizations import create_organization
from coterie.settings import load_settings
from coterie.store.database import open_database

SECONDS = 20.0


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a command sees: no setting but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COTERIE_")}
    return kept | {"COTERIE_DATA": str(folder)} | {f"COTERIE_{name.upper()}": value for name, value in settings.items()}


def coterie(folder: Path, *arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a process of its own."""
    return run_forked(list(arguments), environment(folder, **settings), stdin)


def set_up(folder: Path, database_url: str = "") -> str:
    """An organization with a token, made beside a running instance; the token."""
    database = open_database(load_settings({}, data=str(folder), database_url=database_url))
    with database.write() as tx:
        *_, token = create_organization(
            tx, name="Evergreen", email="marge@example.org", password_hash=PASSWORD_HASH, username=None, country=None
        )
    database.close()
    return token


@dataclass
class Instance:
    """A running one."""

    process: "subprocess.Popen[str]"
    port: int
    folder: Path
    log: Path
    seconds_to_first_answer: float = 0.0

    def call(
        self, method: str, path: str, *, token: str | None = None, body: Any = None, timeout: float = SECONDS
    ) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, response.read()

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The same, of which the response must be a success."""
        status, body = self.call(method, path, **options)
        assert status < 300, (status, body)
        return json.loads(body) if body else None

    def children(self) -> dict[int, str]:
        """process id -> what it is: worker or web."""
        found = {}
        tasks = Path(f"/proc/{self.process.pid}/task")
        for listed in tasks.glob("*/children"):
            for pid in listed.read_text().split():
                words = _command(int(pid))
                if "coterie.cli.child" in words:
                    found[int(pid)] = words[words.index("coterie.cli.child") + 1]
        return found

    def events(self) -> list[dict[str, Any]]:
        """What it logged so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it with a signal; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=SECONDS + 10)


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[Instance]:
    """An instance that answers. In the end it and all it started are gone."""
    port = free_port()
    log = folder.parent / f"{folder.name}-{port}.log"
    started = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "coterie", "serve", "--port", str(port), *arguments],
            env=environment(folder, **settings),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            text=True,
            start_new_session=True,
        )
    instance = Instance(process, port, folder, log)
    try:
        wait_until(lambda: answers(instance), log)
        instance.seconds_to_first_answer = time.perf_counter() - started
        yield instance
    finally:
        known = list(instance.children())
        if process.poll() is None:
            process.kill()
        process.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in known), log)


def answers(instance: Instance) -> bool:
    """Whether it takes requests by now."""
    assert instance.process.poll() is None, instance.log.read_text()
    try:
        return instance.call("GET", "/healthz")[0] == 200
    except OSError:
        return False


def wait_until(condition: Any, log: Path | None = None, seconds: float = SECONDS) -> None:
    """Return when the condition holds. An error: it never did."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log.read_text() if log else "it did not happen in time"
        time.sleep(0.01)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
