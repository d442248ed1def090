"""Each mail of a job is sent once: also if the server rejects its text for now, after it accepted the recipient."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from smtp_server import OK, Inbox
from world import World, make_world

from coterie.actions.accounts import MAILED, mail_change
from coterie.actions.cadences import set_cadence
from coterie.actions.digests import set_digest
from coterie.actions.reminders import create_reminder
from coterie.actions.touches import log_touch
from coterie.model.cadences import Target
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker import digests, reminders
from coterie.worker.loop import Worker

LATER = "451 try again later"


def change_account(home: World, smtp: Settings) -> None:
    with home.database.write() as tx:
        mail_change(tx, home.alice.user_id or "", next(iter(MAILED)))


def make_digest(home: World, smtp: Settings) -> None:
    noon = datetime.now(UTC).replace(hour=12)
    with home.database.write() as tx:
        set_digest(tx, home.alice, home.alice.user_id or "", is_wanted=True)
        set_cadence(tx, home.alice, Target("contact", home.marge.id), "1w")
        at = (noon - timedelta(days=20)).isoformat()
        log_touch(tx, home.alice, [home.marge.id], kind="call", happened_at=at)
    digests.find_due(home.database, smtp, noon)


def remind(home: World, smtp: Settings) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    with home.database.write() as tx:
        create_reminder(tx, home.alice, {"title": "Feed Snowball II", "due_at": at})
    reminders.find_due(home.database, smtp)


def work(home: World, smtp: Settings) -> None:
    """Runs each job once, also those that wait after a failure."""
    with home.database.write() as tx:
        tx.run("UPDATE jobs SET run_at = '2026-01-01T00:00:00.000000Z' WHERE state = 'waiting'")
    worker = Worker(home.database, smtp)
    while worker.run_one():
        pass


@pytest.mark.parametrize("make", [change_account, make_digest, remind])
def test_a_text_rejected_for_now_is_sent_by_the_next_attempt(
    fresh_database: Database, smtp: Settings, inbox: Inbox, make: Callable[[World, Settings], None]
) -> None:
    home = make_world(fresh_database)
    make(home, smtp)
    inbox.data_reply = LATER
    work(home, smtp)
    assert inbox.messages == []
    inbox.data_reply = OK
    work(home, smtp)
    work(home, smtp)
    assert [recipients for recipients, _ in inbox.messages] == [[home.alice_email]]
