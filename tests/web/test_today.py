"""Today: reminders, birthdays, imports that wait; conversations logged by hand."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.dates import create_date
from coterie.actions.reminders import create_reminder
from coterie.model import times
from coterie.web.today import list_days


def home(world: World, path: str) -> str:
    return f"/{world.organization.id}/{path}"


@pytest.mark.parametrize(
    ("today", "birthday", "when"),
    [
        (date(2026, 11, 29), "1980-11-29", "Today"),
        (date(2026, 11, 29), "--11-30", "Tomorrow"),
        (date(2026, 12, 28), "1980-01-03", "In 6 days"),
        (date(2027, 2, 27), "2000-02-29", "Tomorrow"),
        (date(2028, 2, 27), "2000-02-29", "In 2 days"),
        (date(2026, 11, 29), "1980-12-13", "In 14 days"),
        (date(2026, 11, 29), "1980-12-14", None),
        (date(2026, 11, 29), "1980-11-28", None),
    ],
)
def test_a_birthday_is_counted_in_days(world: World, today: date, birthday: str, when: str | None) -> None:
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, {"real_name": "Ned", "birthday": birthday})
    with world.database.read() as tx:
        days = [each for each in list_days(tx, world.organization.id, today) if each.contact.id == contact.id]
    assert [each.when for each in days] == ([when] if when else [])


def test_other_dates_and_ages_are_shown(world: World) -> None:
    with world.database.write() as tx:
        create_date(tx, world.alice, world.marge.id, {"label": "Wedding", "occurs_on": "1990-12-01"})
    with world.database.read() as tx:
        (day,) = list_days(tx, world.organization.id, date(2026, 11, 29))
    assert (day.label, day.age, day.contact.id) == ("Wedding", 36, world.marge.id)


def test_reminders_of_the_user_are_shown_and_snoozed(alice: Visitor, world: World) -> None:
    due = times.moment(datetime.now(UTC) + timedelta(hours=2))
    with world.database.write() as tx:
        mine = create_reminder(tx, world.alice, {"title": "Feed the cat", "due_at": due}, world.marge.id)
        create_reminder(tx, world.bob, {"title": "Secret of Bob", "due_at": due})
    text = text_of(alice.get(home(world, "today")))
    assert "Feed the cat" in text and "Secret of Bob" not in text
    assert alice.post(home(world, f"today/{mine.id}/snooze")).status == 303
    with world.database.read() as tx:
        row = tx.one("SELECT due_at FROM reminders WHERE id = :id", {"id": mine.id})
    assert row is not None and row[0] == times.after(due, 86_400)


def test_a_reminder_is_done_on_today_and_that_is_undone(alice: Visitor, world: World) -> None:
    due = times.moment(datetime.now(UTC) - timedelta(days=3))
    with world.database.write() as tx:
        mine = create_reminder(tx, world.alice, {"title": "Feed the cat", "due_at": due}, world.marge.id)
        other = create_reminder(tx, world.bob, {"title": "Secret of Bob", "due_at": due})
    assert alice.post(home(world, f"today/{other.id}/done")).status == 404
    assert alice.post(home(world, f"today/{mine.id}/done")).status == 303
    page = alice.get(home(world, "today"))
    assert "The reminder is done" in text_of(page) and "Feed the cat" not in text_of(page)
    (undo,) = re.findall(r'action="(/\d+/history/[^"]+)"', page.body.decode())
    alice.post(undo)
    assert "Feed the cat" in text_of(alice.get(home(world, "today")))


def test_a_conversation_with_two_people_is_one_form(alice: Visitor, world: World) -> None:
    fields = {"kind": "call", "who": "Marge Simpson", "who_2": f"(#{world.homer.id})", "text": "Talked about Bart"}
    response = alice.post(home(world, "log"), **fields)
    assert response.status == 303
    for contact in (world.marge, world.homer):
        assert "Talked about Bart" in text_of(alice.get(home(world, f"people/{contact.id}")))


def test_a_logged_conversation_is_undone(alice: Visitor, world: World) -> None:
    response = alice.post(home(world, "log"), kind="meeting", who="Marge Simpson", text="A mistake")
    page = alice.get(response.headers["location"])
    undo = page.body.decode().partition('action="/')[2]
    assert "touches" in page.body.decode() and undo
    path = next(part.split('"')[0] for part in page.body.decode().split('action="') if "/touches/" in part[:200])
    alice.post(path)
    assert "A mistake" not in text_of(alice.get(response.headers["location"]))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"who": "", "kind": "call"}, "with whom"),
        ({"who": "Simpson", "kind": "call"}, "several people"),
        ({"who": "Nobody Here", "kind": "call"}, "matches no one in your contacts"),
        ({"who": "(#99999)", "kind": "call"}, "matches no one in your contacts"),
        ({"who": "Marge Simpson", "kind": "telepathy"}, "is not one of"),
        ({"who": "Marge Simpson", "kind": "call", "day": "2999-01-01"}, "future"),
        ({"who": "Marge Simpson", "kind": "call", "day": "soon"}, "is not a date"),
    ],
)
def test_what_cannot_be_logged_says_why(alice: Visitor, world: World, fields: dict[str, str], problem: str) -> None:
    response = alice.post(home(world, "log"), **fields, text="kept text")
    assert response.status == 422 and problem in text_of(response).lower() and "kept text" in text_of(response)


def test_people_of_other_organizations_cannot_be_logged(alice: Visitor, world: World) -> None:
    response = alice.post(home(world, "log"), kind="call", who="Moe Szyslak")
    assert response.status == 422


def test_suggestions_name_people_with_their_number(alice: Visitor, world: World) -> None:
    body = alice.get(home(world, "people/suggestions"), who="marge").body.decode()
    assert f'value="Marge Simpson (#{world.marge.id})"' in body
