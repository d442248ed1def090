"""Our own contract: the interactions and the history of a contact."""

from client import Client
from world import World

from coterie.actions.interactions import add_interactions
from coterie.actions.reminders import create_reminder
from coterie.model.imports import InteractionDraft

CONTACTS = "/api/hub/v1/contacts"


def test_interactions_are_listed_newest_first_in_pages(world: World, hub: Client) -> None:
    drafts = [
        InteractionDraft(kind=kind, direction="incoming", happened_at=f"2026-01-0{day}T00:00:00.000000Z", text=f"{day}")
        for day, kind in enumerate(("message", "comment", "message", "mention", "message"), 1)
    ]
    with world.database.write() as tx:
        add_interactions(tx, world.alice, world.marge.id, drafts)
    path, found, query = f"{CONTACTS}/{world.marge.id}/interactions", [], {"limit": 2}
    while True:
        page = hub.get(path, **query).json
        found += [each["text"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == ["5", "4", "3", "2", "1"]
    assert [each["text"] for each in hub.get(path, kind="message").json["items"]] == ["5", "3", "1"]
    assert hub.get(path, kind="letter").status == 400
    assert hub.get(f"{CONTACTS}/{world.homer.id}/interactions", cursor=query["cursor"]).status == 400


def test_the_history_says_who_changed_what_through_which_door(world: World, hub: Client) -> None:
    hub.patch(f"{CONTACTS}/{world.marge.id}", {"nickname": "Midge"})
    hub.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"language": "en"}})
    items = hub.get(f"{CONTACTS}/{world.marge.id}/history").json["items"]
    assert [(each["kind"], each["via"]) for each in items[:2]] == [
        ("contact.updated", "inro"), ("contact.updated", "hub"),
    ]  # fmt: skip
    assert items[1]["changes"] == {"nickname": [None, "Midge"]}
    assert items[1]["user_id"] == world.alice.user_id
    assert items[-1]["kind"] == "contact.created"
    first = hub.get(f"{CONTACTS}/{world.marge.id}/history", limit=1).json
    second = hub.get(f"{CONTACTS}/{world.marge.id}/history", limit=1, cursor=first["next_cursor"]).json
    assert [first["items"][0], second["items"][0]] == items[:2]


def test_the_reminders_of_others_are_not_in_the_history(world: World, hub: Client, client: Client) -> None:
    with world.database.write() as tx:
        fields = {"title": "Call", "due_at": "2030-01-01T10:00:00Z"}
        create_reminder(tx, world.bob, fields, world.marge.id)
    kinds = {each["kind"] for each in hub.get(f"{CONTACTS}/{world.marge.id}/history").json["items"]}
    assert not any(kind.startswith("reminder.") for kind in kinds)


def test_a_strangers_contact_has_no_timeline(world: World, hub: Client) -> None:
    for part in ("interactions", "history", "duplicates"):
        assert hub.get(f"{CONTACTS}/{world.moe.uuid}/{part}").status == 404
