"""coterie demo: the Springfield world."""

import json
import subprocess
from datetime import UTC, datetime
from random import Random

import pytest
from forked import run_command

from coterie.cli.callers import caller_for_uuid
from coterie.cli.open_instance import open_migrated
from coterie.demo import build, world
from coterie.model import properties, times
from coterie.settings import Settings
from coterie.store import addresses, contact_relationships, contacts, folders, interactions
from coterie.store import properties as property_store

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_command(settings, "demo", *arguments)


def test_the_command_makes_springfield_once_and_says_so_the_second_time(fresh_settings: Settings) -> None:
    first = run(fresh_settings, "--json")
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert made["email"] == "demo@springfield.example"
    assert len(made["password"]) >= 16 and len(made["token"]) == 44
    again = run(fresh_settings)
    assert (again.returncode, again.stdout) == (1, "")
    assert "Springfield already exists" in again.stderr
    with open_migrated(fresh_settings) as database, database.read() as tx:
        caller = caller_for_uuid(tx, made["organization_uuid"])
        found = contacts.list_contacts(tx, caller.organization_id, order="name", limit=100)
        assert len(found) == made["contacts"] == len(world.PEOPLE) >= 60
        marge = next(contact for contact in found if contact.full_name == "Marge Simpson")
        assert (marge.email, marge.username) == ("marge@springfield.example", "marge.springfield")
        assert marge.follower_growth is not None and marge.pinned_note
        assert {contact.status for contact in found} == {"subscribed", "optout"}
        defined = property_store.list_definitions(tx, caller.organization_id, limit=100)
        assert {definition.property_type for definition in defined} == set(properties.TYPES)
        assert all(folder.contact_count for folder in folders.list_folders(tx, caller.organization_id, limit=100))
        recent = interactions.list_recent_of(tx, caller.organization_id, [contact.id for contact in found])
        assert {kind for _, kind, *_ in recent} == {"message", "comment", "mention"}
        homer = next(contact for contact in found if contact.full_name == "Homer Simpson")
        related = contact_relationships.list_contact_relationships(tx, caller.organization_id, marge.id, limit=100)
        assert homer.id in {each.second_contact_id for each in related}
        assert addresses.list_addresses(tx, caller.organization_id, marge.id, limit=9)[0].postcode == "49007"
        assert max(moment for _, _, _, moment, _ in recent) < times.now()


def test_the_same_seed_gives_the_same_world() -> None:
    one, two, other = (build._interactions(Random(seed), "marge", NOW) for seed in (1, 1, 2))
    assert one == two != other


@pytest.mark.parametrize("today", ["2026-02-26", "2028-02-29", "2026-12-31"])
def test_whatever_day_it_is_the_birthdays_ahead_exist(today: str) -> None:
    now = datetime.fromisoformat(f"{today}T12:00:00+00:00")
    letters = dict.fromkeys(world.FOLDERS, 1)
    for person in world.PEOPLE:
        birthday = build._fields(person, 1, now, letters)["birthday"]
        assert not birthday or times.parse_date(birthday, "birthday") == birthday
