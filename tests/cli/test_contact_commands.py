"""coterie contacts and coterie in-touch, on both engines."""

import json
import os
import subprocess
from typing import Any

import pytest
from forked import run_forked
from world import World, make_world

from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = pytest.mark.slow
Home = tuple[Settings, World]


@pytest.fixture
def home(fresh_settings: Settings, fresh_database: Database) -> Home:
    return fresh_settings, make_world(fresh_database)


def run(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings, world = home
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked([*arguments, "--organization", world.organization.uuid], environment, "")


def data(home: Home, *arguments: str) -> Any:
    done = run(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_contact_is_added_found_edited_and_shown(home: Home) -> None:
    added = data(
        home, "contacts", "add", "Lisa Simpson", "--email", "lisa@example.org", "--tag", "Friends",
        "--folder", "School", "--set", "birthday=1981-05-09",
    )  # fmt: skip
    found = data(home, "contacts", "find", "lisa")
    assert [each["uuid"] for each in found["contacts"]] == [added["uuid"]]
    assert [each["id"] for each in data(home, "contacts", "find", "--filter", "tag:friends")["contacts"]] == [
        added["id"]
    ]
    assert data(home, "contacts", "find", "simpson", "--filter", "-tag:friends")["total"] == 2
    assert data(home, "contacts", "find")["total"] == 3
    data(home, "contacts", "edit", added["uuid"], "--set", "nickname=Lis", "--set", "birthday=", "--untag", "friends",
         "--phone", "+1 800 555 0123", "--folder", "Jazz")  # fmt: skip
    shown = data(home, "contacts", "show", str(added["id"]))
    assert (shown["nickname"], shown["birthday"], shown["tags"]) == ("Lis", None, [])
    assert [each["name"] for each in shown["folders"]] == ["School", "Jazz"]
    assert {each["channel"]: each["value"] for each in shown["handles"]} == {
        "email": "lisa@example.org", "phone": "+1 800 555 0123"
    }  # fmt: skip
    text = run(home, "contacts", "show", str(added["id"])).stdout
    assert "nickname: Lis" in text and "None" not in text


def test_a_contact_is_deleted_restored_merged_and_unmerged(home: Home) -> None:
    world = home[1]
    marge, homer = str(world.marge.id), str(world.homer.id)
    assert data(home, "contacts", "delete", marge)["deleted_at"] is not None
    assert data(home, "contacts", "restore", marge)["deleted_at"] is None
    merged = data(home, "contacts", "merge", marge, homer)
    assert data(home, "contacts", "find")["total"] == 1
    assert data(home, "contacts", "unmerge", merged["merges"][0]["id"])["unmerged_contact_id"] == world.homer.id
    assert data(home, "contacts", "find")["total"] == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["add"], "NAME or a field is needed"), (["add", " "], "a contact needs a name"),
        (["edit", "ID"], "--set or another option is needed"),
        (["add", "Bart", "--set", "real_name=Lisa"], "sets real_name a second time"),
        (["edit", "ID", "--email", "a@example.org", "--set", "email=b@example.org"], "sets email a second time"),
        (["edit", "ID", "--set", "bio=a", "--set", "bio=b"], "sets bio a second time"),
        (["edit", "ID", "--set", "id=3"], "has no field 'id'"), (["edit", "ID", "--set", "nickname"], "FIELD=VALUE"),
        (["edit", "ID", "--set", "is_follower=maybe"], "yes or no"), (["show", "999999"], "ID 999999 does not exist"),
        (["edit", "ID", "--email", "nobody"], "email"), (["find", "--filter", "tag:"], "filter"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(home: Home, arguments: list[str], problem: str) -> None:
    given = [str(home[1].marge.id) if each == "ID" else each for each in arguments]
    done = run(home, "contacts", *given)
    assert done.returncode == 1
    assert problem in done.stderr and len(done.stderr.splitlines()) == 1


def test_rules_make_contacts_due_and_conversations_reset_them(home: Home) -> None:
    marge = str(home[1].marge.id)
    assert "Nobody is due" in run(home, "in-touch", "due").stdout
    data(home, "in-touch", "set", marge, "2 weeks")
    data(home, "contacts", "edit", marge, "--tag", "Friends")
    assert data(home, "in-touch", "set", "tag:friends", "1d")["every"] == "1d"
    assert len(data(home, "in-touch", "rules")) == 2
    assert "tag Friends  every day" in run(home, "in-touch", "rules").stdout
    data(home, "in-touch", "log", marge, "--kind", "meeting", "--at", "2026-01-01T10:00:00Z", "--text", "Lunch")
    (due,) = data(home, "in-touch", "due")
    assert (due["every"], due["due_on"]) == ("2w", "2026-01-15")
    assert "days late" in run(home, "in-touch", "due").stdout
    assert run(home, "in-touch", "snooze", marge, "2034-01-01").returncode == 0
    assert data(home, "in-touch", "due") == []
    assert run(home, "in-touch", "delete", marge).returncode == 0
    assert "has no rule" in run(home, "in-touch", "delete", marge).stderr
    assert "does not exist" in run(home, "in-touch", "set", "tag:nobody", "1d").stderr


def test_webhooks_are_changed_and_replayed_for_scripts(home: Home) -> None:
    added = data(home, "webhooks", "add", "https://hooks.example.org/x", "--kind", "contact.*")
    assert data(home, "webhooks", "set", added["id"], "--payload", "thin")["payload"] == "thin"
    assert data(home, "webhooks", "test", added["id"])["kind"] == "webhook.test"
    assert data(home, "webhooks", "replay", added["id"]) == {"count": 0}
    assert data(home, "webhooks", "disable", added["id"])["is_active"] is False
    assert data(home, "webhooks", "enable", added["id"])["is_active"] is True
    assert [each["id"] for each in data(home, "webhooks", "list")] == [added["id"]]
