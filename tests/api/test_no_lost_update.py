"""Two writers never lose each other's change: any interleaving of reads and conditional writes by several clients."""

from client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from coterie.actions.contacts import create_contact

CONTACTS = "/api/hub/v1/contacts"
ORGANIZATION = "/api/hub/v1/organization"
FIELDS = ("nickname", "employer", "job_title")
CLIENTS = range(3)
# (client, None to read) or (client, field to write)
STEPS = st.lists(st.tuples(st.sampled_from(CLIENTS), st.sampled_from((None, *FIELDS))), min_size=2, max_size=25)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_acknowledged_change_was_made_to_what_its_client_had_read(
    world: World, hub: Client, steps: list[tuple[int, str | None]]
) -> None:
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, {"first_name": "Lisa"})
    path = f"{CONTACTS}/{contact.id}"
    etags = dict.fromkeys(CLIENTS, hub.get(path).headers["etag"])
    missed: dict[int, list[str]] = {client: [] for client in CLIENTS}
    current, expected, acknowledged = etags[0], dict.fromkeys(FIELDS), 0
    for number, (client, field) in enumerate(steps):
        if field is None:
            etags[client], missed[client] = hub.get(path).headers["etag"], []
            continue
        value = f"{client}-{number}"
        response = hub.call("PATCH", path, json_body={field: value}, headers={"if-match": etags[client]})
        if etags[client] != current:
            assert (response.status, response.json["etag"]) == (412, current)
            assert [each["fields"] for each in response.json["changed_since"]] == [[name] for name in missed[client]]
            continue
        assert response.status == 200
        etags[client] = current = response.headers["etag"]
        missed = {each: [] if each == client else [*names, field] for each, names in missed.items()}
        expected[field] = value
        acknowledged += 1
    shown = hub.get(path)
    assert {field: shown.json[field] for field in FIELDS} == expected
    assert shown.headers["etag"] == current
    events = hub.get(f"{path}/history", limit=100).json["items"]
    changes = [event["changes"] for event in events if event["kind"] == "contact.updated"]
    assert len(changes) == acknowledged
    last = dict.fromkeys(FIELDS)
    for change in reversed(changes):
        for field, (before, after) in change.items():
            assert last[field] == before, "a change that nobody had read was overwritten"
            last[field] = after
    assert last == expected


def test_an_organization_may_require_if_match_for_every_change(world: World, hub: Client) -> None:
    path, key = f"{CONTACTS}/{world.marge.id}", "require_if_match"
    assert hub.get(ORGANIZATION).json[key] is False
    assert hub.patch(ORGANIZATION, {key: True}).json[key] is True
    for method, place in (("PATCH", path), ("DELETE", path), ("POST", f"{path}/restore")):
        refused = hub.call(method, place, json_body={"nickname": "Midge"} if method == "PATCH" else None)
        assert (refused.status, refused.json["type"]) == (428, "/api/hub/v1/problems/if-match-required")
        headers = {"if-match": hub.get(path).headers["etag"]}
        assert hub.call(method, place, json_body={} if method == "PATCH" else None, headers=headers).status == 200
    merge = {"survivor_id": world.marge.id, "loser_ids": [world.homer.id]}
    assert hub.post("/api/hub/v1/merges", merge).status == 428
    # nobody has read what does not exist yet, and an identifier is no revision
    assert hub.post(CONTACTS, {"real_name": "Lisa"}).status == 201
    upsert = {"match": [{"by": "id", "value": str(world.marge.id)}], "contact": {"nickname": "Midge"}}
    assert hub.post(f"{CONTACTS}/upsert", upsert).status == 200
    # the published contracts have no such response
    assert hub.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"notes": "x"}}).status == 200
    hub.patch(ORGANIZATION, {key: False})
    assert hub.patch(path, {"nickname": "Marjorie"}).status == 200


def test_operations_of_a_batch_need_if_match_too(world: World, hub: Client) -> None:
    hub.patch(ORGANIZATION, {"require_if_match": True})
    without = [{"op": op, "id": world.marge.id, "contact": {"nickname": "M"}} for op in ("update", "delete", "restore")]
    results = hub.post(f"{CONTACTS}/batch", {"operations": without}).json["results"]
    assert [each["status"] for each in results] == [428, 428, 428]
    etag = hub.get(f"{CONTACTS}/{world.marge.id}").headers["etag"]
    results = hub.post(f"{CONTACTS}/batch", {"operations": [{**without[0], "if_match": etag}]}).json["results"]
    assert [each["outcome"] for each in results] == ["updated"]
