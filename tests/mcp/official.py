"""Runs calls through the official client (`mcp`), which lives in an environment of its own.

As a program: official.py URL TOKEN MODE, with a list of [method, arguments] as JSON on its standard input; prints the
results as JSON. The methods are those of mcp.Client.
"""

import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

BIN = Path(__file__).parents[2] / ".venv"
PYTHON = BIN / "mcp/bin/python"
COTERIE = str(BIN / "bin/coterie")
TIMEOUT_SECONDS = 60


def run_official(url: str, token: str, mode: str, steps: list[list[Any]], agrees: str = "") -> list[Any]:
    """The results of the steps. agrees: what the user answers to forms: accept, decline, or "" if the client has none.

    A step that raises has the result {"raised": message}.
    """
    finished = subprocess.run(
        [PYTHON, __file__, url, token, mode, agrees],
        input=json.dumps(steps), capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    results: list[Any] = json.loads(finished.stdout)
    return results


async def main(url: str, token: str, mode: str, agrees: str) -> None:
    from mcp.client.client import Client
    from mcp_types import ElicitResult

    async def answer(context: Any, params: Any) -> Any:
        return ElicitResult(action=agrees, content={"confirm": True} if agrees == "accept" else None)

    more = {"elicitation_callback": answer} if agrees else {}
    async with AsyncExitStack() as stack:
        connection = await _connect(stack, url, token)
        client = await stack.enter_async_context(Client(connection, mode=mode, **more))
        results = [await _call(client, method, arguments) for method, arguments in json.load(sys.stdin)]
    print(json.dumps(results))


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
    import asyncio

    asyncio.run(main(*sys.argv[1:5]))
