"""Our own export after it was changed by hand: nobody comes to harm."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from coterie_archives import MOMENTS, changed, export, line
from everything import FIRST, add_everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import applied, reason, rows_of
from world import World

from coterie.errors import Invalid
from coterie.imports.formats import coterie_zip
from coterie.imports.undo import undo
from coterie.model.imports import ContactDraft, RowError
from coterie.model.relationships import type_id
from coterie.store.contacts import count_contacts
from coterie.store.files import file_path
from coterie.store.portable import NOUNS

ID = "01900000-0000-7000-8000-000000000001"


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
    assert errors == ["attachments: Rezept ß.pdf is compressed more than 200 times, unlike any real export"]
    assert not list(tmp_path.glob("import-*"))


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
