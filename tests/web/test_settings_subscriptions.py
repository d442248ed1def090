"""The settings of subscriptions: added, decided about, paused and removed by owners."""

import pytest
from client import Client
from msgspec.structs import replace
from visitor import Visitor, text_of
from world import World

from coterie.model.subscriptions import ACTIVE, CARD_HELD, CONFLICT, HELD, MANY, PAUSED, REJECTED, HeldRun, RemoteCard
from coterie.store.jobs import count_open_jobs
from coterie.store.remote_cards import list_in_state, save_remote_cards
from coterie.store.secrets import unseal
from coterie.store.subscriptions import list_subscriptions, update_subscription


@pytest.fixture
def bob(client: Client, world: World) -> Visitor:
    """Bob, a member who is not an owner."""
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row is not None
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(str(row[0]))
    return visitor


FORM = {
    "name": "Friends", "url": "cloud.example.org", "username": "marge", "password": "a b c", "direction": "two_way",
    "policy": "ask", "folder_id": "",
}  # fmt: skip


def at(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/settings/subscriptions", *rest))


def test_a_subscription_is_added_paused_and_removed(alice: Visitor, world: World) -> None:
    assert "There are none yet" in text_of(alice.get(at(world)))
    assert alice.post(at(world, "new"), **FORM).status == 303
    with world.database.read() as tx:
        (added,) = list_subscriptions(tx, world.organization.id)
        assert count_open_jobs(tx, world.organization.id, "sync_subscription") == 1
    assert (added.url, added.direction, added.policy) == ("https://cloud.example.org", "two_way", "ask")
    assert unseal(world.database.settings.data_folder, added.password_sealed) == "a b c"
    page = at(world, added.id)
    assert "Both ways" in text_of(alice.get(page)) and "a b c" not in alice.get(page).body.decode()
    assert "Friends" in text_of(alice.get(at(world)))
    assert alice.post(f"{page}/password", password="new one").status == 303
    with world.database.read() as tx:
        (after,) = list_subscriptions(tx, world.organization.id)
    assert unseal(world.database.settings.data_folder, after.password_sealed) == "new one"
    for value, state in (("yes", PAUSED), ("", ACTIVE)):
        alice.post(f"{page}/pause", is_paused=value)
        with world.database.read() as tx:
            assert list_subscriptions(tx, world.organization.id)[0].state == state
    assert alice.post(f"{page}/run").status == 303
    assert alice.post(f"{page}/delete").status == 303
    assert alice.get(page).status == 404


@pytest.mark.parametrize(("field", "value"), [("url", "ftp://x"), ("name", " "), ("username", "a:b"), ("password", ""),
                                              ("policy", "x"), ("folder_id", "99999")])  # fmt: skip
def test_a_form_that_is_not_valid_keeps_what_was_typed(alice: Visitor, world: World, field: str, value: str) -> None:
    response = alice.post(at(world, "new"), **{**FORM, field: value})
    assert (response.status == 422 and 'aria-invalid="true"' in response.body.decode()) or field == "policy"
    body = response.body.decode()
    assert field == "url" or "cloud.example.org" in body
    assert "a b c" not in body, "a password is not sent back"


def test_a_held_run_and_held_cards_are_decided(alice: Visitor, world: World) -> None:
    alice.post(at(world, "new"), **FORM)
    organization_id = world.organization.id
    with world.database.write() as tx:
        (added,) = list_subscriptions(tx, organization_id)
        held = HeldRun(MANY, removed=40, names=["Ned <b>Flanders</b>"])
        update_subscription(tx, organization_id, added.id, {"state": HELD, "held": held, "error": "It <i>fails</i>"})
        card = RemoteCard("/book/ned.vcf", '"1"', "ned", "", state=CARD_HELD, reason_code=CONFLICT, reason="TITLE")
        lost = replace(card, href="/book/x.vcf", state=REJECTED, reason="is no vCard")
        save_remote_cards(tx, organization_id, added.id, [card, lost])
    page = at(world, added.id)
    shown = text_of(alice.get(page))
    for text in (
        "40 contacts were deleted there",
        "Ned <b>Flanders</b>",
        "ned.vcf",
        "TITLE",
        "is no vCard",
        "It <i>fails</i>",
    ):
        assert text in shown
    assert alice.post(f"{page}/decide", decision="maybe").status == 422
    assert alice.post(f"{page}/decide", decision="detach").status == 303
    assert alice.post(f"{page}/resolve", decision="ours", href="/book/ned.vcf").status == 303
    with world.database.read() as tx:
        (after,) = list_subscriptions(tx, organization_id)
        (decided,) = list_in_state(tx, organization_id, added.id, [CARD_HELD], limit=9)
    assert after.approved and (after.approved.decision, after.approved.removed) == ("detach", 40)
    assert decided.decision == "ours" and "Decided" in text_of(alice.get(page))


def test_subscriptions_are_for_owners(alice: Visitor, bob: Visitor, world: World) -> None:
    alice.post(at(world, "new"), **FORM)
    with world.database.read() as tx:
        (added,) = list_subscriptions(tx, world.organization.id)
    page = at(world, added.id)
    assert [bob.get(path).status for path in (at(world), at(world, "new"), page)] == [403] * 3
    assert bob.post(at(world, "new"), **FORM).status == 403
    for verb in ("run", "decide", "resolve", "pause", "password", "delete"):
        assert bob.post(f"{page}/{verb}", decision="apply", password="x").status == 403, verb
