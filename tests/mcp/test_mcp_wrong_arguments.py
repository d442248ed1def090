"""Arguments of the wrong type, too deep or too many: each is refused with the field, by every tool."""

from typing import Any

import pytest
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.contacts import create_contact
from coterie.mcp.catalogue import TOOLS
from coterie.mcp.schemas import schema_of

# a number is read as a text, and a text of digits as a number: models mix these up, and nothing is lost
WRONG: dict[str, list[Any]] = {
    "string": [[], {"a": 1}], "integer": ["seven", 1.5, [], {}], "number": ["much", [], {}],
    "boolean": ["perhaps", [], {}], "array": ["one", {}], "object": ["text", 3, []],
}  # fmt: skip


@pytest.mark.parametrize("name", TOOLS)
def test_an_argument_of_the_wrong_type_is_named(mcp: Mcp, world: World, name: str) -> None:
    schema = schema_of(TOOLS[name].arguments)
    for field, shape in schema.get("properties", {}).items():
        for value in WRONG[shape["type"]]:
            refused = mcp.refused(name, **{field: value})
            assert field in [each["field"].split(".")[0] for each in refused["problems"]], (field, value, refused)
    assert mcp.refused(name, colour="red")["problems"]


@pytest.mark.parametrize("arguments", [[], "", 0, False, "text", 7, [{"ids": [1]}]])
def test_arguments_that_are_no_object_are_an_error_of_the_protocol(mcp: Mcp, arguments: Any) -> None:
    response = mcp.post("tools/call", {"name": "get_contacts", "arguments": arguments})
    assert response.json["error"]["code"] == -32602


@pytest.mark.parametrize("tool", ["find_contacts", "who_to_reach", "save_segment", "change_many"])
@pytest.mark.parametrize(
    "filter_",
    ["(" * 3_000 + "a" + ")" * 3_000, "-" * 5_000 + "a", '{"not": ' * 900 + '{"field": "tag"}' + "}" * 900,
     "tag:" + ",".join(["a"] * 3_000), " OR ".join(["a"] * 1_500), "x" * 10_000],
    ids=["groups", "minuses", "json", "values", "conditions", "length"],
)  # fmt: skip
def test_a_filter_that_is_too_deep_or_too_long_is_refused(mcp: Mcp, tool: str, filter_: str) -> None:
    more = {"save_segment": {"title": "Deep"}, "change_many": {"set": {"add_tags": ["x"]}}}.get(tool, {})
    refused = mcp.refused(tool, filter=filter_, **more)
    assert refused["problems"][0]["field"] == "filter"
    assert len(str(refused)) < 3_000


def test_a_confirm_token_is_used_once(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        twin = create_contact(tx, world.alice, {"real_name": "Homer J. Simpson"})
    calls: list[tuple[str, dict[str, Any]]] = [
        ("change_many", {"ids": [world.homer.id], "set": {"add_tags": ["x"]}}),
        ("merge_contacts", {"keep_id": world.homer.id, "merge_ids": [twin.id]}),
        ("delete_contacts", {"ids": [world.marge.id]}),
    ]
    for name, arguments in calls:
        token = mcp.tool(name, **arguments)["confirm"]
        mcp.tool(name, **arguments, confirm=token)
        again = mcp.result("tools/call", {"name": name, "arguments": {**arguments, "confirm": token}})
        assert again["isError"] is True, name
