"""Commands that take the id of all files of one `coterie import`: rows, decisions, rejected cards, totals."""

import json
from pathlib import Path
from typing import Any

import pytest
from instance import coterie

pytestmark = pytest.mark.slow

CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:;{name};;;\r\nTEL;TYPE=HOME:+15550100\r\nBDAY:1980-05-12\r\n"
    "ADR;TYPE=HOME:;;Weg 1;Linz;;4020;Austria\r\nEND:VCARD\r\n"
)
BROKEN = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:nobody {name}\r\nEND:VCARD\r\n"


def run(folder: Path, *arguments: str) -> Any:
    done = coterie(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ("--organization", "Us", "--email", "marge@example.org", "--password", "correct horse")
    run(tmp_path, "bootstrap", *names)
    (tmp_path / "first.vcf").write_text(CARD.format(name="Ned"), "utf-8", newline="")
    run(tmp_path, "import", str(tmp_path / "first.vcf"), "--apply")
    return tmp_path


def files(folder: Path, *names: str) -> list[str]:
    paths = []
    for name in names:
        path = folder / f"{name}.vcf"
        path.write_text(CARD.format(name=name) + BROKEN.format(name=name), "utf-8", newline="")
        paths.append(str(path))
    return paths


def test_rows_of_all_files_are_listed_decided_and_saved_together(folder: Path) -> None:
    shown = coterie(folder, "import", *files(folder, "Otto", "Rod", "Todd")).stdout
    assert "3 rows in 3 files need a decision: `coterie decide " in shown
    assert "3 rows in 3 files were rejected: `coterie rejected " in shown
    group = shown.partition("`coterie apply-import ")[2].partition("`")[0]
    rows = [json.loads(line) for line in coterie(folder, "import-rows", group, "--json").stdout.splitlines()]
    assert [row["outcome"] for row in rows] == ["match", "reject"] * 3
    assert len({row["import_id"] for row in rows}) == 3
    listed = coterie(folder, "import-rows", group).stdout
    assert listed.index("Otto.vcf") < listed.index("Rod.vcf") < listed.index("Todd.vcf")
    rejected = coterie(folder, "rejected", group).stdout
    assert rejected.count("BEGIN:VCARD") == 3 and rejected.count("X-COTERIE-REASON") == 3
    assert "3 rows decided: skip." in coterie(folder, "decide", group, "all", "skip").stdout
    assert coterie(folder, "decide", group, "1", "skip").returncode == 1
    assert run(folder, "apply-import", group)["matched"] == 0


def test_a_preview_shows_what_each_row_says(folder: Path) -> None:
    path = folder / "new.vcf"
    path.write_text(CARD.format(name="Otto").replace("+15550100", "+15550199"), "utf-8", newline="")
    shown = coterie(folder, "import", str(path)).stdout
    assert "phone +15550199 (home), address Weg 1, Linz, 4020, Austria (home), birthday 1980-05-12" in shown
    import_id = run(folder, "imports")[0]["import_id"]
    (row,) = [json.loads(line) for line in coterie(folder, "import-rows", import_id, "--json").stdout.splitlines()]
    assert row["fields"]["birthday"] == "1980-05-12"
    assert row["fields"]["addresses"][0]["locality"] == "Linz"


def test_imports_are_listed_page_by_page(folder: Path) -> None:
    for name in ("Otto", "Rod"):
        run(folder, "import", *files(folder, name))
    first = coterie(folder, "imports", "--json", "--limit", "1")
    (newest,) = json.loads(first.stdout)
    assert f"2 older imports are not listed: `coterie imports --before {newest['import_id']}`" in first.stderr
    rest = coterie(folder, "imports", "--json", "--before", newest["import_id"])
    assert (len(json.loads(rest.stdout)), rest.stderr) == (2, "")
