"""Endpoints with a filter, and endpoints that are sent one message after the other."""

import json

import pytest
from client import Client
from receiver import Receiver
from sending import Add, deliveries_of, make_due, run, webhook_of
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.actions.webhook_filters import read_webhook_filter
from coterie.actions.webhooks import update_webhook
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.model.webhooks import DONE, WAITING
from coterie.settings import Settings
from coterie.store.database import Database


def bodies(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(received.body) for received in receiver.received]


def test_only_events_of_contacts_that_match_are_sent(
    add: Add, world: World, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    with world.database.write() as tx:
        filter_ = read_webhook_filter(tx, caller, "phone:*")
    add(kinds=("contact.*", "tag.*"), filter=filter_, include_bulk=True)
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"nickname": "Homie"})
        update_contact(tx, world.alice, world.marge.id, {"nickname": "Midge"})
        create_term(tx, world.alice, TAGS, "Friends")
        delete_contact(tx, world.alice, world.marge.id)
        erase_contact(tx, world.alice, world.homer.id)
    run(world.database, sending)
    sent = sorted((body["type"], body["data"]["contact_ids"]) for body in bodies(receiver))  # type: ignore[index]
    assert sent == [
        ("contact.deleted", [world.marge.id]), ("contact.erased", [world.homer.id]),
        ("contact.updated", [world.marge.id]),
    ]  # fmt: skip


def test_an_endpoint_whose_filter_is_broken_is_disabled_and_misses_nothing(
    add: Add, world: World, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        filter_ = read_webhook_filter(tx, caller, "tag:friends")
    webhook_id, _ = add(kinds=("contact.updated",), filter=filter_)
    with world.database.write() as tx:
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
        update_contact(tx, world.alice, world.homer.id, {"nickname": "Homie"})
        delete_term(tx, world.alice, TAGS, tag.id)
    run(world.database, sending)
    webhook = webhook_of(world.database, caller, webhook_id)
    assert (receiver.received, webhook.is_active, webhook.disabled_reason) == ([], False, "filter")
    with world.database.write() as tx:
        update_webhook(tx, caller, webhook_id, {"filter": None, "is_active": True})
    run(world.database, sending)
    assert [body["type"] for body in bodies(receiver)] == ["contact.updated"]


@pytest.mark.parametrize("filter_", ["tag:nothing", "(", "colour:red", '{"field": "tag"', "segment:#99"])
def test_a_filter_that_cannot_run_is_refused(world: World, hub: Client, filter_: str) -> None:
    path = "/api/hub/v1/webhooks"
    made = hub.post(path, {"url": "https://hooks.example.org/", "filter": filter_})
    assert (made.status, made.json["errors"][0]["field"]) == (422, "filter")


def test_our_own_contract_shows_the_filter_with_names(world: World, hub: Client) -> None:
    path = "/api/hub/v1/webhooks"
    with world.database.write() as tx:
        create_term(tx, world.alice, TAGS, "Friends")
    body = {"url": "https://hooks.example.org/", "filter": '{"field": "tag", "value": "friends"}', "ordered": True}
    made = hub.post(path, body).json
    assert (made["filter"], made["ordered"]) == ("tag:Friends", True)
    changed = hub.patch(f"{path}/{made['id']}", {"filter": None, "ordered": False}).json
    assert (changed["filter"], changed["ordered"]) == (None, False)


def test_messages_in_order_wait_for_the_one_that_fails(
    add: Add, world: World, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add(kinds=("contact.created",), is_ordered=True)
    receiver.statuses = [200, 500, 200, 503]
    with world.database.write() as tx:
        for number in range(20):
            create_contact(tx, world.alice, {"real_name": f"Person {number}"})
    for _ in range(3):
        run(world.database, sending)
        make_due(world.database, caller)
    ids = [body["data"]["event_id"] for body in bodies(receiver)]  # type: ignore[index]
    accepted = [each for number, each in enumerate(ids) if number not in (1, 3)]
    assert len(ids) == 22 and accepted == sorted(set(accepted)) and ids[1] == ids[2] and ids[3] == ids[4]
    assert {delivery.status for delivery in deliveries_of(world.database, caller, webhook_id)} == {DONE}


def test_a_message_holds_up_the_others_for_an_hour_at_most(
    add: Add, world: World, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add(kinds=("contact.created",), is_ordered=True)
    receiver.statuses = [500]
    with world.database.write() as tx:
        for number in range(3):
            create_contact(tx, world.alice, {"real_name": f"Person {number}"})
    run(world.database, sending)
    assert len(receiver.received) == 1
    run(world.database, sending)
    assert len(receiver.received) == 1
    hold(world.database)
    run(world.database, sending)
    assert [each.status for each in deliveries_of(world.database, caller, webhook_id)] == [WAITING, DONE, DONE]


def hold(database: Database) -> None:
    """An hour has passed since the messages were made; the next attempt of the first is not due yet."""
    now = times.now()
    with database.write() as tx:
        tx.run(
            "UPDATE webhook_deliveries SET created_at = :past, next_attempt_at = CASE WHEN attempt_count > 0"
            " THEN :later ELSE next_attempt_at END WHERE next_attempt_at IS NOT NULL",
            {"past": times.after(now, -3700), "later": times.after(now, 7200)},
        )
