"""The JSON of commands for scripts has the members that docs/building.md lists."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from forked import run_forked
from instance import environment
from world import make_world

from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
GUIDE = Path(__file__).parents[2] / "docs/building.md"
ROW = re.compile(r"^\| (`(?:contacts|webhooks|devices|calendar) .*?) \| (.*) \|$", re.MULTILINE)
# in this order; $… is the id that the command of this name printed
CALLS = [
    "contacts add Lisa", "contacts find Simpson", "contacts show $contacts-add",
    "contacts edit $contacts-add --set bio=x",
    "contacts delete $contacts-add", "contacts restore $contacts-add", "contacts merge MARGE $contacts-add",
    "contacts unmerge $contacts-merge",
    "webhooks add https://hooks.example.org/", "webhooks list", "webhooks set $webhooks-add --description x",
    "webhooks disable $webhooks-add", "webhooks enable $webhooks-add", "webhooks rotate $webhooks-add",
    "webhooks test $webhooks-add", "webhooks deliveries $webhooks-add", "webhooks replay $webhooks-add",
    "webhooks kinds", "webhooks delete $webhooks-add",
    "devices add Phone --user EMAIL", "devices list", "devices groups $devices-add --on", "devices revoke $devices-add",
    "calendar add --user EMAIL", "calendar list --user EMAIL", "calendar revoke $calendar-add --user EMAIL",
]  # fmt: skip


def documented() -> dict[str, tuple[bool, set[str]]]:
    """Command -> whether it prints a list, and the members that the table names."""
    found: dict[str, tuple[bool, set[str]]] = {}
    for commands, printed in re.findall(
        r"^\| (`(?:contacts|webhooks|devices|calendar) .*?) \| (.*) \|$", GUIDE.read_text("utf-8"), re.M
    ):
        group = ""
        names = re.findall(r"`(\w+)`", printed.partition(" · ")[0])
        for other in re.findall(r"as of `(\w+ \w+)`", printed.partition(" · ")[0]):
            names += sorted(found[other][1])
        for command in re.findall(r"`([\w ]+)`", commands):
            group = command.split()[0] if " " in command else group
            found[command if " " in command else f"{group} {command}"] = printed.startswith("a list"), set(names)
    return found


def id_in(output: Any) -> str:
    thing = output[0] if isinstance(output, list) and output else output
    thing = thing["merges"][0] if "merges" in thing else thing
    return str(next((thing[key] for key in ("id", "device_id") if key in thing), ""))


def test_every_command_prints_what_the_guide_says(fresh_settings: Settings, fresh_database: Database) -> None:
    world, printed = make_world(fresh_database), {}
    ids = {"MARGE": str(world.marge.id), "EMAIL": world.alice_email}
    for call in CALLS:
        command = " ".join(call.split()[:2])
        arguments = [ids.get(each.removeprefix("$"), each) for each in call.split()]
        if command != "webhooks kinds":
            arguments += ["--organization", world.organization.uuid]
        done = run_forked([*arguments, "--json"], environment(fresh_settings.data_folder), "")
        assert done.returncode == 0, (call, done.stderr)
        output = json.loads(done.stdout)
        printed[command] = (isinstance(output, list), set(output[0] if isinstance(output, list) else output))
        ids[command.replace(" ", "-")] = id_in(output)
    assert documented().keys() == printed.keys()
    for command, (is_list, names) in documented().items():
        assert printed[command][0] == is_list, command
        # every part of a contact is in `contacts show`, which names some
        wrong = names - printed[command][1] if command == "contacts show" else names ^ printed[command][1]
        assert not wrong, (command, wrong)


def test_an_error_is_one_line_and_no_json(fresh_settings: Settings, fresh_database: Database) -> None:
    organization = ["--organization", make_world(fresh_database).organization.uuid]
    for call, words in (
        ("contacts show nobody", "does not exist"), ("contacts unmerge x", "no merge"),
        ("contacts merge 1 x", "does not exist"), ("contacts find --filter (((", "filter"),
        ("webhooks test x", "no such webhook"), ("webhooks add http://127.0.0.1/", "url"),
        ("devices revoke x", "no device"),
    ):  # fmt: skip
        arguments = [*call.split(), *organization, "--json"]
        done = run_forked(arguments, environment(fresh_settings.data_folder), "")
        assert (done.returncode, done.stdout) == (1, ""), call
        assert done.stderr.startswith("coterie: ") and done.stderr.count("\n") == 1
        assert words in done.stderr, call
