"""coterie export as scripts see it: bytes on standard output, that another instance takes in."""

import io
import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from instance import coterie, environment

pytestmark = pytest.mark.slow

CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zoë Łukasz\r\nN:Łukasz;Zoë;;;\r\nEMAIL:zoe@example.org\r\nEND:VCARD\r\n"


def empty(folder: Path) -> Path:
    """The data folder of an instance with an organization."""
    folder.mkdir()
    done = coterie(folder, "bootstrap", "--organization", "Us", "--email", "us@example.org", "--password", "longenough")
    assert done.returncode == 0, done.stderr
    return folder


def filled(folder: Path) -> Path:
    """An instance with one contact; its data folder."""
    empty(folder)
    (folder / "zoe.vcf").write_text(CARD, "utf-8", newline="")
    assert coterie(folder, "import", str(folder / "zoe.vcf"), "--apply").returncode == 0
    return folder


def exported(folder: Path, file_format: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "export", "--format", file_format],
        env=environment(folder), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_format_is_written_to_standard_output_and_nothing_else_is(tmp_path: Path) -> None:
    folder = filled(tmp_path / "one")
    vcard = exported(folder, "vcard")
    assert vcard.startswith(b"BEGIN:VCARD\r\nVERSION:4.0\r\n") and "Zoë".encode() in vcard
    assert b"VERSION:3.0" in exported(folder, "vcard3")
    assert exported(folder, "csv").count(b"\r\n") == 2
    with zipfile.ZipFile(io.BytesIO(exported(folder, "json"))) as archive:
        assert archive.testzip() is None
        assert len(archive.read("contacts.jsonl").splitlines()) == 1


def test_a_zip_is_not_poured_onto_a_terminal(tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    with os.fdopen(terminal, "rb"), os.fdopen(end, "wb") as screen:
        done = subprocess.run(
            [sys.executable, "-m", "coterie", "export", "--format", "json"],
            env=environment(filled(tmp_path / "one")), stdout=screen, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1 and b"coterie export --format json > coterie.zip" in done.stderr


def test_everything_is_taken_in_by_another_instance(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(exported(filled(tmp_path / "one"), "json"))
    other = empty(tmp_path / "two")
    done = coterie(other, "import", str(tmp_path / "all.zip"), "--apply", "--json")
    assert done.returncode == 0, done.stderr
    assert '"created":1' in done.stdout
    assert "Zoë".encode() in exported(other, "vcard")


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    folder = filled(tmp_path / "one")
    done = coterie(folder, "export", "--format", "xls")
    assert done.returncode == 1
    assert "is not one of vcard, vcard3, csv, json" in done.stderr
