"""Completion of the arguments of prompts and resource templates, and the level of logs of legacy clients."""

from dataclasses import replace
from typing import Any

import pytest
from crowds import add_people
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.contacts import create_contact
from coterie.mcp.completions import VALUES_MAX
from coterie.mcp.methods import LOG_LEVELS

PROMPT = {"type": "ref/prompt", "name": "prepare-meeting"}
CONTACT = {"type": "ref/resource", "uri": "coterie://contact/{id}"}
SEGMENT = {"type": "ref/resource", "uri": "coterie://segment/{id}"}


def asked(reference: Any, value: Any, name: str = "contact") -> dict[str, Any]:
    return {"ref": reference, "argument": {"name": name, "value": value}}


def complete(mcp: Mcp, reference: Any, value: str, name: str = "id") -> list[str]:
    values: list[str] = mcp.result("completion/complete", asked(reference, value, name))["completion"]["values"]
    return values


@pytest.mark.parametrize("is_modern", [True, False])
def test_a_prompt_completes_names_and_a_template_ids(mcp: Mcp, world: World, is_modern: bool) -> None:
    mcp = replace(mcp, is_modern=is_modern)
    assert complete(mcp, PROMPT, "hom", "contact") == ["Homer Simpson"]
    assert sorted(complete(mcp, PROMPT, "simpson", "contact")) == ["Homer Simpson", "Marge Simpson"]
    assert complete(mcp, CONTACT, "marge") == [str(world.marge.id)]
    first, second = (
        str(mcp.tool("save_segment", title=title, filter="name:simpson")["segment"]["id"])
        for title in ("Über uns", "Others")
    )
    assert complete(mcp, SEGMENT, "uber") == [first]
    assert complete(mcp, SEGMENT, second) == [second]
    assert sorted(complete(mcp, SEGMENT, "")) == sorted([first, second])
    for nothing in ("", "   ", "nobody of this name", "%", "\x00", "🦆" * 300):
        assert complete(mcp, PROMPT, nothing, "contact") == []
    capabilities = mcp.result("server/discover" if is_modern else "initialize")["capabilities"]
    assert capabilities["completions"] == {}


def test_many_matches_are_cut_and_two_of_one_name_are_one_value(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        names = [f"Milhouse Number {number}" for number in range(VALUES_MAX + 5)]
        add_people(tx, world.alice, [*names, *["Nelson\u202e Muntz"] * 2])
    found = mcp.result("completion/complete", asked(PROMPT, "milhouse"))["completion"]
    assert (len(found["values"]), found["hasMore"]) == (VALUES_MAX, True)
    assert complete(mcp, PROMPT, "nelson", "contact") == ["Nelson Muntz"]


def test_who_has_what_was_typed_in_the_name_is_named_before_who_has_it_elsewhere(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        create_contact(tx, world.alice, {"real_name": "Ned Flanders", "employer": "Homer Estates"})
    assert complete(mcp, PROMPT, "homer", "contact") == ["Homer Simpson"]
    assert complete(mcp, PROMPT, "estates", "contact") == ["Ned Flanders"]


def test_contacts_of_others_are_not_completed(mcp: Mcp, world: World) -> None:
    assert complete(mcp, PROMPT, "moe", "contact") == []
    charlie = Mcp(mcp.client, world.charlie_token)
    assert complete(charlie, PROMPT, "moe", "contact") == ["Moe Szyslak"]
    assert complete(charlie, PROMPT, "homer", "contact") == []


@pytest.mark.parametrize(
    "params",
    [
        {}, {"ref": PROMPT}, {"argument": {"name": "contact", "value": "h"}}, asked([], "h"), asked(PROMPT, 7),
        asked(PROMPT, None), asked(PROMPT, "h", "person"), asked({"type": "ref/prompt", "name": "nothing"}, "h"),
        asked({"type": "ref/prompt", "name": ["x"]}, "h"), asked({"type": "ref/prompt", "name": "tidy-up"}, "h"),
        asked({"type": "ref/tool", "name": "about"}, "h"), asked({"type": "ref/resource", "uri": {}}, "h", "id"),
        asked({"type": "ref/resource", "uri": "coterie://contact/1"}, "h", "id"), asked(CONTACT, "h", "contact"),
    ],
)  # fmt: skip
def test_what_cannot_be_completed_is_an_error(mcp: Mcp, params: dict[str, Any]) -> None:
    assert mcp.post("completion/complete", params).json["error"]["code"] == -32602


def test_a_legacy_client_may_set_the_level_of_logs(mcp: Mcp) -> None:
    legacy = replace(mcp, is_modern=False)
    assert "logging" in legacy.result("initialize")["capabilities"]
    for level in LOG_LEVELS:
        assert legacy.result("logging/setLevel", {"level": level}) == {}
    for params in ({"level": "loud"}, {"level": []}, {}):
        assert legacy.post("logging/setLevel", params).json["error"]["code"] == -32602
    assert "logging" not in mcp.result("server/discover")["capabilities"]
    assert mcp.post("logging/setLevel", {"level": "info"}).json["error"]["code"] == -32601
