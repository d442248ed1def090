"""A clock that was ahead stops nothing and deletes nothing once it is right again."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from everything import put as insert
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from queued import claim_all, job_of, put
from world import World

from coterie.actions import reminders as reminder_actions
from coterie.model import times
from coterie.model.reminders import Reminder, next_repeat, rewind
from coterie.settings import Settings
from coterie.store import clock
from coterie.store import reminders as reminder_store
from coterie.store.database import Tx
from coterie.worker.clock import check_clock
from coterie.worker.loop import Worker
from coterie.worker.reminders import find_due
from coterie.worker.schedule import Recurring

YEARS = 10 * 365 * 86_400.0
DAY = 86_400.0


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def set_schedule(world: World, name: str, seconds: float) -> None:
    """The named work last ran so many seconds from now."""
    with world.database.write() as tx:
        row = {"name": name, "last_run_at": times.after(times.now(), seconds)}
        tx.insert_rows("schedules", [row], replace_on=("name",))


def runs(world: World, settings: Settings, recurring: Recurring) -> list[str]:
    """What one check of the schedule runs."""
    names: list[str] = []

    def run(name: str) -> Recurring:
        return replace(recurring, run=lambda database, settings: names.append(name))

    Worker(world.database, settings, {}, (run(recurring.name),)).run_schedule()
    return names


def test_recurring_work_that_ran_in_the_future_is_due(world: World, fresh_settings: Settings) -> None:
    hourly = Recurring("hourly", 3600, check_clock)
    assert runs(world, fresh_settings, hourly) == ["hourly"]
    assert runs(world, fresh_settings, hourly) == []
    # the clocks of two machines differ by seconds: that is no reason to run twice
    set_schedule(world, "hourly", 20)
    assert runs(world, fresh_settings, hourly) == []
    set_schedule(world, "hourly", YEARS)
    assert runs(world, fresh_settings, hourly) == ["hourly"]
    assert runs(world, fresh_settings, hourly) == []


def test_jobs_stored_by_a_clock_ahead_are_due_and_others_wait(
    world: World, fresh_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = times.after(times.now(), YEARS)
    waiting, leased, patient = put(world), put(world), put(world, run_at=times.after(times.now(), 3600))
    with world.database.write() as tx:
        for job_id, state in ((waiting, "waiting"), (leased, "running")):
            tx.run(
                "UPDATE jobs SET run_at = :ahead, updated_at = :ahead, state = :state, attempt_count = 1"
                " WHERE id = :id",
                {"ahead": ahead, "state": state, "id": job_id},
            )
    check_clock(world.database, fresh_settings)
    with world.database.write() as tx:
        assert {job.id for job in claim_all(tx)} == {waiting, leased}
    assert job_of(world, patient).state == "waiting"
    assert [record.getMessage() for record in caplog.records if record.name == "coterie.worker.clock"] == [
        "work stored by a clock that was ahead is due now"
    ]


def reminder_of(world: World, reminder_id: str) -> Reminder:
    with world.database.read() as tx:
        reminder = reminder_store.find_reminder(tx, world.organization.id, reminder_id)
    assert reminder is not None
    return reminder


@pytest.mark.parametrize("how", ["sent", "missed", "done"])
def test_a_series_that_a_clock_ahead_has_advanced_goes_on_now(
    world: World, fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    organization_id, ahead = world.organization.id, times.after(times.now(), YEARS)
    with world.database.write() as tx:
        fields = {"title": "Water the plants", "due_at": "2026-01-05T08:00:00Z", "repeat_unit": "day"}
        daily = reminder_actions.create_reminder(tx, world.alice, {**fields, "repeat_magnitude": 1})
        due_at = daily.due_at or ""
        monkeypatch.setattr(times, "now", lambda: ahead)
        match how:
            case "sent":
                reminder_actions.mark_sent(tx, organization_id, daily.id, due_at)
            case "missed":
                reminder_actions.pass_over(tx, organization_id, daily.id, due_at, can_mail=True)
            case "done":
                reminder_actions.finish_reminder(tx, world.alice, daily.id)
    assert (reminder_of(world, daily.id).due_at or "") > ahead
    monkeypatch.undo()
    check_clock(world.database, fresh_settings)
    reminder = reminder_of(world, daily.id)
    assert reminder.due_at is not None
    assert times.now() < reminder.due_at <= times.after(times.now(), DAY)
    assert reminder.due_at[11:] == "08:00:00.000000Z"


def test_a_single_reminder_that_a_clock_ahead_took_for_late_is_due_again(
    world: World, fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(fresh_settings, smtp_url="smtp://127.0.0.1:9", smtp_from="coterie@example.org")
    tomorrow, ahead = times.after(times.now(), DAY), times.after(times.now(), YEARS)
    with world.database.write() as tx:
        once = reminder_actions.create_reminder(tx, world.alice, {"title": "Renew the pass", "due_at": tomorrow})
    monkeypatch.setattr(times, "now", lambda: ahead)
    find_due(world.database, settings)
    assert reminder_of(world, once.id).last_error == "It could not be sent in time"
    monkeypatch.undo()
    check_clock(world.database, settings)
    reminder = reminder_of(world, once.id)
    assert (reminder.due_at, reminder.last_error, reminder.finished_at) == (once.due_at, None, None)


def put_waits(tx: Tx, world: World) -> None:
    """A row in each table with moments that work waits for."""
    now = times.now()
    of, user_id = {"organization_id": world.organization.id}, world.alice.user_id
    new = {"created_at": now, "updated_at": now}
    insert(tx, "instagram_accounts", **of, **new, account_id="17", access_token_sealed="x", graph_url="x")
    insert(tx, "external_ids", **of, contact_id=world.homer.id, source="instagram", external_id="1")
    insert(tx, "instagram_people", **of, source="instagram", person_id="1", account_id="17")
    insert(tx, "subscriptions", **of, **new, id="1", name="Club", url="x", username="x", password_sealed="x",
        direction="one_way", policy="ask", state="active")  # fmt: skip
    insert(tx, "webhooks", **of, **new, id="1", url="x", event_kinds="[]", secret_sealed="x")
    insert(tx, "webhook_deliveries", **of, webhook_id="1", id="1", kind="contact.updated", status="waiting",
        created_at=now)  # fmt: skip
    insert(tx, "sessions", id="1", token_hash="x", user_id=user_id, user_agent="", created_at=now, last_used_at=now)
    insert(tx, "digests", **of, user_id=user_id)


def test_nothing_waits_for_a_moment_that_a_clock_ahead_has_stored(world: World, fresh_settings: Settings) -> None:
    soon, ahead = times.after(times.now(), 3600), times.after(times.now(), YEARS)
    waits = [(table, column) for table, column, _, _ in clock.WAITS]
    with world.database.write() as tx:
        put_waits(tx, world)
        for table, column in waits:
            assert tx.run(f"UPDATE {table} SET {column} = :ahead", {"ahead": ahead}) == 1
        insert(tx, "instagram_accounts", organization_id=world.charlie.organization_id, account_id="18", graph_url="x",
            access_token_sealed="x", paused_until=soon, created_at=soon, updated_at=soon)  # fmt: skip

    def still_ahead() -> list[tuple[str, str]]:
        with world.database.read() as tx:
            return [
                (table, column)
                for table, column in waits
                if tx.one(f"SELECT 1 FROM {table} WHERE {column} > :soon", {"soon": soon})
            ]

    set_schedule(world, "clock", 0.0)
    check_clock(world.database, fresh_settings)
    assert still_ahead() == waits
    set_schedule(world, "clock", YEARS)
    check_clock(world.database, fresh_settings)
    assert still_ahead() == []
    with world.database.read() as tx:
        assert tx.all("SELECT account_id FROM instagram_accounts WHERE paused_until = :soon", {"soon": soon}) == [
            ("18",)
        ]


def test_nothing_is_deleted_by_age_until_the_clock_has_run_for_a_day(world: World, fresh_settings: Settings) -> None:
    deletion = Recurring("delete", 3600, check_clock, deletes_by_age=True)
    assert runs(world, fresh_settings, deletion) == []  # nobody has looked at the clock yet
    check_clock(world.database, fresh_settings)
    assert runs(world, fresh_settings, deletion) == []
    set_schedule(world, "clock_steady_since", -DAY - 1)
    assert runs(world, fresh_settings, deletion) == ["delete"]


@pytest.mark.parametrize("seconds", [-40 * DAY, 3600.0, YEARS])
def test_after_a_jump_of_the_clock_nothing_is_deleted_by_age(
    world: World, fresh_settings: Settings, caplog: pytest.LogCaptureFixture, seconds: float
) -> None:
    """seconds: the last look at the clock, as seen from now; -40 days means that the clock is ahead by 40 days now."""
    set_schedule(world, "clock_steady_since", -100 * DAY)
    set_schedule(world, "clock", seconds)
    deletion = Recurring("delete", 3600, check_clock, deletes_by_age=True)
    assert runs(world, fresh_settings, deletion) == []
    caplog.set_level(logging.WARNING)
    check_clock(world.database, fresh_settings)
    assert [record.getMessage() for record in caplog.records] == ["the clock has jumped"]
    assert runs(world, fresh_settings, deletion) == []


def test_an_instance_that_runs_some_hours_a_day_has_a_steady_clock(world: World) -> None:
    set_schedule(world, "clock_steady_since", -5 * DAY)
    set_schedule(world, "clock", -20 * 3600)
    with world.database.write() as tx:
        assert clock.observe_clock(tx).is_jump is False
        assert clock.is_clock_steady(tx)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["hour", "day", "week"]),
    st.integers(1, 30),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
)
def test_a_rewound_series_goes_on_as_if_it_had_never_advanced(due: datetime, unit: str, size: int, name: str) -> None:
    zone, now = ZoneInfo(name), datetime(2026, 3, 1, tzinfo=UTC)
    values = dict.fromkeys(Reminder.__struct_fields__)
    values |= {"due_at": times.moment(due), "repeat_unit": unit, "repeat_magnitude": size}
    reminder = Reminder(**values)  # type: ignore[arg-type]
    rewound = rewind(reminder, zone, now)
    assert rewound is not None
    assert times.parse(rewound) > now
    if due <= now:
        assert rewound == next_repeat(reminder, zone, now)
    elif rewound != times.moment(due) and (unit == "hour" or name == "UTC"):
        # rewound to itself, it is the next one already; in other zones a change of the clocks may lie between the two
        last = next_repeat(replace(reminder, due_at=rewound), zone, due - timedelta(seconds=1))
        assert last == times.moment(due)
