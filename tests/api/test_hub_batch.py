"""Batch: up to 200 operations, each with a result of its own."""

from typing import Any

from client import Client
from world import World

CONTACTS = "/api/hub/v1/contacts"
BATCH = f"{CONTACTS}/batch"


def run(hub: Client, operations: list[Any], **options: Any) -> dict[str, Any]:
    response = hub.post(BATCH, {"operations": operations, **options})
    assert response.status == 200, response.body
    result: dict[str, Any] = response.json
    return result


def test_each_operation_has_its_result_and_a_failing_one_stops_no_other(world: World, hub: Client) -> None:
    etag = hub.get(f"{CONTACTS}/{world.homer.id}").headers["etag"]
    operations = [
        {"op": "create", "ref": "a", "contact": {"real_name": "Lisa Simpson"}},
        {"op": "create", "ref": "b", "contact": {"real_name": "Bart", "birthday": "never"}},
        {"op": "update", "id": world.marge.id, "contact": {"nickname": "Midge"}},
        {"op": "update", "id": world.homer.uuid, "if_match": etag, "contact": {"nickname": "Homie"}},
        {"op": "update", "id": world.homer.id, "if_match": etag, "contact": {"nickname": "Max"}},
        {"op": "upsert", "match": [{"by": "email", "value": "ned@example.org"}], "contact": {"real_name": "Ned"}},
        {"op": "update", "id": world.moe.uuid, "contact": {"nickname": "stranger"}},
        {"op": "delete", "id": world.homer.id},
        {"op": "update", "id": world.homer.id, "contact": {}},
        {"op": "restore", "id": world.homer.id},
        {"op": "explode"},
        "nonsense",
        {"op": "update", "id": world.marge.id, "contact": {"nikname": "x"}},
    ]
    response = run(hub, operations)
    results = response["results"]
    assert [each["status"] for each in results] == [201, 422, 200, 200, 412, 201, 404, 200, 409, 200, 422, 422, 422]
    assert [each["index"] for each in results] == list(range(len(operations)))
    assert response["failed"] == sum(each["problem"] is not None for each in results) == 7
    assert (results[0]["ref"], results[0]["outcome"]) == ("a", "created")
    assert results[1]["problem"]["errors"][0]["field"] == "contact.birthday"
    assert results[11]["problem"]["detail"] == "operation is not an object"
    assert results[4]["problem"]["etag"] == results[3]["etag"]
    assert hub.get(f"{CONTACTS}/{results[0]['id']}").headers["etag"] == results[0]["etag"]
    names = {each["name"] for each in hub.get(CONTACTS).json["items"]}
    assert names == {"Lisa Simpson", "Marge Simpson", "Homer Simpson", "Ned"}


def test_atomic_is_all_or_nothing_with_every_problem(world: World, hub: Client) -> None:
    operations = [
        {"op": "create", "contact": {"real_name": "Lisa"}},
        {"op": "update", "id": world.marge.id, "contact": {"birthday": "never"}},
        {"op": "delete", "id": 4_000_000},
    ]
    response = hub.post(BATCH, {"operations": operations, "atomic": True})
    assert response.status == 422
    assert [each["field"] for each in response.json["errors"]] == ["operations.1.contact.birthday", "operations.2"]
    assert hub.get(CONTACTS, count="true").json["total"] == 2
    assert run(hub, operations[:1], atomic=True)["failed"] == 0
    assert hub.get(CONTACTS, count="true").json["total"] == 3


def test_the_limits_of_a_batch(hub: Client) -> None:
    create = {"op": "create", "contact": {"first_name": "x"}}
    assert len(run(hub, [create] * 200)["results"]) == 200
    for operations in ([create] * 201, [], None, {}):
        assert hub.post(BATCH, {"operations": operations}).status == 422
    assert hub.get(CONTACTS, count="true").json["total"] == 202


def test_an_idempotency_key_covers_the_whole_batch(hub: Client) -> None:
    body = {"operations": [{"op": "create", "contact": {"first_name": "x"}}, {"op": "explode"}]}
    first, again = (
        hub.call("POST", BATCH, json_body=body, headers={"idempotency-key": "batch"}) for _ in range(2)
    )  # fmt: skip
    assert first.body == again.body
    assert hub.get(CONTACTS, count="true").json["total"] == 3


def test_a_field_of_another_operation_that_names_a_contact_is_an_error(world: World, hub: Client) -> None:
    match, contact = [{"by": "email", "value": "marge@example.org"}], {"nickname": "M"}
    for op, field, value in (
        ("create", "id", world.marge.id), ("create", "if_match", "*"), ("create", "match", match),
        ("upsert", "id", world.marge.id), ("update", "match", match), ("delete", "match", match),
    ):  # fmt: skip
        given = {"op": op, "contact": contact, field: value}
        given |= {"match": match} if op == "upsert" else {"id": world.marge.id} if op != "create" else {}
        (result,) = hub.post(f"{CONTACTS}/batch", {"operations": [given]}).json["results"]
        assert (result["status"], result["problem"]["errors"][0]["field"]) == (422, field), op
