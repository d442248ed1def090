"""The unfinished file of a backup is a new one that only its owner may read, whatever lies in its place.

A complete backup stays, also if the data folder is full. A file that cannot be read is named.
"""

from pathlib import Path

import pytest

from coterie.cli import backup
from coterie.cli.archive import ArchiveWriter
from coterie.cli.backup_check import check_archive
from coterie.errors import Unavailable
from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate


def test_a_file_or_link_that_others_have_put_there_is_not_written_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    part = tmp_path / "backup.part"
    part.symlink_to(elsewhere)
    archive = ArchiveWriter(tmp_path / "backup")
    assert not part.is_symlink()
    assert part.stat().st_mode & 0o777 == 0o600
    archive.abandon()
    part.write_text("planted")
    part.chmod(0o666)
    archive = ArchiveWriter(tmp_path / "backup")
    assert part.stat().st_mode & 0o777 == 0o600
    archive.abandon()
    assert elsewhere.read_text() == "untouched"


def test_a_backup_is_complete_though_the_data_folder_is_full(
    fresh_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(fresh_settings)
    migrate(database)
    database.close()
    monkeypatch.setenv("COTERIE_DATA", fresh_settings.data)
    monkeypatch.setenv("COTERIE_DATABASE_URL", fresh_settings.database_url)
    (fresh_settings.data_folder / "last-backup.json.part").mkdir()  # so that it cannot be written
    file = tmp_path / "complete.backup"
    backup.backup(file)
    assert check_archive(file).counts["organizations"] == 0
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"The metrics do not know this backup: {fresh_settings.data_folder}: Is a directory"
    ]


def test_a_file_that_cannot_be_read_is_named(
    fresh_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(fresh_settings)
    migrate(database)
    database.close()
    monkeypatch.setenv("COTERIE_DATA", fresh_settings.data)
    monkeypatch.setenv("COTERIE_DATABASE_URL", fresh_settings.database_url)
    key = tmp_path / "secret.key"
    key.mkdir()
    monkeypatch.setattr(backup, "files_in", lambda folder: [("secret.key", key)])
    with pytest.raises(Unavailable) as refused:
        backup.backup(tmp_path / "incomplete.backup")
    assert str(refused.value) == f"{key}: Is a directory"
    assert not list(tmp_path.glob("*.backup*"))
