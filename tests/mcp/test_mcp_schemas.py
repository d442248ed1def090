"""The definitions of tools: in the subset of JSON Schema that every client reads, and short."""

from typing import Any

import msgspec
import pytest
from mcp.mcp_calls import Mcp

from coterie.mcp.catalogue import TOOLS
from coterie.mcp.methods import present_tool

TOKENS_MAX = 6_000
# bytes of JSON in a token, roughly, of English with identifiers
BYTES_PER_TOKEN = 4
# a client reads these, and no others
KEYWORDS = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "description", "minimum", "maximum",
    "minLength", "maxLength", "minItems", "maxItems",
}  # fmt: skip


def walk(schema: dict[str, Any]) -> None:
    assert set(schema) <= KEYWORDS
    assert schema["type"] in ("object", "array", "string", "integer", "number", "boolean")
    if schema["type"] == "array":
        walk(schema["items"])
    for each in schema.get("properties", {}).values():
        walk(each)
    if schema["type"] == "object":
        assert schema["additionalProperties"] is False or "properties" not in schema
        assert set(schema.get("required", ())) <= set(schema.get("properties", ()))
    for value in schema.get("enum", ()):
        assert isinstance(value, str)


@pytest.mark.parametrize("name", TOOLS)
def test_a_schema_is_one_that_every_client_reads(name: str) -> None:
    tool = present_tool(TOOLS[name])
    assert tool["inputSchema"]["type"] == "object"
    walk(tool["inputSchema"])
    assert name.replace("_", "").isalpha() and name.islower() and len(name) <= 64
    assert tool["title"] and tool["description"]
    hints = tool["annotations"]
    assert all(
        isinstance(hints[f"{hint}Hint"], bool) for hint in ("readOnly", "destructive", "idempotent", "openWorld")
    )
    assert not (hints["readOnlyHint"] and hints["destructiveHint"])


def test_all_definitions_together_are_short(mcp: Mcp) -> None:
    tools = mcp.result("tools/list")["tools"]
    assert len(tools) == len(TOOLS) <= 18
    assert len(msgspec.json.encode(tools)) / BYTES_PER_TOKEN <= TOKENS_MAX


def test_the_order_is_fixed_and_a_reader_sees_only_what_it_may_call(mcp: Mcp, reader: Mcp) -> None:
    assert [tool["name"] for tool in mcp.result("tools/list")["tools"]] == list(TOOLS)
    reading = [name for name, tool in TOOLS.items() if tool.mode != "write"]
    assert [tool["name"] for tool in reader.result("tools/list")["tools"]] == reading
