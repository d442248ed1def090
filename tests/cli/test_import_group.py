"""coterie import with several files, and coterie undo-import of all of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from forked import run_command

from coterie.cli.open_instance import open_migrated
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.organizations import list_organizations

pytestmark = pytest.mark.slow

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:;{name};;;\r\nEMAIL:{name}@example.org\r\nEND:VCARD\r\n"


def said(settings: Settings, *arguments: str) -> str:
    done = run_command(settings, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def coterie(settings: Settings, *arguments: str) -> dict[str, Any]:
    response: dict[str, Any] = json.loads(said(settings, *arguments, "--json"))
    return response


def count(settings: Settings) -> int:
    with open_migrated(settings) as database, database.read() as tx:
        return count_contacts(tx, list_organizations(tx)[0].id)


def test_the_files_of_one_command_are_undone_together(fresh_settings: Settings, tmp_path: Path) -> None:
    coterie(
        fresh_settings, "bootstrap", "--organization", "Us", "--email", "us@example.org", "--password", "longenough"
    )
    files = []
    for name in ("ana", "ben", "cem"):
        files.append(tmp_path / f"{name}.vcf")
        files[-1].write_text(CARD.format(name=name))
    made = coterie(fresh_settings, "import", *map(str, files), "--apply")
    assert (made["created"], count(fresh_settings)) == (3, 3)
    assert len({one["import_id"] for one in made["imports"]} | {made["import_id"]}) == 4
    alone = coterie(fresh_settings, "undo-import", made["imports"][0]["import_id"])
    assert (alone["state"], count(fresh_settings)) == ("undone", 2)
    together = coterie(fresh_settings, "undo-import", made["import_id"])
    assert [one["state"] for one in together["imports"]] == ["undone"] * 3
    assert count(fresh_settings) == 0


def test_one_line_says_what_was_undone(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), database_url=f"sqlite:///{tmp_path}/coterie.sqlite3")
    coterie(settings, "bootstrap", "--organization", "Us", "--email", "us@example.org", "--password", "longenough")
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.vcf")
        files[-1].write_text(CARD.format(name=f"ana{number}"))
    made = coterie(settings, "import", *map(str, files), "--apply")
    first, group = made["imports"][0]["import_id"], made["import_id"]
    assert said(settings, "undo-import", first) == "0.vcf undone.\n"
    assert said(settings, "undo-import", first) == "0.vcf already undone; nothing changed.\n"
    assert said(settings, "undo-import", group) == "3 files undone (1 already was).\n"
    assert said(settings, "undo-import", group) == "3 files already undone; nothing changed.\n"


def test_a_file_that_added_to_the_person_of_another_does_not_keep_that_person(
    fresh_settings: Settings, tmp_path: Path
) -> None:
    coterie(
        fresh_settings, "bootstrap", "--organization", "Us", "--email", "us@example.org", "--password", "longenough"
    )
    files = [tmp_path / "one.vcf", tmp_path / "two.vcf"]
    for file, more in zip(files, ("", "TITLE:Captain\r\nTEL:+1 212 555 0100\r\n"), strict=True):
        file.write_text(CARD.format(name="ann").replace("END:", f"UID:ann-1\r\n{more}END:"))
    made = coterie(fresh_settings, "import", *map(str, files), "--apply")
    assert (made["created"], made["updated"], count(fresh_settings)) == (1, 1, 1)
    assert coterie(fresh_settings, "undo-import", made["import_id"])["kept"] == 0
    assert count(fresh_settings) == 0
