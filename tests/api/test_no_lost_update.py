"""Two writers never lose each other's change: any interleaving of reads and conditional writes by several clients."""

from client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from coterie.actions.contacts import create_contact

CONTACTS = "/api/hub/v1/contacts"
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
    current, expected, acknowledged = etags[0], dict.fromkeys(FIELDS), 0
    for number, (client, field) in enumerate(steps):
        if field is None:
            etags[client] = hub.get(path).headers["etag"]
            continue
        value = f"{client}-{number}"
        response = hub.call("PATCH", path, json_body={field: value}, headers={"if-match": etags[client]})
        if etags[client] != current:
            assert (response.status, response.json["etag"]) == (412, current)
            continue
        assert response.status == 200
        etags[client] = current = response.headers["etag"]
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
