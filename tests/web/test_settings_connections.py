"""The settings of devices and webhooks: secrets are shown once, and to those who may see them."""

import re
from base64 import b64encode

import pytest
from client import Client
from visitor import Visitor, text_of
from world import World

from coterie.store.devices import list_devices
from coterie.store.webhook_deliveries import list_deliveries
from coterie.store.webhooks import list_webhooks


def at(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/settings", *rest))


@pytest.fixture
def bob(client: Client, world: World) -> Visitor:
    """Bob, a member who is not an owner."""
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row is not None
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(str(row[0]))
    return visitor


def status_of_sync(client: Client, email: str, password: str) -> int:
    header = {"authorization": "Basic " + b64encode(f"{email}:{password}".encode()).decode(), "depth": "0"}
    return client.with_token(None).call("PROPFIND", "/dav/", headers=header).status


def test_a_device_is_added_connects_and_is_ended(alice: Visitor, client: Client, world: World) -> None:
    response = alice.post(at(world, "devices"), name="Alice's phone")
    body = response.body.decode()
    (password,) = re.findall(r'id="new-password" readonly value="([^"]+)"', body)
    assert "davx5" in body and "<svg" in body and password not in alice.get(at(world, "devices")).body.decode()
    assert status_of_sync(client, world.alice_email, password) == 207
    (profile,) = re.findall(r'action="([^"]+/profile)"', body)
    downloaded = alice.post(profile, password=password)
    assert b"com.apple.carddav.account" in downloaded.body and password.encode() in downloaded.body
    assert alice.post(profile, password="aaaa-bbbb-cccc-dddd").status == 422
    (revoke,) = re.findall(r'action="([^"]+/devices/[^"]+/revoke)"', alice.get(at(world, "devices")).body.decode())
    assert alice.post(revoke).status == 303
    assert status_of_sync(client, world.alice_email, password) == 401


def test_a_member_sees_and_ends_their_own_devices_only(alice: Visitor, bob: Visitor, world: World) -> None:
    alice.post(at(world, "devices"), name="Of Alice")
    bob.post(at(world, "devices"), name="Of Bob", is_read_only="yes")
    assert "Of Alice" not in text_of(bob.get(at(world, "devices")))
    assert {"Of Alice", "Of Bob"} <= set(re.findall("Of Alice|Of Bob", text_of(alice.get(at(world, "devices")))))
    with world.database.read() as tx:
        devices = {each.name: each for each in list_devices(tx, world.organization.id, limit=9)}
    assert devices["Of Bob"].is_read_only and devices["Of Bob"].user_id == world.bob.user_id
    assert bob.post(at(world, "devices", devices["Of Alice"].id, "revoke")).status == 404
    assert alice.post(at(world, "devices", devices["Of Bob"].id, "revoke")).status == 303
    assert alice.post(at(world, "devices"), name=" ").status == 422


WEBHOOK = {"url": "https://hooks.example.org/in", "description": "Our program", "kinds": "contact.*", "payload": "full"}


def test_a_webhook_is_added_tested_switched_rotated_and_deleted(alice: Visitor, world: World) -> None:
    response = alice.post(at(world, "webhooks", "new"), **WEBHOOK, headers="Authorization: Bearer x")
    (secret,) = re.findall(r'id="new-secret" readonly value="(whsec_[^"]+)"', response.body.decode())
    with world.database.read() as tx:
        (webhook,) = list_webhooks(tx, world.organization.id)
    page = at(world, "webhooks", webhook.id)
    assert webhook.kinds == ("contact.*",) and webhook.headers_sealed and not webhook.include_bulk
    assert secret not in alice.get(page).body.decode() and "Our program" in text_of(alice.get(at(world, "webhooks")))
    assert alice.post(f"{page}/test").status == 303
    assert "webhook.test" in text_of(alice.get(page))
    with world.database.read() as tx:
        (delivery,) = list_deliveries(tx, world.organization.id, webhook.id)
    assert alice.post(f"{page}/replay", delivery=delivery.id).status == 303
    assert alice.post(f"{page}/switch").status == 303 and "Disabled" in text_of(alice.get(page))
    assert alice.post(f"{page}/test").status == 422
    assert alice.post(f"{page}/switch", is_active="yes", from_now="yes").status == 303
    (new,) = re.findall(r'value="(whsec_[^"]+)"', alice.post(f"{page}/secret").body.decode())
    assert new != secret
    assert alice.post(f"{page}/delete").status == 303 and alice.get(page).status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://example.org/x"), ("url", "javascript:alert(1)"), ("url", ""), ("kinds", "nothing.*"),
        ("payload", "fat"), ("headers", "Host: evil"), ("headers", "no colon"),
    ],
)  # fmt: skip
def test_a_webhook_that_is_not_valid_keeps_what_was_typed(alice: Visitor, world: World, field: str, value: str) -> None:
    fields = WEBHOOK | {"headers": "", field: value}
    response = alice.post(at(world, "webhooks", "new"), **fields)
    assert response.status == 422 and "Our program" in response.body.decode()
    assert f'id="{field}-problem"' in response.body.decode()


def test_webhooks_are_for_owners(alice: Visitor, bob: Visitor, world: World) -> None:
    alice.post(at(world, "webhooks", "new"), **WEBHOOK, headers="")
    with world.database.read() as tx:
        (webhook,) = list_webhooks(tx, world.organization.id)
    page = at(world, "webhooks", webhook.id)
    assert [bob.get(path).status for path in (at(world, "webhooks"), page, at(world, "webhooks", "new"))] == [403] * 3
    assert bob.post(at(world, "webhooks", "new"), **WEBHOOK, headers="").status == 403
    for verb in ("test", "switch", "secret", "replay", "delete"):
        assert bob.post(f"{page}/{verb}").status == 403, verb


def test_groups_of_a_device_are_switched(alice: Visitor, world: World) -> None:
    alice.post(at(world, "devices"), name="Plain")
    alice.post(at(world, "devices"), name="With groups", shows_groups="yes")
    for name, is_on in (("Plain", "yes"), ("With groups", "")):
        with world.database.read() as tx:
            devices = {each.name: each for each in list_devices(tx, world.organization.id, limit=9)}
        assert devices[name].shows_groups == (not is_on)
        assert alice.post(at(world, "devices", devices[name].id, "groups"), shows_groups=is_on).status == 303
    with world.database.read() as tx:
        shown = {each.name: each.shows_groups for each in list_devices(tx, world.organization.id, limit=9)}
    assert shown == {"Plain": True, "With groups": False}
