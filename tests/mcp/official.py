"""Sessions of the official client (`mcp`), which lives in an environment of its own.

As a program it reads a line of JSON per session from its standard input (the parameters of _session), and prints a
line: the results of its steps, or {"failed": traceback}. The methods of steps are those of mcp.Client.
"""

import asyncio
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

BIN = Path(__file__).parents[2] / ".venv"
PYTHON = BIN / "mcp/bin/python"
COTERIE = str(BIN / "bin/coterie")
TIMEOUT_SECONDS = 60


class Official:
    """The client as a program. It runs one session after another: importing the client takes most of a session."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program

    def run(self, url: str, token: str, mode: str, steps: list[list[Any]], agrees: str = "") -> list[Any]:
        """The results of the steps of a new session.

        agrees: what the user answers to forms: accept, decline, or "" if the client has none.
        A step that raises has the result {"raised": message}.
        """
        stdin, stdout = self._program.stdin, self._program.stdout
        assert stdin is not None and stdout is not None
        session = {"url": url, "token": token, "mode": mode, "steps": steps, "agrees": agrees}
        stdin.write(f"{json.dumps(session)}\n")
        stdin.flush()
        results: Any = json.loads(stdout.readline())
        assert isinstance(results, list), results["failed"]
        return results


@contextmanager
def running() -> Iterator[Official]:
    with subprocess.Popen(
        [PYTHON, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as program:
        yield Official(program)


async def _session(url: str, token: str, mode: str, steps: list[list[Any]], agrees: str) -> list[Any]:
    from mcp.client.client import Client
    from mcp_types import ElicitResult

    async def answer(context: Any, params: Any) -> Any:
        return ElicitResult(action=agrees, content={"confirm": True} if agrees == "accept" else None)

    more = {"elicitation_callback": answer} if agrees else {}
    async with asyncio.timeout(TIMEOUT_SECONDS), AsyncExitStack() as stack:
        connection = await _connect(stack, url, token)
        client = await stack.enter_async_context(Client(connection, mode=mode, **more))
        return [await _call(client, method, arguments) for method, arguments in steps]


def main() -> None:
    for line in sys.stdin:
        try:
            results: Any = asyncio.run(_session(**json.loads(line)))
        except Exception:  # the test shows it
            results = {"failed": traceback.format_exc()}
        print(json.dumps(results), flush=True)


async def _connect(stack: AsyncExitStack, url: str, token: str) -> Any:
    """A connection to the door; through `coterie mcp`, if the URL begins with stdio:."""
    import httpx2
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client

    if url.startswith("stdio:"):
        arguments = ["mcp", "--url", url.removeprefix("stdio:")]
        return stdio_client(StdioServerParameters(command=COTERIE, args=arguments, env={"COTERIE_TOKEN": token}))
    headers = {"authorization": f"Bearer {token}"}
    http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers))
    return streamable_http_client(url, http_client=http)


async def _call(client: Any, method: str, arguments: dict[str, Any]) -> Any:
    if method == "state":
        server = client.server_info.name if client.server_info else None
        return {"version": client.protocol_version, "server": server, "instructions": client.instructions}
    try:
        result = await getattr(client, method)(**arguments)
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)
    except Exception as error:  # the test looks at it
        return {"raised": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
