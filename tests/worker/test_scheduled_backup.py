"""The worker saves backups by itself, and keeps as many as set. On both engines."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from world import World

from coterie.cli.backup_check import check_archive
from coterie.store.backup_folder import delete_old_files, find_newest_moment, newest_file
from coterie.worker.backups import BackupFailed, back_up, is_due
from coterie.worker.recurring import Calendar
from coterie.worker.schedule import Recurring


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def old(folder: Path, **age: float) -> Path:
    path = folder / f"coterie-{datetime.now(UTC) - timedelta(**age):%Y-%m-%dT%H%M%SZ}.backup"
    path.write_bytes(b"old")
    return path


def test_a_backup_is_due_when_the_newest_is_too_old(tmp_path: Path) -> None:
    assert is_due(tmp_path, 24) and find_newest_moment(tmp_path) is None
    old(tmp_path, hours=30)
    (tmp_path / "coterie-9999-99-99T999999Z.other").touch()
    assert is_due(tmp_path, 24) and not is_due(tmp_path, 31)
    old(tmp_path, hours=1)
    assert not is_due(tmp_path, 24)


def test_a_backup_of_a_clock_ahead_is_neither_the_newest_nor_deleted(tmp_path: Path) -> None:
    future = old(tmp_path, days=-3650)
    assert is_due(tmp_path, 24) and newest_file(tmp_path) == future
    files = [old(tmp_path, hours=number) for number in (1, 40, 70)]
    assert not is_due(tmp_path, 24) and newest_file(tmp_path) == files[0]
    assert delete_old_files(tmp_path, 2) == [files[2]]
    assert future.exists()


@pytest.mark.slow
def test_the_worker_saves_one_and_keeps_the_newest(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    files = [old(folder, days=number) for number in (2, 3, 4)]
    settings = replace(world.database.settings, backup_folder=str(folder), backup_keep=2)
    back_up(world.database, settings)
    assert check_archive(newest_file(folder)).counts["organizations"] == 2
    assert [file.exists() for file in files] == [True, False, False]
    back_up(world.database, settings)  # not due
    assert len(list(folder.iterdir())) == 2
    back_up(world.database, replace(settings, backup_folder=""))


@pytest.mark.slow
def test_a_failure_is_one_line_of_the_log_and_deletes_nothing(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(world.database.settings, backup_folder=str(tmp_path / "missing"))
    with pytest.raises(BackupFailed, match="missing"):
        back_up(world.database, settings)
    work = Recurring("back_up", 60, back_up, is_shared=False)
    Calendar(world.database, settings, (work,)).run_due()
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert record.message == "recurring work failed" and record.name_of_work == "back_up"  # type: ignore[attr-defined]
    assert record.exc_info is None and "missing" in record.error  # type: ignore[attr-defined]
