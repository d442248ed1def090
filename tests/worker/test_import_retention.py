"""What imports remember of people goes when they are erased, and when the import is old; taking back still works."""

import threading

import pytest
from queued import claim_all
from world import World, make_world

from coterie.actions.contacts import erase_contact
from coterie.actions.imports import decide, start_applying
from coterie.errors import Conflict, Invalid
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.imports.upload import start
from coterie.model import times
from coterie.model.imports import APPLIED, CREATE, MATCH, UNDONE, UPDATE, Import, StagedRow
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.contacts import list_contacts
from coterie.store.database import Database
from coterie.store.files import file_path
from coterie.store.import_rows import list_matches, list_rows
from coterie.store.imports import find_import, update_import
from coterie.worker.handlers import HANDLERS
from coterie.worker.import_retention import expire_old_imports

DAY = 86_400.0
HEADER = "First Name,Last Name,E-mail 1 - Value,Notes\r\n"
EDNA = "Edna,Krabappel,edna@example.org,Teaches\r\n"
NED = "Ned,Flanders,ned@example.org,Neighbour\r\n"


class Place:
    """An instance, and imports into it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings, self.folder = database, settings, settings.data_folder
        self.world: World = make_world(database)
        self.organization_id = self.world.organization.id

    def staged(self, *rows: str, name: str = "people.csv") -> Run:
        path = self.folder / name
        path.write_text(HEADER + "".join(rows), "utf-8", newline="")
        record = start(self.database, self.world.alice, self.folder, path)
        run = Run(self.database, self.folder, self.organization_id, record.id)
        stage(run)
        return run

    def applied(self, *rows: str, name: str = "people.csv") -> Run:
        run = self.staged(*rows, name=name)
        apply(run)
        return run

    def record(self, run: Run) -> Import | None:
        with self.database.read() as tx:
            return find_import(tx, self.organization_id, run.import_id)

    def rows(self, run: Run) -> list[StagedRow]:
        with self.database.read() as tx:
            return list_rows(tx, self.organization_id, run.import_id, limit=100)

    def contact(self, name: str) -> int:
        with self.database.read() as tx:
            return next(c.id for c in list_contacts(tx, self.organization_id, limit=100) if c.name == name)

    def erase(self, name: str) -> None:
        with self.database.write() as tx:
            erase_contact(tx, self.world.alice, self.contact(name))

    def work(self) -> None:
        """The jobs that wait are done, whenever they are due."""
        with self.database.write() as tx:
            tx.run("UPDATE jobs SET run_at = :past WHERE state = 'waiting'", {"past": times.after(times.now(), -1)})
        with self.database.write() as tx:
            claimed = claim_all(tx)
        for job in claimed:
            HANDLERS[job.name](self.database, self.settings, job, threading.Event())
            with self.database.write() as tx:
                jobs.finish(tx, job)

    def age(self, run: Run, days: float) -> None:
        with self.database.write() as tx:
            at = {"updated_at": times.after(times.now(), -days * DAY)}
            update_import(tx, self.organization_id, run.import_id, at)

    def everything(self, run: Run) -> str:
        return repr(self.rows(run))


@pytest.fixture
def place(fresh_database: Database, fresh_settings: Settings) -> Place:
    return Place(fresh_database, fresh_settings)


# Erased ---------------------------------------------------------------------------------------------------------------


def test_an_import_forgets_who_is_erased_and_nobody_else(place: Place) -> None:
    run = place.applied(EDNA, NED)
    place.erase("Edna Krabappel")
    assert "Krabappel" in place.everything(run)
    place.work()
    assert "Krabappel" not in place.everything(run)
    assert "edna" not in place.everything(run)
    assert "Flanders" in place.everything(run)


def test_rows_that_said_the_same_are_forgotten_as_well(place: Place) -> None:
    first = place.applied(EDNA, EDNA, NED)
    again = place.applied(EDNA, name="again.csv")
    more = place.applied("Edna,Krabappel,edna@example.org,Teaches fourth grade\r\n", name="more.csv")
    place.erase("Edna Krabappel")
    place.work()
    for run in (first, again, more):
        assert "Krabappel" not in place.everything(run)
    assert [row.row_number for row in place.rows(first)] == [1, 2, 3]


def test_why_a_row_was_matched_is_forgotten_with_the_contact(place: Place) -> None:
    place.applied(EDNA)
    run = place.staged("Seymour,Skinner,edna@example.org,Principal\r\n", name="more.csv")
    with place.database.write() as tx:
        decide(tx, place.world.alice, run.import_id, 1, UPDATE, place.contact("Edna Krabappel"))
    apply(run)
    place.erase("Edna Krabappel")
    place.work()
    with place.database.read() as tx:
        assert list_matches(tx, place.organization_id, run.import_id, [1]) == {}


def test_rows_about_the_same_person_in_other_words_are_forgotten_as_well(place: Place) -> None:
    run = place.applied(EDNA, "Edna,,edna@example.org,\r\n", NED)
    assert [row.same_as_row for row in place.rows(run)] == [None, 1, None]
    place.erase("Edna Krabappel")
    place.work()
    assert "edna" not in place.everything(run)


def test_a_row_that_repeats_a_repetition_is_scrubbed_as_well(place: Place) -> None:
    plain = "Edna,,edna@example.org,\r\n"
    run = place.applied(EDNA, plain, plain, NED)
    assert [row.same_as_row for row in place.rows(run)] == [None, 1, 2, None]
    place.erase("Edna Krabappel")
    place.work()
    assert "edna" not in place.everything(run)
    assert "Flanders" in place.everything(run)


def test_a_row_that_waits_to_be_applied_stays_when_whom_it_updates_is_erased(place: Place) -> None:
    place.applied(EDNA)
    waits = place.staged("Edna,Krabappel,edna@example.org,Teaches fourth grade\r\n", name="more.csv")
    place.erase("Edna Krabappel")
    place.work()
    assert "Krabappel" in place.everything(waits)
    assert apply(waits).created_count == 1


def test_an_import_is_taken_back_though_somebody_was_erased(place: Place) -> None:
    run = place.applied(EDNA, NED)
    place.erase("Edna Krabappel")
    place.work()
    record = undo(run)
    assert (record.state, record.conflict_count) == (UNDONE, 0)
    with place.database.read() as tx:
        names = [contact.name for contact in list_contacts(tx, place.organization_id, limit=100)]
    assert "Ned Flanders" not in names


def test_many_who_are_erased_at_once_are_one_job_or_two(place: Place) -> None:
    people = [f"Person,Number{n},n{n}@example.org,\r\n" for n in range(8)]
    place.applied(*people)
    for n in range(8):
        place.erase(f"Person Number{n}")
    with place.database.read() as tx:
        row = tx.one("SELECT count(*) FROM jobs WHERE name = 'scrub_erased_contacts'", {})
    assert row is not None
    assert row[0] in (1, 2)


def test_where_nothing_was_imported_nothing_has_to_be_forgotten(place: Place) -> None:
    place.erase("Homer Simpson")
    with place.database.read() as tx:
        assert tx.one("SELECT 1 FROM jobs WHERE name = 'scrub_erased_contacts'", {}) is None


# Old ------------------------------------------------------------------------------------------------------------------


def test_an_import_nobody_applied_goes_after_thirty_days_with_rows_and_file(place: Place) -> None:
    run = place.staged(EDNA)
    record = place.record(run)
    assert record is not None
    assert record.file_digest is not None
    path = file_path(place.folder, record.file_digest)
    place.age(run, 29)
    expire_old_imports(place.database, place.settings)
    assert place.record(run) is not None
    place.age(run, 31)
    expire_old_imports(place.database, place.settings)
    place.work()
    assert place.record(run) is None
    assert place.rows(run) == []
    assert not path.exists()


def test_of_an_applied_import_the_file_goes_and_what_stood_in_its_rows(place: Place) -> None:
    run = place.applied(EDNA, NED)
    before = place.record(run)
    assert before is not None
    assert before.file_digest is not None
    place.age(run, 31)
    for _ in range(2):
        expire_old_imports(place.database, place.settings)
    place.work()
    record = place.record(run)
    assert record is not None
    assert (record.state, record.file_digest, record.created_count) == (APPLIED, None, 2)
    assert not file_path(place.folder, before.file_digest).exists()
    assert "Krabappel" not in place.everything(run)
    undone = undo(run)
    assert (undone.state, undone.conflict_count) == (UNDONE, 0)
    with place.database.read() as tx:
        names = [contact.name for contact in list_contacts(tx, place.organization_id, limit=100)]
    assert "Edna Krabappel" not in names


def test_an_old_file_that_comes_again_is_known(place: Place) -> None:
    run = place.applied(EDNA, NED)
    place.age(run, 31)
    expire_old_imports(place.database, place.settings)
    record = place.record(place.staged(EDNA, NED))
    assert record is not None
    assert record.unchanged_count == 2


def test_a_row_nobody_decided_on_for_so_long_is_skipped_and_creates_nobody(place: Place) -> None:
    place.applied("Edna,Krabappel,edna@example.org,\r\n")
    run = place.applied("Seymour,Skinner,edna@example.org,Principal\r\n", name="other.csv")
    assert [row.outcome for row in place.rows(run)] == [MATCH]
    place.age(run, 31)
    expire_old_imports(place.database, place.settings)
    with place.database.write() as tx, pytest.raises(Conflict, match="expired"):
        decide(tx, place.world.alice, run.import_id, 1, CREATE)
    record = apply_again(place, run)
    assert (record.created_count, record.unchanged_count) == (0, 1)


def apply_again(place: Place, run: Run) -> Import:
    with place.database.write() as tx:
        start_applying(tx, place.world.alice, run.import_id, in_background=False)
    return apply(run)


def test_the_file_of_another_import_of_the_same_bytes_stays(place: Place) -> None:
    old, fresh = place.staged(EDNA), place.staged(EDNA)
    place.age(old, 31)
    expire_old_imports(place.database, place.settings)
    place.work()
    record = place.record(fresh)
    assert record is not None
    assert record.file_digest is not None
    assert file_path(place.folder, record.file_digest).exists()


# Deciding -------------------------------------------------------------------------------------------------------------


def test_a_row_that_may_be_an_earlier_row_says_that_it_can_only_be_created_or_skipped(place: Place) -> None:
    run = place.staged("Bart,Simpson,kids@example.org,\r\n", "Lisa,Simpson,,\r\n", "Bart,Simpson,,Skates\r\n")
    rows = [row for row in place.rows(run) if row.contact_id is None and row.outcome in (MATCH, UPDATE, CREATE)]
    with place.database.write() as tx, pytest.raises(Invalid, match="create or skip it"):
        decide(tx, place.world.alice, run.import_id, rows[-1].row_number, UPDATE)


def test_nothing_is_decided_while_an_import_is_being_applied(place: Place) -> None:
    place.applied("Edna,Krabappel,edna@example.org,\r\n")
    run = place.staged("Seymour,Skinner,edna@example.org,Principal\r\n", name="other.csv")
    assert [row.outcome for row in place.rows(run)] == [MATCH]
    with place.database.write() as tx:
        update_import(tx, place.organization_id, run.import_id, {"state": "applying"})
    with place.database.write() as tx, pytest.raises(Conflict, match="is being applied"):
        decide(tx, place.world.alice, run.import_id, 1, CREATE)
