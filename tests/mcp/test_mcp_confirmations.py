"""Two steps: a preview, then a confirmation that fits once."""

import time
from dataclasses import replace
from typing import Any

import pytest
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.mcp import confirmations


def exists(mcp: Mcp, contact_id: int) -> bool:
    return not mcp.tool("get_contacts", ids=[contact_id])["missing"]


def test_deleting_takes_two_steps(mcp: Mcp, world: World) -> None:
    ids = [world.homer.id]
    preview = mcp.tool("delete_contacts", ids=ids)
    assert preview["preview"]["would_delete"][0]["name"] == "Homer Simpson"
    assert exists(mcp, world.homer.id)
    assert mcp.tool("delete_contacts", ids=ids, confirm=preview["confirm"])["deleted"] == ids
    assert not exists(mcp, world.homer.id)


def test_a_token_fits_its_own_call_only(mcp: Mcp, world: World) -> None:
    token = mcp.tool("delete_contacts", ids=[world.homer.id])["confirm"]
    bob = Mcp(mcp.client, world.bob_token)
    for other, ids in ((mcp, [world.marge.id]), (mcp, [world.homer.id, world.marge.id]), (bob, [world.homer.id])):
        refused = other.refused("delete_contacts", ids=ids, confirm=token)
        assert "does not fit" in refused["error"]
        assert refused["preview"] and refused["confirm"] != token
    assert exists(mcp, world.homer.id) and exists(mcp, world.marge.id)


def test_a_change_since_the_preview_needs_a_new_one(mcp: Mcp, world: World) -> None:
    token = mcp.tool("delete_contacts", ids=[world.homer.id])["confirm"]
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"nickname": "Homie"})
    assert "does not fit" in mcp.refused("delete_contacts", ids=[world.homer.id], confirm=token)["error"]


def test_a_token_is_good_for_one_time(mcp: Mcp, world: World) -> None:
    change = {"ids": [world.homer.id], "set": {"add_tags": ["x"], "status": "optout"}}
    token = mcp.tool("change_many", **change)["confirm"]
    assert mcp.tool("change_many", **change, confirm=token)["contacts"] == 1
    assert "does not fit" in mcp.refused("change_many", **change, confirm=token)["error"]


@pytest.mark.parametrize("token", ["", "x", "1.x", "99999999999.x", "é.é", "9" * 100, "."])
def test_a_forged_token_is_refused(mcp: Mcp, world: World, token: str) -> None:
    response = mcp.result(
        "tools/call", {"name": "delete_contacts", "arguments": {"ids": [world.homer.id], "confirm": token}}
    )
    assert "confirm" in response["structuredContent"]
    assert exists(mcp, world.homer.id)


def test_an_old_token_is_refused(mcp: Mcp, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token = mcp.tool("delete_contacts", ids=[world.homer.id])["confirm"]
    later = time.time() + confirmations.VALID_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert "does not fit" in mcp.refused("delete_contacts", ids=[world.homer.id], confirm=token)["error"]


def test_merging_shows_what_becomes_of_each_value(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        fields = {"real_name": "Homer J. Simpson", "employer": "Plant", "birthday": "1956-05-12"}
        twin = create_contact(tx, world.alice, fields)
        update_contact(tx, world.alice, world.homer.id, {"employer": "Duff"})
    merge = {"keep_id": world.homer.id, "merge_ids": [twin.id]}
    preview = mcp.tool("merge_contacts", **merge)
    plan = preview["preview"]["fields"][0]
    assert plan["fills"]["birthday"] == "1956-05-12"
    assert any("Plant" in line for line in plan["goes_into_a_note"])
    assert exists(mcp, twin.id)
    merged = mcp.tool("merge_contacts", **merge, confirm=preview["confirm"])
    assert merged["contact"]["id"] == world.homer.id
    assert mcp.tool("get_contacts", ids=[twin.id])["items"][0]["id"] == world.homer.id
    for wrong in ({"employer": "x"}, {"employer": True}, {"colour": world.homer.id}, {"employer": world.moe.id + 99}):
        refused = mcp.refused("merge_contacts", keep_id=world.homer.id, merge_ids=[world.marge.id], choices=wrong)
        assert refused["problems"][0]["field"].startswith("choices.")
    assert mcp.refused("merge_contacts", keep_id=world.homer.id, merge_ids=[world.homer.id])["problems"]


def test_many_are_changed_by_a_filter(mcp: Mcp, world: World) -> None:
    change: dict[str, Any] = {"filter": "name:simpson", "set": {"add_tags": ["family"], "add_folders": ["Home"]}}
    preview = mcp.tool("change_many", **change)
    assert preview["preview"]["count"] == 2
    done = mcp.tool("change_many", **change, confirm=preview["confirm"])
    assert (done["tags_added"], done["folders_added"]) == (2, 2)
    assert mcp.tool("find_contacts", filter="tag:family folder:Home")["total"] == 2
    cadence = {"filter": "tag:family", "set": {"cadence": "1m"}}
    token = mcp.tool("change_many", **cadence)["confirm"]
    mcp.tool("change_many", **cadence, confirm=token)
    for wrong in ({"set": {}}, {"set": {"add_tags": ["x"]}}, {"set": {"cadence": "often"}, "filter": "name:x"},
                  {"set": {"tags": ["x"]}, "filter": "name:x"}, {"set": {"status": "gone"}, "ids": [1]}):  # fmt: skip
        assert mcp.refused("change_many", **wrong)["problems"]


def asking(mcp: Mcp) -> Mcp:
    return replace(mcp, capabilities={"elicitation": {}})


def test_a_client_that_can_ask_is_asked(mcp: Mcp, world: World) -> None:
    call = {"name": "delete_contacts", "arguments": {"ids": [world.homer.id]}}
    asked = asking(mcp).result("tools/call", call)
    assert asked["resultType"] == "input_required"
    form = asked["inputRequests"]["confirm"]["params"]
    assert "Homer Simpson" in form["message"] and form["mode"] == "form"
    state = {"requestState": asked["requestState"]}
    declined = asking(mcp).result("tools/call", call | state | {"inputResponses": {"confirm": {"action": "decline"}}})
    assert declined["structuredContent"]["declined"] is True
    for liar in ({"action": "accept"}, {"action": "accept", "content": {"confirm": "yes"}}, "accept", None):
        asking(mcp).result("tools/call", call | state | {"inputResponses": {"confirm": liar}})
    agreed = {"inputResponses": {"confirm": {"action": "accept", "content": {"confirm": True}}}}
    forged = asking(mcp).result("tools/call", call | agreed | {"requestState": "9" * 30})
    assert forged["isError"] is True
    without = asking(mcp).result("tools/call", call | agreed)
    assert without.get("isError") is not False or without["resultType"] == "input_required"
    assert exists(mcp, world.homer.id)
    done = asking(mcp).result("tools/call", call | state | agreed)
    assert done["structuredContent"]["deleted"] == [world.homer.id]
