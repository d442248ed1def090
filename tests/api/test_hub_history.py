"""Our own contract: the history of the organization, and undo."""

from client import Client
from many_changes import change_very_often
from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.reminders import create_reminder
from coterie.worker.loop import Worker

HISTORY = "/api/hub/v1/history"
CONTACTS = "/api/hub/v1/contacts"


def test_what_was_done_at_once_is_one_item_and_is_undone(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.id}"
    hub.patch(path, {"nickname": "Midge", "tags": ["Painter", "Mother"], "note": "Blue hair"})
    unit = hub.get(HISTORY).json["items"][0]
    assert {each["kind"] for each in unit["events"]} >= {"contact.updated", "contact.tagged", "note.created"}
    assert (unit["user_id"], unit["via"], unit["is_undone"]) == (world.alice.user_id, "hub", False)
    undone = hub.post(f"{HISTORY}/undo", {"first": unit["first"], "last": unit["last"]}).json
    assert (undone["cannot"], undone["contact_ids"]) == ([], [world.marge.id])
    contact = hub.get(path, include="tags").json
    assert (contact["nickname"], contact["tags"], contact["note"]) == (None, [], None)
    newest, before = hub.get(HISTORY, limit=2).json["items"]
    assert (newest["undoes"], before["is_undone"]) == (unit["first"], True)
    hub.post(f"{HISTORY}/undo", {"first": undone["first"], "last": undone["last"]})
    assert hub.get(path).json["nickname"] == "Midge"


def test_the_history_names_the_token(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.id}"
    token = hub.post("/api/hub/v1/tokens", {"name": "Newsletter"}).json
    hub.with_token(token["token"]).patch(path, {"nickname": "Midge"})
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"nickname": "Marjorie"})
    assert [each["token_id"] for each in hub.get(HISTORY, limit=2).json["items"]] == [None, token["id"]]
    assert [each["token_id"] for each in hub.get(f"{path}/history", limit=2).json["items"]] == [None, token["id"]]


def test_the_history_is_read_in_pages_and_filtered(world: World, hub: Client) -> None:
    for number in range(5):
        hub.patch(f"{CONTACTS}/{world.marge.id}", {"nickname": f"M{number}"})
    hub.patch(f"{CONTACTS}/{world.homer.id}", {"nickname": "H"})
    everything, query = [], {"limit": 2}
    while True:
        page = hub.get(HISTORY, **query).json
        everything += [each["first"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert everything == sorted(set(everything), reverse=True)
    assert everything == [each["first"] for each in hub.get(HISTORY, limit=200).json["items"]]
    of_homer = hub.get(HISTORY, contact_id=world.homer.id).json["items"]
    assert of_homer[0]["first"] == everything[0]
    assert everything[1] not in [each["first"] for each in of_homer]
    assert len(hub.get(HISTORY, via="hub").json["items"]) == 6
    assert hub.get(HISTORY, user_id=world.bob.user_id).json["items"] == []
    assert hub.get(HISTORY, contact_id=world.moe.id + 10_000).status == 404


def test_a_job_is_undone_by_its_id_or_by_its_request(world: World, hub: Client) -> None:
    assert hub.post(f"{HISTORY}/undo", {"job_id": "01a22727-6c01-7eaf-a265-287e884b7c61"}).status == 404
    assert hub.post(f"{HISTORY}/undo", {"first": 1}).status == 422
    assert hub.post(f"{HISTORY}/undo", {"first": 9_000, "last": 9_001}).status == 404


def test_very_many_changes_are_undone_in_the_background(world: World, hub: Client) -> None:
    first, last = change_very_often(world)
    started = hub.post(f"{HISTORY}/undo", {"first": first, "last": last})
    assert (started.status, started.json["state"], started.json["event_count"]) == (202, "waiting", 502)
    assert (started.json["first"], started.json["last"]) == (None, None)
    path = f"{HISTORY}/undo/{started.json['job_id']}"
    assert hub.get(path).json == started.json
    assert hub.post(f"{HISTORY}/undo", {"first": first, "last": last}).status == 409
    worker = Worker(world.database, world.database.settings)
    while worker.run_one():
        pass
    undone = hub.get(path).json
    assert (undone["state"], undone["done_count"], undone["undone_count"]) == ("done", 502, 501)
    assert [(each["reason"], each["fields"]) for each in undone["cannot"]] == [("changed_since", ["bio"])]
    assert hub.get(f"{CONTACTS}/{world.marge.id}").json["nickname"] is None
    again = hub.post(f"{HISTORY}/undo", {"first": undone["first"], "last": undone["last"]})
    assert (again.status, again.json["cannot"]) == (200, [])
    assert hub.get(f"{CONTACTS}/{world.marge.id}").json["nickname"] == "Midge"
    assert hub.get(f"{HISTORY}/undo/{world.marge.uuid}").status == 404


def test_reminders_of_others_are_neither_listed_nor_undone(world: World, hub: Client) -> None:
    with world.database.write() as tx:
        fields = {"title": "Call", "due_at": "2030-01-01T10:00:00Z"}
        create_reminder(tx, world.bob, fields, world.marge.id)
        first = tx.units[world.organization.id]
    kinds = {event["kind"] for unit in hub.get(HISTORY).json["items"] for event in unit["events"]}
    assert not any(kind.startswith("reminder.") for kind in kinds)
    undone = hub.post(f"{HISTORY}/undo", {"first": first, "last": first}).json
    assert [each["reason"] for each in undone["cannot"]] == ["not_yours"]
