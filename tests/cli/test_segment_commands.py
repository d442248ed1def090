"""coterie segments and coterie export with a filter, on both engines."""

import json
import os
import subprocess

import pytest
from forked import run_forked
from world import World, make_world

from coterie.actions.terms import create_term, put_on_contact
from coterie.model.terms import TAGS
from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def home(fresh_settings: Settings, fresh_database: Database) -> tuple[Settings, World]:
    world = make_world(fresh_database)
    with fresh_database.write() as tx:
        put_on_contact(tx, world.alice, TAGS, world.marge.id, create_term(tx, world.alice, TAGS, "Friends").id)
    return fresh_settings, world


def run(home: tuple[Settings, World], *arguments: str) -> subprocess.CompletedProcess[str]:
    settings, world = home
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked([*arguments, "--organization", world.organization.uuid], environment, "")


def test_segments_are_saved_shown_counted_and_deleted(home: tuple[Settings, World]) -> None:
    assert "No segments" in run(home, "segments", "list").stdout
    assert run(home, "segments", "add", "Close", "tag:friends").stdout == "#1 Close\n  filter  tag:Friends\n"
    assert run(home, "segments", "count", "close").stdout == "1\n"
    assert run(home, "segments", "set", "#1", "--filter", "-tag:friends", "--name", "Far").returncode == 0
    (listed,) = json.loads(run(home, "segments", "list", "--json").stdout)
    assert (listed["name"], listed["line"], listed["problem"]) == ("Far", "-tag:Friends", None)
    assert "Far" in run(home, "segments", "list").stdout
    assert json.loads(run(home, "segments", "count", "Far", "--json").stdout) == {"count": 1, "is_exact": True}
    assert run(home, "segments", "delete", "far").stdout == "Segment Far deleted.\n"
    gone = run(home, "segments", "show", "Far")
    assert (gone.returncode, gone.stderr) == (1, "coterie: There is no segment Far\n")


def test_an_export_has_the_contacts_of_a_filter_and_a_segment(home: tuple[Settings, World]) -> None:
    run(home, "segments", "add", "Close", "tag:friends")
    for file_format in ("vcard", "csv"):
        for option, value in (("--segment", "Close"), ("--filter", "tag:friends phone:*")):
            text = run(home, "export", "--format", file_format, option, value).stdout
            assert "Marge" in text and "Homer" not in text
    wrong = run(home, "export", "--format", "csv", "--filter", "tga:x")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "did you mean tag?" in wrong.stderr
    assert run(home, "export", "--format", "json", "--filter", "phone:*").returncode == 1
