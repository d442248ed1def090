"""Chains of merges and un-merges as webhooks, calendar programs, reminders and staying in touch follow them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from actions.test_merge_chains import EDIT, MERGE, ONE, SETTINGS, UNMERGE, take, unmerge_all
from copied_worlds import worlds_in
from hypothesis import given
from hypothesis import strategies as st
from merging import make_book
from msgspec.structs import replace
from seen import look
from world import World

from coterie.actions.cadences import set_cadence, snooze
from coterie.actions.calendar_feeds import create_feed
from coterie.actions.reminders import create_reminder, finish_reminder, mark_sent, refresh_dates
from coterie.actions.touch_plans import compute_plans
from coterie.actions.touches import log_touch
from coterie.actions.webhook_deliveries import enqueue_page
from coterie.actions.webhooks import create_webhook
from coterie.calendar.entries import Window, list_events
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.cadences import Target
from coterie.model.calendar_feeds import CONTENTS, CalendarFeed
from coterie.model.reminders import Reminder
from coterie.model.webhooks import Webhook
from coterie.store.contacts import list_contacts
from coterie.store.database import Database, Tx
from coterie.store.merges import list_merges
from coterie.store.reminders import list_reminders, save_reminder
from coterie.store.touch_plans import list_planned, list_plans_of
from coterie.store.webhook_deliveries import list_deliveries

SENT = st.tuples(st.sampled_from(("send", "finish")), ONE)
TOUCHED = st.tuples(st.sampled_from(("touch", "snooze", "cadence")), ONE)
TODAY = datetime.now(UTC).date()
WINDOW = Window(TODAY, "book.example.org", "https://book.example.org/o/1")


class Followers:
    """What others hold of an organization: a mirror by webhook, a calendar feed, and the mails of reminders."""

    def __init__(self, world: World, folder: Path, people: list[int]) -> None:
        self.world, self.folder, self.people = world, folder, people
        self.mirror: dict[int, Any] = {}
        self.read_messages = 0
        with world.database.write() as tx:
            self._plan(tx)
            webhook = Webhook(id="", url="https://127.0.0.1/", include_bulk=True, payload="thin")
            self.webhook_id = create_webhook(tx, world.alice, webhook, allowed="127.0.0.0/8").id
            self.feed: CalendarFeed = create_feed(tx, world.alice, world.alice.user_id or "", CONTENTS)[0]
            self.mirror = self._seen(tx)

    def _plan(self, tx: Tx) -> None:
        """Cadences, and reminders of each kind: on a birthday, once, and every week."""
        alice = self.world.alice
        for number, contact_id in enumerate(self.people):
            set_cadence(tx, alice, Target("contact", contact_id), f"{number + 1}w")
            weekly = {"category": "custom", "title": "Call", "due_at": f"{TODAY.year + 1}-01-0{number + 1}T09:00:00Z"}
            create_reminder(tx, alice, weekly | {"repeat_unit": "week", "repeat_magnitude": 1}, contact_id)
            create_reminder(tx, alice, weekly | {"title": "Once"}, contact_id)

    def act(self, tx: Tx, step: Any) -> None:
        """A mail of a reminder was accepted, or it is done; a touch is logged; the contact is put off."""
        verb, which = step
        alice, contact_id = self.world.alice, self.people[which]
        reminders = [each for each in self._reminders(tx) if each.due_at and not each.finished_at]
        reminder = reminders[which % len(reminders)] if reminders else None
        try:
            with tx.savepoint():
                match verb:
                    case "send" if reminder is not None:
                        # its moment has come
                        due = replace(reminder, due_at=times.after(times.now(), -5))
                        save_reminder(tx, alice.organization_id, due)
                        assert mark_sent(tx, alice.organization_id, due.id, due.due_at or "")
                        assert not mark_sent(tx, alice.organization_id, due.id, due.due_at or "")
                    case "finish" if reminder is not None:
                        finish_reminder(tx, alice, reminder.id)
                    case "touch":
                        log_touch(tx, alice, [contact_id], kind="call")
                    case "snooze":
                        snooze(tx, alice, contact_id, str(TODAY.replace(year=TODAY.year + 1, day=1)))
                    case "cadence":
                        set_cadence(tx, alice, Target("contact", contact_id), "3d")
        except NotFound:
            pass

    def _reminders(self, tx: Tx) -> list[Reminder]:
        alice = self.world.alice
        return list_reminders(tx, alice.organization_id, alice.user_id or "", limit=100)

    def _seen(self, tx: Tx) -> dict[int, Any]:
        seen, rows = look(tx, self.world.alice, self.folder, with_parts=False)
        return {key: each["r0"] for key, each in seen.items() if rows[key].deleted_at is None}

    def check(self, tx: Tx) -> None:
        """Everybody who follows by what they were sent knows what is stored."""
        organization_id = self.world.organization.id
        seen = self._seen(tx)
        self._check_mirror(tx, seen)
        events = list_events(tx, organization_id, self.feed, WINDOW)
        assert len(events) == len({event.uid for event in events}), "an event twice"
        named = {int(event.url.rpartition("/")[2]) for event in events if event.url and "/people/" in event.url}
        assert named <= set(seen)
        born = {contact.id for contact in list_contacts(tx, organization_id, limit=100) if contact.birthday}
        assert born <= named
        before = {each.id: each for each in self._reminders(tx)}
        assert {each.contact_id for each in before.values() if each.contact_id} <= set(seen)
        assert all((each.due_at or "9") > times.now() for each in before.values()), "mailed again"
        refresh_dates(tx, organization_id)
        assert {each.id: each.due_at for each in self._reminders(tx)} == {k: v.due_at for k, v in before.items()}
        planned = list_planned(tx, organization_id)
        assert set(planned) <= set(seen)
        assert list_plans_of(tx, organization_id, list(seen)) == compute_plans(tx, organization_id, list(seen))

    def _check_mirror(self, tx: Tx, seen: dict[int, Any]) -> None:
        while enqueue_page(tx, self.world.organization.id, self.webhook_id):
            pass
        found = list_deliveries(tx, self.world.organization.id, self.webhook_id, limit=10_000)
        bodies = [msgspec.json.decode(each.body) for each in found if each.body]
        named = {contact_id for body in bodies for contact_id in body["data"]["contact_ids"]}
        tx.run("DELETE FROM webhook_deliveries WHERE organization_id = :o", {"o": self.world.organization.id})
        for contact_id in named:
            if contact_id in seen:
                self.mirror[contact_id] = seen[contact_id]
            else:
                self.mirror.pop(contact_id, None)
        assert self.mirror == seen, "a mirror by webhooks missed a change"


@pytest.mark.slow
@SETTINGS
@given(
    st.integers(0, 10_000),
    st.lists(MERGE | MERGE | UNMERGE | EDIT | SENT | TOUCHED, max_size=10),
    st.randoms(use_true_random=False),
)
def test_whoever_follows_sees_every_merge(
    database: Database, tmp_path: Path, seed: int, steps: list[Any], chance: Any
) -> None:
    world = worlds_in(database).next()
    followers = Followers(world, tmp_path, make_book(world, seed))
    for number, step in enumerate(steps):
        with database.write() as tx:
            if step[0] in ("send", "finish", "touch", "snooze", "cadence"):
                followers.act(tx, step)
            else:
                take(world, tx, followers.people, step, number)
            followers.check(tx)
    unmerge_all(world, chance)
    with database.write() as tx:
        followers.check(tx)
        assert not list_merges(tx, world.organization.id, limit=1)


@pytest.mark.slow
@SETTINGS
@given(st.integers(0, 10_000), st.lists(MERGE | MERGE | UNMERGE, max_size=8), st.randoms(use_true_random=False))
def test_without_changes_in_between_calendar_reminders_and_plans_are_as_before(
    database: Database, tmp_path: Path, seed: int, steps: list[Any], chance: Any
) -> None:
    world = worlds_in(database).next()
    followers = Followers(world, tmp_path, make_book(world, seed))
    before = _days(followers)
    for number, step in enumerate(steps):
        with database.write() as tx:
            take(world, tx, followers.people, step, number)
            followers.check(tx)
    unmerge_all(world, chance)
    assert _days(followers) == before


def _days(followers: Followers) -> Any:
    """The events of the feed but for revisions, the reminders, and who is due when."""
    organization_id = followers.world.organization.id
    with followers.world.database.read() as tx:
        events = list_events(tx, organization_id, followers.feed, WINDOW)
        return (
            {(event.uid, event.start, event.summary, event.url) for event in events},
            {each.id: each for each in followers._reminders(tx)},
            list_plans_of(tx, organization_id, followers.people),
        )
