"""coterie backup says if files of attachments are missing, and is refused if they cannot be read."""

import logging
from pathlib import Path

import pytest
from world import make_world

from coterie.actions.attachments import attach_file
from coterie.cli import backup as backup_command
from coterie.errors import Unavailable
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import file_path, save_file


@pytest.fixture
def attached(fresh_settings: Settings, fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an attachment of an instance that commands use."""
    monkeypatch.setenv("COTERIE_DATA", fresh_settings.data)
    monkeypatch.setenv("COTERIE_DATABASE_URL", fresh_settings.database_url)
    world, folder = make_world(fresh_database), fresh_settings.data_folder
    source = folder / "cv.pdf"
    source.write_bytes(b"%PDF-1.4\n%%EOF\n")
    digest, _ = save_file(folder, source)
    with fresh_database.write() as tx:
        attach_file(
            tx, world.alice, world.marge.id,
            filename="cv.pdf", media_type="application/pdf", folder=folder, source=source, digest=digest,
        )  # fmt: skip
    return file_path(folder, digest)


def test_a_backup_without_a_file_says_so_and_no_older_one_is_deleted(
    attached: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = [folder / f"coterie-2026-01-0{day}T030000Z.backup" for day in (1, 2)]
    for file in old:
        file.write_bytes(b"x")
    content = attached.read_bytes()
    attached.unlink()
    with caplog.at_level(logging.WARNING):
        backup_command.backup(folder, keep=1, as_json=True)
    assert "lacks 1 file of attachments" in caplog.text
    assert '"missing_files":1' in capsys.readouterr().out
    assert all(file.exists() for file in old)
    attached.write_bytes(content)
    caplog.clear()
    backup_command.backup(tmp_path / "whole.backup")
    assert "lacks" not in caplog.text and "1 file as of" in capsys.readouterr().out


def test_a_folder_of_attachments_that_cannot_be_read_is_named(attached: Path, tmp_path: Path) -> None:
    unreadable = attached.parent.parent / "zz"
    unreadable.symlink_to("zz")  # no process can read it, root neither
    with pytest.raises(Unavailable) as refused:
        backup_command.backup(tmp_path / "incomplete.backup")
    assert str(refused.value).startswith(f"{unreadable}: ")
    assert not list(tmp_path.glob("*.backup*"))
