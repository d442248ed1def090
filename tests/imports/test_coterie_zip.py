"""Our own export, brought where somebody is already, and after it was changed by hand: nobody comes to harm."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from everything import FIRST, PDF, add_everything, join
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import applied, counts, google, person, reason, rows_of, staged
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.folders import create_folder
from coterie.actions.imports import decide
from coterie.actions.properties import create_definition
from coterie.actions.terms import create_term
from coterie.errors import Conflict, Invalid
from coterie.imports.formats import coterie_zip
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.names import COTERIE
from coterie.imports.undo import undo
from coterie.model.imports import SKIP, ContactDraft, RowError
from coterie.model.organizations import Caller
from coterie.model.portable import file_of
from coterie.model.relationships import type_id
from coterie.model.terms import TAGS
from coterie.portable.write import write_portable
from coterie.store.contacts import count_contacts, list_contacts
from coterie.store.files import file_path
from coterie.store.notes import count_notes, list_notes
from coterie.store.portable import NOUNS

MOMENTS = {"created_at": FIRST, "updated_at": FIRST}
ID = "01900000-0000-7000-8000-000000000001"


def export(world: World, caller: Caller, folder: Path, name: str = "all.zip", *, everything: bool = False) -> Path:
    path = folder / name
    with world.database.read() as tx, path.open("wb") as stream:
        write_portable(tx, caller, folder, stream, everything=everything)
    return path


def lines_of(path: Path, noun: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(file_of(noun)).splitlines()]


def changed(path: Path, members: Mapping[str, bytes] | None = None, **nouns: bytes) -> Path:
    """The export with other contents of some of its members."""
    stream = io.BytesIO()
    told = {file_of(noun): data for noun, data in nouns.items()} | dict(members or {})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, told.pop(name, old.read(name)))
        for name, data in told.items():
            new.writestr(name, data)
    path.with_name("changed.zip").write_bytes(stream.getvalue())
    return path.with_name("changed.zip")


def line(**row: Any) -> bytes:
    return json.dumps(row).encode() + b"\n"


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


# Files that were changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{}", b'{"format": "coterie", "version": 1}', b'{"format": "other", "version": 2}']
)
def test_another_manifest_is_refused(world: World, tmp_path: Path, manifest: bytes) -> None:
    with pytest.raises(Invalid):
        next(coterie_zip.read(changed(export(world, world.alice, tmp_path), {"manifest.json": manifest})))


@pytest.mark.parametrize("name", ["../contacts.jsonl", "/etc/passwd", "files/../../x", "C:/x", "a\\b"])
def test_a_name_that_leads_out_of_the_archive_is_refused(world: World, tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        next(coterie_zip.read(changed(export(world, world.alice, tmp_path), {name: b""})))


@pytest.mark.parametrize("lines", [b"{", b"[]", b"7\n", b"\xff\n", b"\n", b"[" * 100_000, b'{"uuid": "x"}\n'])
@pytest.mark.parametrize("noun", ["contacts", "handles", "tags", "notes", "attachments"])
def test_a_line_that_is_not_ours_is_told_and_nothing_else_is_lost(
    world: World, tmp_path: Path, noun: str, lines: bytes
) -> None:
    path = export(world, world.alice, tmp_path)
    found = list(coterie_zip.read(changed(path, **{noun: lines})))
    assert [each.reason.partition(":")[0] for each in found if isinstance(each, RowError)][:1] == [noun]
    people = [each for each in found if isinstance(each, ContactDraft) and each.portable]
    assert len(people) == (0 if noun == "contacts" else 2)


def test_contacts_out_of_order_end_the_reading(world: World, tmp_path: Path) -> None:
    path = export(world, world.alice, tmp_path)
    rows = b"".join(line(uuid=ID, **MOMENTS) for _ in range(2))
    with pytest.raises(Invalid):
        list(coterie_zip.read(changed(path, contacts=rows)))


@pytest.mark.parametrize(
    ("noun", "row"),
    [
        ("handles", {"channel": 7, "value": "x"}),
        ("handles", {"channel": "carrier pigeon", "value": "x", "normalized": "x", "id": ID, **MOMENTS}),
        ("gifts", {"id": ID, "name": "x", "status": "stolen", **MOMENTS}),
        ("gifts", {"id": ID, "name": "", "status": "given", **MOMENTS}),
        ("gifts", {"id": ID, "name": "a\0b", "status": "given", **MOMENTS}),
        ("gifts", {"id": ID, "name": "x", "status": "given", "price": 7, **MOMENTS}),
        ("gifts", {"id": "../x", "name": "x", "status": "given", **MOMENTS}),
        ("gifts", {"id": ID, "name": "x", "status": "given", "created_at": "2025-13-01T00:00:00.000000Z",
                   "updated_at": FIRST}),
        ("dates", {"id": ID, "label": "x", "occurs_on": "2026-02-30", **MOMENTS}),
        ("snapshots", {"taken_on": "2026-02-01", "follower_count": 2**62}),
        ("user_relationships", {"id": ID, "user": "x", "type_id": ID, **MOMENTS}),
        ("properties", {"slug": "x", "value": "{"}),
        ("interactions", {"id": ID, "kind": "message", "happened_at": FIRST, "direction": "incoming", "data": "[]",
                          **MOMENTS}),
        ("attachments", {"id": ID, "filename": "x", "media_type": "text/html", "byte_count": 1,
                         "digest": "../../etc/passwd", "created_at": FIRST}),
        ("attachments", {"id": ID, "filename": "../x", "media_type": "text/html", "byte_count": 1,
                         "digest": "0" * 64, "created_at": FIRST}),
        ("attachments", {"id": ID, "filename": "x", "media_type": "text/html", "byte_count": 1,
                         "digest": "0" * 64, "created_at": FIRST}),
    ],
)  # fmt: skip
def test_a_row_of_another_kind_is_rejected_alone(world: World, tmp_path: Path, noun: str, row: Any) -> None:
    path = export(world, world.alice, tmp_path)
    extra = line(**({"contact": world.marge.uuid} | row))
    run, record = applied(world.database, world.charlie, tmp_path, changed(path, **{noun: extra}))
    assert (record.created_count, record.rejected_count) == (2, 1), [reason(each) for each in rows_of(run)]
    rejected = [reason(each) or "" for each in rows_of(run) if each.outcome == "reject"]
    assert [sentence for sentence in rejected if noun not in sentence] == []


@pytest.mark.parametrize(
    ("noun", "row"),
    [
        ("gifts", {"contact": ID, "id": ID, "name": "x", "status": "given", **MOMENTS}),
        ("tagged", {"tag": "nobody's"}),
        ("in_folders", {"folder": "none", "folder_created_at": FIRST}),
        ("properties", {"slug": "none", "value": "1"}),
        ("pets", {"id": ID, "name": "x", "second_owner": ID, **MOMENTS}),
    ],
)
def test_what_names_somebody_who_is_not_there_is_left_out_and_told(
    world: World, tmp_path: Path, noun: str, row: Any
) -> None:
    path = export(world, world.alice, tmp_path)
    extra = line(**({"contact": world.marge.uuid} | row))
    run, record = applied(world.database, world.charlie, tmp_path, changed(path, **{noun: extra}))
    assert (record.created_count, record.rejected_count) == (2, 0)
    assert [reason(each) for each in rows_of(run) if "; skipped: " in (reason(each) or "")] != []


def test_handles_of_somebody_who_is_not_in_the_file_are_told(world: World, tmp_path: Path) -> None:
    path = export(world, world.alice, tmp_path)
    row = {"id": ID, "channel": "email", "value": "x@example.org", "normalized": "x@example.org", **MOMENTS}
    for nobody in (ID, "ffffffff-ffff-7fff-8fff-ffffffffffff"):
        found = list(coterie_zip.read(changed(path, handles=line(contact=nobody, **row))))
        assert len([each for each in found if isinstance(each, RowError)]) == 1
        assert len([each for each in found if isinstance(each, ContactDraft) and each.portable]) == 2


def test_a_relationship_to_oneself_and_half_of_one_do_no_harm(world: World, tmp_path: Path) -> None:
    path = export(world, world.alice, tmp_path)
    half = {"id": ID, "first_contact": world.marge.uuid, "type_id": type_id("Friend"), "mirror_id": ID, **MOMENTS}
    for second in (world.marge.uuid, world.homer.uuid):
        rows = line(second_contact=second, **half)
        run, record = applied(world.database, world.charlie, tmp_path, changed(path, relationships=rows))
        assert record.rejected_count == 0, [reason(each) for each in rows_of(run)]
        undo(run)
    with world.database.read() as tx:
        assert count_contacts(tx, world.charlie.organization_id) == 1


def test_a_file_that_is_not_what_its_name_says_is_left_out(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    path = export(world, world.alice, tmp_path)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.startswith("files/"))
    file_path(tmp_path, name.removeprefix("files/")).unlink()
    run, record = applied(world.database, world.charlie, tmp_path, changed(path, {name: b"malware"}))
    assert [reason(row) for row in rows_of(run) if row.outcome == "reject"] == [
        "attachments: Rezept ß.pdf is not the file that was exported"
    ]
    assert record.created_count > 0


def test_a_bomb_is_left_out(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    path = export(world, world.alice, tmp_path)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.startswith("files/"))
    target = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, b"\0" * 50_000_000 if each == name else old.read(each))
    errors = [each.reason for each in coterie_zip.read(target, tmp_path) if isinstance(each, RowError)]
    assert errors == ["attachments: Rezept ß.pdf is compressed more than 200 times, which no export is"]
    assert not list(tmp_path.glob("import-*"))


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


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just([]) | st.just(ID) | st.just(FIRST)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_line_nothing_breaks(world: World, tmp_path: Path, data: st.DataObject) -> None:
    noun = data.draw(st.sampled_from(sorted(NOUNS)))
    names = NOUNS[noun].row.__struct_fields__
    row = data.draw(st.dictionaries(st.sampled_from(names), _VALUES))
    path = export(world, world.alice, tmp_path)
    run, record = applied(world.database, world.charlie, tmp_path, changed(path, **{noun: line(**row)}))
    assert record.state == "applied", record.error
    undo(run)
