"""What is done with an import that is there: looked at, decided on, applied, gone on with, forgotten. As processes."""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from instance import coterie, environment, wait_until

from coterie.cli.open_instance import open_migrated
from coterie.settings import load_settings

pytestmark = pytest.mark.slow

ODD = "Who,Ring,Mail\nNed Flanders,+12125550100,ned@x.example\nMaude Flanders,,maude@x.example\n"
FAMILY = "Name,Email\nHomer Simpson,homer@x.example\n"
UNSURE = "Name,Email\nBart Simpson,homer@x.example\nLisa Simpson,homer@x.example\nOtto Mann,otto@x.example\n"


def run(folder: Path, *arguments: str) -> Any:
    done = coterie(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows_of(folder: Path, import_id: str, *arguments: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in coterie(folder, "import-rows", import_id, *arguments, "--json").stdout.split("\n")
        if line
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(
        tmp_path, "bootstrap", "--organization", "The Evergreen Terrace Homeowners' and Neighbors' Association",
        "--email", "marge@example.org", "--password", "correct horse",
    )  # fmt: skip
    return tmp_path


def file(folder: Path, text: str, name: str = "people.csv") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def unsure(folder: Path) -> str:
    """An import of which two rows wait and one is somebody new."""
    run(folder, "import", file(folder, FAMILY, "family.csv"), "--apply")
    return str(run(folder, "import", file(folder, UNSURE, "unsure.csv"))["import_id"])


def test_the_columns_of_an_unknown_table_are_shown_and_corrected(folder: Path) -> None:
    path = file(folder, ODD)
    shown = coterie(folder, "import", path).stdout
    assert "people.csv: 3 columns\n  Who → extra\n  Ring → extra\n  Mail → email\n" in shown
    assert "--map" in shown
    made = run(folder, "import", path, "--map", "Who=name", "--map", "Ring = phone", "--apply")
    assert made["imports"][0]["mapping"] == {"Who": "name", "Ring": "phone", "Mail": "email"}
    assert [row["name"] for row in rows_of(folder, made["import_id"])] == ["Ned Flanders", "Maude Flanders"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Rung=phone", "mapping.Rung is not a column of the file, which has Who, Ring, Mail"),
        ("Ring=shoe", "mapping.Ring is mapped to 'shoe', which is not a field; fields are name, display_name,"),
    ],
)
def test_a_correction_that_does_not_fit_keeps_nothing(folder: Path, said: str, answer: str) -> None:
    done = coterie(folder, "import", file(folder, ODD), "--map", said)
    assert (done.returncode, answer in done.stdout) == (1, True), done.stdout
    assert run(folder, "imports") == []
    assert not list((folder / "attachments").rglob("*.*"))


def test_a_correction_is_a_column_and_a_field(folder: Path) -> None:
    done = coterie(folder, "import", file(folder, ODD), "--map", "Ring")
    assert (done.returncode, done.stderr) == (1, "coterie: --map 'Ring' is not COLUMN=FIELD\n")


def test_who_waits_is_said_by_name_and_decided_row_by_row(folder: Path) -> None:
    import_id = unsure(folder)
    shown = coterie(folder, "import-rows", import_id, "--outcome", "match").stdout.splitlines()
    assert shown[0].startswith("row 1: match: Bart Simpson may be Homer Simpson (contact 1): ")
    assert coterie(folder, "decide", import_id, "1", "create").returncode == 0
    assert coterie(folder, "decide", import_id, "2", "update", "--contact", "1").returncode == 0
    assert [row["decision"] for row in rows_of(folder, import_id)] == ["create", "update", None]
    applied = run(folder, "apply-import", import_id)
    assert (applied["created"], applied["matched"]) == (2, 0)
    (contacts,) = [each["contacts"] for each in run(folder, "organizations")]
    assert contacts == 3


def test_every_waiting_row_is_decided_at_once(folder: Path) -> None:
    import_id = unsure(folder)
    applied = run(folder, "apply-import", import_id)
    assert (applied["created"], applied["matched"]) == (1, 2)
    said = coterie(folder, "decide", import_id, "all", "skip").stdout
    assert said == f"2 rows decided: skip. `coterie apply-import {import_id}` carries it out.\n"
    assert coterie(folder, "decide", import_id, "all", "skip").stdout == "No row needs a decision.\n"
    again = run(folder, "apply-import", import_id)
    assert (again["created"], again["unchanged"], again["matched"]) == (1, 2, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("1", "merge"), "decision is not create, update or skip"),
        (("one", "skip"), "ROW is neither a number nor all"),
        (("9" * 40, "skip"), "ROW is neither a number nor all"),
        (("99", "skip"), "Row not found"),
        (("1", "update", "--contact", "99"), "--contact does not exist"),
        (("1", "update", "--contact", "nobody"), "--contact does not exist"),
        (("1", "skip", "--contact", "1"), "--contact needs the decision update"),
        (("all", "update", "--contact", "1"), "--contact needs a single row"),
        (("all", "merge"), "decision is not create, update or skip"),
    ],
)
def test_a_decision_that_is_none_is_refused(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = coterie(folder, "decide", unsure(folder), *arguments)
    assert (done.returncode, done.stderr) == (1, f"coterie: {said}\n")


def test_the_first_of_each_kind_are_shown_and_how_many_more_there_are(folder: Path) -> None:
    people = "".join(f"Ned{n} Flanders{n},ned{n}@x.example\n" for n in range(25))
    path = file(folder, "Name,Email\n" + people + "".join(",\0\n" for _ in range(12)))
    shown = coterie(folder, "import", path).stdout
    import_id = run(folder, "imports")[0]["import_id"]
    assert "  people.csv row 1: create: Ned0 Flanders0\n" in shown
    assert shown.count(": create: ") == 3
    assert f"  … and 22 more: `coterie import-rows {import_id} --outcome create`\n" in shown
    assert shown.count(": reject: ") == 10
    assert f"  … and 2 more: `coterie import-rows {import_id} --outcome reject`\n" in shown
    assert len(rows_of(folder, import_id)) == 37
    assert [row["row"] for row in rows_of(folder, import_id, "--outcome", "reject")] == list(range(26, 38))
    wrong = coterie(folder, "import-rows", import_id, "--outcome", "rejected")
    assert (wrong.returncode, "is not one of create, update" in wrong.stderr) == (1, True)


def test_what_of_our_own_export_is_left_out_is_counted_and_its_reasons_shown(folder: Path) -> None:
    run(folder, "import", file(folder, FAMILY), "--apply")
    command = [sys.executable, "-m", "coterie", "export", "--format", "json"]
    with (folder / "all.zip").open("wb") as stream:
        subprocess.run(command, env=environment(folder), stdout=stream, check=True)
    with zipfile.ZipFile(folder / "all.zip") as old:
        members = {name: old.read(name) for name in old.namelist()}
    contact = json.loads(members["contacts.jsonl"])["uuid"]
    lines = [json.dumps({"contact": contact, "tag": f"nobody's {n}"}) for n in (*range(12), 11, 11)]
    with zipfile.ZipFile(folder / "changed.zip", "w") as new:
        for name, content in (members | {"tagged.jsonl": "\n".join(lines).encode()}).items():
            new.writestr(name, content)
    shown = coterie(folder, "import", str(folder / "changed.zip"), "--apply").stdout
    import_id = run(folder, "imports")[0]["import_id"]
    assert "changed.zip: 14 skipped\n  3 tags of contacts: tag nobody's 11 is not here\n  1 tags" in shown
    assert shown.count(" is not here\n") == 10
    assert f"  … and 2 more causes: `coterie import-rows {import_id}`\n" in shown


def test_tables_fit_eighty_columns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = file(folder, "Name,Email\nNed,ned@x.example\n,,x\n", f"{'a long name ' * 9}.csv")
    of_import, of_imports, of_organizations = (
        coterie(folder, *command).stdout for command in (("import", path), ("imports",), ("organizations",))
    )
    import_id, organization = run(folder, "imports")[0]["import_id"], run(folder, "organizations")[0]
    counts = re.compile(r" 1 +0 +0 +0 +1$", re.MULTILINE)
    for table in (of_import.partition(".csv: 2 columns")[0].rpartition("\n")[0], of_imports):
        assert max(map(len, table.splitlines())) <= 80
        assert table.splitlines()[0].rstrip().endswith("Rejected")
        assert counts.search(table) and import_id in table and "a long name" in table
    head, first, *_ = of_organizations.splitlines()
    assert max(len(head), len(first)) <= 80
    assert head.rstrip().endswith("Imports") and first.rstrip().endswith(" 1")
    assert organization["organization_uuid"] in first


def test_an_import_whose_second_process_is_killed_says_where_it_stopped_and_is_gone_on_with(folder: Path) -> None:
    people = "".join(f"Ned{n} Flanders{n},ned{n}@x.example,{'x' * 300}\n" for n in range(6000))
    path = file(folder, "Name,Email,Note\n" + people)
    command = [sys.executable, "-m", "coterie", "import", path, "--apply"]
    with subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True) as process:
        ahead: list[int] = []

        def is_ahead() -> bool:
            ahead.extend(pid for pid in children(process.pid) if "coterie.imports.read_ahead" in words(pid))
            return bool(ahead)

        wait_until(is_ahead)
        os.kill(ahead[0], signal.SIGKILL)
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Done." not in shown
    (listed,) = run(folder, "imports")
    import_id = listed["import_id"]
    (row,) = re.findall(
        rf"people\.csv: stopped after row ([\d,]+) while the file was read: .*; `coterie apply-import {import_id}`"
        " resumes it",
        shown,
    )
    assert (listed["state"], f"{listed['rows']:,}") == ("staging", row)
    assert f"staging, {row} rows read" in " ".join(coterie(folder, "imports").stdout.split())
    assert run(folder, "apply-import", import_id)["created"] == 6000
    assert run(folder, "organizations")[0]["contacts"] == 6000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_interrupted_says_where_it_stopped_and_how_to_resume(folder: Path, number: int) -> None:
    people = "".join(f"Ned{n} Flanders{n},ned{n}@x.example\n" for n in range(6000))
    path = file(folder, "Name,Email\n" + people)
    command = [sys.executable, "-m", "coterie", "import", path, path, "--apply"]
    with (
        open_migrated(load_settings({}, data=str(folder))) as database,
        subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True) as process,
    ):

        def is_applying() -> bool:
            with database.read() as tx:
                return tx.one("SELECT 1 FROM imports WHERE applied_row > 0") is not None

        wait_until(is_applying, seconds=60)
        process.send_signal(number)
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    (stopped,) = re.findall(
        r"people\.csv: stopped at row ([\d,]+) of 6,000: interrupted; `coterie apply-import (\S+)`", shown
    )
    (listed,) = run(folder, "imports")
    assert (f"{listed['applied_row']:,}", listed["import_id"]) == stopped
    assert run(folder, "apply-import", listed["import_id"])["created"] == 6000
    assert run(folder, "organizations")[0]["contacts"] == 6000


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in task.read_text().split()]
    return found


