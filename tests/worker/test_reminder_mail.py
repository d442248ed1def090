"""Reminders that are due become mail, once each, through a real SMTP server on loopback."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from smtp_server import Inbox, serving
from world import World

from coterie.actions import reminders as actions
from coterie.actions.contacts import delete_contact, restore_contact, update_contact
from coterie.actions.dates import create_date
from coterie.model import times
from coterie.model.notifications import ACTIVE, DISABLED, REMINDERS
from coterie.model.reminders import Reminder, status_of
from coterie.settings import Settings
from coterie.store import job_claims
from coterie.store import reminders as store
from coterie.store.users import save_subscriptions
from coterie.worker import mail, mail_once, reminders
from coterie.worker.loop import Worker

PAST = times.after(times.now(), -3600)


@pytest.fixture
def home(fresh_world: World) -> World:
    """A world of its own: the queue and the reminders due are everyone's."""
    return fresh_world


def remind(home: World, contact_id: int | None = None, **fields: Any) -> Reminder:
    with home.database.write() as tx:
        return actions.create_reminder(tx, home.alice, {"title": "Feed Snowball II", **fields}, contact_id)


def stored(home: World, reminder: Reminder) -> Reminder:
    with home.database.read() as tx:
        found = store.find_reminder(tx, home.organization.id, reminder.id)
    assert found is not None
    return found


def work(home: World, smtp: Settings, *, again_at_once: bool = False) -> None:
    """What the worker does in one round: find what is due, run every job that may start now."""
    if again_at_once:
        with home.database.write() as tx:
            tx.run("UPDATE jobs SET run_at = '2026-01-01T00:00:00.000000Z' WHERE state IN ('waiting', 'running')")
    reminders.find_due(home.database, smtp)
    worker = Worker(home.database, smtp)
    while worker.run_one():
        pass


def test_a_reminder_that_is_due_is_mailed_once_and_leaves_the_list(home: World, smtp: Settings, inbox: Inbox) -> None:
    due, later = remind(home, due_at=PAST), remind(home, due_at="2199-01-01T00:00:00Z")
    work(home, smtp)
    work(home, smtp, again_at_once=True)
    assert inbox.subjects == ["Feed Snowball II"]
    assert inbox.messages[0][0] == [home.alice_email]
    after = stored(home, due)
    assert after.finished_at and after.sent_count == 1 and after.last_error is None
    with home.database.read() as tx:
        listed = store.list_reminders(tx, home.organization.id, home.alice.user_id or "", limit=10)
    assert [reminder.id for reminder in listed] == [later.id]


