"""Runs wrk, the load generator, and reads what it measured."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from statistics import median

import msgspec
from msgspec import Struct

from bench.processes import Server, running

GET, LIST_20, LIST_100, PUT = "GET one", "list 20", "list 100", "PUT one field"
PARTS = "R0: GET one with six includes"
_PATHS = {
    GET: 'path = "/api/v1/contact?id=" .. math.random(1, COUNT)',
    LIST_20: 'path = "/api/v1/contacts?per_page=20&page=" .. math.random(1, 50)',
    LIST_100: 'path = "/api/v1/contacts?per_page=100&page=" .. math.random(1, 10)',
    PUT: 'method = "PUT"; path = "/api/v1/contacts/" .. math.random(1, COUNT);'
    ' body = string.format(\'{"contact":{"bio":"Coffee, climbing, code %d"}}\', math.random(1, 1000000000))',
    PARTS: "path = paths[math.random(#paths)]",
}
_SCRIPT = """
local threads = 0
local paths = { PATHS }
function setup(thread) threads = threads + 1; thread:set("seed", threads) end
function init(args) math.randomseed(os.time() * 100 + seed) end
local headers = { ["Authorization"] = "AUTHORIZATION", ["Content-Type"] = "application/json" }
function request()
  local method, path, body = "GET", nil, nil
  REQUEST
  return wrk.format(method, path, headers, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format('{"requests":%d,"microseconds":%d,"p50":%d,"p95":%d,"failures":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class _Summary(Struct):
    requests: int
    microseconds: int
    p50: int
    p95: int
    failures: int


class Load(Struct, frozen=True):
    """The result of one run, or the medians of several. Latencies are in milliseconds."""

    rps: float
    p50: float
    p95: float
    failures: int


def require_wrk() -> None:
    """Ends the program if wrk is missing."""
    if shutil.which("wrk") is None:
        sys.exit("bench: wrk, the load generator, is missing. Install it: apt-get install wrk, or brew install wrk")


def run_wrk(
    server: Server,
    cell: str,
    *,
    count: int,
    seconds: int,
    connections: int = 16,
    core: int | None = None,
    paths: Sequence[str] = (),
) -> Load:
    """Requests of one kind, in a closed loop, for random contacts of the first `count` or for random ones of paths."""
    script = (
        _SCRIPT.replace("REQUEST", _PATHS[cell].replace("COUNT", str(count)))
        .replace("PATHS", ", ".join(f'"{path}"' for path in paths))
        .replace("AUTHORIZATION", server.headers["Authorization"])
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", file.name]
        url = f"http://127.0.0.1:{server.port}"
        with running([*command, url], core, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            _, errors = process.communicate(timeout=seconds + 60)
    if process.returncode:
        raise RuntimeError(f"wrk: {errors.decode()}")
    summary = msgspec.json.decode(errors.strip().splitlines()[-1], type=_Summary)
    rps = summary.requests / max(summary.microseconds / 1e6, 1e-6)
    return Load(rps, summary.p50 / 1000, summary.p95 / 1000, summary.failures)


def middle(loads: Sequence[Load]) -> Load:
    """The median of each figure over several runs; all their failures."""
    return Load(
        median(load.rps for load in loads),
        median(load.p50 for load in loads),
        median(load.p95 for load in loads),
        sum(load.failures for load in loads),
    )
