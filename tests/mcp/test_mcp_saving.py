"""The tools that change contacts at once: save, organize, note, remind, relate, cadence, segment."""

from typing import Any

import pytest
from mcp.mcp_calls import Mcp
from world import World


def save(mcp: Mcp, *contacts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = mcp.tool("save_contacts", contacts=list(contacts), **more)["items"]
    return items


def whole(mcp: Mcp, contact_id: int, *include: str) -> dict[str, Any]:
    usual = {"include": list(include)} if include else {}
    contact: dict[str, Any] = mcp.tool("get_contacts", ids=[contact_id], **usual)["items"][0]
    return contact


def test_upsert_changes_whom_it_finds_and_creates_the_others(mcp: Mcp, world: World) -> None:
    found, new, same = save(
        mcp,
        {"email": "HOMER@example.org", "employer": "Plant"},
        {"real_name": "Lisa Simpson", "email": "lisa@example.org", "birthday": "1981-05-09", "add_tags": ["sax"]},
        {"match": {"by": "email", "value": "lisa@example.org"}, "nickname": "Lis"},
    )
    assert (found["outcome"], found["id"]) == ("updated", world.homer.id)
    assert (new["outcome"], same["outcome"]) == ("created", "updated")
    assert new["id"] == same["id"]
    lisa = whole(mcp, new["id"])
    assert (lisa["nickname"], lisa["birthday"], lisa["tags"]) == ("Lis", "1981-05-09", ["sax"])
    assert save(mcp, {"email": "lisa@example.org", "nickname": "Lis"})[0]["outcome"] == "unchanged"


def test_one_that_fails_leaves_the_others(mcp: Mcp) -> None:
    bad, good = save(mcp, {"real_name": "Bart", "birthday": "soon"}, {"real_name": "Maggie"})
    assert bad["outcome"] == "refused"
    assert bad["problems"][0]["field"] == "birthday"
    assert good["outcome"] == "created"
    assert mcp.tool("find_contacts", query="Bart")["items"] == []


def test_several_matches_are_candidates(mcp: Mcp) -> None:
    ids = {save(mcp, {"real_name": name, "email": "both@example.org"}, mode="create")[0]["id"] for name in ("A", "B")}
    several = save(mcp, {"email": "both@example.org", "nickname": "x"})[0]
    assert several["outcome"] == "several"
    assert {each["id"] for each in several["candidates"]} == ids
    oldest = save(mcp, {"email": "both@example.org", "nickname": "x"}, if_several="oldest")[0]
    assert oldest["id"] == min(ids)


def test_update_needs_a_contact_and_never_creates(mcp: Mcp, world: World) -> None:
    missing, unknown, by_id = save(
        mcp,
        {"nickname": "x"},
        {"match": {"by": "email", "value": "no@example.org"}},
        {"match": {"by": "id", "value": str(world.homer.id)}, "nickname": "Homie"},
        mode="update",
    )
    assert (missing["outcome"], unknown["outcome"], by_id["outcome"]) == ("refused", "refused", "updated")
    assert "match" in missing["problems"][0]["field"]
    assert save(mcp, {"match": {"by": "id", "value": "999999"}, "nickname": "x"})[0]["outcome"] == "refused"


def test_lists_are_added_to_replaced_and_cleared(mcp: Mcp, world: World) -> None:
    homer = {"match": {"by": "id", "value": str(world.homer.id)}}
    saved = save(
        mcp,
        homer
        | {
            "add_handles": [{"channel": "phone", "value": "+1 939 555 0113", "label": "work"}],
            "addresses": [{"address_line_1": "742 Evergreen Terrace", "locality": "Springfield", "country": "US"}],
            "dates": [{"label": "Wedding", "on": "--06-01"}],
            "employer": "Plant",
        },
    )
    assert saved[0]["outcome"] == "updated", saved
    contact = whole(mcp, world.homer.id)
    assert {each["channel"] for each in contact["handles"]} == {"email", "phone"}
    assert contact["addresses"][0]["locality"] == "Springfield"
    assert contact["dates"] == [{"label": "Wedding", "on": "--06-01"}]
    removed = {"channel": "phone", "value": "+19395550113"}
    save(mcp, homer | {"remove_handles": [removed], "addresses": [], "clear": ["employer", "email"]})
    contact = whole(mcp, world.homer.id)
    assert not contact.keys() & {"handles", "addresses", "employer"}


def test_tags_and_folders_by_name(mcp: Mcp, world: World) -> None:
    ids = [world.homer.id, world.marge.id]
    problem = mcp.refused("organize_contacts", ids=ids, add_tags=["parents"])["problems"][0]
    assert "does not exist" in problem["problem"]
    made = mcp.tool("organize_contacts", ids=ids, add_tags=["parents"], add_folders=["Family"], make_missing=True)
    assert made["tags_added"] == made["folders_added"] == 2
    assert mcp.tool("organize_contacts", ids=ids, add_tags=["Parents"])["changed"] == 0
    problem = mcp.refused("organize_contacts", ids=ids, remove_tags=["parent"])["problems"][0]
    assert "parents" in problem["problem"]
    taken = mcp.tool("organize_contacts", ids=ids[:1], remove_tags=["PARENTS"], remove_folders=["family"])
    assert (taken["tags_removed"], taken["folders_removed"]) == (1, 1)
    brief = mcp.tool("find_contacts", query="marge")["items"][0]
    assert (brief["tags"], brief["folders"]) == (["parents"], ["Family"])


def test_a_contact_that_is_not_there_is_named(mcp: Mcp, world: World) -> None:
    refused = mcp.refused("organize_contacts", ids=[world.homer.id, 999_999], add_tags=["x"], make_missing=True)
    assert "999999" in refused["error"]


def test_notes_and_logged_conversations(mcp: Mcp, world: World) -> None:
    ids = [world.homer.id, world.marge.id]
    mcp.tool("add_note", contact_ids=ids, text="Met at the plant")
    mcp.tool("add_note", contact_ids=ids[:1], text="Pinned", pinned=True)
    mcp.tool("add_note", contact_ids=ids, text="Called", kind="call", happened_at="2026-03-01T10:00:00Z")
    contact = whole(mcp, world.homer.id, "notes")
    assert {each["their_text"] for each in contact["notes"]} == {"Met at the plant", "Pinned"}
    assert contact["last_touch"].startswith("2026-03-01T10:00")
    for wrong in (
        {"contact_ids": ids, "text": "x", "pinned": True},
        {"contact_ids": ids, "text": "x", "happened_at": "2026-01-01T00:00:00Z"},
        {"contact_ids": ids, "text": "x", "kind": "call", "pinned": True},
        {"contact_ids": ids, "text": "x", "kind": "call", "happened_at": "2999-01-01T00:00:00Z"},
    ):
        assert mcp.refused("add_note", **wrong)["problems"]


def test_reminders_are_set_changed_and_cancelled(mcp: Mcp, world: World) -> None:
    set_ = mcp.tool("set_reminder", contact_id=world.homer.id, title="Call", due_at="2030-01-01T09:00:00Z")
    reminder = set_["reminder"]
    repeat = {"n": 2, "unit": "week"}
    changed = mcp.tool("set_reminder", reminder_id=reminder["id"], title="Call again", repeat=repeat)["reminder"]
    assert (changed["title"], changed["repeat"]) == ("Call again", "2 week")
    assert whole(mcp, world.homer.id, "reminders")["reminders"][0]["title"] == "Call again"
    before = {"n": 3, "unit": "day", "date": "birthday"}
    assert mcp.tool("set_reminder", contact_id=world.homer.id, title="Gift", before=before)["reminder"]["before"]
    assert mcp.tool("set_reminder", reminder_id=reminder["id"], cancel=True)["cancelled"] == reminder["id"]
    assert "not found" in mcp.refused("set_reminder", reminder_id=reminder["id"], title="x")["error"].lower()
    for wrong in ({"title": "x"}, {"cancel": True}, {"reminder_id": "x"}, {"title": "x", "due_at": "soon"}):
        assert mcp.refused("set_reminder", **wrong)["problems"]


def test_people_are_related_in_words(mcp: Mcp, world: World) -> None:
    bart = save(mcp, {"real_name": "Bart Simpson"})[0]["id"]
    related = mcp.tool("relate_contacts", first=bart, second=world.marge.id, type="mother")["related"]
    assert related.startswith("Marge Simpson is the Mother of Bart Simpson")
    parents = whole(mcp, bart, "relationships")["relationships"]
    assert parents[0] == {"contact_id": world.marge.id, "name": "Marge Simpson", "is_their": "Mother"}
    again = mcp.tool("relate_contacts", first=bart, second=world.marge.id, type="Parent", anniversary="--05-01")
    assert again["related"]
    assert mcp.tool("relate_contacts", first=bart, second=world.marge.id, type="Mother", remove=True)["removed"]
    assert "relationships" not in whole(mcp, bart, "relationships")
    assert (
        "not the"
        in mcp.refused("relate_contacts", first=bart, second=world.marge.id, type="Aunt", remove=True)["error"]
    )
    assert "Mother" in mcp.refused("relate_contacts", first=bart, second=bart, type="Mothr")["problems"][0]["problem"]


def test_a_cadence_of_people_and_tags(mcp: Mcp, world: World) -> None:
    mcp.tool("organize_contacts", ids=[world.homer.id], add_tags=["friends"], make_missing=True)
    assert mcp.tool("set_cadence", tag="friends", every="2m")["rules"][0]["every"] == "every 2 months"
    own = mcp.tool("set_cadence", contact_ids=[world.homer.id], every="1w")
    assert own["due"][str(world.homer.id)]
    mcp.tool("add_note", contact_ids=[world.homer.id], text="Hi", kind="call", happened_at="2020-01-01T00:00:00Z")
    due = mcp.tool("who_to_reach", kinds=["overdue"])["items"][0]
    assert due["contact"]["id"] == world.homer.id and "days late" in due["reason"]
    mcp.tool("set_cadence", contact_ids=[world.homer.id], snooze_until="2030-01-01")
    assert mcp.tool("who_to_reach", kinds=["overdue"])["items"] == []
    mcp.tool("set_cadence", contact_ids=[world.homer.id], every="none")
    for wrong in (
        {},
        {"every": "2m"},
        {"every": "often", "contact_ids": [world.homer.id]},
        {"tag": "frends", "every": "1w"},
    ):
        assert mcp.refused("set_cadence", **wrong)["problems"]


def test_a_segment_is_saved_with_its_count(mcp: Mcp) -> None:
    saved = mcp.tool("save_segment", title="Simpsons", filter="name:simpson")
    assert saved["count"] == len(saved["examples"]) == 2
    segment_id = saved["segment"]["id"]
    assert mcp.tool("find_contacts", segment=segment_id)["total"] == 2
    changed = mcp.tool("save_segment", title="Homers", filter="name:homer", segment_id=segment_id)
    assert changed["count"] == 1
    assert mcp.refused("save_segment", title="Homers", filter="name:homer")["problems"][0]["field"] == "name"
    assert "colour" in mcp.refused("save_segment", title="x", filter="colour:red")["problems"][0]["problem"]


@pytest.mark.parametrize("name", ["save_contacts", "delete_contacts", "add_note", "set_reminder", "change_many"])
def test_a_reader_cannot_write(reader: Mcp, name: str) -> None:
    response = reader.post("tools/call", {"name": name, "arguments": {}})
    assert response.status == 403
    assert isinstance(response.json["id"], int)
    challenge = response.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge and 'scope="contacts:read contacts:write"' in challenge


def test_a_problem_of_a_relationship_names_the_argument(world: World, mcp: Mcp) -> None:
    refused = mcp.refused("relate_contacts", first=world.marge.id, second=world.marge.id, type="Friend")
    assert refused["problems"][0]["field"] == "second", refused


def test_a_contact_without_a_name_or_a_way_to_reach_is_not_saved(mcp: Mcp) -> None:
    saved = mcp.tool("save_contacts", mode="create", contacts=[{"job_title": "Clerk"}, {"nickname": "Bart"}])["items"]
    assert [each["outcome"] for each in saved] == ["refused", "created"]
    assert "needs a name" in str(saved[0])
