"""Time zones: reminders of dates follow their user's, filters too, over changes of the clocks. On both engines."""

from datetime import UTC, datetime

import pytest
from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.filters import reader_of
from coterie.actions.members import add_member
from coterie.actions.organizations import update_organization
from coterie.actions.reminders import create_reminder, find_reminder_of_user
from coterie.actions.time_zones import set_user_time_zone
from coterie.errors import Invalid, NotFound
from coterie.model.organizations import MEMBER
from coterie.model.reminders import ContactDates, Reminder, next_before
from coterie.model.time_zones import time_zone_names, zone_of
from coterie.store.organizations import find_organization, find_user, list_members


def zone(world: World, name: str) -> None:
    with world.database.write() as tx:
        update_organization(tx, world.alice, time_zone=name)


def zones(world: World) -> set[str]:
    with world.database.read() as tx:
        return {each.time_zone for each in list_members(tx, world.alice.organization_id, limit=10)}


def reminder(world: World) -> Reminder:
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"birthday": "--12-24"})
        made = create_reminder(tx, world.alice, {"category": "birthday"}, world.marge.id)
        return find_reminder_of_user(tx, world.alice, made.id)


def due(world: World, made: Reminder) -> str:
    with world.database.read() as tx:
        return str(find_reminder_of_user(tx, world.alice, made.id).due_at)[4:16]


def test_members_follow_the_zone_of_their_organization_unless_they_chose_one(world: World) -> None:
    with world.database.write() as tx:
        set_user_time_zone(tx, world.bob, world.bob.user_id or "", "asia/tokyo")
    zone(world, "europe/berlin")
    assert zones(world) == {"Europe/Berlin", "Asia/Tokyo"}
    zone(world, "America/New_York")
    assert zones(world) == {"America/New_York", "Asia/Tokyo"}
    with world.database.write() as tx:
        user_id = add_member(
            tx, world.alice, f"lisa-{world.organization.uuid}@example.org", role=MEMBER, password_hash="x"
        )
        lisa, organization = find_user(tx, user_id), find_organization(tx, world.alice.organization_id)
    assert lisa and organization and lisa.time_zone == organization.time_zone == "America/New_York"


def test_a_reminder_of_a_date_moves_with_the_zone_at_once(world: World) -> None:
    made = reminder(world)
    assert due(world, made) == "-12-24T09:00"
    zone(world, "Europe/Berlin")
    assert due(world, made) == "-12-24T08:00"
    with world.database.write() as tx:
        set_user_time_zone(tx, world.alice, world.alice.user_id or "", "Pacific/Auckland")
    assert due(world, made) == "-12-23T20:00"


@pytest.mark.parametrize(
    ("name", "day", "moment"),
    [
        ("Europe/Berlin", "--03-28", "2026-03-28T08:00"),
        ("Europe/Berlin", "--03-29", "2026-03-29T07:00"),
        ("Europe/Berlin", "--10-25", "2026-10-25T08:00"),
        ("America/New_York", "--03-07", "2026-03-07T14:00"),
        ("America/New_York", "--03-08", "2026-03-08T13:00"),
        ("Australia/Lord_Howe", "--04-05", "2026-04-04T22:30"),
        ("Asia/Kathmandu", "--06-01", "2026-06-01T03:15"),
    ],
)
def test_nine_oclock_stays_nine_oclock_when_the_clocks_change(name: str, day: str, moment: str) -> None:
    blank = dict.fromkeys(Reminder.__struct_fields__)
    made = Reminder(**blank | {"category": "birthday", "before_unit": "day", "before_magnitude": 0})  # type: ignore[arg-type]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert str(next_before(made, ContactDates(day, ()), zone_of(name), now))[:16] == moment


def test_a_filter_knows_today_where_its_reader_is(world: World) -> None:
    with world.database.write() as tx:
        set_user_time_zone(tx, world.alice, world.alice.user_id or "", "Pacific/Kiritimati")
        set_user_time_zone(tx, world.alice, world.bob.user_id or "", "Pacific/Niue")
        east, west = reader_of(tx, world.alice).clock, reader_of(tx, world.bob).clock
    assert east.today > west.today


def test_an_unknown_zone_is_rejected_and_one_the_machine_lost_is_utc(world: World) -> None:
    for name in ("", "Berlin", "../etc/passwd", "localtime", "Europe/Berlin\0", "x" * 5000):
        with pytest.raises(Invalid, match="is not a time zone: use a name such as Europe/Berlin"):
            zone(world, name)
    assert zone_of("Mars/Olympus").key == "UTC"
    assert {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia"} <= set(time_zone_names())


def test_only_members_of_the_organization_can_be_changed(world: World) -> None:
    with pytest.raises(NotFound), world.database.write() as tx:
        set_user_time_zone(tx, world.alice, world.charlie.user_id or "", "Europe/Berlin")
