"""coterie merge, merges and unmerge, on both engines."""

import json
import os
import subprocess

import pytest
from forked import run_forked
from world import World, make_world

from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def home(fresh_settings: Settings, fresh_database: Database) -> tuple[Settings, World]:
    return fresh_settings, make_world(fresh_database)


def run(home: tuple[Settings, World], *arguments: str) -> subprocess.CompletedProcess[str]:
    settings, world = home
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked([*arguments, "--organization", world.organization.uuid], environment, "")


def test_contacts_are_merged_listed_and_unmerged(home: tuple[Settings, World]) -> None:
    marge, homer = home[1].marge, home[1].homer
    shown = run(home, "merge", str(marge.id), homer.uuid, "--keep-from", f"email={homer.id}", "--dry-run").stdout
    assert "email: homer@example.org (primary)" in shown and "Nothing was changed." in shown
    assert run(home, "merges").stdout == "No merges.\n"
    merged = json.loads(run(home, "merge", str(marge.id), str(homer.id), "--json").stdout)
    assert (merged["contact_id"], merged["name"]) == (marge.id, "Marge Simpson")
    (merge,) = merged["merges"]
    assert "Homer Simpson → Marge Simpson" in run(home, "merges").stdout
    again = run(home, "merge", str(marge.id), str(homer.id))
    assert (again.returncode, again.stdout) == (
        1,
        "",
    ) and f"ID has contact {marge.id}, which is to stay" in again.stderr
    assert "are two again" in run(home, "unmerge", merge["id"], "--additions-to", "loser").stdout
    twice = run(home, "unmerge", merge["id"])
    assert twice.returncode == 1 and "already undone" in twice.stderr
    assert run(home, "merge", str(marge.id), "4711").stderr == "coterie: ID 4711 does not exist\n"
    assert "FIELD=ID" in run(home, "merge", str(marge.id), str(homer.id), "--keep-from", "email").stderr
