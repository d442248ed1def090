"""coterie import, imports and undo-import as processes: what a script and a person see."""

import json
from pathlib import Path
from typing import Any

import pytest
from instance import coterie

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent.parent
CARDS = DATA / "data" / "vcards"
GOOGLE = DATA / "imports" / "files" / "google.csv"
COUNTS = ("created", "updated", "unchanged", "matched", "rejected")


def run(folder: Path, *arguments: str) -> Any:
    done = coterie(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def bootstrap(folder: Path, name: str = "Evergreen Terrace", email: str = "marge@example.org") -> Any:
    return run(folder, "bootstrap", "--organization", name, "--email", email, "--password", "correct horse")


def test_a_file_is_staged_applied_run_again_listed_and_taken_back(tmp_path: Path) -> None:
    organization = bootstrap(tmp_path)["organization_uuid"]
    staged = run(tmp_path, "import", str(GOOGLE), "--organization", organization)
    applied = run(tmp_path, "import", str(GOOGLE), "--organization", organization, "--apply")
    again = run(tmp_path, "import", str(GOOGLE), "--organization", organization, "--apply")
    assert [staged[name] for name in COUNTS] == [applied[name] for name in COUNTS] == [5, 0, 0, 0, 1]
    assert [again[name] for name in COUNTS] == [0, 0, 5, 0, 1]
    undone = run(tmp_path, "undo-import", applied["import_id"])
    assert (undone["state"], undone["kept"]) == ("undone", 0)
    listed = run(tmp_path, "imports", "--organization", organization)
    assert [(one["state"], one["created"]) for one in listed] == [("applied", 0), ("undone", 5), ("staged", 5)]
    assert coterie(tmp_path, "undo-import", applied["import_id"], "--json").returncode == 0


def test_every_card_file_is_read_or_refused_one_by_one_in_one_command(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    files = sorted(CARDS.glob("*.vcf"))
    assert len(files) == 162
    response = run(tmp_path, "import", *map(str, files), "--apply")
    assert [Path(one["file"]).name for one in response["imports"]] == [path.name for path in files]
    assert {one["state"] for one in response["imports"]} <= {"applied", "refused"}
    for one in response["imports"]:
        assert one["error"] if one["state"] == "refused" else sum(one[name] for name in COUNTS) > 0
    again = run(tmp_path, "import", *map(str, files), "--apply")
    assert again["created"] == 0


def test_people_see_a_table_with_reasons_and_what_to_do_next(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    shown = coterie(tmp_path, "import", str(GOOGLE)).stdout
    assert "google.csv" in shown
    assert "row 6: reject: The row has no name and no phone, e-mail or other handle" in shown
    assert "Nothing has changed yet" in shown
    assert "undo-import" in coterie(tmp_path, "import", str(GOOGLE), "--apply").stdout
    assert "google.csv" in coterie(tmp_path, "imports").stdout


def test_rejected_rows_are_saved_as_a_file_mended_and_imported(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    shown = coterie(tmp_path, "import", str(GOOGLE), "--apply").stdout
    import_id = run(tmp_path, "imports")[0]["import_id"]
    assert f"1 row was rejected: `coterie rejected {import_id} --output FILE`" in shown
    output = tmp_path / "rejected.csv"
    saved = coterie(tmp_path, "rejected", import_id, "--output", str(output))
    assert (saved.returncode, saved.stdout) == (0, f"{output}: 1 rejected row of google.csv.\n")
    assert output.stat().st_mode & 0o777 == 0o600
    assert coterie(tmp_path, "rejected", import_id).stdout == output.read_text("utf-8")
    twice = coterie(tmp_path, "rejected", import_id, "--output", str(output))
    assert (twice.returncode, twice.stderr) == (1, f"coterie: {output} already exists\n")
    output.write_text(output.read_text("utf-8").replace('handle",""', 'handle","Otto"'), "utf-8")
    again = run(tmp_path, "import", str(output), "--apply")
    assert [again[name] for name in COUNTS] == [1, 0, 0, 0, 0]


def test_rejected_rows_are_of_one_import_that_has_some(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    (tmp_path / "a.vcf").write_text("BEGIN:VCARD\nVERSION:3.0\nFN:Otto\nEND:VCARD\n")
    group = run(tmp_path, "import", str(tmp_path / "a.vcf"), str(GOOGLE))
    several = coterie(tmp_path, "rejected", group["import_id"])
    assert (several.returncode, "Rejected by Coterie because" in several.stdout) == (0, True)
    tables = run(tmp_path, "import", str(GOOGLE), str(GOOGLE))
    joined = coterie(tmp_path, "rejected", tables["import_id"])
    assert (joined.returncode, joined.stdout.count("Rejected by Coterie because")) == (0, 1)
    none = coterie(tmp_path, "rejected", group["imports"][0]["import_id"], "--output", str(tmp_path / "x"))
    assert (none.returncode, none.stderr) == (1, "coterie: No row of this import was rejected\n")
    assert not (tmp_path / "x").exists()
    assert coterie(tmp_path, "rejected", "nothing").returncode == 1


def test_rejected_rows_of_tables_with_other_columns_are_files_of_a_folder(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    any_csv = tmp_path / "people.csv"
    any_csv.write_text("Name,Phone\nOtto,1\nToo,many,cells,here\n")
    group = run(tmp_path, "import", str(GOOGLE), str(any_csv), str(GOOGLE))["import_id"]
    refused = coterie(tmp_path, "rejected", group)
    assert (refused.returncode, "different columns: `--output FOLDER`" in refused.stderr) == (1, True)
    folder = tmp_path / "rejected"
    folder.mkdir()
    saved = coterie(tmp_path, "rejected", group, "--output", str(folder))
    paths = sorted(folder.iterdir())
    assert [path.name for path in paths] == ["google-rejected-2.csv", "google-rejected.csv", "people-rejected.csv"]
    assert sorted(saved.stdout.split()) == [str(path) for path in paths] and saved.returncode == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    # mended or not, they come in together
    again = run(tmp_path, "import", *map(str, paths))
    assert len(again["imports"]) == 3 and again["rejected"] == 3
    assert coterie(tmp_path, "rejected", group, "--output", str(folder)).returncode == 1


def test_one_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    bootstrap(tmp_path)
    (tmp_path / "letter.txt").write_text("Dear Marge,\nhow are you?")
    done = coterie(tmp_path, "import", str(tmp_path / "letter.txt"), str(tmp_path / "gone.csv"), str(GOOGLE), "--json")
    response = json.loads(done.stdout)
    assert done.returncode == 0
    assert [one["state"] for one in response["imports"]] == ["refused", "refused", "staged"]
    alone = coterie(tmp_path, "import", str(tmp_path / "letter.txt"))
    assert alone.returncode == 1
    assert "not imported" in alone.stdout


def test_what_is_meant_must_be_clear(tmp_path: Path) -> None:
    nobody = coterie(tmp_path, "import", str(GOOGLE))
    assert (nobody.returncode, "coterie bootstrap" in nobody.stderr) == (1, True)
    bootstrap(tmp_path)
    bootstrap(tmp_path, "Moe's Tavern", "moe@example.org")
    assert "--organization" in coterie(tmp_path, "import", str(GOOGLE)).stderr
    wrong = coterie(tmp_path, "import", str(GOOGLE), "--organization", "00000000-0000-7000-8000-000000000000")
    assert wrong.returncode == 1
    assert coterie(tmp_path, "undo-import", "nothing").returncode == 1
