"""The calendar feed: what it has, how calendar programs read it, and who may."""

import time
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from client import Client
from hypothesis import given
from hypothesis import strategies as st
from world import World

from coterie.actions.cadences import set_cadence
from coterie.actions.calendar_feeds import create_feed, revoke_feed
from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.dates import create_date
from coterie.actions.members import remove_member
from coterie.actions.reminders import create_reminder
from coterie.actions.touches import log_touch
from coterie.calendar import entries
from coterie.calendar.door import load_calendar
from coterie.calendar.entries import Window, occurrences
from coterie.calendar.icalendar import CalendarEvent, escape, fold, write_calendar
from coterie.errors import Invalid, NotFound
from coterie.model.cadences import Target
from coterie.model.calendar_feeds import FEEDS_MAX, path_of
from coterie.model.relationships import type_id

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "https://book.example.org"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def feed_of(world: World, *contents: str) -> str:
    with world.database.write() as tx:
        return create_feed(tx, world.alice, world.alice.user_id or "", contents)[1]


def read(world: World, token: str, now: datetime = NOW) -> list[icalendar.Event]:
    with world.database.read() as tx:
        body = load_calendar(tx, token, ADDRESS, now).body
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


def titles(world: World, token: str, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(f"{each['DTSTART'].dt}", str(each["SUMMARY"])) for each in read(world, token, now)]


def change(world: World, contact_id: int, **fields: str) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.alice, contact_id, fields)


def test_birthdays_are_explicit_days_with_the_age(world: World) -> None:
    change(world, world.marge.id, birthday="1980-03-10", display_name="Marge, née; Bouvier \\ \U0001f382")
    change(world, world.homer.id, birthday="--05-12", display_name="Homer")
    token = feed_of(world, "birthdays")
    name = "Marge, née; Bouvier \\ \U0001f382"
    assert titles(world, token) == [
        ("2026-03-10", f"{name} turns 46"), ("2026-05-12", "Homer's birthday"), ("2027-03-10", f"{name} turns 47"),
    ]  # fmt: skip
    event = read(world, token)[0]
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
    assert event["UID"] == f"birthday-{world.marge.uuid}-2026@book.example.org"
    assert (event["TRANSP"], event["URL"]) == (
        "TRANSPARENT",
        f"{ADDRESS}/{world.organization.id}/people/{world.marge.id}",
    )
    assert "RRULE" not in event and not event.subcomponents


def test_who_has_no_name_is_called_by_what_is_shown(world: World) -> None:
    with world.database.write() as tx:
        shop = create_contact(tx, world.alice, {"employer": "Lard Lad", "birthday": "--05-12"})
        create_reminder(tx, world.alice, {"title": "Order", "due_at": "2026-03-04T09:00:00Z"}, shop.id)
    assert titles(world, feed_of(world, "birthdays")) == [("2026-05-12", "Lard Lad's birthday")]
    assert [title for _, title in titles(world, feed_of(world, "reminders"))] == ["Order: Lard Lad"]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 2, 1), ["2026-02-28 (29 Feb)", "2027-02-28 (29 Feb)"]),
        (date(2027, 3, 1), ["2027-02-28 (29 Feb)", "2028-02-29"]),
        (date(2028, 2, 29), ["2028-02-29", "2029-02-28 (29 Feb)"]),
        (date(2026, 12, 15), ["2027-02-28 (29 Feb)"]),
    ],
)
def test_29_february_is_the_28th_in_other_years(today: date, days: list[str]) -> None:
    window = Window(today, "x", "")
    assert [f"{day}{note}" for day, _, note in occurrences("2000-02-29", window)] == days
    assert [f"{day}{note}" for day, _, note in occurrences("--02-29", window)] == days


def test_a_date_does_not_occur_before_its_year() -> None:
    window = Window(date(2026, 3, 2), "x", "")
    assert [(day.year, years) for day, years, _ in occurrences("2027-02-20", window)] == [(2027, 0)]
    assert list(occurrences("2030-01-01", window)) == []


