"""The sweep: files nobody names go, a day after they were saved; never one that a row names, or may name soon."""

import os
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from world import World

from coterie.actions.contacts import erase_contact
from coterie.actions.imports import delete_import, finish
from coterie.imports.apply import apply
from coterie.imports.engine import Run, lock_import
from coterie.imports.pictures import restore_pictures
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model import times
from coterie.model.imports import FAILED
from coterie.settings import Settings
from coterie.store import files
from coterie.store.clock import observe_clock
from coterie.store.files import FOLDER, file_path, list_files, lock_files, remove_old_file, save_file
from coterie.worker.files import sweep_files
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker

DAY = 86_400.0
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nPHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo{mark}\r\nEND:VCARD\r\n"


class Place:
    """An instance that has been there for a while, and its files."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.database = world, world.database
        self.settings, self.folder = settings, settings.data_folder
        self.settle(30)

    def settle(self, days: float) -> None:
        self.run("UPDATE organizations SET created_at = :at", at=times.after(times.now(), -days * DAY))

    def run(self, sql: str, **bound: object) -> None:
        with self.database.write() as tx:
            tx.run(sql, bound)

    def files(self) -> set[str]:
        return set(list_files(self.folder, seconds=-60))

    def age(self, days: float = 2) -> None:
        """Every file was saved so many days ago."""
        for path in (self.folder / FOLDER).rglob("*"):
            os.utime(path, (time.time() - days * DAY,) * 2)

    def sweep(self, days: float = 2) -> set[str]:
        """What is left."""
        self.age(days)
        sweep_files(self.database, self.settings)
        return self.files()

    def staged(self, name: str, mark: str = "=") -> Run:
        """An import of one card with a picture waits to be applied."""
        path = self.folder / f"{name}.vcf"
        path.write_text(CARD.format(name=name, mark=mark), "utf-8", newline="")
        record = start(self.database, self.world.alice, self.folder, path)
        run = Run(self.database, self.folder, self.world.organization.id, record.id)
        stage(run)
        return run


@pytest.fixture
def place(fresh_world: World, fresh_settings: Settings) -> Place:
    return Place(fresh_world, fresh_settings)


def test_the_pictures_of_an_import_that_was_deleted_go_and_its_file_with_them(place: Place) -> None:
    run = place.staged("Edna")
    assert len(place.sweep()) == 2
    with place.database.write() as tx:
        delete_import(tx, place.world.alice, run.import_id)
    assert place.sweep() == set()


def test_the_pictures_of_an_import_that_failed_go_and_its_file_stays(place: Place) -> None:
    run = place.staged("Edna")
    with place.database.write() as tx:
        import_ = lock_import(tx, place.world.alice.organization_id, run.import_id)
        failed = finish(tx, place.world.alice, import_, FAILED, error="broken")
    assert place.sweep() == {failed.file_digest}


def test_the_pictures_of_an_import_nobody_applied_go_after_three_months(place: Place) -> None:
    run = place.staged("Edna")
    place.run("UPDATE imports SET updated_at = :at", at=times.after(times.now(), -89 * DAY))
    assert len(place.sweep(days=89)) == 2
    place.run("UPDATE imports SET updated_at = :at", at=times.after(times.now(), -91 * DAY))
    assert len(place.sweep(days=91)) == 1
    assert apply(run).created_count == 1


def test_what_an_applied_import_brought_stays_until_its_contact_is_erased(place: Place) -> None:
    run = place.staged("Edna")
    apply(run)
    before = place.files()
    assert place.sweep(days=400) == before
    place.run("DELETE FROM imports")
    assert len(place.sweep(days=400)) == 1
    place.run("DELETE FROM contacts WHERE real_name_key LIKE '%edna%'")
    assert place.sweep() == set()


def test_a_picture_two_rows_name_stays_for_the_other(place: Place) -> None:
    apply(place.staged("Edna"))
    waiting = place.staged("Otto")
    with place.database.read() as tx:
        found = tx.one("SELECT organization_id, id FROM contacts WHERE real_name_key LIKE '%edna%'")
    assert found is not None
    with place.database.write() as tx:
        erase_contact(tx, place.world.alice, found[1])
    # the job that follows an erasure looks at rows that wait, too
    worker = Worker(place.database, place.settings, HANDLERS, schedule=())
    while worker.run_one():
        pass
    assert len(place.sweep()) == 3
    apply(waiting)
    with place.database.read() as tx:
        named = tx.all("SELECT digest FROM attachments")
    assert len(named) == 1
    assert file_path(place.folder, named[0][0]).is_file()


def test_what_was_saved_within_a_day_is_left_to_whoever_is_about_to_name_it(place: Place) -> None:
    save_file(place.folder, b"just now")
    assert len(place.sweep(days=0.9)) == 1
    assert place.sweep(days=1.1) == set()


def test_the_pictures_of_waiting_rows_stay_as_long_as_their_import(place: Place) -> None:
    place.staged("Edna")
    place.settings = replace(place.settings, import_days=36_500)
    place.run("UPDATE imports SET updated_at = :at", at=times.after(times.now(), -3000 * DAY))
    assert len(place.sweep(days=3000)) == 2


def test_what_is_saved_again_while_it_is_being_removed_stays(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, _ = save_file(place.folder, b"old and new")
    place.age()
    asked = files.find_referenced

    def save_meanwhile(*arguments: object) -> set[str]:
        save_file(place.folder, b"old and new")
        return asked(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("coterie.worker.files.find_referenced", save_meanwhile)
    sweep_files(place.database, place.settings)
    assert place.files() == {digest}
    assert remove_old_file(place.folder, digest, seconds=DAY) is False
    place.age()
    assert remove_old_file(place.folder, digest, seconds=DAY) is True
    assert remove_old_file(place.folder, digest, seconds=DAY) is True


def test_staging_keeps_again_what_was_removed_before_its_rows_named_it(place: Place) -> None:
    digest, _ = save_file(place.folder, b"removed meanwhile")
    file_path(place.folder, digest).unlink()
    with place.database.write() as tx:
        restore_pictures(tx, place.folder, {digest: b"removed meanwhile"})
    assert file_path(place.folder, digest).read_bytes() == b"removed meanwhile"


def test_the_sweep_waits_for_whoever_is_naming_a_file(place: Place) -> None:
    digest, _ = save_file(place.folder, b"about to be named")
    place.age()
    thread = threading.Thread(target=sweep_files, args=(place.database, place.settings))
    with place.database.write() as tx:
        lock_files(tx)
        thread.start()
        thread.join(0.3)
        assert file_path(place.folder, digest).is_file()
        tx.run(
            "INSERT INTO attachments (organization_id, contact_id, id, kind, filename, media_type, byte_count, digest,"
            " created_at) VALUES (:organization_id, :contact_id, 'x', 'file', 'a', 'text/plain', 1, :digest, '')",
            {"organization_id": place.world.organization.id, "contact_id": place.world.homer.id, "digest": digest},
        )
    thread.join(10)
    assert place.files() == {digest}


def test_in_the_first_week_of_an_instance_nothing_is_removed(place: Place) -> None:
    save_file(place.folder, b"of the database this one is to replace")
    place.settle(6)
    assert len(place.sweep(days=100)) == 1
    place.run("DELETE FROM organizations")
    assert len(place.sweep(days=100)) == 1


def test_what_a_process_that_died_has_left_goes_and_other_things_stay(place: Place) -> None:
    inside = place.folder / FOLDER
    (inside / "ab").mkdir(parents=True)
    folders = [place.folder / name for name in ("import-xyz", "restoring-xyz", "uploads")]
    for folder in folders:
        folder.mkdir()
    left = [inside / "new-abc", inside / "ab" / f"old-{'c' * 62}", folders[2] / "upload-xyz"]
    left += [folder / "file" for folder in folders[:2]]
    others = [inside / "README", inside / "ab" / "short", place.folder / "notes.txt", place.folder / "secret.key"]
    for path in (*left, *others):
        path.write_bytes(b"x")
    sweep_files(place.database, place.settings)
    assert all(path.exists() for path in left)
    for path in (*folders[:2], left[2]):
        os.utime(path, (1, 1))
    place.settle(1)
    place.sweep()
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)


def test_without_a_single_file_there_is_nothing_to_do(place: Place) -> None:
    sweep_files(place.database, replace(place.settings, data=str(Path(place.settings.data) / "none")))
    assert place.sweep() == set()


def test_the_worker_sweeps_once_a_day(place: Place) -> None:
    digest, _ = save_file(place.folder, b"nobody's")
    place.age()
    with place.database.write() as tx:
        observe_clock(tx)
        tx.run(
            "UPDATE schedules SET last_run_at = :then WHERE name = 'clock_steady_since'",
            {"then": times.after(times.now(), -2 * DAY)},
        )
    Worker(place.database, place.settings, {}).run_schedule()
    assert not file_path(place.folder, digest).exists()
