"""coterie check as an operator meets it. On both engines."""

import json
import os
from pathlib import Path

import pytest
from forked import run_forked
from world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def check(world: World, *arguments: str) -> tuple[int, str]:
    settings = world.database.settings
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    done = run_forked(["check", *arguments], environment, "")
    return done.returncode, done.stdout + done.stderr


def test_problems_are_printed_repaired_and_gone(world: World) -> None:
    code, text = check(world)
    assert (code, text.splitlines()[-1]) == (0, "No problems found.")
    with world.database.write() as tx:
        tx.run("UPDATE counters SET value = 9 WHERE organization_id = :o AND name = 'contacts'",
               {"o": world.organization.id})  # fmt: skip
    code, text = check(world)
    assert code == 1
    assert "    count of contacts is 9 instead of 2\n" in text
    assert text.endswith("1 found. `coterie check --repair` can repair 1 of them.\n")
    assert "found. `coterie check --deep --repair` can repair 1 of them." in check(world, "--deep")[1]
    code, text = check(world, "--repair")
    assert (code, text.splitlines()[-1]) == (0, "1 repaired, 0 left.")
    code, text = check(world, "--deep", "--json")
    assert code == 0
    results = {each["name"]: each for each in json.loads(text)}
    assert results["counts"] == {
        "name": "counts", "is_repairable": True, "hint": None, "problem_count": 0, "repaired_count": 0, "examples": [],
    }  # fmt: skip


def test_a_check_creates_no_instance(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    done = run_forked(["check", "--repair"], os.environ | {"COTERIE_DATA": str(folder)}, "")
    assert done.returncode == 1 and "there is no instance" in done.stderr
    assert not folder.exists()
