"""Our own export, brought where somebody is already: nobody comes to harm."""

from pathlib import Path
from uuid import UUID

import pytest
from coterie_archives import MOMENTS, changed, export, line, lines_of
from everything import FIRST, PDF, add_everything, join
from runs import applied, counts, google, person, reason, rows_of, staged
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.folders import create_folder
from coterie.actions.imports import decide
from coterie.actions.properties import create_definition
from coterie.actions.terms import create_term
from coterie.errors import Conflict
from coterie.imports.formats import coterie_zip
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.names import COTERIE
from coterie.imports.undo import undo
from coterie.model.imports import SKIP, ContactDraft
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store.contacts import list_contacts
from coterie.store.files import file_path
from coterie.store.notes import count_notes, list_notes
from coterie.store.portable import NOUNS


def notes_of(world: World, caller: Caller) -> tuple[int, int]:
    """How many shared notes there are: by the kept count, and counted."""
    with world.database.read() as tx:
        kept = count_notes(tx, caller.organization_id, reader_id=None)
        return kept, len(list_notes(tx, caller.organization_id, reader_id=None, limit=100))


# Where somebody is already -----------------------------------------------------------------------------------------


def test_who_is_there_already_is_filled_up_and_nobody_is_changed(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    ours = export(world, world.alice, tmp_path, everything=True)
    assert detect_format(ours) == COTERIE
    with world.database.write() as tx:
        join(tx, world, world.charlie.organization_id)
        theirs = create_contact(
            tx, world.charlie, {"real_name": "Marge Simpson", "email": "marge@example.org", "job_title": "Boss"}
        )
        create_term(tx, world.charlie, TAGS, "çirak")
        create_folder(tx, world.charlie, "Empty", "blue")
        create_definition(tx, world.charlie, title="Size", property_type="number")
    before = export(world, world.charlie, tmp_path, "before.zip", everything=True)
    run, record = applied(world.database, world.charlie, tmp_path, ours)
    assert record.rejected_count == record.matched_count == 0, [reason(row) for row in rows_of(run)]
    with world.database.read() as tx:
        contacts = {c.id: c for c in list_contacts(tx, world.charlie.organization_id, limit=50)}
    marge = contacts[theirs.id]
    assert len(contacts) == 4  # Moe, Marge, and the two Homers
    assert (marge.job_title, marge.employer, marge.birthday, marge.uuid) == ("Boss", "=1+1", "--03-19", theirs.uuid)
    assert marge.pinned_note == "Pinned"
    after = export(world, world.charlie, tmp_path, "after.zip", everything=True)
    assert sum(row["name"] == "Empty" for row in lines_of(after, "folders")) == 1
    assert [row["name"] for row in lines_of(after, "tags") if "irak" in row["name"]] == ["çirak"]
    assert {row["contact"] for row in lines_of(after, "gifts")} == {theirs.uuid}
    assert [row["slug"] for row in lines_of(after, "properties")] == ["weight"]
    assert any("does not take the value" in (reason(row) or "") for row in rows_of(run))
    # the same file again, and then all of it taken back
    _, again = applied(world.database, world.charlie, tmp_path, ours)
    assert counts(again) == (0, 0, again.row_count, 0, 0)
    undo(run)
    left = export(world, world.charlie, tmp_path, "left.zip", everything=True)
    for noun in NOUNS:
        assert lines_of(left, noun) == lines_of(before, noun), noun


def test_two_who_are_alike_stay_two(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        for _ in range(2):
            create_contact(tx, world.alice, {"real_name": "Sherri Mackleberry", "email": "s@example.org"})
        erase_contact(tx, world.charlie, world.moe.id)
    _, record = applied(world.database, world.charlie, tmp_path, export(world, world.alice, tmp_path))
    assert counts(record)[0] == 4


def test_what_was_deleted_here_since_does_not_come_back(world: World, tmp_path: Path) -> None:
    ours = export(world, world.alice, tmp_path)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    run, record = applied(world.database, world.alice, tmp_path, ours)
    assert counts(record) == (0, 0, record.row_count, 0, 0)
    assert any(reason(row) == "The contact is deleted" for row in rows_of(run))


def test_who_was_changed_since_stays_when_the_import_is_taken_back(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    run, _ = applied(world.database, world.charlie, tmp_path, export(world, world.alice, tmp_path))
    with world.database.write() as tx:
        contacts = list_contacts(tx, world.charlie.organization_id, limit=50)
        marge = next(c for c in contacts if c.first_name == "Marge")
        update_contact(tx, world.charlie, marge.id, {"nickname": "Changed"})
    record = undo(run)
    assert record.conflict_count > 0
    with world.database.read() as tx:
        left = list_contacts(tx, world.charlie.organization_id, limit=50)
    assert {c.first_name for c in left} == {"Marge", "Moe"}


def test_a_user_who_is_not_here_leaves_what_is_theirs_to_who_imports(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    applied(world.database, world.charlie, tmp_path, export(world, world.alice, tmp_path, everything=True))
    after = export(world, world.charlie, tmp_path, "after.zip", everything=True)
    with world.database.read() as tx:
        row = tx.one("SELECT email_key FROM users WHERE id = :id", {"id": world.charlie.user_id})
    assert row is not None
    assert {each["user"] for each in lines_of(after, "reminders")} == {row[0]}
    assert {each["author"] for each in lines_of(after, "notes")} == {row[0]}
    assert [each["text"] for each in lines_of(after, "notes") if each.get("is_personal")] == ["Bob's own"]


def test_a_member_writes_in_the_name_of_nobody_else(world: World, tmp_path: Path) -> None:
    with world.database.read() as tx:
        row = tx.one("SELECT email_key FROM users WHERE id = :id", {"id": world.alice.user_id})
    assert row is not None
    ids = [str(UUID(int=number)) for number in range(1, 5)]
    notes = b"".join(
        line(id=ids[number], text=f"Signed {number}", author=row[0], is_personal=bool(number),
             contacts=[world.marge.uuid], tags=[], **MOMENTS)
        for number in range(2)
    )  # fmt: skip
    reminder = line(id=ids[2], contact=world.marge.uuid, user=row[0], title="Pay Dave", due_at=FIRST,
                    category="custom", remind_by="email", **MOMENTS)  # fmt: skip
    path = changed(export(world, world.bob, tmp_path), notes=notes, reminders=reminder)
    run, _ = applied(world.database, world.bob, tmp_path, path)
    with world.database.read() as tx:
        authors = tx.all("SELECT author_id FROM notes WHERE text LIKE 'Signed%'")
        mine = tx.all("SELECT 1 FROM reminders WHERE user_id = :id", {"id": world.alice.user_id})
    assert authors and {each[0] for each in authors} == {world.bob.user_id}
    assert mine == [], [reason(each) for each in rows_of(run)]
    undo(run)


def test_about_rows_that_are_no_contact_nothing_is_decided(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    run, _ = staged(world.database, world.charlie, tmp_path, export(world, world.alice, tmp_path))
    gifts = next(row for row in rows_of(run) if "gifts" in (reason(row) or ""))
    with world.database.write() as tx, pytest.raises(Conflict):
        decide(tx, world.charlie, run.import_id, gifts.row_number, SKIP)


def test_personal_notes_and_reminders_go_to_their_user_alone(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    ours, bobs = export(world, world.alice, tmp_path), export(world, world.bob, tmp_path, "bob.zip")
    assert "Bob's own" not in str(lines_of(ours, "notes"))
    assert "Bob's own" in str(lines_of(bobs, "notes"))
    assert [len(lines_of(path, "reminders")) for path in (ours, bobs)] == [1, 1]


def test_another_organization_is_not_in_it(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    assert [row["last_name"] for row in lines_of(export(world, world.charlie, tmp_path), "contacts")] == ["Szyslak"]


def test_notes_of_an_address_book_are_counted_and_uncounted(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Bart", "Simpson", note="Eat my shorts"),
                  person("Marge", "Simpson", "marge@example.org", note="Hmmm"))  # fmt: skip
    run, _ = applied(world.database, world.alice, tmp_path, path)
    assert notes_of(world, world.alice) == (2, 2)
    undo(run)
    assert notes_of(world, world.alice) == (0, 0)


def test_ten_thousand_messages_come_a_few_at_a_time(world: World, tmp_path: Path) -> None:
    path = export(world, world.alice, tmp_path)
    rows = b"".join(
        line(contact=world.marge.uuid, kind="message", happened_at=FIRST, id=str(UUID(int=number)),
             direction="incoming", text=str(number), **MOMENTS)
        for number in range(10_000)
    )  # fmt: skip
    drafts = [
        d for d in coterie_zip.read(changed(path, interactions=rows)) if isinstance(d, ContactDraft) and d.portable_rows
    ]
    assert sum(len(draft.portable_rows.lines) for draft in drafts if draft.portable_rows) == 10_000
    assert max(len(draft.portable_rows.lines) for draft in drafts if draft.portable_rows) <= coterie_zip.ROWS_MAX


def test_a_file_that_came_in_is_removed_when_the_import_is_taken_back(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    path = export(world, world.alice, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    digest = lines_of(path, "attachments")[0]["digest"]
    run, _ = applied(world.database, world.charlie, elsewhere, path)
    assert file_path(elsewhere, digest).read_bytes().startswith(PDF)
    with world.database.write() as tx:
        erase_contact(tx, world.alice, world.marge.id)
    undo(run)
    assert not file_path(elsewhere, digest).exists()


def stored_about(world: World, table: str) -> str:
    """The rows of a table of Charlie's organization."""
    with world.database.read() as tx:
        bound = {"id": world.charlie.organization_id}
        return repr(tx.all(f"SELECT * FROM {table} WHERE organization_id = :id", bound))


def test_nothing_of_a_deleted_contact_stays_when_the_import_is_undone(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    path = export(world, world.alice, tmp_path, everything=True)
    run, _ = applied(world.database, world.charlie, tmp_path, path)
    assert "Marge" in stored_about(world, "events") and "Marge" in stored_about(world, "contacts")
    undo(run)
    assert "Marge" not in stored_about(world, "events") + stored_about(world, "contacts")