def test_two_workers_at_once_send_one_mail(home: World, smtp: Settings, inbox: Inbox) -> None:
    for _ in range(5):
        remind(home, due_at=PAST)
    threads = [threading.Thread(target=work, args=(home, smtp)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inbox.messages) == 5


def test_a_worker_that_died_after_the_hand_over_sends_no_second_mail(home: World, smtp: Settings, inbox: Inbox) -> None:
    reminder = remind(home, due_at=PAST)
    reminders.find_due(home.database, smtp)
    with home.database.write() as tx:
        job = job_claims.claim(tx)
    with home.database.read() as tx:
        message = reminders.compose(tx, smtp, home.organization.id, reminders.Occurrence(reminder.id, reminder.due_at))
    assert job is not None and message is not None
    # the mail is out, and the process ends before it can say so
    mail.send(smtp, message, lambda: mail_once.save_progress(home.database, job, mail_once.ONE_MAIL.sent))
    work(home, smtp, again_at_once=True)
    assert len(inbox.messages) == 1
    after = stored(home, reminder)
    assert after.finished_at and after.last_error == reminders.DELIVERY_UNKNOWN


def test_a_worker_that_died_before_the_hand_over_sends_after_its_restart(
    home: World, smtp: Settings, inbox: Inbox
) -> None:
    reminder = remind(home, due_at=PAST)
    reminders.find_due(home.database, smtp)
    with home.database.write() as tx:
        assert job_claims.claim(tx)
    work(home, smtp)
    assert not inbox.messages
    work(home, smtp, again_at_once=True)
    assert len(inbox.messages) == 1 and stored(home, reminder).finished_at


def test_a_server_that_is_down_is_tried_again_when_it_is_up(home: World, smtp: Settings, port: int) -> None:
    reminder = remind(home, due_at=PAST)
    work(home, smtp)
    after = stored(home, reminder)
    assert after.finished_at is None and "refused" in (after.last_error or "")
    inbox = Inbox()
    with serving(inbox, port):
        work(home, smtp, again_at_once=True)
    assert len(inbox.messages) == 1
    after = stored(home, reminder)
    assert (bool(after.finished_at), after.last_error, after.sent_count) == (True, None, 1)


def test_after_the_last_attempt_it_is_given_up_and_stays_in_the_list_as_failed(home: World, smtp: Settings) -> None:
    reminder = remind(home, due_at=PAST)
    reminders.find_due(home.database, smtp)
    with home.database.write() as tx:
        tx.run("UPDATE jobs SET attempt_count = attempts_max - 1")
    work(home, smtp)
    work(home, smtp)
    after = stored(home, reminder)
    assert status_of(after, can_mail=True) == "failed"
    with home.database.write() as tx:
        again = actions.update_reminder(tx, home.alice, reminder.id, {"due_at": "2199-01-01"})
    assert (again.last_error, status_of(again, can_mail=True)) == (None, "scheduled")


def test_mail_that_cannot_go_out_keeps_no_other_mail_back(
    home: World, smtp: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "BATCH", 1)
    remind(home, due_at=PAST)
    remind(home, due_at=times.after(PAST, 60), title="Bathe Snowball II")
    inbox.rcpt_reply = "451 later"
    work(home, smtp)
    assert not inbox.messages
    inbox.rcpt_reply = "250 OK"
    work(home, smtp)
    assert inbox.subjects == ["Bathe Snowball II"]


def test_a_recipient_the_server_refuses_is_not_tried_again(home: World, smtp: Settings, inbox: Inbox) -> None:
    inbox.rcpt_reply = "550 no such user"
    reminder = remind(home, due_at=PAST)
    work(home, smtp)
    work(home, smtp, again_at_once=True)
    after = stored(home, reminder)
    assert status_of(after, can_mail=True) == "failed" and after.last_error == "550 no such user"


def test_an_answer_that_never_came_counts_as_sent_and_says_so(home: World, smtp: Settings, inbox: Inbox) -> None:
    inbox.cut = True
    reminder = remind(home, due_at=PAST)
    work(home, smtp)
    work(home, smtp, again_at_once=True)
    assert len(inbox.messages) == 1
    assert stored(home, reminder).last_error == reminders.DELIVERY_UNKNOWN


def test_a_repeating_reminder_comes_as_often_as_it_was_told(home: World, smtp: Settings, inbox: Inbox) -> None:
    reminder = remind(home, due_at=PAST, repeat_unit="week", repeat_magnitude=2, repeat_count=3)
    for count in (1, 2, 3):
        work(home, smtp)
        after = stored(home, reminder)
        assert after.sent_count == count == len(inbox.messages)
        if count < 3:
            # what was missed in the meantime is not made up for
            assert after.due_at and times.now() < after.due_at < times.after(times.now(), 14 * 86_400 + 60)
            with home.database.write() as tx:
                store.save_reminder(tx, home.organization.id, replace(after, due_at=times.parse_moment(PAST, "")))
            with home.database.write() as tx:
                tx.run("DELETE FROM jobs")
    work(home, smtp)
    assert stored(home, reminder).finished_at and len(inbox.messages) == 3


def test_a_birthday_reminder_names_the_contact_and_comes_again_next_year(
    home: World, smtp: Settings, inbox: Inbox
) -> None:
    with home.database.write() as tx:
        update_contact(tx, home.alice, home.marge.id, {"birthday": "1956-03-19"})
    reminder = remind(home, home.marge.id, title=None, category="birthday", before_unit="day", before_magnitude=1)
    assert reminder.due_at and reminder.due_at[4:16] == "-03-18T09:00"
    with home.database.write() as tx:
        store.save_reminder(tx, home.organization.id, replace(reminder, due_at=times.parse_moment(PAST, "")))
    work(home, smtp)
    assert inbox.subjects == ["The birthday of Marge Simpson"]
    after = stored(home, reminder)
    assert after.finished_at is None and after.due_at and after.due_at[4:16] == "-03-18T09:00"


def test_the_reminders_of_a_deleted_contact_wait_for_it(home: World, smtp: Settings, inbox: Inbox) -> None:
    remind(home, home.marge.id, due_at=PAST)
    with home.database.write() as tx:
        delete_contact(tx, home.alice, home.marge.id)
    work(home, smtp)
    assert not inbox.messages
    with home.database.write() as tx:
        restore_contact(tx, home.alice, home.marge.id)
    work(home, smtp)
    assert len(inbox.messages) == 1


def test_a_birthday_that_becomes_known_or_changes_moves_the_reminder(home: World) -> None:
    reminder = remind(home, home.marge.id, before_unit="week", before_magnitude=1)
    assert status_of(reminder, can_mail=True) == "waiting_for_date"
    with home.database.write() as tx:
        update_contact(tx, home.alice, home.marge.id, {"birthday": "--02-29"})
    due_at = stored(home, reminder).due_at
    assert due_at and due_at[5:10] in ("02-22", "02-21")
    with home.database.write() as tx:
        update_contact(tx, home.alice, home.marge.id, {"birthday": "--07-22"})
    due_at = stored(home, reminder).due_at
    assert due_at and due_at[5:10] == "07-15"


def test_a_reminder_that_is_done_ahead_of_its_day_does_not_come_again_this_year(home: World, smtp: Settings) -> None:
    with home.database.write() as tx:
        update_contact(tx, home.alice, home.marge.id, {"birthday": "1956-03-19"})
    reminder = remind(home, home.marge.id, category="birthday", before_unit="day", before_magnitude=1)
    with home.database.write() as tx:
        done = actions.finish_reminder(tx, home.alice, reminder.id)
    assert reminder.due_at and done.due_at and int(done.due_at[:4]) == int(reminder.due_at[:4]) + 1
    reminders.refresh(home.database, smtp)
    with home.database.write() as tx:
        create_date(tx, home.alice, home.marge.id, {"label": "Wedding", "occurs_on": "1980-04-19"})
    assert stored(home, reminder).due_at == done.due_at
    with home.database.write() as tx:
        update_contact(tx, home.alice, home.marge.id, {"birthday": "1956-05-01"})
    assert (stored(home, reminder).due_at or "") > reminder.due_at


def test_an_anniversary_that_becomes_known_is_found_by_the_round_of_the_hour(home: World, smtp: Settings) -> None:
    reminder = remind(home, home.marge.id, category="anniversary")
    assert reminder.due_at is None
    with home.database.write() as tx:
        tx.run(
            "INSERT INTO important_dates (organization_id, contact_id, id, label, occurs_on, created_at, updated_at)"
            " VALUES (:o, :c, 'x', 'Wedding', '--04-19', :now, :now)",
            {"o": home.organization.id, "c": home.marge.id, "now": times.now()},
        )
    reminders.refresh(home.database, smtp)
    due_at = stored(home, reminder).due_at
    assert due_at and due_at[5:16] == "04-19T09:00"


def test_without_settings_and_by_push_nothing_is_mailed_and_it_says_so(
    home: World, smtp: Settings, inbox: Inbox
) -> None:
    by_mail = remind(home, due_at=PAST)
    by_push = remind(home, due_at=PAST, remind_by="push")
    work(home, Settings())
    assert status_of(stored(home, by_mail), can_mail=False) == "waiting_for_smtp"
    work(home, smtp)
    assert len(inbox.messages) == 1
    assert status_of(stored(home, by_push), can_mail=True) == "in_app"


def test_who_disabled_reminders_is_not_mailed_until_they_are_enabled(home: World, smtp: Settings, inbox: Inbox) -> None:
    reminder = remind(home, due_at=PAST)
    user_id = home.alice.user_id or ""
    with home.database.write() as tx:
        save_subscriptions(tx, user_id, {REMINDERS: DISABLED})
    work(home, smtp)
    assert not inbox.messages and status_of(stored(home, reminder), can_mail=True) == "muted"
    with home.database.write() as tx:
        save_subscriptions(tx, user_id, {REMINDERS: ACTIVE})
    work(home, smtp)
    assert len(inbox.messages) == 1


def test_the_schedule_of_the_worker_finds_what_is_due(home: World, smtp: Settings, inbox: Inbox) -> None:
    soon = times.moment(datetime.now(UTC) + timedelta(seconds=0.2))
    remind(home, due_at=soon)
    worker = Worker(home.database, replace(smtp, jobs_poll_seconds=0.05))
    thread = threading.Thread(target=worker.run)
    threading.Event().wait(0.25)
    thread.start()
    for _ in range(100):
        if inbox.messages:
            break
        threading.Event().wait(0.05)
    worker.stop()
    thread.join()
    assert len(inbox.messages) == 1


def test_a_series_that_is_not_mailed_goes_on_to_its_next_time(home: World, smtp: Settings) -> None:
    pushed = remind(home, remind_by="push", due_at="2199-01-01T00:00:00Z", repeat_unit="hour", repeat_count=2)
    unsent = remind(home, due_at=PAST, repeat_unit="day")
    with home.database.write() as tx:
        store.save_reminder(tx, home.organization.id, replace(pushed, due_at=times.parse_moment(PAST, "")))
    reminders.find_due(home.database, Settings())
    shown = stored(home, pushed)
    assert shown.due_at and shown.due_at > times.now() and shown.sent_count == 1
    waiting = stored(home, unsent)
    assert waiting.due_at == times.after(PAST, 86_400) and (waiting.sent_count, waiting.last_error) == (0, None)


def test_a_series_that_begins_in_the_past_stands_at_its_next_time_in_its_rhythm(home: World) -> None:
    reminder = remind(home, remind_by="push", due_at="2020-01-06T07:00:00Z", repeat_unit="week", repeat_magnitude=2)
    assert reminder.due_at and reminder.due_at > times.now() and reminder.due_at[11:16] == "07:00"
    assert (times.parse(reminder.due_at) - times.parse("2020-01-06T07:00:00.000000Z")).days % 14 == 0


def test_what_is_a_day_late_is_not_mailed_and_says_so(home: World, smtp: Settings, inbox: Inbox) -> None:
    once = remind(home, due_at=times.after(times.now(), -2 * 86_400))
    series = remind(home, due_at="2199-01-01T00:00:00Z", repeat_unit="week")
    late = times.after(times.now(), -3 * 86_400)
    with home.database.write() as tx:
        store.save_reminder(tx, home.organization.id, replace(series, due_at=late))
    work(home, smtp)
    assert not inbox.messages
    assert status_of(stored(home, once), can_mail=True) == "failed"
    assert stored(home, series).due_at == times.after(late, 7 * 86_400)
    patient = replace(smtp, reminder_late_seconds=7 * 86_400.0)
    remind(home, due_at=times.after(times.now(), -2 * 86_400))
    work(home, patient)
    assert len(inbox.messages) == 1


def test_a_reminder_of_a_deleted_contact_says_that_it_waits_for_it(home: World) -> None:
    reminder = remind(home, home.marge.id, due_at="2199-01-01T00:00:00Z")
    with home.database.write() as tx:
        delete_contact(tx, home.alice, home.marge.id)
    assert status_of(stored(home, reminder), can_mail=True) == "waiting_for_contact"
