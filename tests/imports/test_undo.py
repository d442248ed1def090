"""Taking an import back: everything it wrote goes, everything people changed since stays and is said."""

from pathlib import Path
from typing import Any

import pytest
from runs import applied, counts, google, names, person, reason, rows_of, staged
from world import World

from coterie.actions.contacts import delete_contact, update_contact
from coterie.actions.imports import decide, start_applying, start_undoing
from coterie.errors import Conflict
from coterie.imports.apply import apply
from coterie.imports.undo import undo
from coterie.model.imports import CREATE, ROW_CONFLICT, ROW_UNDONE, UNDONE
from coterie.search import search_contacts
from coterie.store.contacts import count_contacts, find_contact
from coterie.store.database import Database
from coterie.store.handles import list_handles

TABLES = (
    "contacts", "handles", "postal_addresses", "important_dates", "contact_tags", "contact_folders", "notes",
    "note_contacts", "attachments", "external_ids", "interactions",
)  # fmt: skip


def everything(database: Database, organization_id: int) -> dict[str, list[Any]]:
    """Each row of an organization that an import writes, but for when a contact was last changed."""
    found = {}
    with database.read() as tx:
        for table in TABLES:
            rows = tx.all(f"SELECT * FROM {table} WHERE organization_id = :id", {"id": organization_id})
            found[table] = sorted(map(repr, rows))
        found["contacts"] = [
            repr(row)
            for row in tx.all(
                "SELECT id, first_name, employer, birthday, email, phone, username, pinned_note, name_key, email_key"
                " FROM contacts WHERE organization_id = :id ORDER BY id",
                {"id": organization_id},
            )
        ]
        found["count"] = [count_contacts(tx, organization_id)]
        found["tags"] = tx.all("SELECT contact_count FROM tags WHERE organization_id = :id", {"id": organization_id})
    return found


def a_mixed_file(folder: Path) -> Path:
    return google(
        folder,
        person("Marge", "Simpson", "marge@example.org", "+12125550100", "Home", "1956-03-19", "Paints", "Family"),
        person("Homer", "Simpson", "homer@example.org", note="Doughnuts"),
        person("Bart", "Simpson", "bart@example.org", "+12125550101", note="Eat my shorts", labels="Family"),
        person("Bart", "Simpson", "bart@example.org", "+12125550102"),
    )


def test_an_import_taken_back_leaves_everything_as_it_was(world: World, tmp_path: Path) -> None:
    before = everything(world.database, world.organization.id)
    run, record = applied(world.database, world.alice, tmp_path, a_mixed_file(tmp_path))
    assert counts(record) == (1, 3, 0, 0, 0)
    record = undo(run)
    after = everything(world.database, world.organization.id)
    assert after.pop("tags") == [(0,)]
    before.pop("tags")
    assert after == before
    assert (record.state, record.conflict_count) == (UNDONE, 0)
    assert {row.state for row in rows_of(run)} == {ROW_UNDONE}
    with world.database.read() as tx:
        assert search_contacts(tx, world.organization.id, "bart", limit=5).contacts == []
        assert search_contacts(tx, world.organization.id, "+12125550100", limit=5).contacts == []


def test_an_import_taken_back_can_be_brought_in_again(world: World, tmp_path: Path) -> None:
    run, first = applied(world.database, world.alice, tmp_path, a_mixed_file(tmp_path))
    undo(run)
    _, second = applied(world.database, world.alice, tmp_path, a_mixed_file(tmp_path))
    assert counts(second) == counts(first)


