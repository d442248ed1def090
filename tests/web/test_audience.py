"""The audience page, and the numbers of each day that it reads."""

from datetime import UTC, datetime, timedelta

from visitor import Visitor, text_of
from world import World, make_world

from coterie.actions.contacts import update_contact
from coterie.actions.daily_counts import collect_counts
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.segments import create_segment
from coterie.actions.terms import create_term, delete_term
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.terms import TAGS
from coterie.store.daily_counts import list_counts, save_counts
from coterie.store.database import Database
from coterie.store.interactions import insert_interactions
from coterie.worker.daily_counts import count_audience

DAY = timedelta(days=1)


def write_messages(world: World, contact_id: int, ages: list[int]) -> None:
    """A message of the contact, this many days ago."""
    now = datetime.now(UTC)
    with world.database.write() as tx:
        insert_interactions(
            tx, world.organization.id,
            [{"id": new_id(), "contact_id": contact_id, "channel": "instagram", "kind": "message", "text": "hi",
              "happened_at": times.moment(now - age * DAY), "direction": "incoming", "external_id": new_id(),
              "now": times.now(), "data": None, "search_number": None} for age in ages],
        )  # fmt: skip


def count_on(world: World, at: datetime) -> None:
    with world.database.read() as tx:
        counts = collect_counts(tx, world.organization.id, at)
    with world.database.write() as tx:
        save_counts(tx, world.organization.id, counts)


def numbers(world: World, name: str, organization_id: int | None = None) -> list[int]:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    with world.database.read() as tx:
        rows = list_counts(tx, organization_id or world.organization.id, name, since="2000-01-01", until=today)
    return [value for _, _, value in rows]


def test_a_day_is_counted_once_however_often(world: World) -> None:
    now = datetime.now(UTC)
    count_on(world, now - 2 * DAY)
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"status": "optout"})
        folder = create_folder(tx, world.alice, "Family")
        set_folders(tx, world.alice, world.homer.id, {folder.id})
        create_segment(tx, world.alice, "Simpsons", "simpson")
        tag = create_term(tx, world.alice, TAGS, "Gone")
        create_segment(tx, world.alice, "Broken", "tag:Gone")
        delete_term(tx, world.alice, TAGS, tag.id)
    for _ in range(2):
        count_on(world, now)
    assert numbers(world, "contacts") == [2, 2]
    assert numbers(world, "optouts") == [0, 1]
    assert numbers(world, "folder") == [1]
    assert numbers(world, "segment") == [2]


def test_messages_before_the_first_count_are_counted_by_their_days(world: World) -> None:
    write_messages(world, world.homer.id, [0, 3, 3, 400])
    count_on(world, datetime.now(UTC))
    found = numbers(world, "messages_in")
    assert len(found) == 366 and sum(found) == 3 and found[-4] == 2
    write_messages(world, world.homer.id, [0])
    count_on(world, datetime.now(UTC))
    assert numbers(world, "messages_in")[-1] == 2


def test_days_that_a_clock_ahead_has_counted_are_ignored_until_they_come(world: World) -> None:
    count_on(world, datetime.now(UTC) + 3650 * DAY)
    write_messages(world, world.homer.id, [0, 1])
    count_on(world, datetime.now(UTC))
    assert numbers(world, "contacts") == [2]
    assert numbers(world, "messages_in")[-2:] == [1, 1]


def test_the_worker_counts_every_organization(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    count_audience(fresh_database, fresh_database.settings)
    assert len(numbers(world, "contacts", world.charlie.organization_id)) == 1 and numbers(world, "contacts") == [2]


def test_the_page_shows_growth_writers_and_quiet_ones(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/audience"
    assert "first count" in text_of(alice.get(path))
    write_messages(world, world.homer.id, [1, 2, 3])
    write_messages(world, world.marge.id, [200, 201, 202])
    count_on(world, datetime.now(UTC) - 20 * DAY)
    count_on(world, datetime.now(UTC))
    page = text_of(alice.get(path))
    assert "Counted since" in page
    wrote, quiet = page.split("Who wrote most")[1].split("Who went quiet")
    assert "Homer Simpson" in wrote and "Marge" not in wrote and "Marge Simpson" in quiet
    assert "Marge Simpson" in text_of(alice.get(path, days="365")).split("Who went quiet")[0]
    assert alice.get(path, days="7 OR 1").status == 200
    assert alice.get(f"/{world.charlie.organization_id}/audience").status == 404
