"""The official Python client in both eras, against a real server."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp.conftest import read_only_token
from mcp.official import PYTHON, TIMEOUT_SECONDS, Official, running
from world import World

from coterie.actions.sessions import sign_in

# every tool is called on both engines in the other files; a client as a program takes a second
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def official() -> Iterator[Official]:
    """The client; each of its runs is a session of its own."""
    with running() as client:
        yield client


@pytest.mark.parametrize("way", ["", "stdio:"])
@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
def test_the_official_client_finds_and_reads_contacts(
    official: Official, server: str, world: World, mode: str, way: str
) -> None:
    steps = [
        ["state", {}],
        ["list_tools", {}],
        ["call_tool", {"name": "find_contacts", "arguments": {"query": "marge"}}],
        ["call_tool", {"name": "get_contacts", "arguments": {"ids": [world.homer.id]}}],
        ["call_tool", {"name": "about", "arguments": {}}],
    ]
    state, tools, found, whole, about = official.run(f"{way}{server}/mcp", world.alice_token, mode, steps)
    assert state["version"] == ("2025-11-25" if mode == "legacy" else "2026-07-28")
    # a client that is told the version does not ask for the instructions
    assert mode == "2026-07-28" or "address book" in state["instructions"]
    assert [tool["name"] for tool in tools["tools"]][:3] == ["about", "find_contacts", "get_contacts"]
    assert [each["name"] for each in found["structuredContent"]["items"]] == ["Marge Simpson"]
    assert whole["structuredContent"]["items"][0]["handles"][0]["value"] == "homer@example.org"
    assert about["structuredContent"]["counts"]["contacts"] == 2


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_the_official_client_saves_previews_and_undoes(
    official: Official, server: str, world: World, mode: str
) -> None:
    steps = [
        ["call_tool", {"name": "save_contacts", "arguments": {"contacts": [{"real_name": "Élodie Ñandú"}]}}],
        ["call_tool", {"name": "delete_contacts", "arguments": {"ids": [world.homer.id]}}],
        ["call_tool", {"name": "undo", "arguments": {"undo_id": "x"}}],
        ["read_resource", {"uri": f"coterie://contact/{world.homer.id}"}],
        ["get_prompt", {"name": "prepare-meeting", "arguments": {"contact": "Élodie"}}],
        ["list_resource_templates", {}],
    ]
    saved, preview, refused, read, prompt, templates = official.run(f"{server}/mcp", world.alice_token, mode, steps)
    assert saved["structuredContent"]["items"][0]["outcome"] == "created"
    assert saved["structuredContent"]["undo"]["id"]
    assert preview["structuredContent"]["confirm"]
    assert refused["isError"] is True
    assert "Homer" in read["contents"][0]["text"]
    assert "Élodie" in prompt["messages"][0]["content"]["text"]
    assert len(templates["resourceTemplates"]) == 2


@pytest.mark.parametrize(("answer", "is_deleted"), [("accept", True), ("decline", False)])
def test_the_official_client_asks_the_user(
    official: Official, server: str, world: World, answer: str, *, is_deleted: bool
) -> None:
    ids = {"ids": [world.homer.id]}
    steps = [["call_tool", {"name": "delete_contacts", "arguments": ids}],
             ["call_tool", {"name": "get_contacts", "arguments": ids}]]  # fmt: skip
    deleted, read = official.run(f"{server}/mcp", world.alice_token, "2026-07-28", steps, agrees=answer)
    assert ("deleted" in deleted["structuredContent"]) == is_deleted
    assert bool(read["structuredContent"]["missing"]) == is_deleted


def test_the_official_client_without_the_scope(official: Official, server: str, world: World) -> None:
    token = read_only_token(world)
    steps = [["list_tools", {}], ["call_tool", {"name": "add_note", "arguments": {"contact_ids": [1], "text": "x"}}]]
    tools, refused = official.run(f"{server}/mcp", token, "auto", steps)
    assert len(tools["tools"]) == 7
    assert "raised" in refused


def test_the_official_client_signs_in_by_oauth(server: str, world: World) -> None:
    with world.database.write() as tx:
        session, _ = sign_in(tx, world.alice.user_id or "", "browser", "test")
    program = Path(__file__).with_name("official_oauth.py")
    finished = subprocess.run(
        [PYTHON, program, f"{server}/mcp", session], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert found["about"]["you_act_for"] == world.alice_email
    assert found["scope"] == "contacts:read contacts:write"
