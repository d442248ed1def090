"""Our own contract: webhooks are added, changed, tested, replayed and deleted by owners."""

from collections.abc import Callable

from client import Client
from jsonschema import Draft202012Validator
from standardwebhooks import Webhook as Verifier
from world import World

from coterie.actions.webhook_deliveries import enqueue_page
from coterie.store.webhook_deliveries import list_deliveries

WEBHOOKS = "/api/hub/v1/webhooks"
URL = "https://hooks.example.org/coterie"


def add(hub: Client, **fields: object) -> dict[str, object]:
    made = hub.post(WEBHOOKS, {"url": URL, **fields})
    assert made.status == 201, made.body
    return made.json


def test_a_webhook_is_added_changed_and_deleted(world: World, hub: Client) -> None:
    made = add(hub, kinds=["contact.*"], headers={"Authorization": "Bearer x"}, description="Shop")
    assert str(made["secret"]).startswith("whsec_")
    path = f"{WEBHOOKS}/{made['id']}"
    shown = hub.get(path).json
    assert (shown["kinds"], shown["has_headers"], shown["is_active"]) == (["contact.*"], True, True)
    assert "secret" not in shown and b"Bearer" not in hub.get(WEBHOOKS).body
    changed = hub.patch(path, {"is_active": False, "kinds": ["*"], "headers": {}, "description": None}).json
    assert (changed["kinds"], changed["has_headers"], changed["is_active"]) == (["*"], False, False)
    assert hub.post(f"{path}/test").status == 422
    assert [each["id"] for each in hub.get(WEBHOOKS).json["items"]] == [made["id"]]
    assert hub.delete(path).status == 204
    assert hub.get(path).status == 404


def test_a_webhook_to_the_address_that_is_called_is_refused(world: World, hub: Client) -> None:
    path = f"{WEBHOOKS}/{add(hub)['id']}"
    for url in ("http://testserver/api/hub/v1/contacts", "http://TESTSERVER:80/"):
        for refused in (hub.post(WEBHOOKS, {"url": url}), hub.patch(path, {"url": url})):
            assert refused.status == 422
            assert "that of this instance" in refused.json["detail"]


def test_a_new_secret_is_shown_once_and_the_old_one_is_valid_for_a_while(world: World, hub: Client) -> None:
    made = add(hub)
    path = f"{WEBHOOKS}/{made['id']}"
    rotated = hub.post(f"{path}/rotate", {"old_valid_hours": 2}).json
    assert rotated["secret"] != made["secret"]
    Verifier(rotated["secret"])
    assert hub.get(path).json["previous_secret_until"] == rotated["previous_secret_until"]
    assert hub.post(f"{path}/rotate", {"old_valid_hours": 721}).status == 422


def test_deliveries_are_listed_in_pages_and_sent_again(world: World, hub: Client) -> None:
    made = add(hub, kinds=["contact.updated"])
    path = f"{WEBHOOKS}/{made['id']}"
    for nickname in ("Midge", "Marjorie", "Marge"):
        hub.patch(f"/api/hub/v1/contacts/{world.marge.id}", {"nickname": nickname})
    with world.database.write() as tx:
        enqueue_page(tx, world.organization.id, str(made["id"]))
    assert hub.post(f"{path}/test").status == 202
    first = hub.get(f"{path}/deliveries", limit=2).json
    rest = hub.get(f"{path}/deliveries", limit=2, cursor=first["next_cursor"]).json
    kinds = [each["kind"] for page in (first, rest) for each in page["items"]]
    assert sorted(kinds) == ["contact.updated"] * 3 + ["webhook.test"]
    assert len({each["id"] for page in (first, rest) for each in page["items"]}) == 4
    assert len(hub.get(f"{path}/deliveries", kind="webhook.test").json["items"]) == 1
    assert hub.get(f"{path}/deliveries", status="done").json["items"] == []
    one = hub.get(f"{path}/deliveries", kind="contact.updated").json["items"][0]["id"]
    assert hub.post(f"{path}/replay", {"id": one}).status == 404, "it still waits"
    with world.database.write() as tx:
        tx.run("UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL")
    assert hub.post(f"{path}/replay", {"id": one}).json == {"count": 1}
    assert hub.post(f"{path}/replay", {"status": "failed", "since": "2020-01-01T00:00:00Z"}).json == {"count": 3}
    for span in ({"since": "yesterday"}, {"since": "2026-02-01", "until": "2026-01-01"}):
        assert hub.post(f"{path}/replay", span).status == 422
    with world.database.read() as tx:
        waiting = list_deliveries(tx, world.organization.id, str(made["id"]), status="waiting")
    assert one in {each.id for each in waiting}


def test_every_kind_of_event_has_an_example(world: World, hub: Client) -> None:
    items = hub.get(f"{WEBHOOKS}/event_kinds").json["items"]
    kinds = {each["kind"] for each in items}
    assert "contact.created" in kinds and not any(kind.startswith("reminder.") for kind in kinds)
    assert all(each["example"]["type"] == each["kind"] and each["description"] for each in items)
    assert all(Draft202012Validator(each["schema"]).is_valid(each["example"]) for each in items)


def test_only_owners_change_webhooks(world: World, hub: Client) -> None:
    made = add(hub)
    path, member = f"{WEBHOOKS}/{made['id']}", hub.with_token(world.bob_token)
    calls: list[Callable[[], object]] = [
        lambda: member.post(WEBHOOKS, {"url": URL}), lambda: member.patch(path, {"is_active": False}),
        lambda: member.delete(path), lambda: member.post(f"{path}/rotate", {}), lambda: member.post(f"{path}/test"),
        lambda: member.post(f"{path}/replay", {}),
    ]  # fmt: skip
    assert [call().status for call in calls] == [403] * len(calls)  # type: ignore[attr-defined]
    assert member.get(path).status == 200
    stranger = hub.with_token(world.charlie_token)
    assert stranger.get(path).status == 404 and stranger.get(f"{path}/deliveries").status == 404


def test_fields_that_are_not_valid_are_refused(world: World, hub: Client) -> None:
    for url in ("https://user@hooks.example.org", "ftp://hooks.example.org", "https://", "hooks.example.org"):
        assert hub.post(WEBHOOKS, {"url": url}).status == 422, url
    for body in ({"kinds": []}, {"kinds": ["nothing.happened"]}, {"headers": {"Host": "x"}}, {"payload": "fat"}):
        assert hub.post(WEBHOOKS, {"url": URL, **body}).status == 422, body


def test_an_address_to_which_nothing_can_be_delivered_is_refused(hub: Client) -> None:
    path = f"{WEBHOOKS}/{add(hub)['id']}"
    for url in ("http://127.0.0.1/in", "https://localhost:8443/", "http://hooks.example.org/", "https://10.0.0.1/"):
        for refused in (hub.post(WEBHOOKS, {"url": url}), hub.patch(path, {"url": url})):
            assert (refused.status, refused.json["errors"][0]["field"]) == (422, "url")
            assert "COTERIE_OUTGOING_ALLOWED" in refused.json["detail"]
