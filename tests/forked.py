"""Runs commands as processes without starting Python for each: they fork from one that has imported every command.

A command sees what it would see otherwise: its arguments, environment, standard streams and exit code. Nothing of
Coterie but its imports has run before. What a command imports on the way, its parent imports for the next one.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from coterie.settings import Settings

PARENT = """
import gc, json, os, sys
from contextlib import suppress
from importlib import import_module
import coterie.cli.main as cli
for module in {*cli.COMMANDS.values()}:
    import_module(f"coterie.cli.{module}")
gc.freeze()
for line in sys.stdin:
    request = json.loads(line)
    reading, writing = os.pipe()
    before = set(sys.modules)
    child = os.fork()
    if child == 0:
        for number, (name, flags) in enumerate(zip(request["streams"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY))):
            os.dup2(os.open(name, flags), number)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = ["coterie", *request["arguments"]]
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        except BaseException:
            import traceback
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(writing, " ".join(name for name in sys.modules if name not in before).encode())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as stream:
        for name in stream.read().split():
            with suppress(ImportError):  # not every module has a file
                import_module(name)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
_parents: list["subprocess.Popen[str]"] = []


def _parent() -> "subprocess.Popen[str]":
    if not _parents:
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        _parents.append(process)
        atexit.register(_end, process)
    return _parents[0]


def _end(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def run_forked(arguments: list[str], environment: dict[str, str], stdin: str) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end."""
    parent = _parent()
    assert parent.stdin is not None and parent.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_text(stdin)
        for stream in streams[1:]:
            stream.touch()
        request = {"arguments": arguments, "environment": environment, "streams": [str(stream) for stream in streams]}
        parent.stdin.write(json.dumps(request) + "\n")
        parent.stdin.flush()
        code = int(parent.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, streams[1].read_text(), streams[2].read_text())


def run_command(settings: Settings, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs one command of this instance; no other setting of the environment reaches it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COTERIE_")}
    environment |= {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked(list(arguments), environment, stdin)