def words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_files_of_one_command_are_applied_and_deleted_together(folder: Path) -> None:
    staged = run(folder, "import", file(folder, FAMILY), file(folder, "Name\nOtto Mann\n", "otto.csv"))
    applied = run(folder, "apply-import", staged["import_id"])
    assert [one["state"] for one in applied["imports"]] == ["applied", "applied"]
    assert applied["created"] == 2
    said = coterie(folder, "delete-import", applied["import_id"])
    assert said.stdout.startswith("2 files: import deleted.") and "can no longer be undone" in said.stdout
    assert run(folder, "imports") == []
    assert coterie(folder, "undo-import", applied["import_id"]).returncode == 1
    assert run(folder, "organizations")[0]["contacts"] == 2


def test_what_was_taken_back_is_not_applied_and_nothing_is_no_import(folder: Path) -> None:
    import_id = run(folder, "import", file(folder, FAMILY), "--apply")["import_id"]
    run(folder, "undo-import", import_id)
    refused = coterie(folder, "apply-import", import_id)
    assert refused.returncode == 1
    assert "people.csv: not imported: The import is undone: it cannot be applied" in refused.stdout
    for command in (("apply-import",), ("import-rows",), ("delete-import",), ("forget-import",)):
        done = coterie(folder, *command, "nothing")
        assert (done.returncode, done.stderr) == (1, "coterie: There is no import nothing\n")
