"""The daily mail: once a day, in the member's own morning, never empty."""

from datetime import UTC, datetime, timedelta

import pytest
from smtp_server import Inbox
from world import World

from coterie.actions.cadences import set_cadence
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.dates import create_date
from coterie.actions.digests import set_digest
from coterie.actions.members import remove_member
from coterie.actions.reminders import create_reminder
from coterie.actions.time_zones import set_user_time_zone
from coterie.actions.touches import log_touch
from coterie.model.cadences import Target
from coterie.settings import Settings
from coterie.worker import digests
from coterie.worker.loop import Worker

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def home(fresh_world: World) -> World:
    with fresh_world.database.write() as tx:
        set_digest(tx, fresh_world.alice, fresh_world.alice.user_id or "", is_wanted=True)
    return fresh_world


def make_due(home: World) -> None:
    with home.database.write() as tx:
        set_cadence(tx, home.alice, Target("contact", home.marge.id), "1w")
        at = (NOON - timedelta(days=20)).isoformat()
        log_touch(tx, home.alice, [home.marge.id], kind="call", happened_at=at)


def text_at(home: World, now: datetime, settings: Settings) -> str | None:
    digest = digests.Digest(home.alice.user_id or "", now.date().isoformat())
    with home.database.read() as tx:
        mail = digests.compose(tx, settings, home.organization.id, digest, now)
    return mail.text if mail else None


def work(home: World, smtp: Settings, now: datetime) -> None:
    digests.find_due(home.database, smtp, now)
    worker = Worker(home.database, smtp)
    while worker.run_one():
        pass


def test_the_mail_names_who_is_due_reminders_and_birthdays(home: World) -> None:
    settings = Settings(base_url="https://book.example.org")
    assert text_at(home, NOON, settings) is None, "nothing to say"
    make_due(home)
    with home.database.write() as tx:
        born = NOON + timedelta(days=3)
        update_contact(tx, home.alice, home.homer.id, {"birthday": f"--{born:%m-%d}"})
        update_contact(tx, home.alice, home.marge.id, {"birthday": f"--{NOON + timedelta(days=9):%m-%d}"})
        at = NOON.replace(hour=17, minute=30).isoformat()
        create_reminder(tx, home.alice, {"title": "Buy flowers", "due_at": at}, home.marge.id)
        create_reminder(tx, home.bob, {"title": "Secret", "due_at": at})
    text = text_at(home, NOON, settings)
    assert text is not None
    assert f"Marge Simpson: 13 days late, every week  https://book.example.org/{home.organization.id}/people/" in text
    assert "17:30 Buy flowers: Marge Simpson" in text and "Secret" not in text
    assert "Homer Simpson, birthday" in text and text.count("birthday") == 1
    assert text_at(home, NOON - timedelta(days=40), settings) is None


def test_who_has_no_name_is_called_by_what_is_shown(home: World) -> None:
    with home.database.write() as tx:
        shop = create_contact(tx, home.alice, {"employer": "Lard Lad"})
        opened = NOON + timedelta(days=3)
        create_date(tx, home.alice, shop.id, {"label": "Opening", "occurs_on": f"--{opened:%m-%d}"})
        create_reminder(tx, home.alice, {"title": "Order", "due_at": NOON.isoformat()}, shop.id)
    text = text_at(home, NOON, Settings(base_url="https://book.example.org")) or ""
    assert "Lard Lad, Opening" in text
    assert "Order: Lard Lad" in text


def test_many_late_reminders_leave_room_for_those_of_today(home: World) -> None:
    with home.database.write() as tx:
        for number in range(101):
            late = (NOON - timedelta(days=3, minutes=number)).isoformat()
            create_reminder(tx, home.alice, {"title": "Late", "due_at": late})
        create_reminder(tx, home.alice, {"title": "Buy flowers", "due_at": NOON.isoformat()})
    text = text_at(home, NOON, Settings()) or ""
    assert "12:00 Buy flowers" in text
    assert "Late" not in text


def test_one_mail_a_day_in_the_own_morning(home: World, smtp: Settings, inbox: Inbox) -> None:
    make_due(home)
    now = datetime.now(UTC)
    work(home, smtp, now.replace(hour=8, minute=59))
    assert inbox.messages == []
    for hour in (9, 10, 23):
        work(home, smtp, now.replace(hour=hour, minute=0))
    assert [recipients for recipients, *_ in inbox.messages] == [[home.alice_email]]
    assert inbox.subjects == ["Evergreen Terrace: your day"]


def test_the_hour_is_that_of_the_members_zone(home: World, smtp: Settings) -> None:
    make_due(home)
    with home.database.write() as tx:
        set_user_time_zone(tx, home.alice, home.alice.user_id or "", "Pacific/Auckland")
    day = datetime(2026, 6, 1, tzinfo=UTC)
    digests.find_due(home.database, smtp, day.replace(hour=20, minute=30))
    assert jobs(home) == []
    digests.find_due(home.database, smtp, day.replace(hour=21, minute=30))
    assert len(jobs(home)) == 1


def jobs(home: World) -> list[str]:
    with home.database.read() as tx:
        return [row[0] for row in tx.all("SELECT arguments FROM jobs WHERE name = 'send_digest'")]


def test_an_empty_day_and_a_day_that_is_over_have_no_mail(home: World, smtp: Settings, inbox: Inbox) -> None:
    now = datetime.now(UTC).replace(hour=12)
    work(home, smtp, now)
    assert inbox.messages == []
    make_due(home)
    work(home, smtp, now - timedelta(days=1))
    work(home, smtp, now)
    assert inbox.messages == [], "the day was made already"


def test_a_member_who_left_or_switched_it_off_gets_none(home: World, smtp: Settings, inbox: Inbox) -> None:
    make_due(home)
    with home.database.write() as tx:
        set_digest(tx, home.alice, home.bob.user_id or "", is_wanted=True)
        email = tx.all("SELECT email FROM users WHERE id = :id", {"id": home.bob.user_id})[0][0]
        remove_member(tx, home.alice, email)
        set_digest(tx, home.alice, home.alice.user_id or "", is_wanted=False)
    work(home, smtp, datetime.now(UTC).replace(hour=12))
    assert inbox.messages == []


def test_without_a_mail_server_nothing_is_made(home: World) -> None:
    make_due(home)
    digests.find_due(home.database, Settings(), NOON)
    assert jobs(home) == []
