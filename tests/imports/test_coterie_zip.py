"""Our own export: everything leaves, an empty organization becomes the same, and a changed file harms nobody."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from runs import applied, counts, google, person, rows_of
from world import World

from coterie.actions.attachments import attach_file
from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import erase_contact, update_contact
from coterie.actions.gifts import create_gift
from coterie.actions.notes import create_note
from coterie.actions.pets import create_pet
from coterie.actions.properties import create_definition, set_values
from coterie.actions.terms import create_term, put_on_contact
from coterie.errors import Invalid
from coterie.exports.whole import write_whole
from coterie.imports import coterie_zip
from coterie.imports.detect import COTERIE, detect_format
from coterie.imports.undo import undo
from coterie.model.imports import ContactDraft, RowError
from coterie.model.interactions import FollowerSnapshot
from coterie.model.organizations import Caller
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.contacts import count_contacts
from coterie.store.files import save_file
from coterie.store.interactions import insert_interactions, save_snapshots
from coterie.store.notes import count_notes, list_notes

# ids and moments of parts are made anew, and so is the memory of which import brought a row
NEW = {"id", "author_id", "mirror_id", "created_at", "updated_at", "contact_id", "digest_of_row"}


def furnish(world: World, folder: Path) -> None:
    marge, homer, alice = world.marge.id, world.homer.id, world.alice
    with world.database.write() as tx:
        update_contact(
            tx, alice, marge,
            {"nickname": "Mÿrge\u202e🎷", "birthday": "--03-19", "employer": "=1+1", "status": "optout",
             "how_you_met": "a\nb", "relationship_grade": 5, "note": "Pinned", "bio": "Blue hair"},
        )  # fmt: skip
        tie = {"second_contact": world.homer.uuid, "type_id": type_id("Husband"), "anniversary_on": "1980-05-01"}
        relate(tx, alice, marge, tie)
        create_note(tx, alice, {"text": "about both", "contacts": [world.marge.uuid, world.homer.uuid]})
        create_gift(tx, alice, marge, {"name": "Bowling ball", "link": "https://example.org", "status": "given"})
        create_pet(tx, alice, marge, {"name": "Snowball II", "species": "cat", "second_owner": world.homer.uuid})
        put_on_contact(tx, alice, TAGS, marge, create_term(tx, alice, TAGS, "Family").id)
        put_on_contact(tx, alice, EXPERTISES, marge, create_term(tx, alice, EXPERTISES, "Painting").id)
        slug = create_definition(tx, alice, title="Shoe size", property_type="number").slug
        set_values(tx, alice, marge, {slug: 13.5})
        save_snapshots(tx, alice.organization_id, marge, [FollowerSnapshot("2026-01-01", 10)])
        said = {"kind": "message", "happened_at": "2026-01-01T00:00:00.000000Z", "channel": "instagram", "data": None,
                "outside_id": "m1", "direction": "incoming", "text": "hi", "now": world.marge.created_at}  # fmt: skip
        insert_interactions(tx, alice.organization_id, [said | {"contact_id": marge, "id": world.marge.uuid}])
        source = folder / "recipe.pdf"
        source.write_bytes(b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF")
        attach_file(
            tx, alice, homer, filename="recipe.pdf", media_type="application/pdf", folder=folder, source=source,
            digest=save_file(folder, source)[0],
        )  # fmt: skip


def export(world: World, caller: Caller, folder: Path, name: str = "all.zip") -> Path:
    path = folder / name
    with world.database.read() as tx, path.open("wb") as stream:
        write_whole(tx, caller, folder, stream)
    return path


def contents(path: Path, *, without: str = "") -> dict[str, Any]:
    """What an export says, with what is made anew left out, each noun sorted."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith(".jsonl"):
                rows = [json.loads(line) for line in data.splitlines()]
                rows = [row for row in rows if row.get("source") != "draft" and row.get("uuid") != without]
                drop = NEW - {"created_at"} if name in ("contacts.jsonl", "notes.jsonl") else NEW
                found[name] = sorted(
                    json.dumps({k: v for k, v in row.items() if k not in drop}, sort_keys=True) for row in rows
                )
            elif name != "manifest.json":
                found[name] = data
    return found


def notes_of(world: World, caller: Caller) -> tuple[int, int]:
    """How many shared notes there are: by the kept count, and counted."""
    with world.database.read() as tx:
        kept = count_notes(tx, caller.organization_id, reader_id=None)
        return kept, len(list_notes(tx, caller.organization_id, reader_id=None, limit=100))


def emptied(world: World) -> None:
    with world.database.write() as tx:
        erase_contact(tx, world.charlie, world.moe.id)
        assert count_contacts(tx, world.charlie.organization_id) == 0


def test_an_empty_organization_becomes_the_one_that_was_exported(world: World, tmp_path: Path) -> None:
    furnish(world, tmp_path)
    emptied(world)
    ours = export(world, world.alice, tmp_path)
    assert detect_format(ours) == COTERIE
    run, record = applied(world.database, world.charlie, tmp_path, ours)
    assert counts(record) == (2, 0, 0, 0, 0), [row.reason for row in rows_of(run)]
    theirs = export(world, world.charlie, tmp_path, "theirs.zip")
    expected, found = contents(ours), contents(theirs)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == value, name
    empty = [name for name, value in expected.items() if not value]
    assert empty == ["outside_ids.jsonl", "addresses.jsonl", "dates.jsonl", "folders.jsonl", "note_tags.jsonl",
                     "reminders.jsonl"]  # fmt: skip


