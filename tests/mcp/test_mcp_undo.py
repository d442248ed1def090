"""Every change has an undo id, and the tool undo takes it back."""

from pathlib import Path
from typing import Any

import pytest
from imports.runs import applied, google, person
from many_changes import change_very_often
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.contacts import update_contact
from coterie.settings import Settings
from coterie.store.events import find_last_event
from coterie.store.jobs import find_job
from coterie.worker.loop import Worker


def confirmed(mcp: Mcp, tool: str, **arguments: Any) -> dict[str, Any]:
    return mcp.tool(tool, **arguments, confirm=mcp.tool(tool, **arguments)["confirm"])


def state(mcp: Mcp, world: World) -> list[Any]:
    """What an assistant reads of the two people, without what every change moves."""
    include = ["handles", "addresses", "dates", "relationships", "properties", "notes", "reminders"]
    found = mcp.tool("get_contacts", ids=[world.homer.id, world.marge.id], include=include)
    contacts = [{key: value for key, value in each.items() if key not in ("revision", "updated_at")}
                for each in found["items"]]  # fmt: skip
    for contact in contacts:
        # a merge that is made again writes its note again
        contact["notes"] = [note["their_text"] for note in contact.get("notes", ())]
    return [*contacts, found["missing"], mcp.tool("find_contacts", query="Lisa")["total"]]


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("save_contacts", {"contacts": [{"email": "homer@example.org", "employer": "Plant", "nickname": "Homie"}]}),
    ("save_contacts", {"contacts": [{"real_name": "Lisa", "email": "lisa@example.org"}, {"real_name": "Lisa B"}]}),
    ("organize_contacts", {"ids": "both", "add_tags": ["a", "b"], "add_folders": ["F"], "make_missing": True}),
    ("change_many", {"filter": "name:simpson", "set": {"add_tags": ["x"], "status": "optout"}}),
    ("add_note", {"contact_ids": "both", "text": "Hello"}),
    ("add_note", {"contact_ids": "both", "text": "Called", "kind": "call"}),
    ("set_reminder", {"contact_id": "homer", "title": "Call", "due_at": "2030-01-01T00:00:00Z"}),
    ("relate_contacts", {"first": "homer", "second": "marge", "type": "Wife"}),
    ("delete_contacts", {"ids": "both"}),
    ("merge_contacts", {"keep_id": "homer", "merge_ids": "marge_list"}),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_change_is_undone(mcp: Mcp, world: World, number: int) -> None:
    tool, arguments = CHANGES[number]
    both = [world.homer.id, world.marge.id]
    people: dict[Any, Any] = {
        "both": both, "homer": world.homer.id, "marge": world.marge.id, "marge_list": [world.marge.id],
    }  # fmt: skip
    given = {key: people[value] if isinstance(value, str) and value in people else value
             for key, value in arguments.items()}  # fmt: skip
    before = state(mcp, world)
    takes_two = tool in ("change_many", "delete_contacts", "merge_contacts")
    changed = confirmed(mcp, tool, **given) if takes_two else mcp.tool(tool, **given)
    after = state(mcp, world)
    assert after != before
    assert changed["undo"]["cannot"] == []
    undone = mcp.tool("undo", undo_id=changed["undo"]["id"])
    assert undone["cannot"] == []
    assert state(mcp, world) == before
    mcp.tool("undo", undo_id=undone["undo"]["id"])
    assert state(mcp, world) == after


def test_what_somebody_changed_since_is_left_alone(mcp: Mcp, world: World) -> None:
    changed = mcp.tool("save_contacts", contacts=[{"email": "homer@example.org", "employer": "Plant", "bio": "x"}])
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.homer.id, {"employer": "Duff"})
    undone = mcp.tool("undo", undo_id=changed["undo"]["id"])
    assert [(each["reason"], each["fields"]) for each in undone["cannot"]] == [("changed_since", ["employer"])]
    homer = mcp.tool("get_contacts", ids=[world.homer.id])["items"][0]
    assert homer["employer"] == "Duff" and "their_text" not in homer


def test_a_change_that_changed_nothing_has_no_undo(mcp: Mcp, world: World) -> None:
    same = mcp.tool("save_contacts", contacts=[{"email": "homer@example.org"}])
    assert same["undo"] is None


@pytest.mark.parametrize("undo_id", ["", "x", "1", "2-1", "0-0", "999999-999999", "1-2-3", "-1-2", "9" * 40])
def test_an_id_that_is_none_is_refused(mcp: Mcp, undo_id: str) -> None:
    refused = mcp.refused("undo", undo_id=undo_id)
    assert refused.get("problems") or refused["error"]


def test_a_range_of_several_changes_is_rejected(mcp: Mcp, world: World) -> None:
    first, second = [
        mcp.tool("save_contacts", contacts=[{"email": "homer@example.org", "nickname": name}])["undo"]["id"]
        for name in ("A", "B")
    ]
    refused = mcp.refused("undo", undo_id=f"{first.partition('-')[0]}-{second.partition('-')[2]}")
    assert refused["problems"][0]["field"] == "undo_id"
    mcp.refused("undo", undo_id=f"1-{10**12}")
    assert mcp.tool("get_contacts", ids=[world.homer.id])["items"][0]["nickname"] == "B"


def test_an_assistant_does_not_undo_an_import(mcp: Mcp, world: World, tmp_path: Path) -> None:
    applied(world.database, world.alice, tmp_path, google(tmp_path, person("Ned", "Flanders", "ned@example.org")))
    with world.database.read() as tx:
        event_id = find_last_event(tx, world.organization.id)
    undone = mcp.tool("undo", undo_id=f"{event_id}-{event_id}")
    assert [(each["what"], each["reason"]) for each in undone["cannot"]] == [("import.applied", "import")]


def test_two_assistants_at_once_undo_their_own(mcp: Mcp, world: World) -> None:
    bob = Mcp(mcp.client, world.bob_token)
    mine = mcp.tool("save_contacts", contacts=[{"email": "homer@example.org", "nickname": "A"}])
    his = bob.tool("save_contacts", contacts=[{"email": "marge@example.org", "nickname": "B"}])
    mcp.tool("undo", undo_id=mine["undo"]["id"])
    marge = mcp.tool("get_contacts", ids=[world.marge.id])["items"][0]
    assert marge["nickname"] == "B"
    assert mine["undo"]["id"] != his["undo"]["id"]


def test_very_many_changes_are_undone_in_the_background(mcp: Mcp, world: World, settings: Settings) -> None:
    first, last = change_very_often(world)
    undone = mcp.tool("undo", undo_id=f"{first}-{last}")
    assert undone["undo"]["cannot"] == []
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass
    with world.database.read() as tx:
        job = find_job(tx, world.organization.id, undone["job_id"])
    assert job is not None
    assert job.state == "done", job.last_error
    assert mcp.tool("get_contacts", ids=[world.marge.id])["items"][0].get("nickname") != "Midge"