def test_dates_and_anniversaries_are_shown_once(world: World) -> None:
    with world.database.write() as tx:
        create_date(tx, world.alice, world.marge.id, {"label": "First met", "occurs_on": "2020-04-01"})
        tie = {"second_contact": world.homer.uuid, "type_id": type_id("Husband"), "anniversary_on": "1990-06-01"}
        relate(tx, world.alice, world.marge.id, tie)
    found = titles(world, feed_of(world, "dates"))
    assert found == [
        ("2026-04-01", "Marge Simpson: First met (6 years)"),
        ("2026-06-01", "Marge Simpson and Homer Simpson: Anniversary (36 years)"),
        ("2027-04-01", "Marge Simpson: First met (7 years)"),
    ]


def test_reminders_are_those_of_the_user(world: World) -> None:
    with world.database.write() as tx:
        at = (NOW + timedelta(days=3)).isoformat()
        create_reminder(tx, world.alice, {"title": "Call", "due_at": at}, world.marge.id)
        create_reminder(tx, world.bob, {"title": "Secret", "due_at": at}, world.marge.id)
    (event,) = read(world, feed_of(world, "reminders"))
    assert str(event["SUMMARY"]) == "Call: Marge Simpson"
    assert event["DTSTART"].dt == NOW + timedelta(days=3)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=15)


def test_reminders_that_are_long_late_leave_room_for_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "REMINDERS_MAX", 2)
    with world.database.write() as tx:
        for days in (-90, -60, -31, 3):
            at = (NOW + timedelta(days=days)).isoformat()
            create_reminder(tx, world.alice, {"title": f"{days} days", "due_at": at})
    assert [title for _, title in titles(world, feed_of(world, "reminders"))] == ["3 days"]


def test_a_reminder_without_a_title_is_called_one(world: World) -> None:
    with world.database.write() as tx:
        create_reminder(tx, world.alice, {"due_at": (NOW + timedelta(days=3)).isoformat()}, world.marge.id)
    assert [str(each["SUMMARY"]) for each in read(world, feed_of(world, "reminders"))] == ["Reminder: Marge Simpson"]


def test_the_late_are_one_event_of_today(world: World) -> None:
    with world.database.write() as tx:
        for contact_id, at in ((world.marge.id, "2026-02-01"), (world.homer.id, "2026-02-28")):
            set_cadence(tx, world.alice, Target("contact", contact_id), "1w")
            log_touch(tx, world.alice, [contact_id], kind="call", happened_at=f"{at}T10:00:00Z")
    token = feed_of(world, "in_touch")
    assert titles(world, token) == [
        ("2026-03-02", "1 person to be in touch with"), ("2026-03-07", "Be in touch with Homer Simpson"),
    ]  # fmt: skip
    late = read(world, token, NOW + timedelta(days=20))
    assert [(str(each["SUMMARY"]), str(each["DESCRIPTION"])) for each in late] == [
        ("2 people to be in touch with", "Marge Simpson\nHomer Simpson")
    ]


def test_deleted_contacts_are_not_in_it(world: World) -> None:
    change(world, world.marge.id, birthday="1980-03-10")
    token = feed_of(world)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    assert titles(world, token) == []


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (NOW, ["2026-03-01", "2026-03-03", "2026-03-05"]),
        (NOW.replace(month=12, day=31), ["2026-12-31", "2027-01-01", "2027-01-02"]),
        (NOW.replace(month=1, day=1), ["2025-12-31", "2026-01-01", "2026-01-02"]),
    ],
)
def test_of_too_many_days_the_nearest_are_shown_whatever_their_age(
    world: World, monkeypatch: pytest.MonkeyPatch, now: datetime, shown: list[str]
) -> None:
    with world.database.write() as tx:
        days = ("06-01", "07-01", "08-01", "05-20", "10-10", "03-05", "03-03", "03-01", "12-31", "01-01", "01-02")
        for number, day in enumerate(days):
            name = f"Person {number}"
            contact = create_contact(tx, world.alice, {"real_name": name, "birthday": f"19{number + 60}-{day}"})
            create_date(tx, world.alice, contact.id, {"label": "First met", "occurs_on": f"--{day}"})
    monkeypatch.setattr(entries, "EVENTS_MAX", 3)
    for contents in ("birthdays", "dates"):
        assert [day for day, _ in titles(world, feed_of(world, contents), now)] == shown


