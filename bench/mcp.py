"""Every tool of the MCP door on 200,000 contacts, one call after another, on a copy of the data."""

import http.client
import itertools
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bench.data import Data
from bench.latencies import latency_rows
from bench.people import FIRST
from bench.plan import Plan
from bench.processes import Server, coterie_command, serving
from bench.table import Row

P95_BAR = 50.0
Arguments = dict[str, Any]
FILTERS = ("folder:VIP", "status:optout", "language:de", "phone:555", "name:simpson", "created:<7d")
TWO_STEPS = ("change_many", "merge_contacts", "delete_contacts")


class Assistant:
    """One kept-alive connection of a legacy client."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {**server.headers, "content-type": "application/json"}

    def call(self, name: str, arguments: Arguments) -> tuple[float, dict[str, Any]]:
        """(milliseconds, data) of a tool. Raises RuntimeError if it refuses."""
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        started = time.perf_counter()
        self._connection.request("POST", "/mcp", body=json.dumps(message), headers=self._headers)
        body = self._connection.getresponse().read()
        milliseconds = (time.perf_counter() - started) * 1000
        result = json.loads(body).get("result", {})
        if result.get("isError") is not False:
            raise RuntimeError(f"{name} {arguments}: {body[:500]!r}")
        return milliseconds, result["structuredContent"]

    def close(self) -> None:
        self._connection.close()


def run(plan: Plan) -> list[Row]:
    with _copied(plan.full) as data, _serving(data) as server:
        assistant = Assistant(server)
        rows = [row for name, make in _calls(plan).items() for row in _measure(plan, assistant, name, make)]
        assistant.close()
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows if "p95" in row.name))
    return rows


@contextmanager
def _copied(data: Data) -> Iterator[Data]:
    """The data in a folder that this bench may change."""
    with tempfile.TemporaryDirectory(dir=Path(data.folder).parent) as folder:
        target = Path(folder) / "data"
        shutil.copytree(data.folder, target)
        yield replace(data, folder=str(target))


@contextmanager
def _serving(data: Data) -> Iterator[Server]:
    """Coterie without the limits of assistants, which the calls of this bench exceed."""
    without = {"assistant_calls_per_minute": "1000000", "assistant_changes_per_hour": "1000000"}
    with serving("coterie", data.token, lambda port: coterie_command(data.folder, port), None, **without) as server:
        yield server


def _measure(plan: Plan, assistant: Assistant, name: str, make: Callable[[], Arguments]) -> list[Row]:
    """The latencies of a tool; of one that takes two steps, of the second."""
    tool, latencies = name.partition(" ")[0], []
    for _ in range(plan.requests):
        arguments = make()
        if tool in TWO_STEPS:
            arguments["confirm"] = assistant.call(tool, arguments)[1]["confirm"]
        latencies.append(assistant.call(tool, arguments)[0])
    return latency_rows(f"MCP tools on {plan.full_count:,} contacts", name, latencies, P95_BAR)


def _calls(plan: Plan) -> dict[str, Callable[[], Arguments]]:
    """name of a tool, and what it does -> the arguments of the next call."""
    dice = random.Random(7)
    ones = itertools.count(1)

    def one() -> int:
        return dice.randint(1, plan.full_count // 2)

    def several(count: int) -> list[int]:
        return [one() for _ in range(count)]

    def fresh() -> int:
        """A contact that no other call has deleted or merged."""
        return plan.full_count // 2 + next(ones)

    return {
        "about": dict,
        "about tags": lambda: {"part": dice.choice(["tags", "folders", "segments", "properties", "filters"])},
        "find_contacts query": lambda: {"query": dice.choice(FIRST)},
        "find_contacts filter": lambda: {"filter": dice.choice(FILTERS)},
        "find_contacts page": lambda: {"limit": 50, "order": "name"},
        "get_contacts": lambda: {"ids": several(5)},
        "get_contacts 20": lambda: {"ids": several(20), "include": ["handles", "notes", "relationships", "reminders"]},
        "read_timeline": lambda: {"contact_id": one()},
        "list_changes": dict,
        "who_to_reach": dict,
        "who_to_reach filter": lambda: {"filter": "folder:VIP", "within_days": 30},
        "find_duplicates": dict,
        "save_contacts": lambda: {"contacts": [{"real_name": "New", "email": f"{next(ones)}@new.example"}]},
        "organize_contacts": lambda: {"ids": several(5), "add_tags": [f"t{dice.randint(1, 50)}"], "make_missing": True},
        "change_many": lambda: {"ids": several(10), "set": {"add_tags": [f"m{next(ones)}"]}},
        "add_note": lambda: {"contact_ids": [one()], "text": "Met at the fair."},
        "add_note call": lambda: {"contact_ids": [one()], "text": "Called.", "kind": "call"},
        "set_reminder": lambda: {"contact_id": one(), "title": "Call", "due_at": "2030-01-01T09:00:00Z"},
        "set_cadence": lambda: {"contact_ids": [one()], "every": "3w"},
        "relate_contacts": lambda: {"first": fresh(), "second": fresh(), "type": "Friend"},
        "save_segment": lambda: {"title": f"Segment {next(ones)}", "filter": "folder:VIP language:de"},
        "merge_contacts": lambda: {"keep_id": fresh(), "merge_ids": [fresh()]},
        "delete_contacts": lambda: {"ids": [fresh()]},
    }
