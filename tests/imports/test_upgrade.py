"""Imports of an instance of the version before reasons had codes go on after the upgrade, whatever state they are in.

fixtures/migration_0002.backup was saved by that version (commit de3fcb5) with `coterie backup`. It holds, in two
organizations, files that are staged, applied, undone, emptied because of their age, and our own export.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_instance, make_settings
from queued import claim_all
from runs import counts, reason

from coterie.actions.contacts import delete_contact
from coterie.actions.imports import decide, start_applying
from coterie.cli.restore import restore
from coterie.errors import Conflict
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.rejected import rejected_file
from coterie.imports.undo import undo
from coterie.model import times
from coterie.model.imports import APPLIED, ERROR, MATCH, PORTABLE, UNDONE, Import, StagedRow
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.contacts import list_contacts
from coterie.store.database import Database, open_database
from coterie.store.files import file_path, find_referenced
from coterie.store.import_rows import list_files_of_rows, list_matches, list_rows, list_rows_left_out
from coterie.store.imports import list_imports, update_import
from coterie.store.instagram_pictures import list_pictures
from coterie.worker.handlers import HANDLERS
from coterie.worker.import_retention import expire_old_imports

SAVED = Path(__file__).parent / "fixtures" / "migration_0002.backup"
ALICE, CHARLIE = 1, 2


class Upgraded:
    """The instance as it is after `coterie restore`, which migrates it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings

    def find(self, filename: str, organization_id: int = ALICE) -> Run:
        """The newest import of a file; the worker last changed it a moment ago."""
        with self.database.write() as tx:
            imports = list_imports(tx, organization_id, limit=100)
            found = next(each for each in imports if each.filename == filename)
            update_import(tx, organization_id, found.id, {"updated_at": times.now()})
        return Run(self.database, self.settings.data_folder, organization_id, found.id)

    def import_of(self, run: Run) -> Import:
        with self.database.read() as tx:
            imports = list_imports(tx, run.organization_id, limit=100)
        return next(each for each in imports if each.id == run.import_id)

    def rows(self, run: Run) -> dict[int, StagedRow]:
        with self.database.read() as tx:
            rows = list_rows(tx, run.organization_id, run.import_id, limit=100)
        return {row.row_number: row for row in rows}

    def names(self, organization_id: int = ALICE) -> list[str]:
        with self.database.read() as tx:
            return sorted(c.name or "" for c in list_contacts(tx, organization_id, limit=100))

    def caller(self, organization_id: int = ALICE) -> Caller:
        return Caller(organization_id, "", "US", None, (ALL_SCOPES,), "test")

    def apply_again(self, run: Run) -> Import:
        with self.database.write() as tx:
            start_applying(tx, self.caller(run.organization_id), run.import_id, in_background=False)
        return apply(run)

    def work(self) -> None:
        """Runs the jobs that wait."""
        with self.database.write() as tx:
            tx.run("UPDATE jobs SET run_at = :past WHERE state = 'waiting'", {"past": times.after(times.now(), -1)})
        with self.database.write() as tx:
            claimed = claim_all(tx)
        for job in claimed:
            HANDLERS[job.name](self.database, self.settings, job, threading.Event())
            with self.database.write() as tx:
                jobs.finish(tx, job)


