"""Staying in touch in the app: whom Today names, the rule on a person's page, and rules of tags and folders."""

from datetime import UTC, datetime, timedelta

from visitor import Visitor, text_of
from world import World

from coterie.actions.cadences import set_cadence
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.touches import log_touch
from coterie.model.cadences import Target
from coterie.model.terms import TAGS
from coterie.store.touch_plans import list_plans_of


def due_since(world: World, contact_id: int, days: int) -> None:
    """Makes a contact due for so many days."""
    at = (datetime.now(UTC) - timedelta(days=days + 7)).isoformat()
    with world.database.write() as tx:
        set_cadence(tx, world.alice, Target("contact", contact_id), "1w")
        log_touch(tx, world.alice, [contact_id], kind="call", happened_at=at)


def due_on(world: World, contact_id: int) -> str | None:
    with world.database.read() as tx:
        plan = list_plans_of(tx, world.organization.id, [contact_id]).get(contact_id)
    return plan.due_on if plan else None


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def test_today_names_who_is_late_the_longest_first(alice: Visitor, world: World) -> None:
    home = f"/{world.organization.id}"
    assert "Nobody is due" in text_of(alice.get(f"{home}/today"))
    due_since(world, world.marge.id, 1)
    due_since(world, world.homer.id, 12)
    text = text_of(alice.get(f"{home}/today"))
    assert text.index("12 days late") < text.index("1 day late")
    assert "every week" in text


def test_done_and_snooze_on_today_lead_back_and_can_be_undone(alice: Visitor, world: World) -> None:
    home, marge = f"/{world.organization.id}", world.marge.id
    due_since(world, marge, 3)
    person = f"{home}/people/{marge}"
    snoozed = alice.post(f"{person}/snooze", **{"from": "today"})
    assert (snoozed.status, snoozed.headers["location"]) == (303, f"{home}/today")
    assert due_on(world, marge) == day(7)
    alice.post(f"{person}/unsnooze")
    assert due_on(world, marge) == day(-3)
    assert alice.post(f"{person}/touched", **{"from": "today"}).headers["location"] == f"{home}/today"
    assert due_on(world, marge) == day(7)
    assert "Nobody is due" in text_of(alice.get(f"{home}/today"))


def test_the_rule_of_a_person_is_set_on_the_page(alice: Visitor, world: World) -> None:
    person = f"/{world.organization.id}/people/{world.marge.id}"
    assert alice.post(f"{person}/in-touch", every="3w").status == 303
    assert "Every 3 weeks" in text_of(alice.get(person))
    assert due_on(world, world.marge.id) == day(21)
    alice.post(f"{person}/in-touch", every="off")
    assert due_on(world, world.marge.id) is None
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "friends").id
        put_on_contact(tx, world.alice, TAGS, world.marge.id, tag)
        set_cadence(tx, world.alice, Target("tag", tag), "2m")
    alice.post(f"{person}/in-touch", every="")
    assert "Every 2 months, by a tag or folder" in text_of(alice.get(person))
    assert alice.post(f"{person}/in-touch", every="often").status == 422


def test_rules_of_tags_and_folders_have_a_page(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/in-touch"
    with world.database.write() as tx:
        create_term(tx, world.alice, TAGS, "<b>Friends</b>")
    assert "No rules yet" in text_of(alice.get(path))
    assert alice.post(path, name="<b>friends</b>", every="1m").status == 303
    page = alice.get(path)
    assert "<b>Friends</b>" in text_of(page).replace("<", "<") and "every month" in text_of(page)
    assert b"<b>Friends" not in page.body
    wrong = alice.post(path, name="Nobody's", every="1m")
    assert wrong.status == 422 and "is not a tag or folder" in text_of(wrong).lower()
    rule = page.body.decode().split("/in-touch/")[1].split("/delete")[0]
    assert alice.post(f"{path}/{rule}/delete").status == 303
    assert "No rules yet" in text_of(alice.get(path))


def test_a_strangers_person_is_not_found(alice: Visitor, world: World) -> None:
    moe = f"/{world.organization.id}/people/{10**9}"
    for act in ("in-touch", "touched", "snooze", "unsnooze"):
        assert alice.post(f"{moe}/{act}", every="1w").status == 404
    assert alice.post(f"/{world.charlie.organization_id}/in-touch", name="x", every="1w").status == 404


def test_the_daily_mail_is_switched_on_and_off(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/in-touch"
    assert b"checked" not in alice.get(path).body
    assert alice.post(f"{path}/digest", digest="yes").status == 303
    assert b'value="yes" checked' in alice.get(path).body
    alice.post(f"{path}/digest")
    assert b'value="yes" checked' not in alice.get(path).body