def test_two_readings_of_a_day_give_equal_bytes(world: World) -> None:
    change(world, world.marge.id, birthday="1980-03-10")
    token = feed_of(world)
    with world.database.read() as tx:
        bodies = {load_calendar(tx, token, ADDRESS, NOW + timedelta(hours=hours)).body for hours in (0, 5, 11)}
        other = load_calendar(tx, token, ADDRESS, NOW + timedelta(days=40)).body
    assert len(bodies) == 1 and other not in bodies


def test_the_address_answers_with_an_etag_and_304(world: World, client: Client) -> None:
    path = path_of(feed_of(world))
    first = client.call("GET", path)
    assert (first.status, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert first.headers["cache-control"] == "private, max-age=900"
    assert (first.headers["referrer-policy"], first.headers["x-robots-tag"]) == ("no-referrer", "noindex")
    etag = first.headers["etag"]
    for tags in (f"W/{etag}", f'"x,y", {etag[:-1]}-gzip"'):
        again = client.call("GET", path, headers={"if-none-match": tags})
        assert (again.status, again.body) == (304, b"")
    assert client.call("GET", path, headers={"if-none-match": f"w/{etag}"}).status == 200
    assert client.call("POST", path).status == 405


def test_a_feed_does_not_wait_until_its_last_use_is_saved(world: World, client: Client) -> None:
    path = path_of(feed_of(world))
    with world.database.write() as tx:
        tx.run("UPDATE calendar_feeds SET last_read_at = NULL")
        assert client.call("GET", path).status == 200
    deadline = time.monotonic() + 10
    while not _is_read(world) and time.monotonic() < deadline:
        client.call("HEAD", path)
    assert _is_read(world)


def _is_read(world: World) -> bool:
    with world.database.read() as tx:
        return tx.one("SELECT 1 FROM calendar_feeds WHERE last_read_at IS NOT NULL") is not None


def test_an_unknown_or_revoked_address_is_not_found(world: World, client: Client) -> None:
    token = feed_of(world)
    with world.database.write() as tx:
        feed_id = tx.all("SELECT id FROM calendar_feeds WHERE user_id = :u", {"u": world.alice.user_id})[-1][0]
        with pytest.raises(NotFound):
            revoke_feed(tx, world.bob, world.bob.user_id or "", feed_id)
        revoke_feed(tx, world.alice, world.alice.user_id or "", feed_id)
    for text in (token, "x" * 43, "short", "..%2f..", "é" * 30):
        response = client.call("GET", path_of(text))
        assert response.status == 404 and "www-authenticate" not in response.headers


def test_a_removed_member_reads_no_longer(world: World, client: Client) -> None:
    with world.database.write() as tx:
        token = create_feed(tx, world.bob, world.bob.user_id or "")[1]
        email = tx.all("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})[0][0]
        remove_member(tx, world.alice, email)
    assert client.call("GET", path_of(token)).status == 404


def test_a_user_has_ten_feeds_at_most(world: World) -> None:
    for _ in range(FEEDS_MAX):
        feed_of(world)
    with pytest.raises(Invalid):
        feed_of(world)
    with pytest.raises(Invalid):
        feed_of(world, "weather")


@given(TEXT)
def test_any_text_is_read_back_by_a_calendar_program(text: str) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    event = CalendarEvent(
        uid="x@y", start=at.date(), summary=text, category="Birthday", changed_at=at, description=text
    )
    body = write_calendar(text, [event])
    (parsed,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    plain = "".join(
        c
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
        if c == "\n" or c == "\t" or (ord(c) >= 32 and ord(c) != 127)
    )
    assert str(parsed["SUMMARY"]) == plain
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


@given(st.text(alphabet="aé漢🎂", max_size=400))
def test_a_fold_never_cuts_a_character(text: str) -> None:
    folded = fold("SUMMARY:" + escape(text))
    assert b"".join(folded.removesuffix(b"\r\n").split(b"\r\n ")).decode() == "SUMMARY:" + text
    assert all(piece.decode() or True for piece in folded.split(b"\r\n"))
    assert all(len(piece) <= 75 for piece in folded.split(b"\r\n"))
