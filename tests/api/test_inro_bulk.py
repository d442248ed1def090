"""PUT /contacts/bulk: whom it means is settled at once, the worker writes, /batch_tasks tells how far it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from client import Client
from crowds import add_people
from world import World

from coterie.actions.contacts import delete_contact
from coterie.app import create_app
from coterie.model import times
from coterie.settings import Settings
from coterie.worker.loop import Worker

BULK, TASKS = "/api/v1/contacts/bulk", "/api/v1/batch_tasks"


class Desk:
    """One organization in a database of its own, with a client and a worker at hand."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.database, self.world = world.database, world
        self.client = Client(create_app(self.database, settings), token=world.alice_token)
        self.worker = Worker(self.database, settings)

    def send(self, *entries: dict[str, Any]) -> Any:
        return self.client.put(BULK, {"contacts": list(entries)})

    def run(self, *entries: dict[str, Any]) -> dict[str, Any]:
        """Send, let the worker work, and give the task."""
        receipt = self.send(*entries).json
        assert self.worker.run_one()
        task: dict[str, Any] = self.client.get(f"{TASKS}/{receipt['batch_task_id']}").json
        return task

    def contact(self, contact_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/api/v1/contact", id=contact_id).json
        return found


@pytest.fixture
def desk(fresh_world: World, fresh_settings: Settings) -> Iterator[Desk]:
    desk = Desk(fresh_world, fresh_settings)
    yield desk
    desk.client.close()


# The receipt ----------------------------------------------------------------------------------------------------------


def test_the_receipt_counts_whom_it_knows_and_gives_back_whom_not(inro: Client) -> None:
    change = {"contact": {"language": "fr"}}
    response = inro.put(BULK, {"contacts": [
        {"id": 1, **change}, {"email": "Homer@Example.org", **change}, {"username": "@Marge", **change},
        {"email": "Nobody@example.org", **change}, {"id": 77, **change}, {"username": "not a handle", **change},
        {"id": 2**40, **change}, {"id": -5, **change}, {"email": "moe@example.org", **change},
    ]})  # fmt: skip
    assert response.status == 202
    task_id = response.json["batch_task_id"]
    assert isinstance(task_id, str)
    assert response.json == {
        "batch_task_id": task_id, "status": "pending", "accepted_count": 3, "not_found_count": 6,
        "not_found": [
            {"email": "Nobody@example.org"}, {"id": 77}, {"username": "not a handle"}, {"id": 2**40}, {"id": -5},
            {"email": "moe@example.org"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("contacts", "message"),
    [
        (None, "contacts is empty"),
        ([], "contacts is empty"),
        ("x", "contacts is invalid"),
        ([{}], "contacts[0][contact] is missing"),
        ([5], "contacts[0] is invalid"),
        ([{"id": 1, "contact": 5}], "contacts[0][contact] is invalid"),
        ([{"id": "x", "contact": {}}], "contacts[0][id] is invalid"),
        (
            [{"id": 1, "contact": {}}, {"contact": {}}],
            "contacts[1] id, username, email are missing, exactly one parameter must be provided",
        ),
        ([{"id": 1, "email": "a@b.example", "contact": {}}], "contacts[0] id, email are mutually exclusive"),
        (
            [{"id": 1, "contact": {}}, {"id": 2, "contact": {"status": "gone", "bio": "x" * 5001}}],
            "contacts[1][contact][status] does not have a valid value, contacts[1][contact][bio] is invalid",
        ),
        ([{"id": 1, "contact": {"notes": "a\0b"}}], "contacts[0][contact][notes] is invalid"),
        ([{"id": 1, "contact": {}}] * 1001, "contacts is invalid"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_a_bulk_update_is_refused_whole(inro: Client, contacts: Any, message: str) -> None:
    response = inro.put(BULK, {"contacts": contacts})
    assert response.status == 400
    assert sorted(response.json["error"].split(", contacts")) == sorted(message.split(", contacts"))
    assert inro.get(TASKS).json == []


def test_a_thousand_entries_are_accepted(inro: Client) -> None:
    response = inro.put(
        BULK, {"contacts": [{"id": number, "contact": {"language": "fr"}} for number in range(1, 1001)]}
    )
    assert (response.status, response.json["accepted_count"], response.json["not_found_count"]) == (202, 2, 998)


def test_a_task_is_listed_newest_first_and_belongs_to_its_organization(
    client: Client, inro: Client, world: World
) -> None:
    first, second = (
        inro.put(BULK, {"contacts": [{"id": number, "contact": {}}]}).json["batch_task_id"] for number in (1, 2)
    )
    response = inro.get(TASKS)
    assert [task["id"] for task in response.json] == [second, first]
    assert response.headers["x-total"] == "2"
    assert inro.get(f"{TASKS}/{first}").json["status"] == "pending"
    charlie = client.with_token(world.charlie_token)
    assert charlie.get(TASKS).json == []
    response = charlie.get(f"{TASKS}/{first}")
    assert (response.status, response.json) == (404, {"error": "Batch task not found"})


@pytest.mark.parametrize("task_id", ["1", "abc123", "\0", "x" * 500, "00000000-0000-7000-8000-000000000000"])
def test_an_unknown_task_is_404(inro: Client, task_id: str) -> None:
    response = inro.get(f"{TASKS}/{task_id}")
    assert (response.status, response.json) == (404, {"error": "Batch task not found"})


# The work -------------------------------------------------------------------------------------------------------------


def test_the_worker_writes_what_was_sent_and_the_task_says_so(desk: Desk) -> None:
    desk.client.post("/api/v1/folders", {"folder": {"name": "VIP"}})
    desk.client.post("/api/v1/contact_properties", {"contact_property": {"title": "Plan"}})
    everything = {"status": "optout", "folder_ids": [1], "custom_properties": {"plan": "pro"}, "phone": "+33612345678"}
    receipt = desk.send({"id": 1, "contact": everything}, {"email": "homer@example.org", "contact": {"name": "H"}}).json
    task = desk.client.get(f"{TASKS}/{receipt['batch_task_id']}").json
    assert (task["status"], task["total_count"], task["processed_count"]) == ("pending", 2, 0)
    assert desk.contact(1)["status"] == "subscribed"
    assert desk.worker.run_one()
    task = desk.client.get(f"{TASKS}/{receipt['batch_task_id']}").json
    assert task == {
        "id": receipt["batch_task_id"], "task_type": "contacts_bulk_update", "status": "completed", "total_count": 2,
        "processed_count": 2, "updated_count": 2, "failed_count": 0, "failures": [], "created_at": task["created_at"],
        "updated_at": task["updated_at"], "completed_at": task["completed_at"],
    }  # fmt: skip
    assert task["completed_at"]
    marge = desk.contact(1)
    assert (marge["status"], marge["phone"]) == ("optout", "+33612345678")
    assert marge["folders"] == [{"id": 1, "name": "VIP"}]
    assert marge["custom_properties"] == {"plan": "pro"}
    assert desk.contact(2)["name"] == "H"
    assert not desk.worker.run_one()


def test_one_bad_row_costs_itself_only_and_is_listed_with_its_reason(desk: Desk) -> None:
    task = desk.run(
        {"id": 1, "contact": {"language": "fr"}},
        {"id": 2, "contact": {"language": "fr", "username": "marge"}},
        {"id": 2, "contact": {"language": "de", "email": "nonsense", "folder_ids": [5]}},
        {"id": 2, "contact": {"bio": "D'oh"}},
    )
    assert (task["status"], task["processed_count"], task["updated_count"], task["failed_count"]) == (
        "completed", 4, 2, 2,
    )  # fmt: skip
    assert [failure["id"] for failure in task["failures"]] == [2, 2]
    assert "username" in task["failures"][0]["error"]
    assert "email" in task["failures"][1]["error"]
    assert desk.contact(1)["language"] == "fr"
    homer = desk.contact(2)
    assert (homer["language"], homer["bio"], homer["email"]) == (None, "D'oh", "homer@example.org")


def test_a_contact_that_was_deleted_is_a_failure_of_its_own(desk: Desk) -> None:
    receipt = desk.send({"id": 1, "contact": {"language": "fr"}}, {"id": 2, "contact": {"language": "fr"}}).json
    with desk.database.write() as tx:
        delete_contact(tx, desk.world.alice, 1)
    desk.worker.run_one()
    task = desk.client.get(f"{TASKS}/{receipt['batch_task_id']}").json
    assert task["failures"] == [{"id": 1, "error": "Contact not found"}]
    assert desk.contact(2)["language"] == "fr"


def test_a_job_that_is_run_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    task = desk.run({"id": 1, "contact": {"language": "fr", "username": "new", "notes": "n", "email": "n@example.org"}})
    before, events = desk.contact(1), _events(desk)
    with desk.database.write() as tx:  # as if the worker had died before it could say that it was done
        tx.run(
            "UPDATE jobs SET state = 'waiting', run_at = :now, progress = NULL WHERE organization_id = :id",
            {"now": times.now(), "id": desk.world.organization.id},
        )
    assert desk.worker.run_one()
    assert desk.contact(1) == before
    assert _events(desk) == events
    again = desk.client.get(f"{TASKS}/{task['id']}").json
    assert (again["status"], again["updated_count"], again["failed_count"]) == ("completed", 1, 0)


def test_a_worker_that_stops_between_batches_goes_on_where_it_was(desk: Desk) -> None:
    with desk.database.write() as tx:
        add_people(tx, desk.world.alice, [f"C{number}" for number in range(250)])
    receipt = desk.send(*[{"id": number, "contact": {"bio": "x"}} for number in range(1, 253)]).json
    desk.worker.stop()
    assert desk.worker.run_one()
    task = desk.client.get(f"{TASKS}/{receipt['batch_task_id']}").json
    assert (task["status"], task["processed_count"]) == ("pending", 0)
    with desk.database.write() as tx:  # as one leaves it that stopped after the first batch
        progress = '{"total":252,"done":100,"updated":100,"failed":0,"failures":[]}'
        tx.run(
            "UPDATE jobs SET progress = :progress WHERE organization_id = :organization_id",
            {"progress": progress, "organization_id": desk.world.organization.id},
        )
    assert desk.client.get(f"{TASKS}/{task['id']}").json["status"] == "processing"
    assert Worker(desk.database, Settings()).run_one()
    task = desk.client.get(f"{TASKS}/{task['id']}").json
    assert (task["status"], task["processed_count"], task["updated_count"]) == ("completed", 252, 252)
    assert [desk.contact(number)["bio"] for number in (100, 101, 252)] == [None, "x", "x"]


def test_an_empty_change_is_a_change_that_succeeds(desk: Desk) -> None:
    before = desk.contact(1)
    task = desk.run({"id": 1, "contact": {}})
    assert (task["status"], task["updated_count"]) == ("completed", 1)
    assert desk.contact(1) == before


def _events(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.database.read() as tx:
        return tx.all("SELECT id, kind FROM events WHERE organization_id = :id", {"id": desk.world.organization.id})
