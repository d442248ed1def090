"""coterie serve as an operator meets it: real processes, signals, ports, settings."""

import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from instance import Instance, coterie, environment, free_port, is_alive, running, set_up, wait_until
from postgres import Server

pytestmark = pytest.mark.slow

# A quiet machine needs 0.7 s; the suite shares its processors with other tests
START_SECONDS_MAX = 8.0
KILOBYTES_MAX = 105_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_what_is_no_request_is_answered_as_json(folder: Path) -> None:
    with running(folder) as instance:
        for request in (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01 hello\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", instance.port), timeout=10) as connection:
                connection.sendall(request)
                response = http.client.HTTPResponse(connection)
                response.begin()
                assert (response.status, response.headers["content-type"]) == (400, "application/json")
                assert json.loads(response.read()) == {"error": "Invalid HTTP request received."}


def test_it_starts_answers_takes_little_memory_and_stops_with_a_signal(folder: Path) -> None:
    with running(folder) as instance:
        assert instance.seconds_to_first_answer < START_SECONDS_MAX
        assert instance.call("GET", "/healthz") == (200, b'{"status":"ok"}')
        assert instance.call("GET", "/readyz") == (200, b'{"status":"ready"}')
        assert b"coterie bootstrap" in instance.call("GET", "/")[1]
        wait_until(lambda: list(instance.children().values()) == ["worker"])
        (worker,) = instance.children()
        wait_until(lambda: any(line["event"] == "worker started" for line in instance.events()))
        assert _kilobytes(instance) < KILOBYTES_MAX
        assert instance.stop(signal.SIGINT) == 0
        assert not is_alive(worker)
        assert [line["event"] for line in instance.events()][-1] == "worker stopped"
        assert "Error" not in instance.log.read_text()
        assert folder.stat().st_mode & 0o077 == 0
        assert not {file.name for file in folder.iterdir()} & {"coterie.sqlite3-wal"}


def test_a_request_that_runs_is_answered_before_it_stops(folder: Path) -> None:
    with running(folder) as instance:
        token = set_up(folder)
        answers: list[int] = []

        def slowly() -> None:
            body = json.dumps({"contact": {"real_name": "Lisa Simpson"}}).encode()
            with socket.create_connection(("127.0.0.1", instance.port)) as connection:
                head = f"POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body[:5])
                begun.set()
                time.sleep(0.7)
                connection.sendall(body[5:])
                answers.append(int(connection.recv(1000).split()[1]))

        begun = threading.Event()
        client = threading.Thread(target=slowly)
        client.start()
        begun.wait()
        time.sleep(0.2)
        assert instance.stop(signal.SIGTERM) == 0
        client.join()
        assert answers[0] in (200, 201)


def test_a_signal_while_it_starts_ends_it(folder: Path) -> None:
    for pause in (0.05, 0.3, 0.6):
        process = subprocess.Popen(
            [sys.executable, "-m", "coterie", "serve", "--port", "0"],
            env=environment(folder),
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(pause)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=15)
        # before Python itself is ready, the signal has its plain effect
        assert process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in said


def _pid_that_answered(instance: Instance) -> str:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", instance.port, timeout=10)) as connection:
        connection.request("GET", "/api/v1/me")
        # an id of our own begins with what is random of the process
        return str(connection.getresponse().headers["x-request-id"]).partition("-")[0]


def test_two_web_processes_share_the_work_and_one_that_is_killed_comes_back(folder: Path) -> None:
    with running(folder, "--workers", "2") as instance:
        wait_until(lambda: sorted(instance.children().values()) == ["web", "worker"])
        seen: set[str] = set()
        # all of them at once: each process takes from the same queue
        wait_until(lambda: bool(seen.update(_many(instance)) or len(seen) >= 2))
        before = dict(instance.children())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not set(before) & set(instance.children()))
        wait_until(lambda: sorted(instance.children().values()) == ["web", "worker"])
        assert instance.call("GET", "/readyz")[0] == 200
        ended = [line for line in instance.events() if line["event"] == "process ended"]
        assert sorted(line["command"] for line in ended) == ["web", "worker"]
        assert instance.stop() == 0


