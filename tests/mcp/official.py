"""Runs calls through the official client (`mcp`), which lives in an environment of its own.

As a program: official.py URL TOKEN MODE, with a list of [method, arguments] as JSON on its standard input; prints the
results as JSON. The methods are those of mcp.Client.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PYTHON = Path(__file__).parents[2] / ".venv/mcp/bin/python"
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
    import httpx2
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp_types import ElicitResult

    async def answer(context: Any, params: Any) -> Any:
        return ElicitResult(action=agrees, content={"confirm": True} if agrees == "accept" else None)

    more = {"elicitation_callback": answer} if agrees else {}
    results = []
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **more) as client,
    ):
        for method, arguments in json.load(sys.stdin):
            if method == "state":
                info = client.server_info
                results.append(
                    {
                        "version": client.protocol_version,
                        "server": info.name if info else None,
                        "instructions": client.instructions,
                    }
                )
                continue
            try:
                result = await getattr(client, method)(**arguments)
                results.append(result.model_dump(mode="json", by_alias=True, exclude_none=True))
            except Exception as error:  # the test looks at it
                results.append({"raised": f"{type(error).__name__}: {error}"})
    print(json.dumps(results))


if __name__ == "__main__":
    import asyncio

    asyncio.run(main(*sys.argv[1:5]))
