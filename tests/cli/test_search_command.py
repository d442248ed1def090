"""coterie search, on both engines."""

import json
import os
import subprocess

import pytest
from forked import run_forked
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = pytest.mark.slow


def run(settings: Settings, world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked(["search", *arguments, "--organization", world.organization.uuid], environment, "")


def test_contacts_are_printed_with_what_they_were_found_by(fresh_settings: Settings, fresh_database: Database) -> None:
    world = make_world(fresh_database)
    with fresh_database.write() as tx:
        ned = create_contact(tx, world.alice, {"real_name": "Ned [b]Flanders", "employer": "The Leftorium"})
    printed = run(fresh_settings, world, "leftorum")
    assert printed.returncode == 0, printed.stderr
    assert "Ned [b]Flanders" in printed.stdout
    assert "employer: The Leftorium" in printed.stdout
    response = json.loads(run(fresh_settings, world, "simpson", "homr", "--limit", "1", "--json").stdout)
    (found,) = response["contacts"]
    assert (found["id"], found["field"], response["total"]) == (world.homer.id, "name", 2)
    assert found["piece"] == "Homer Simpson"
    assert ned.id != world.homer.id
    nobody = run(fresh_settings, world, "zzyzx", "--json")
    assert (nobody.returncode, json.loads(nobody.stdout)) == (0, {"total": 0, "is_capped": False, "contacts": []})
    assert run(fresh_settings, world, "zzyzx").stdout == "Nobody found.\n"
    assert "2 match" in run(fresh_settings, world, "simpson", "--limit", "1").stdout
    assert run(fresh_settings, world, "x", "--limit", "0").returncode == 2