@pytest.fixture(scope="module")
def original(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    """The restored instance, which each test has a copy of: restoring takes most of a test."""
    settings = make_settings(engine, tmp_path_factory.mktemp("upgraded"), request, is_migrated=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COTERIE_DATABASE_URL", settings.database_url)
        restore(SAVED, data=settings.data)
    return settings


@pytest.fixture
def upgraded(original: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Upgraded]:
    settings = copy_instance(original, tmp_path, request)
    database = open_database(settings)
    yield Upgraded(database, settings)
    database.close()


def test_sentences_became_codes_that_read_the_same(upgraded: Upgraded) -> None:
    rows = upgraded.rows(upgraded.find("mixed.csv"))
    assert [reason(row) for row in rows.values()] == [
        "Same e-mail address marge@example.org and name; added birthday, employer, phone, tags, note",
        None,
        "Same e-mail address bart@example.org and name; added phone",
        None,
        "the same as row 4",
        "May be contact 1: same phone number +18005555555, another name",
        "The row has no name and no way to reach anyone",
        "Same e-mail address homer@example.org and name",
    ]
    assert [n for n, row in rows.items() if row.is_new] == [2, 4]
    assert (rows[5].same_as_row, rows[7].kind) == (4, ERROR)
    waiting = upgraded.rows(upgraded.find("waiting.csv"))
    assert [(n, row.decision) for n, row in waiting.items() if row.needs_rematch] == [(2, None)]
    assert reason(waiting[2]) == "May be the person of row 1: same name and employer"


def test_a_row_that_waits_is_decided_and_applied(upgraded: Upgraded) -> None:
    run = upgraded.find("mixed.csv")
    with upgraded.database.write() as tx:
        (match,) = list_matches(tx, ALICE, run.import_id, [6])[6]
        decide(tx, upgraded.caller(), run.import_id, 6, "update", match.contact_id)
    assert counts(upgraded.apply_again(run)) == (2, 3, 2, 0, 1)
    assert reason(upgraded.rows(run)[6]) == "Updated by decision; added note"


def test_an_import_that_was_staged_is_applied_and_undone(upgraded: Upgraded) -> None:
    before = upgraded.names()
    run = upgraded.find("waiting.csv")
    # Ned may be the person of the row before him, as soon as that is a contact
    assert counts(apply(run)) == (2, 0, 1, 1, 1)
    assert upgraded.rows(run)[2].outcome == MATCH
    assert {"Ned Flanders", "Todd Flanders"} <= set(upgraded.names())
    assert (undo(run).state, upgraded.names()) == (UNDONE, before)


def test_an_applied_import_is_undone(upgraded: Upgraded) -> None:
    run = upgraded.find("mixed.csv")
    record = undo(run)
    assert (record.state, record.conflict_count) == (UNDONE, 0)
    assert "Bart Simpson" not in upgraded.names()
    with upgraded.database.read() as tx:
        marge = next(c for c in list_contacts(tx, ALICE, limit=100) if c.name == "Marge Simpson")
    assert (marge.employer, marge.pinned_note) == (None, None)


def test_pictures_of_rows_that_wait_are_used_and_those_of_undone_rows_go(upgraded: Upgraded) -> None:
    waits, applied = upgraded.find("Otto Mann.vcf"), upgraded.find("Selma Bouvier.vcf")
    with upgraded.database.read() as tx:
        (waiting,), (had,) = (list_files_of_rows(tx, ALICE, run.import_id, [1]) for run in (waits, applied))
        assert find_referenced(tx, [waiting, had]) == {waiting, had}
        sources = dict(tx.all("SELECT filename, source FROM attachments WHERE organization_id = 1"))
        homer = next(c for c in list_contacts(tx, ALICE, limit=100) if c.name == "Homer Simpson")
        assert len(list_pictures(tx, ALICE, homer.id)) == 1
    assert sources == {
        "instagram-party.pdf": "upload", "instagram-0123456789abcdef.png": "instagram", "picture.png": "import",
    }  # fmt: skip
    undo(applied)
    undo(waits)
    folder = upgraded.settings.data_folder
    assert not file_path(folder, had).exists()
    with upgraded.database.read() as tx:
        assert find_referenced(tx, [waiting, had]) == set()


def test_a_contact_that_was_erased_is_erased_from_its_import_and_from_the_double(upgraded: Upgraded) -> None:
    run = upgraded.find("mixed.csv")
    assert "Krabappel" in repr(upgraded.rows(run))
    upgraded.work()
    rows = upgraded.rows(run)
    assert "Krabappel" not in repr(rows)
    assert [reason(rows[n]) for n in (4, 5)] == ["The contact was erased"] * 2
    scrubbed = upgraded.find("erased.csv")
    assert reason(upgraded.rows(scrubbed)[1]) == "The contact was erased"
    assert (undo(scrubbed).conflict_count, undo(run).conflict_count) == (0, 0)


def test_an_undone_import_stays_undone_and_says_what_it_left_alone(upgraded: Upgraded) -> None:
    run = upgraded.find("undone.csv")
    assert undo(run).conflict_count == 1
    assert reason(upgraded.rows(run)[1]) == "The contact was changed since, and stays"


def test_rejected_rows_can_be_downloaded(upgraded: Upgraded) -> None:
    run = upgraded.find("waiting.csv")
    with upgraded.database.read() as tx:
        file = rejected_file(tx, ALICE, upgraded.import_of(run), upgraded.settings.data_folder)
        text = b"".join(file.pieces).decode()
    assert "The row has no name and no way to reach anyone" in text
    assert "nobody at all" in text


def test_our_own_export_is_applied_and_undone(upgraded: Upgraded) -> None:
    run = upgraded.find("changed.zip", CHARLIE)
    rows = upgraded.rows(run)
    assert [row.kind for row in rows.values()] == ["contact", "contact", PORTABLE, PORTABLE, PORTABLE]
    with pytest.raises(Conflict), upgraded.database.write() as tx:
        decide(tx, upgraded.caller(CHARLIE), run.import_id, 4, "skip")
    with upgraded.database.read() as tx:
        ((number, left_out),) = list_rows_left_out(tx, CHARLIE, run.import_id)
        deleted = list_rows_left_out(tx, CHARLIE, upgraded.find("own.zip", CHARLIE).import_id)
    assert (number, left_out.data["left_out"]) == (3, ["tag nobody's is not here"])
    assert reason(rows[3]) == "Added tagged (0 of 1); skipped: tag nobody's is not here"
    assert [each.code for _, each in deleted] == ["contact_deleted"]
    assert undo(run).state == UNDONE
    assert upgraded.names(CHARLIE) == ["Moe Szyslak"]
    staged = upgraded.find("own.zip")
    with upgraded.database.write() as tx:
        delete_contact(tx, upgraded.caller(), 2)
    assert apply(staged).state == APPLIED


def test_an_import_that_expired_does_not_expire_again_and_is_undone(upgraded: Upgraded) -> None:
    run = upgraded.find("old.csv")
    assert upgraded.import_of(run).expired_at is not None
    with upgraded.database.write() as tx:
        update_import(tx, ALICE, run.import_id, {"updated_at": times.after(times.now(), -40 * 86_400.0)})
    before = upgraded.import_of(run)
    expire_old_imports(upgraded.database, upgraded.settings)
    assert upgraded.import_of(run) == before
    with pytest.raises(Conflict, match="expired"), upgraded.database.write() as tx:
        decide(tx, upgraded.caller(), run.import_id, 2, "create")
    assert undo(run).conflict_count == 0
    assert "Carl Carlson" not in upgraded.names()