def _many(instance: Instance) -> set[str]:
    found: set[str] = set()
    threads = [threading.Thread(target=lambda: found.add(_pid_that_answered(instance))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_when_the_first_process_is_killed_the_others_end_too(folder: Path) -> None:
    with running(folder, "--workers", "2") as instance:
        wait_until(lambda: sorted(instance.children().values()) == ["web", "worker"])
        # they watch their parent once they have started
        wait_until(lambda: any(line["event"] == "worker started" for line in instance.events()))
        children = list(instance.children())
        instance.process.kill()
        wait_until(lambda: not any(is_alive(pid) for pid in children))


def test_a_port_in_use_is_one_line_and_exit_code_1(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = coterie(folder, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr.startswith("coterie: cannot listen on 127.0.0.1:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        ({"colour": "blue"}, [], "unknown setting COTERIE_COLOUR"),
        ({"port": "8001"}, [], "unknown setting COTERIE_PORT: it is an option, coterie serve --port"),
        ({"baseurl": "x"}, [], "unknown setting COTERIE_BASEURL: did you mean COTERIE_BASE_URL?"),
        ({}, ["--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid"),
        ({}, ["--data", "/dev/null/data"], "cannot create the data folder /dev/null/data"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    folder: Path, settings: dict[str, str], arguments: list[str], said: str
) -> None:
    done = coterie(folder, "serve", "--port", str(free_port()), *arguments, **settings)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("coterie: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_metrics_count_what_was_answered_and_name_no_one(folder: Path) -> None:
    with running(folder) as instance:
        token = set_up(folder)
        for _ in range(3):
            instance.call("GET", "/api/v1/contact?email=secret@example.org", token=token)
        text = instance.call("GET", "/metrics")[1].decode()
        assert 'coterie_requests_total{method="GET",route="/api/v1/contact",status="404"} 3.0' in text
        assert 'coterie_request_seconds_count{method="GET",route="/api/v1/contact",status="404"} 3.0' in text
        assert instance.stop() == 0
        log = instance.log.read_text()
        for private in ("secret@example.org", token):
            assert private not in text
            assert private not in log


def test_metrics_are_those_of_all_web_processes_and_never_go_back(folder: Path) -> None:
    line = 'coterie_requests_total{method="GET",route="/api/v1/me",status="200"} '
    with running(folder, "--workers", "3") as instance:
        token = set_up(folder)

        def counts() -> set[float]:
            """What several scrapes say, each answered by any of the processes."""
            texts = [instance.call("GET", "/metrics")[1].decode() for _ in range(12)]
            return {float(text.partition(line)[2].partition("\n")[0] or 0) for text in texts}

        wait_until(lambda: list(instance.children().values()).count("web") == 2, instance.log)
        for _ in range(60):
            assert instance.call("GET", "/api/v1/me", token=token)[0] == 200
        wait_until(lambda: counts() == {60.0}, instance.log)
        for pid, kind in instance.children().items():
            if kind == "web":
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: list(instance.children().values()).count("web") == 2, instance.log)
        assert counts() == {60.0}
        assert instance.stop() == 0
    assert not list((folder / "metrics").iterdir())


def test_metrics_have_the_figures_of_the_instance(folder: Path, tmp_path: Path) -> None:
    assert coterie(folder, "demo").returncode == 0
    with running(folder) as instance:
        text = instance.call("GET", "/metrics")[1].decode()
        assert "coterie_contacts 62.0" in text and "coterie_attachments 2.0" in text
        assert "coterie_backup_age_seconds" not in text
        names = ("events_total", "database_bytes", "attachment_bytes", "data_folder_free_bytes", "organizations")
        for name in names:
            assert float(text.partition(f"\ncoterie_{name} ")[2].partition("\n")[0]) > 0, name
        assert 'coterie_build_info{version="' in text
        assert coterie(folder, "backup", str(tmp_path / "saved.backup")).returncode == 0
        text = instance.call("GET", "/metrics")[1].decode()
        assert 0 <= float(text.partition("\ncoterie_backup_age_seconds ")[2].partition("\n")[0]) < 60


def test_it_runs_on_postgresql(folder: Path, postgres: Server) -> None:
    url = postgres.create_database()
    with running(folder, "--workers", "2", database_url=url) as instance:
        token = set_up(folder, url)
        assert instance.json("GET", "/api/v1/me", token=token)
        assert instance.call("GET", "/readyz")[0] == 200
        assert instance.stop() == 0
        assert not (folder / "coterie.sqlite3").exists()
    postgres.drop_database(url)


def _kilobytes(instance: Instance) -> int:
    """What is resident of all its processes."""
    total = 0
    for pid in [instance.process.pid, *instance.children()]:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    return total


def test_whatever_was_acknowledged_is_there_after_kill_9(folder: Path) -> None:
    """A few rounds: clients write, all processes are killed at a random moment, the next round counts."""
    acknowledged: set[str] = set()
    token = ""
    for round_ in range(2):
        with running(folder) as instance:
            token = token or set_up(folder)
            found = _all_usernames(instance, token)
            assert acknowledged <= found
            sent = _write_until_killed(instance, token, f"r{round_}", acknowledged)
            assert sent > 0
    with running(folder) as instance:
        found = _all_usernames(instance, token)
        assert acknowledged <= found
        assert len(acknowledged) > 10
        assert instance.stop() == 0


def _write_until_killed(instance: Instance, token: str, prefix: str, acknowledged: set[str]) -> int:
    sent = itertools.count()

    def client(name: str) -> None:
        for number in itertools.count():
            next(sent)
            username = f"{prefix}_{name}_{number}"
            try:
                body = {"contact": {"username": username}}
                status, _ = instance.call("POST", "/api/v1/contacts", token=token, body=body)
            except (OSError, http.client.HTTPException):
                return
            assert status == 201
            acknowledged.add(username)

    clients = [threading.Thread(target=client, args=(str(name),)) for name in range(6)]
    for thread in clients:
        thread.start()
    time.sleep(random.uniform(0.3, 0.8))
    for pid in [instance.process.pid, *instance.children()]:
        os.kill(pid, signal.SIGKILL)
    for thread in clients:
        thread.join()
    return next(sent)


def _all_usernames(instance: Instance, token: str) -> set[str]:
    found: set[str] = set()
    for page in itertools.count(1):
        listed = instance.json("GET", f"/api/v1/contacts?per_page=100&page={page}", token=token)
        if not listed:
            return found
        found |= {contact["username"] for contact in listed}
    raise AssertionError("unreachable")