def test_a_new_contact_somebody_changed_since_stays(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Bart", "Simpson", "bart@example.org"), person("Lisa", "Simpson"))
    run, _ = applied(world.database, world.alice, tmp_path, path)
    bart = rows_of(run)[0].contact_id
    assert bart is not None
    with world.database.write() as tx:
        update_contact(tx, world.alice, bart, {"nickname": "El Barto"})
    record = undo(run)
    assert sorted(n or "" for n in names(world.database, world.organization.id)) == [
        "Bart Simpson", "Homer Simpson", "Marge Simpson",
    ]  # fmt: skip
    assert record.conflict_count == 1
    assert [(row.state, reason(row)) for row in rows_of(run)] == [
        (ROW_CONFLICT, "The contact was edited later and was kept"), (ROW_UNDONE, None),
    ]  # fmt: skip


def test_a_field_somebody_changed_since_stays_and_the_others_go_back(world: World, tmp_path: Path) -> None:
    row = person("Marge", "Simpson", "marge@example.org", "+12125550100", "Home", "1956-03-19", "Paints")
    run, _ = applied(world.database, world.alice, tmp_path, google(tmp_path, row))
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"employer": "Studio", "note": "Paints in oil"})
    record = undo(run)
    with world.database.read() as tx:
        marge = find_contact(tx, world.organization.id, world.marge.id)
        handles = list_handles(tx, world.organization.id, world.marge.id)
    assert marge is not None
    assert (marge.employer, marge.birthday, marge.pinned_note) == ("Studio", None, "Paints in oil")
    assert [h.value for h in handles] == ["marge", "marge@example.org", "(800) 555-5555"]
    assert record.conflict_count == 1
    assert reason(rows_of(run)[0]) == "Employer was edited later and was kept; The note was edited later and was kept"


def test_a_contact_deleted_since_is_left_alone(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Bart", "Simpson", "bart@example.org"),
        person("Homer", "", "homer@example.org", "+12125550100"),
    )
    run, _ = applied(world.database, world.alice, tmp_path, path)
    with world.database.write() as tx:
        for row in rows_of(run):
            assert row.contact_id is not None
            delete_contact(tx, world.alice, row.contact_id)
    record = undo(run)
    assert (record.state, record.conflict_count) == (UNDONE, 1)
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 1


def test_an_import_that_was_only_staged_is_taken_back_without_a_trace(world: World, tmp_path: Path) -> None:
    before = everything(world.database, world.organization.id)
    run, _ = staged(world.database, world.alice, tmp_path, a_mixed_file(tmp_path))
    assert undo(run).state == UNDONE
    assert everything(world.database, world.organization.id) == before


def test_an_import_is_taken_back_once_and_then_cannot_be_applied(world: World, tmp_path: Path) -> None:
    run, _ = applied(world.database, world.alice, tmp_path, a_mixed_file(tmp_path))
    undo(run)
    assert undo(run).state == UNDONE
    assert apply(run).state == UNDONE
    for step in (start_applying, start_undoing):
        with pytest.raises(Conflict), world.database.write() as tx:
            step(tx, world.alice, run.import_id)


def test_pictures_nobody_has_any_more_are_removed_from_the_data_folder(world: World, tmp_path: Path) -> None:
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Edna K\r\nPHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoB\r\nEND:VCARD\r\n"
    (tmp_path / "edna.vcf").write_text(text, newline="")
    run, record = applied(world.database, world.alice, tmp_path, tmp_path / "edna.vcf")
    files = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    assert len(files) == 2
    undo(run)
    # the file that was imported is kept: it says what was brought in
    files = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    assert [path.parent.name + path.name for path in files] == [record.file_digest]


def test_a_uid_that_a_created_contact_took_is_given_back(world: World, tmp_path: Path) -> None:
    def card(name: str, first: str) -> Path:
        path = tmp_path / name
        text = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u-1\r\nN:Bouvier;{first};;;\r\nFN:{first} Bouvier\r\nEND:VCARD\r\n"
        path.write_text(text, "utf-8", newline="")
        return path

    applied(world.database, world.alice, tmp_path, card("first.vcf", "Patty"))
    run, _ = staged(world.database, world.alice, tmp_path, card("second.vcf", "Selma"))
    before = everything(world.database, world.organization.id)
    with world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 1, CREATE)
        start_applying(tx, world.alice, run.import_id, in_background=False)
    assert apply(run).created_count == 1
    assert everything(world.database, world.organization.id)["external_ids"] != before["external_ids"]
    assert undo(run).state == UNDONE
    assert everything(world.database, world.organization.id) == before
