"""What other clients notice of an attack, and the memory it takes: python -m bench.attacks [--postgresql URL] [NAME …].

A real instance with two organizations. Clients of one send requests at a fixed rate, quiet and then during each attack
that the other organization, or somebody without an account, makes. Everything stays on loopback and ends by itself.
With the URL of a PostgreSQL server, a database bench_attacks next to that one is used, which is dropped first.
"""

import asyncio
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.attackers import ATTACKS, BOUNDARY, Target, send
from bench.import_files import Instance, memory_of, write_file
from bench.latencies import percentile
from bench.paced import Paced, Request, pace
from bench.plan import STANDARD, Plan
from bench.processes import Server, coterie_command, end_by_exception, running, serving
from bench.table import Row, at_most, markdown

CONTACTS = 20_000
RATE = 25.0
RATIO_BAR, MEMORY_BAR = 3.0, 200.0
# shorter than this, a difference is not noticed, and on a busy machine not measured
MILLISECONDS_MIN = 20.0
# an attack has begun by then
HEAD_START_SECONDS = 1.0
SETTLE_SECONDS_MAX = 45.0
FILE_BYTES = 20_000_000
Latencies = Mapping[str, Paced]


def run(plan: Plan, url: str | None = None, names: Sequence[str] = ()) -> list[Row]:
    """Every attack, or those whose names contain one of the words."""
    chosen = [name for name in ATTACKS if not names or any(word in name for word in names)]
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder, _attacked(Path(folder), url) as (
        server, target, file,
    ):  # fmt: skip
        requests = _requests(server, file)
        _measure(server, requests, plan.requests // 3)
        idle = memory_of(server.process.pid)
        quiet = _measure(server, requests, plan.requests)
        rows = [Row("quiet", name, _shown(paced)) for name, paced in quiet.items()]
        for name in chosen:
            with _under_attack(server, target, name) as peak:
                attacked = _measure(server, requests, plan.requests)
            memory = at_most(name, "memory over idle", max(0, max(peak) - idle), MEMORY_BAR, " MB")
            found = [*_ratios(name, quiet, attacked), memory]
            plan.say(f"{name}: " + "; ".join(f"{row.name} {row.value}" for row in found))
            rows += found
            _settle(server, requests)
    return rows


@contextmanager
def _attacked(folder: Path, url: str | None) -> Iterator[tuple[Server, Target, str]]:
    """(the running instance, the attacker, the path of a file of the other organization)."""
    instance = Instance(folder, _new_database(url) if url else None)
    write_file(folder / "people.csv", CONTACTS)
    instance.run("import", str(folder / "people.csv"), "--apply", "--json")
    other = instance.run("bootstrap", "--organization", "Others", "--email", "o@example.org", "--password",
                         "benchmark", "--json")[0]  # fmt: skip
    settings = {name[8:].lower(): value for name, value in instance.environment.items() if name.startswith("COTERIE_")}
    settings |= {"instagram_app_secret": "bench", "log_requests": "false"}
    command = lambda port: coterie_command(str(instance.data), port)  # noqa: E731
    with serving("coterie", str(other["token"]), command, core=None, **settings) as server:
        attacker = _with_file(server.port, instance.token, FILE_BYTES)
        victim = _with_file(server.port, str(other["token"]), 1000)
        path = f"/api/v1/orgs/{victim.organization}/contacts/{victim.contact}/attachments/{victim.file}/file"
        yield server, attacker, path


def _new_database(url: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_attacks WITH (FORCE)")
        connection.execute("CREATE DATABASE bench_attacks")
    return urlsplit(url)._replace(path="/bench_attacks").geturl()


def _with_file(port: int, token: str, byte_count: int) -> Target:
    """A client whose organization has a contact with a file."""
    server = Server("coterie", port, token, None)  # type: ignore[arg-type]
    organization = server.call("GET", "/api/v1/orgs")[1]["organizations"][0]["id"]
    contacts = f"/api/v1/orgs/{organization}/contacts"
    target = Target(port, token, organization, "", "")
    contact = _id_in(send(target, "POST", contacts, b'{"contact":{"first_name":"Ann","relationship_type":1}}'))
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="a.pdf"\r\n\r\n'
    content = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%" + b"a" * byte_count + b"\n%%EOF\n"
    answer = send(
        target, "POST", f"{contacts}/{contact}/attachments",
        head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}",
    )  # fmt: skip
    return Target(port, token, organization, _id_in(answer), contact)


def _id_in(answer: bytes) -> str:
    """The first id in a response. Raises RuntimeError if there is none."""
    found = re.search(rb'"id":"([0-9a-f-]{36})"', answer)
    if found is None:
        raise RuntimeError(f"no id in {answer[:300]!r}")
    return found[1].decode()


def _requests(server: Server, file: str) -> dict[str, Request]:
    status, contact = server.call("POST", "/api/v1/contacts", {"contact": {"real_name": f"Bea {time.time()}"}})
    if status != 201:
        raise RuntimeError(f"status {status} for a new contact")
    path = f"/api/v1/contacts/{contact['id']}"
    return {
        "read": lambda: ("GET", "/api/v1/contacts?per_page=20", b""),
        "write": lambda: ("PUT", path, f'{{"contact":{{"bio":"{time.monotonic()}"}}}}'.encode()),
        "file": lambda: ("GET", file, b""),
        "/healthz": lambda: ("GET", "/healthz", b""),
    }


def _measure(server: Server, requests: Mapping[str, Request], count: int) -> dict[str, Paced]:
    async def all_at_once() -> list[Paced]:
        each = [pace(server, request, rate=RATE, count=count, connections=4) for request in requests.values()]
        return await asyncio.gather(*each)

    return dict(zip(requests, asyncio.run(all_at_once()), strict=True))


@contextmanager
def _under_attack(server: Server, target: Target, name: str) -> Iterator[list[float]]:
    """The memory of the instance in MB, every tenth of a second, while the attack of this name goes on."""
    command = [sys.executable, "-m", "bench.attackers", name, str(target.port), target.token, target.organization]
    memory, stopping = [0.0], threading.Event()

    def watch() -> None:
        while not stopping.wait(0.1):
            with suppress(OSError, ValueError, IndexError):  # a process that has just ended
                memory.append(memory_of(server.process.pid))

    thread = threading.Thread(target=watch, daemon=True)
    with running([*command, target.file, target.contact]):
        thread.start()
        time.sleep(HEAD_START_SECONDS)
        yield memory
        stopping.set()
        thread.join()


def _ratios(name: str, quiet: Latencies, attacked: Latencies) -> list[Row]:
    """The p99 of each kind of request over the quiet one; a failed request counts as endless."""
    rows = []
    for kind, paced in attacked.items():
        ratio = _p99(paced) / max(_p99(quiet[kind]), MILLISECONDS_MIN / RATIO_BAR)
        rows.append(at_most(name, f"{kind}: p99 ({_shown(paced)}) over quiet", ratio, RATIO_BAR, " ×"))
    return rows


def _p99(paced: Paced) -> float:
    return percentile([*paced.latencies, *[float("inf")] * paced.failures], 99)


def _shown(paced: Paced) -> str:
    failed = f", {paced.failures} failed" if paced.failures else ""
    return f"p50 {percentile(paced.latencies or [0], 50):,.1f}, p99 {_p99(paced):,.1f} ms{failed}"


def _settle(server: Server, requests: Mapping[str, Request]) -> None:
    """Returns when the instance has done what the attack left, or after 45 seconds."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    time.sleep(1)
    while time.monotonic() < deadline:
        measured = _measure(server, requests, 10)
        if max(map(_p99, measured.values())) < 4 * MILLISECONDS_MIN:
            return


def main(arguments: Sequence[str]) -> None:
    end_by_exception()
    url = arguments[1] if arguments[:1] == ["--postgresql"] else None
    names = arguments[2:] if url else arguments
    print(markdown(run(STANDARD, url, names)))


if __name__ == "__main__":
    main(sys.argv[1:])
