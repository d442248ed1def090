"""Resources and prompts."""

import json
from dataclasses import replace

import pytest
from mcp.mcp_calls import Mcp
from world import World

from coterie.mcp.catalogue import TOOLS
from coterie.mcp.prompts import PROMPTS


def test_a_contact_and_a_segment_have_addresses(mcp: Mcp, world: World) -> None:
    segment = mcp.tool("save_segment", title="Simpsons", filter="name:simpson")["segment"]["id"]
    templates = mcp.result("resources/templates/list")["resourceTemplates"]
    assert [each["uriTemplate"] for each in templates] == ["coterie://contact/{id}", "coterie://segment/{id}"]
    assert mcp.result("resources/list")["resources"] == []
    uri = f"coterie://contact/{world.homer.id}"
    content = mcp.result("resources/read", {"uri": uri})["contents"][0]
    assert (content["uri"], json.loads(content["text"])["name"]) == (uri, "Homer Simpson")
    content = mcp.result("resources/read", {"uri": f"coterie://segment/{segment}"})["contents"][0]
    assert json.loads(content["text"])["count"] == 2


@pytest.mark.parametrize(
    "uri", ["coterie://contact/999999", "coterie://contact/0", "file:///etc/passwd", "", "x" * 999]
)
def test_an_address_of_nothing(mcp: Mcp, uri: str) -> None:
    assert mcp.post("resources/read", {"uri": uri}).json["error"]["code"] == -32602
    assert replace(mcp, is_modern=False).post("resources/read", {"uri": uri}).json["error"]["code"] == -32002


def test_contacts_of_others_have_no_address(mcp: Mcp, world: World) -> None:
    charlie = Mcp(mcp.client, world.charlie_token)
    uri = {"uri": f"coterie://contact/{world.marge.id + world.homer.id + 50}"}
    assert "error" in charlie.post("resources/read", uri).json


def test_prompts_name_tools_that_exist(mcp: Mcp) -> None:
    listed = mcp.result("prompts/list")["prompts"]
    assert [each["name"] for each in listed] == ["prepare-meeting", "weekly-review", "tidy-up"]
    text = " ".join(prompt.text for prompt in PROMPTS)
    assert sum(name in text for name in TOOLS) >= 6
    for each in listed:
        arguments = {argument["name"]: "Homer" for argument in each["arguments"]}
        got = mcp.result("prompts/get", {"name": each["name"], "arguments": arguments})
        assert got["messages"][0]["role"] == "user"
        assert "{argument}" not in got["messages"][0]["content"]["text"]


def test_a_prompt_without_its_argument_is_an_error(mcp: Mcp) -> None:
    for params in ({"name": "prepare-meeting"}, {"name": "prepare-meeting", "arguments": {"contact": ""}},
                   {"name": "prepare-meeting", "arguments": []}, {"name": "nothing"}):  # fmt: skip
        assert mcp.post("prompts/get", params).json["error"]["code"] == -32602