def test_the_same_export_again_adds_nothing_and_can_be_taken_back(world: World, tmp_path: Path) -> None:
    furnish(world, tmp_path)
    emptied(world)
    ours = export(world, world.alice, tmp_path)
    run, _ = applied(world.database, world.charlie, tmp_path, ours)
    _, again = applied(world.database, world.charlie, tmp_path, ours)
    assert counts(again) == (0, 0, 2, 0, 0)
    assert notes_of(world, world.charlie) == (2, 2)
    undo(run)
    assert notes_of(world, world.charlie) == (0, 0)
    with world.database.read() as tx:
        assert count_contacts(tx, world.charlie.organization_id) == 0


def test_notes_of_an_address_book_are_counted_and_uncounted(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Bart", "Simpson", note="Eat my shorts"),
                  person("Marge", "Simpson", "marge@example.org", note="Hmmm"))  # fmt: skip
    run, _ = applied(world.database, world.alice, tmp_path, path)
    assert notes_of(world, world.alice) == (2, 2)
    undo(run)
    assert notes_of(world, world.alice) == (0, 0)


def test_personal_notes_go_to_their_author_alone(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        create_note(tx, world.bob, {"text": "mine", "contacts": [world.marge.uuid], "is_personal": True})
    assert contents(export(world, world.alice, tmp_path))["notes.jsonl"] == []
    assert len(contents(export(world, world.bob, tmp_path))["notes.jsonl"]) == 1


# Files that were changed ------------------------------------------------------------------------------------------


def changed(path: Path, **members: bytes) -> Path:
    """The export with other contents of some of its members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.partition(".")[0], old.read(name)))
    path.with_name("changed.zip").write_bytes(stream.getvalue())
    return path.with_name("changed.zip")


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{}", b'{"format": "coterie", "version": 2}', b'{"format": "other", "version": 1}']
)
def test_another_manifest_is_refused(world: World, tmp_path: Path, manifest: bytes) -> None:
    with pytest.raises(Invalid):
        next(coterie_zip.read(changed(export(world, world.alice, tmp_path), manifest=manifest)))


@pytest.mark.parametrize("lines", [b"{", b"[]", b"7\n", b'{"id": 2}\n{"id": 1}\n', b'{"id": "x"}\n', b"\xff\n"])
def test_lines_that_are_not_ours_end_the_reading(world: World, tmp_path: Path, lines: bytes) -> None:
    with pytest.raises(Invalid):
        list(coterie_zip.read(changed(export(world, world.alice, tmp_path), contacts=lines)))


@pytest.mark.parametrize(
    ("noun", "row"),
    [
        ("handles", {"channel": 7, "value": "x"}),
        ("handles", {}),
        ("notes", {"id": "x", "text": 7}),
        ("properties", {"slug": "a", "value": "{", "title": "A", "property_type": "text"}),
        ("snapshots", {"taken_on": 1, "follower_count": "x"}),
        ("relationships", {"other_uuid": None}),
        ("attachments", {"digest": "../../etc/passwd"}),
    ],
)
def test_a_part_of_another_kind_costs_its_contact(world: World, tmp_path: Path, noun: str, row: Any) -> None:
    path = export(world, world.alice, tmp_path)
    line = json.dumps({"contact_id": world.marge.id} | row).encode() + b"\n"
    first, second = coterie_zip.read(changed(path, **{noun: line}))
    assert isinstance(first, RowError)
    assert isinstance(second, ContactDraft)


@pytest.mark.parametrize(
    ("noun", "row"),
    [
        ("gifts", {"name": " ", "status": "given"}),
        ("gifts", {"name": "x", "status": "stolen"}),
        ("expertises", {"name": ""}),
        ("snapshots", {"taken_on": "2026-02-30", "follower_count": 1}),
        ("snapshots", {"taken_on": "2026-02-01", "follower_count": 2**62}),
        ("relationships", {"other_uuid": "x", "type_id": "none", "mirror_type_id": "none"}),
        ("notes", {"id": "../x", "text": "x", "created_at": "2026-01-01", "updated_at": "2026-01-01"}),
    ],
)
def test_what_its_action_refuses_is_rejected_with_the_reason(world: World, tmp_path: Path, noun: str, row: Any) -> None:
    path = export(world, world.alice, tmp_path)
    line = json.dumps({"contact_id": world.marge.id} | row).encode() + b"\n"
    run, record = applied(world.database, world.charlie, tmp_path, changed(path, **{noun: line}))
    assert counts(record) == (1, 0, 0, 0, 1), [each.reason for each in rows_of(run)]


def test_a_file_that_is_not_what_its_name_says_is_left_out(world: World, tmp_path: Path) -> None:
    furnish(world, tmp_path)
    path = export(world, world.alice, tmp_path)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.startswith("files/"))
    drafts = [d for d in coterie_zip.read(changed(path, **{name: b"malware"})) if isinstance(d, ContactDraft)]
    assert [d.warnings for d in drafts] == [[], ["Left out: the file recipe.pdf"]]
