"""The tools about what happened and what is due: read_timeline, list_changes, who_to_reach, find_duplicates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.dates import create_date
from coterie.actions.notes import create_note
from coterie.actions.reminders import create_reminder
from coterie.actions.touches import log_touch
from coterie.identity.scan import store_pairs_of


def fill(world: World) -> None:
    with world.database.write() as tx:
        create_note(tx, world.alice, {"text": "x" * 600, "contacts": [world.homer.uuid]})
        update_contact(tx, world.alice, world.homer.id, {"employer": "Plant", "job_title": "Inspector"})
        log_touch(
            tx, world.alice, [world.homer.id], kind="call", text="About donuts", happened_at="2026-01-02T03:04:05Z"
        )
        log_touch(tx, world.alice, [world.homer.id], kind="meeting", happened_at="2026-02-02T03:04:05Z")


def test_a_timeline_has_notes_conversations_and_changes(mcp: Mcp, world: World) -> None:
    fill(world)
    entries = mcp.tool("read_timeline", contact_id=world.homer.id)["items"]
    assert {"note", "call", "meeting", "contact.updated", "contact.created"} <= {each["kind"] for each in entries}
    note = next(each for each in entries if each["kind"] == "note")
    assert len(note["their_text"]) <= 500 and note["cut"] is True
    change = next(each for each in entries if each["kind"] == "contact.updated")
    assert change["changes"]["employer"] == [None, "Plant"] and change["by"] == "you"


@pytest.mark.parametrize(
    ("kinds", "found"),
    [(["touch"], {"call", "meeting"}), (["note"], {"note"}), (["message"], set()), (["change", "note"], None)],
)
def test_a_timeline_of_some_kinds(mcp: Mcp, world: World, kinds: list[str], found: set[str] | None) -> None:
    fill(world)
    entries = mcp.tool("read_timeline", contact_id=world.homer.id, kinds=kinds)["items"]
    assert found is None or {each["kind"] for each in entries} == found


def test_a_timeline_between_moments_and_page_by_page(mcp: Mcp, world: World) -> None:
    fill(world)
    between = mcp.tool(
        "read_timeline", contact_id=world.homer.id, after="2026-01-01T00:00:00Z", before="2026-02-01T00:00:00Z"
    )
    assert [each["kind"] for each in between["items"]] == ["call"]
    assert between["next_cursor"] is None
    whole = mcp.tool("read_timeline", contact_id=world.homer.id, limit=100)["items"]
    pages: list[Any] = []
    cursor: dict[str, Any] = {}
    while True:
        page = mcp.tool("read_timeline", contact_id=world.homer.id, limit=1, **cursor)
        pages += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert pages == whole


def test_a_timeline_of_nobody_is_refused(mcp: Mcp, world: World) -> None:
    assert "not found" in mcp.refused("read_timeline", contact_id=999_999)["error"]
    problem = mcp.refused("read_timeline", contact_id=world.homer.id, before="soon")["problems"][0]
    assert problem["field"] == "before"


def test_changes_continue_with_the_cursor(mcp: Mcp, world: World) -> None:
    first = mcp.tool("list_changes")
    assert any(each["what"] == "contact.created" for each in first["items"])
    assert mcp.tool("list_changes", since=first["next_cursor"])["items"] == []
    fill(world)
    news = mcp.tool("list_changes", since=first["next_cursor"])
    updated = [each for each in news["items"] if each["what"] == "contact.updated"]
    assert [each["contacts"][0]["name"] for each in updated] == ["Homer Simpson"]
    assert (updated[0]["by"], updated[0]["via"], "token" in updated[0]) == ("you", "test", False)
    mcp.tool("organize_contacts", ids=[world.homer.id], add_tags=["x"], make_missing=True)
    tagged = mcp.tool("list_changes", since=news["next_cursor"])["items"][-1]
    assert (tagged["via"], tagged["token"]) == ("mcp", "bootstrap")


def test_changes_of_one_kind(mcp: Mcp, world: World) -> None:
    fill(world)
    assert {each["what"] for each in mcp.tool("list_changes", kinds=["note"])["items"]} == {"note.created"}


def test_reminders_of_others_are_not_listed(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        create_reminder(tx, world.bob, {"title": "Secret", "due_at": "2030-01-01T00:00:00Z"}, world.homer.id)
    assert mcp.tool("list_changes", kinds=["reminder"])["items"] == []
    assert mcp.tool("who_to_reach", within_days=366, kinds=["reminder"])["items"] == []


def test_birthdays_dates_and_reminders_are_reasons_to_reach_somebody(mcp: Mcp, world: World) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"birthday": f"1956-{tomorrow:%m-%d}"})
        create_date(tx, world.alice, world.marge.id, {"label": "Wedding", "occurs_on": f"--{tomorrow:%m-%d}"})
        late = {"title": "Call her", "due_at": "2020-01-01T00:00:00Z"}
        create_reminder(tx, world.alice, late, world.marge.id)
    found = mcp.tool("who_to_reach")
    assert found["items"][0]["kind"] == "reminder"
    assert {each["kind"] for each in found["items"]} == {"reminder", "birthday", "anniversary"}
    assert f"turns {tomorrow.year - 1956}" in [each["reason"] for each in found["items"]]
    assert [each["kind"] for each in mcp.tool("who_to_reach", kinds=["birthday"])["items"]] == ["birthday"]
    only = mcp.tool("who_to_reach", filter="name:homer")["items"]
    assert [each["contact"]["name"] for each in only] == ["Homer Simpson"]
    assert mcp.tool("who_to_reach", within_days=0, kinds=["birthday"])["items"] == []


def test_duplicates_have_a_score_and_reasons(mcp: Mcp, world: World) -> None:
    with world.database.write() as tx:
        twin = create_contact(tx, world.alice, {"real_name": "Homer Simpson", "email": "homer@example.org"})
    world.compute_keys()
    with world.database.write() as tx:
        store_pairs_of(tx, world.organization.id, [twin.id])
    pair = mcp.tool("find_duplicates")["items"][0]
    assert {each["id"] for each in pair["contacts"]} == {world.homer.id, twin.id}
    assert "same" in pair["reasons"]
    assert mcp.tool("find_duplicates", contact_id=twin.id)["items"]
    assert mcp.tool("find_duplicates", contact_id=world.marge.id)["items"] == []
    assert mcp.tool("find_duplicates", min_score=99)["items"] == []
