"""Delivery: signed, in order of events, tried again, disabled, replayed, forgotten with who is erased."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from client import Client
from receiver import Receiver
from sending import Add, deliveries_of, make_due, run, webhook_of
from standardwebhooks.webhooks import Webhook as StandardVerifier
from world import make_world

from coterie.actions import webhooks as actions
from coterie.actions.callers import caller_for
from coterie.actions.contacts import erase_contact
from coterie.errors import Invalid, NotFound
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.webhooks import CANCELLED, DONE, FAILED, WAITING, new_secret
from coterie.settings import Settings
from coterie.store import webhook_deliveries, webhooks
from coterie.store.database import Database
from coterie.store.secrets import seal
from coterie.worker.webhooks import WebhookSender, delete_old_deliveries


def verify_with_svix(secret: str, text: str, headers: Mapping[str, str]) -> None:
    """Raises an error of Svix's own library, which takes a second to import, if it does not accept a message."""
    from svix.webhooks import Webhook as SvixVerifier

    SvixVerifier(secret).verify(text, dict(headers))


def create(inro: Client, username: str) -> int:
    response = inro.post("/api/v1/contacts", {"contact": {"username": username}})
    assert response.status == 201, response.body
    return int(response.json["id"])


def test_events_arrive_signed_and_in_order(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    create(inro, "early.b")
    webhook_id, secret = add(kinds=("contact.created",))
    for number in range(10):
        create(inro, f"person{number}")
    run(database, sending)
    bodies = [json.loads(received.body) for received in receiver.received]
    assert [body["type"] for body in bodies] == ["contact.created"] * 10
    ids = [body["data"]["event_id"] for body in bodies]
    assert len(set(ids)) == 10
    for received in receiver.received:
        text = received.body.decode()
        assert StandardVerifier(secret).verify(text, received.headers) == json.loads(text)
        verify_with_svix(secret, text, received.headers)
    stored = deliveries_of(database, caller, webhook_id)
    assert [(delivery.event_id, delivery.status) for delivery in stored] == [(each, DONE) for each in sorted(ids)]


def test_a_failed_message_is_sent_again_with_the_same_id_and_body(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, secret = add()
    receiver.statuses = [500, 302, 200]
    create(inro, "selma.b")
    for _ in range(3):
        run(database, sending)
        make_due(database, caller)
    assert len(receiver.received) == 3
    assert len({received.body for received in receiver.received}) == 1
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    for received in receiver.received:
        StandardVerifier(secret).verify(received.body.decode(), received.headers)
    [delivery] = deliveries_of(database, caller, webhook_id)
    assert (delivery.status, delivery.attempt_count) == (DONE, 3)
    with database.read() as tx:
        attempts = webhook_deliveries.list_attempts(tx, caller.organization_id, webhook_id, [delivery.id])
    assert [attempt.status for attempt in attempts[delivery.id]] == [500, 302, 200]
    assert attempts[delivery.id][0].error == "status 500"
    assert attempts[delivery.id][2].answer == "thanks"


def test_a_message_fails_for_good_after_ten_attempts(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    receiver.statuses = [500] * 20
    create(inro, "selma.b")
    for _ in range(12):
        run(database, sending)
        make_due(database, caller)
    assert len(receiver.received) == 10
    [delivery] = deliveries_of(database, caller, webhook_id)
    assert (delivery.status, delivery.attempt_count) == (FAILED, 10)


def test_while_an_endpoint_fails_it_gets_one_probe_at_a_time(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    receiver.statuses = [503] * 1000
    for number in range(30):
        create(inro, f"person{number}")
    run(database, sending)
    first = len(receiver.received)
    assert first < 30
    with database.write() as tx:
        tx.run("UPDATE webhooks SET retry_at = NULL WHERE id = :id", {"id": webhook_id})
    run(database, sending)
    assert len(receiver.received) == first + 1
    receiver.statuses = []
    make_due(database, caller)
    run(database, sending)
    make_due(database, caller)
    run(database, sending)
    assert {delivery.status for delivery in deliveries_of(database, caller, webhook_id)} == {DONE}
    assert webhook_of(database, caller, webhook_id).failure_count == 0


@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_is_respected(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver, *, is_date: bool
) -> None:
    webhook_id, _ = add()
    after = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True) if is_date else "600"
    receiver.statuses, receiver.headers = [429], {"Retry-After": after}
    create(inro, "selma.b")
    run(database, sending)
    [delivery] = deliveries_of(database, caller, webhook_id)
    assert delivery.next_attempt_at is not None
    assert delivery.next_attempt_at > times.after(times.now(), 500)


def test_an_endpoint_that_is_gone_is_disabled_at_once(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    receiver.statuses = [410]
    create(inro, "selma.b")
    run(database, sending)
    webhook = webhook_of(database, caller, webhook_id)
    assert (webhook.is_active, webhook.disabled_reason) == (False, "gone")
    with database.read() as tx:
        [job] = tx.all("SELECT name FROM jobs WHERE organization_id = :o", {"o": caller.organization_id})
    assert job == ("webhook_disabled",)


def test_an_endpoint_that_fails_for_five_days_is_disabled_and_goes_on_where_it_stopped(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    receiver.statuses = [500]
    create(inro, "selma.b")
    with database.write() as tx:
        since = times.after(times.now(), -6 * 86_400)
        tx.run("UPDATE webhooks SET failing_since = :since WHERE id = :id", {"since": since, "id": webhook_id})
    run(database, sending)
    assert webhook_of(database, caller, webhook_id).disabled_reason == "failures"
    create(inro, "patty.b")
    make_due(database, caller)
    run(database, sending)
    assert len(receiver.received) == 1
    with database.write() as tx:
        actions.update_webhook(tx, caller, webhook_id, {"is_active": True})
    run(database, sending)
    kinds = [json.loads(received.body)["type"] for received in receiver.received[1:]]
    assert kinds.count("contact.created") == 2


def test_enabling_from_now_skips_earlier_events(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add(kinds=("contact.*",))
    with database.write() as tx:
        actions.update_webhook(tx, caller, webhook_id, {"is_active": False})
    create(inro, "selma.b")
    with database.write() as tx:
        actions.update_webhook(tx, caller, webhook_id, {"is_active": True}, from_now=True)
    run(database, sending)
    assert receiver.received == []


def test_an_endpoint_that_hangs_delays_no_other(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    hanging = Receiver(seconds=15)
    slow_id, _ = add(hanging.url)
    add()
    for number in range(20):
        create(inro, f"person{number}")
    sender = WebhookSender(database, sending)
    begin = time.monotonic()
    while len(receiver.received) < 20 and not hanging.response_count:
        sender.step()
    seconds = time.monotonic() - begin
    is_hanging = hanging.response_count == 0
    sender.close()
    hanging.close()
    assert len(receiver.received) == 20
    assert is_hanging
    assert seconds < 4
    # what was claimed and not answered is sent again
    assert {delivery.status for delivery in deliveries_of(database, caller, slow_id)} == {WAITING}


def test_a_response_that_trickles_is_ended(
    add: Add,
    inro: Client,
    database: Database,
    caller: Caller,
    sending: Settings,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coterie.webhooks.send.SECONDS_MAX", 0.3)
    receiver.trickles = True
    webhook_id, _ = add()
    create(inro, "selma.b")
    begin = time.monotonic()
    run(database, sending)
    assert time.monotonic() - begin < 5
    [delivery] = deliveries_of(database, caller, webhook_id)
    with database.read() as tx:
        attempts = webhook_deliveries.list_attempts(tx, caller.organization_id, webhook_id, [delivery.id])
    assert [attempt.error for attempt in attempts[delivery.id]] == ["no response in time"]


def test_a_private_address_is_not_called_unless_the_operator_allows_it(
    add: Add, inro: Client, database: Database, caller: Caller, settings: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    create(inro, "selma.b")
    run(database, settings)
    assert receiver.received == []
    [delivery] = deliveries_of(database, caller, webhook_id)
    with database.read() as tx:
        attempts = webhook_deliveries.list_attempts(tx, caller.organization_id, webhook_id, [delivery.id])
    assert attempts[delivery.id][0].error == "the host is not public"


def test_a_rotated_secret_signs_with_the_old_one_for_a_while(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, old = add()
    new = new_secret()
    with database.write() as tx:
        sealed = seal(sending.data_folder, new)
        actions.rotate_secret(tx, caller, webhook_id, sealed=sealed, old_valid_hours=1)
    create(inro, "selma.b")
    run(database, sending)
    received = receiver.received[-1]
    for secret in (old, new):
        StandardVerifier(secret).verify(received.body.decode(), received.headers)
        verify_with_svix(secret, received.body.decode(), received.headers)
    with database.write() as tx:
        tx.run("UPDATE webhooks SET previous_until = '2026-01-01T00:00:00Z' WHERE id = :id", {"id": webhook_id})
    create(inro, "patty.b")
    run(database, sending)
    assert " " not in receiver.received[-1].headers["webhook-signature"]


def test_own_headers_are_sent_and_stored_sealed(
    add: Add, inro: Client, database: Database, sending: Settings, receiver: Receiver
) -> None:
    sealed = seal(sending.data_folder, '{"Authorization":"Bearer abc"}')
    webhook_id, _ = add(headers_sealed=sealed)
    create(inro, "selma.b")
    run(database, sending)
    assert receiver.received[0].headers["authorization"] == "Bearer abc"
    with database.read() as tx:
        [row] = tx.all("SELECT headers_sealed, secret_sealed FROM webhooks WHERE id = :id", {"id": webhook_id})
    assert "abc" not in row[0]
    assert "whsec_" not in row[1]


def test_a_test_message_and_a_replay_arrive(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    with database.write() as tx:
        actions.send_test(tx, caller, webhook_id)
    create(inro, "selma.b")
    run(database, sending)
    sent = {json.loads(received.body)["type"]: received for received in receiver.received}
    assert sorted(sent) == ["contact.created", "webhook.test"]
    last = deliveries_of(database, caller, webhook_id)[-1].id
    with database.write() as tx:
        assert actions.replay_deliveries(tx, caller, webhook_id, {"id": last}) == 1
    run(database, sending)
    assert receiver.received[2].headers["webhook-id"] == sent["contact.created"].headers["webhook-id"] == last
    assert receiver.received[2].body == sent["contact.created"].body
    with database.write() as tx:
        assert actions.replay_deliveries(tx, caller, webhook_id, {"status": DONE, "since": "2026-01-01"}) == 2
        assert actions.replay_deliveries(tx, caller, webhook_id, {"status": FAILED}) == 0
        with pytest.raises(Invalid):
            actions.replay_deliveries(tx, caller, webhook_id, {"status": "lost"})


def test_what_was_sent_of_an_erased_contact_is_forgotten(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    contact_id = create(inro, "selma.b")
    run(database, sending)
    inro.put(f"/api/v1/contacts/{contact_id}", {"contact": {"email": "marge@springfield.example"}})
    sender = WebhookSender(database, sending)
    sender._enqueue_events()
    with database.write() as tx:
        erase_contact(tx, caller, contact_id)
    run(database, sending)
    assert "marge@" not in "".join(received.body.decode() for received in receiver.received)
    statuses = {delivery.kind: delivery.status for delivery in deliveries_of(database, caller, webhook_id)}
    assert statuses["contact.updated"] == CANCELLED
    assert statuses["contact.erased"] == DONE
    with database.read() as tx:
        [count] = tx.all(
            "SELECT count(*) FROM webhook_deliveries WHERE organization_id = :o AND body LIKE '%marge%'",
            {"o": caller.organization_id},
        )
    assert count == (0,)


def test_another_organization_finds_no_webhook(add: Add, database: Database, caller: Caller) -> None:
    webhook_id, _ = add()
    other = make_world(database)
    with database.write() as tx:
        stranger = caller_for(tx, other.organization.id, via="test")
        for call in (
            lambda: actions.find_webhook(tx, stranger, webhook_id),
            lambda: actions.delete_webhook(tx, stranger, webhook_id),
            lambda: actions.send_test(tx, stranger, webhook_id),
            lambda: actions.replay_deliveries(tx, stranger, webhook_id, {}),
            lambda: actions.update_webhook(tx, stranger, webhook_id, {"url": "https://example.org"}),
        ):
            with pytest.raises(NotFound):
                call()


def test_old_deliveries_are_deleted_with_their_attempts(
    add: Add, inro: Client, database: Database, caller: Caller, sending: Settings, receiver: Receiver
) -> None:
    webhook_id, _ = add()
    create(inro, "selma.b")
    run(database, sending)
    with database.write() as tx:
        tx.run(
            "UPDATE webhook_deliveries SET created_at = '2026-01-01T00:00:00Z' WHERE webhook_id = :id",
            {"id": webhook_id},
        )
    delete_old_deliveries(database, sending)
    assert deliveries_of(database, caller, webhook_id) == []
    with database.read() as tx:
        assert webhooks.find_webhook(tx, caller.organization_id, webhook_id) is not None
        assert tx.all("SELECT 1 FROM webhook_attempts WHERE webhook_id = :id", {"id": webhook_id}) == []
