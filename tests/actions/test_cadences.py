"""Staying in touch: the rule in force, the day a contact is due, and what moves it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import World, make_world

from coterie.actions.cadences import delete_cadence, list_due, set_cadence, snooze, unsnooze, update_cadence
from coterie.actions.contacts import create_contact, delete_contact, erase_contact, restore_contact
from coterie.actions.folders import create_folder, delete_folder, set_folders
from coterie.actions.interactions import add_interactions
from coterie.actions.merges import merge_contacts
from coterie.actions.organizations import update_organization
from coterie.actions.terms import create_term, delete_term, put_on_contact, restore_term, take_off_contact
from coterie.actions.touch_plans import AT_ONCE_MAX, compute_plans
from coterie.actions.touches import delete_touch, log_touch
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import Invalid, NotFound
from coterie.model.cadences import Cadence, Snooze, Target, TouchPlan, length_of, parse_every, plan_of, rule_in_force
from coterie.model.imports import InteractionDraft
from coterie.model.terms import TAGS
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.touch_plans import list_plans_of
from coterie.worker.loop import Worker

UTC_ZONE = ZoneInfo("UTC")


def write(world: World, work: Callable[[Tx], Any]) -> Any:
    with world.database.write() as tx:
        return work(tx)


def plan(world: World, contact_id: int) -> TouchPlan | None:
    with world.database.read() as tx:
        plans = list_plans_of(tx, world.organization.id, [contact_id])
        assert plans == compute_plans(tx, world.organization.id, [contact_id])
    return plans.get(contact_id)


def rule(every: str, *, contact_id: int | None = None, created_at: str = "2026-01-10T10:00:00.000000Z") -> Cadence:
    tag_id = None if contact_id else f"tag {every}"
    return Cadence(
        id=every, contact_id=contact_id, tag_id=tag_id, every=every, created_at=created_at, updated_at=created_at
    )


@pytest.mark.parametrize(
    ("text", "every"),
    [("3w", "3w"), (" 2 Months ", "2m"), ("1 year", "1y"), ("10d", "10d"), ("OFF", "off"), ("1 day", "1d")],
)
def test_an_interval_is_read_as_people_write_it(text: str, every: str) -> None:
    assert parse_every(text) == every


@pytest.mark.parametrize("text", ["", "0d", "w", "3", "-1w", "3 fortnights", "11y", "9999d", "٣w", "1.5m"])
def test_other_intervals_are_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        parse_every(text)


@pytest.mark.parametrize(
    ("last", "every", "due_on"),
    [
        ("2026-01-31T10:00:00.000000Z", "1m", "2026-02-28"),
        ("2028-01-31T10:00:00.000000Z", "1m", "2028-02-29"),
        ("2028-02-29T10:00:00.000000Z", "1y", "2029-02-28"),
        ("2026-12-30T10:00:00.000000Z", "3w", "2027-01-20"),
        ("9999-12-30T10:00:00.000000Z", "3w", "9999-12-31"),
        ("0001-01-01T00:00:00.000000Z", "1d", "0001-01-02"),
    ],
)
def test_a_contact_is_due_one_interval_after_the_last_touch(last: str, every: str, due_on: str) -> None:
    found = plan_of(1, last, rule(every, contact_id=1), last_touch_at=last, snooze=None, zone=UTC_ZONE)
    assert found.due_on == due_on


def test_the_day_of_a_touch_is_that_of_the_organization() -> None:
    late = "2026-03-01T23:30:00.000000Z"
    zone = ZoneInfo("Pacific/Auckland")
    assert plan_of(1, late, rule("1d", contact_id=1), last_touch_at=late, snooze=None, zone=zone).due_on == "2026-03-03"


def test_many_contacts_of_a_tag_are_not_due_on_one_day() -> None:
    created = "2026-01-05T10:00:00.000000Z"
    days = [
        plan_of(number, created, rule("4w"), last_touch_at=None, snooze=None, zone=UTC_ZONE).due_on
        for number in range(800)
    ]
    assert min(days) > "2026-01-10"
    assert max(days) == "2026-02-07"
    assert max(map(days.count, set(days))) <= 30


def test_a_snooze_moves_the_day_further_until_the_next_touch() -> None:
    touched, snoozed = "2026-01-01T10:00:00.000000Z", Snooze("2026-03-01", "2026-01-20T10:00:00.000000Z")
    own = rule("2w", contact_id=1)
    assert plan_of(1, touched, own, last_touch_at=touched, snooze=snoozed, zone=UTC_ZONE).due_on == "2026-03-01"
    later = "2026-01-21T10:00:00.000000Z"
    assert plan_of(1, touched, own, last_touch_at=later, snooze=snoozed, zone=UTC_ZONE).due_on == "2026-02-04"
    early = Snooze("2026-01-02", "2026-01-01T11:00:00.000000Z")
    assert plan_of(1, touched, own, last_touch_at=touched, snooze=early, zone=UTC_ZONE).due_on == "2026-01-15"


@given(st.lists(st.sampled_from(["3d", "2w", "1m", "5w", "1y", "off"]), max_size=5, unique=True))
def test_the_shortest_of_the_groups_counts(everies: list[str]) -> None:
    counts = rule_in_force([rule(every) for every in everies])
    lengths = [length_of(every) for every in everies if every != "off"]
    assert (length_of(counts.every) if counts else None) == min(lengths, default=None)


def test_the_own_rule_beats_groups_and_off_beats_all() -> None:
    groups = [rule("1d"), rule("2w")]
    own, off = rule("1y", contact_id=1), rule("off", contact_id=1)
    assert rule_in_force([*groups, own]) == own
    assert rule_in_force([*groups, off]) is None


def test_touches_reset_and_deleting_one_goes_back(world: World) -> None:
    marge = world.marge.id
    write(world, lambda tx: set_cadence(tx, world.alice, Target("contact", marge), "2 weeks"))
    first = plan(world, marge)
    assert first is not None
    assert first.last_touch_at is None
    touches = write(
        world, lambda tx: log_touch(tx, world.alice, [marge], kind="call", happened_at="2026-05-01T10:00:00Z")
    )
    assert plan(world, marge) == TouchPlan(marge, first.cadence_id, "2w", "2026-05-01T10:00:00.000000Z", "2026-05-15")
    write(world, lambda tx: log_touch(tx, world.alice, [marge], kind="letter", happened_at="2026-04-01T10:00:00Z"))
    assert plan(world, marge).due_on == "2026-05-15"  # type: ignore[union-attr]
    write(world, lambda tx: delete_touch(tx, world.alice, marge, touches[marge]))
    assert plan(world, marge).due_on == "2026-04-15"  # type: ignore[union-attr]


def test_messages_of_both_directions_are_touches_and_comments_are_not(world: World) -> None:
    marge = world.marge.id
    write(world, lambda tx: set_cadence(tx, world.alice, Target("contact", marge), "1w"))
    for number, (kind, direction, due_on) in enumerate(
        (
            ("message", "incoming", "2026-03-08"),
            ("comment", "incoming", "2026-03-08"),
            ("message", "outgoing", "2026-03-10"),
        )
    ):
        draft = InteractionDraft(kind, direction, f"2026-03-0{number + 1}T10:00:00.000000Z", "hi", f"x{number}")
        write(world, lambda tx, draft=draft: add_interactions(tx, world.alice, marge, [draft]))
        assert plan(world, marge).due_on == due_on  # type: ignore[union-attr]


def test_rules_of_tags_and_folders_follow_their_contacts(world: World) -> None:
    marge, alice = world.marge.id, world.alice
    tag = write(world, lambda tx: create_term(tx, alice, TAGS, "friends")).id
    folder = write(world, lambda tx: create_folder(tx, alice, "Neighbours")).id
    write(world, lambda tx: log_touch(tx, alice, [marge], kind="call", happened_at="2026-05-01T10:00:00Z"))
    write(world, lambda tx: set_cadence(tx, alice, Target("tag", tag), "1m"))
    write(world, lambda tx: set_cadence(tx, alice, Target("folder", folder), "1w"))
    assert plan(world, marge) is None
    seen = []
    for work in (
        lambda tx: put_on_contact(tx, alice, TAGS, marge, tag),
        lambda tx: set_folders(tx, alice, marge, [folder]),
        lambda tx: set_folders(tx, alice, marge, []),
        lambda tx: set_folders(tx, alice, marge, [folder]),
        lambda tx: delete_folder(tx, alice, folder),
        lambda tx: delete_term(tx, alice, TAGS, tag),
        lambda tx: restore_term(tx, alice, TAGS, tag),
        lambda tx: delete_contact(tx, alice, marge),
        lambda tx: restore_contact(tx, alice, marge),
        lambda tx: take_off_contact(tx, alice, TAGS, marge, tag),
    ):
        write(world, work)
        now = plan(world, marge)
        seen.append(now.due_on[5:] if now else None)
    month, week = "06-01", "05-08"
    assert seen == [month, week, month, week, month, None, month, None, month, None]


def test_a_rule_is_changed_and_deleted(world: World) -> None:
    marge, alice = world.marge.id, world.alice
    cadence = write(world, lambda tx: set_cadence(tx, alice, Target("contact", marge), "1w"))
    assert write(world, lambda tx: set_cadence(tx, alice, Target("contact", marge), "2w")).id == cadence.id
    write(world, lambda tx: update_cadence(tx, alice, cadence.id, "off"))
    assert plan(world, marge) is None
    write(world, lambda tx: update_cadence(tx, alice, cadence.id, "1y"))
    assert plan(world, marge) is not None
    write(world, lambda tx: delete_cadence(tx, alice, cadence.id))
    assert plan(world, marge) is None
    with pytest.raises(NotFound):
        write(world, lambda tx: delete_cadence(tx, alice, cadence.id))


def test_the_due_are_listed_longest_due_first_page_by_page(world: World) -> None:
    marge, homer, alice = world.marge.id, world.homer.id, world.alice
    for contact_id, day in ((marge, "2026-05-02"), (homer, "2026-05-01")):
        write(world, lambda tx, c=contact_id: set_cadence(tx, alice, Target("contact", c), "1w"))
        write(
            world,
            lambda tx, c=contact_id, d=day: log_touch(tx, alice, [c], kind="call", happened_at=f"{d}T10:00:00Z"),
        )
    today = date(2026, 5, 8)

    def due(**more: Any) -> list[tuple[int, int]]:
        with world.database.read() as tx:
            return [(each.contact.id, each.days_late) for each in list_due(tx, alice, today, limit=10, **more)]

    assert due() == [(homer, 0)]
    assert due(within_days=1) == [(homer, 0), (marge, -1)]
    assert due(within_days=1, after=("2026-05-08", homer)) == [(marge, -1)]
    write(world, lambda tx: erase_contact(tx, alice, homer))
    assert due(within_days=3_000_000) == [(marge, -1)]


def test_snoozing_counts_from_today_and_can_be_ended(world: World) -> None:
    marge, alice = world.marge.id, world.alice
    write(world, lambda tx: set_cadence(tx, alice, Target("contact", marge), "1w"))
    before = plan(world, marge)
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    write(world, lambda tx: snooze(tx, alice, marge, until))
    assert plan(world, marge).due_on == until  # type: ignore[union-attr]
    write(world, lambda tx: unsnooze(tx, alice, marge))
    assert plan(world, marge) == before
    for wrong in ("2020-01-01", "--05-01", "2999-01-01", "tomorrow"):
        with pytest.raises(Invalid):
            write(world, lambda tx, wrong=wrong: snooze(tx, alice, marge, wrong))


def test_a_merge_moves_the_rule_and_an_unmerge_gives_it_back(world: World) -> None:
    marge, homer, alice = world.marge.id, world.homer.id, world.alice
    write(world, lambda tx: set_cadence(tx, alice, Target("contact", homer), "1w"))
    write(world, lambda tx: log_touch(tx, alice, [homer], kind="call", happened_at="2026-05-01T10:00:00Z"))
    merged = write(world, lambda tx: merge_contacts(tx, alice, marge, [homer]))[0]
    assert plan(world, marge).due_on == "2026-05-08"  # type: ignore[union-attr]
    assert plan(world, homer) is None
    write(world, lambda tx: unmerge_contact(tx, alice, merged.id))
    assert plan(world, marge) is None
    assert plan(world, homer).due_on == "2026-05-08"  # type: ignore[union-attr]


def test_a_survivor_keeps_its_own_rule(world: World) -> None:
    marge, homer, alice = world.marge.id, world.homer.id, world.alice
    for contact_id, every in ((marge, "1y"), (homer, "1w")):
        write(world, lambda tx, c=contact_id, e=every: set_cadence(tx, alice, Target("contact", c), e))
    write(world, lambda tx: merge_contacts(tx, alice, marge, [homer]))
    assert plan(world, marge).every == "1y"  # type: ignore[union-attr]


def test_targets_of_others_do_not_exist(world: World) -> None:
    tag = write(world, lambda tx: create_term(tx, world.charlie, TAGS, "regulars")).id
    for target in (Target("contact", world.moe.id + 1_000_000), Target("tag", tag), Target("folder", 1_000_000)):
        with pytest.raises(NotFound):
            write(world, lambda tx, target=target: set_cadence(tx, world.alice, target, "1w"))


def test_another_time_zone_of_the_organization_moves_the_days(world: World) -> None:
    marge, alice = world.marge.id, world.alice
    write(world, lambda tx: set_cadence(tx, alice, Target("contact", marge), "1w"))
    write(world, lambda tx: log_touch(tx, alice, [marge], kind="call", happened_at="2026-05-01T23:00:00Z"))
    write(world, lambda tx: update_organization(tx, alice, time_zone="Pacific/Auckland"))
    assert plan(world, marge).due_on == "2026-05-09"  # type: ignore[union-attr]


def test_a_rule_of_many_contacts_is_carried_out_by_jobs(fresh_database: Database, fresh_settings: Settings) -> None:
    world = make_world(fresh_database)
    alice = world.alice
    with fresh_database.write() as tx:
        tag = create_term(tx, alice, TAGS, "many").id
        ids = [create_contact(tx, alice, {"first_name": f"Clerk {number}"}).id for number in range(AT_ONCE_MAX + 1)]
        rows = [{"organization_id": alice.organization_id, "contact_id": each, "tag_id": tag} for each in ids]
        tx.insert_rows("contact_tags", rows)
        set_cadence(tx, alice, Target("tag", tag), "1m")
        assert list_plans_of(tx, alice.organization_id, ids) == {}
    worker = Worker(fresh_database, fresh_settings)
    while worker.run_one():
        pass
    with fresh_database.read() as tx:
        assert list_plans_of(tx, alice.organization_id, ids) == compute_plans(tx, alice.organization_id, ids)
        assert list_plans_of(tx, alice.organization_id, ids).keys() == set(ids)
