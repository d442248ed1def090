"""The official Python client in both eras, against a real server."""

import pytest
from mcp.official import run_official
from world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
def test_the_official_client_finds_and_reads_contacts(server: str, world: World, mode: str) -> None:
    steps = [
        ["state", {}],
        ["list_tools", {}],
        ["call_tool", {"name": "find_contacts", "arguments": {"query": "marge"}}],
        ["call_tool", {"name": "get_contacts", "arguments": {"ids": [world.homer.id]}}],
        ["call_tool", {"name": "about", "arguments": {}}],
    ]
    state, tools, found, whole, about = run_official(f"{server}/mcp", world.alice_token, mode, steps)
    assert state["version"] == ("2025-11-25" if mode == "legacy" else "2026-07-28")
    # a client that is told the version does not ask for the instructions
    assert mode == "2026-07-28" or "address book" in state["instructions"]
    assert [tool["name"] for tool in tools["tools"]][:3] == ["about", "find_contacts", "get_contacts"]
    assert [each["name"] for each in found["structuredContent"]["items"]] == ["Marge Simpson"]
    assert whole["structuredContent"]["items"][0]["handles"][0]["value"] == "homer@example.org"
    assert about["structuredContent"]["counts"]["contacts"] == 2
