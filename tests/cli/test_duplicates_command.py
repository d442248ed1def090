"""coterie duplicates as an operator meets it. On both engines."""

import json
import os
import subprocess

import pytest
from forked import run_forked
from world import World

from coterie.actions.contacts import create_contact
from coterie.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def world(fresh_world: World) -> World:
    with fresh_world.database.write() as tx:
        for name in ("Robert Ostrander", "Bob Ostrander", "Kevin Ostrander"):
            create_contact(tx, fresh_world.alice, {"real_name": name, "phone": "+12125550100"})
    return fresh_world


def run(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings: Settings = world.database.settings
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked(["duplicates", *arguments, "--organization", world.organization.uuid], environment, "")


def test_pairs_are_found_listed_with_their_reasons_and_dismissed(world: World) -> None:
    assert "`coterie duplicates scan`" in run(world, "list").stdout
    assert run(world, "scan").stdout == "Pairs: 1 suggested for merging, 0 possible.\n"
    shown = run(world).stdout
    assert "3 Robert Ostrander  =  4 Bob Ostrander" in shown
    assert "same phone number +12125550100, a short form of the name" in shown
    found = json.loads(run(world, "list", "--json", "--level", "suggested").stdout)
    assert found["is_scanned"] is True
    (pair,) = found["duplicates"]
    assert [contact["contact_id"] for contact in pair["contacts"]] == [3, 4]
    assert [reason["code"] for reason in pair["reasons"]] == ["same_handle", "name_form"]
    assert "marked as not the same" in run(world, "dismiss", "3", pair["contacts"][1]["uuid"]).stdout
    assert json.loads(run(world, "scan", "--all", "--json").stdout) == {"suggested": 0, "possible": 0}
    assert run(world).stdout == "No duplicates.\n"
    assert run(world, "undismiss", "3", "4").returncode == 0
    assert json.loads(run(world, "scan", "--json").stdout) == {"suggested": 1, "possible": 0}
    assert json.loads(run(world, "merge", "--json").stdout) == {"merged": 1, "skipped": 0}
    assert run(world, "merge").stdout == "0 pairs merged, 0 skipped.\n"


@pytest.mark.parametrize("pair", [("3", "3"), ("3", "999"), ("3", "nobody"), ("-", "3"), ("3", "9" * 30)])
def test_a_wrong_pair_is_one_line_on_standard_error(world: World, pair: tuple[str, str]) -> None:
    done = run(world, "dismiss", *pair)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("coterie: ")
