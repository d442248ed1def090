"""Imports that meet merged contacts: rows land on the survivor, and undo leaves what a user merged."""

from pathlib import Path

from runs import applied, counts, google, person, rows_of, staged
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.imports import decide, start_applying
from coterie.actions.merges import merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.imports.apply import apply
from coterie.imports.undo import undo
from coterie.model.imports import ROW_CONFLICT, UPDATE
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import list_contacts, list_external_ids_of


def test_rows_staged_and_decided_before_a_merge_land_on_the_survivor(world: World, tmp_path: Path) -> None:
    marge = world.marge.id
    with world.database.write() as tx:
        twin = create_contact(tx, world.alice, {"real_name": "Marge Simpson", "email": "m@example.org"}).id
    file = google(
        tmp_path,
        person("Marge", "Simpson", "m@example.org", employer="Plant"),
        person("M", "Simpson", phone="+12125550177"),
    )
    run, _ = staged(world.database, world.alice, tmp_path, file)
    with world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 2, UPDATE, twin)
        merge_contacts(tx, world.alice, marge, [twin])
        start_applying(tx, world.alice, run.import_id, in_background=False)
    assert counts(apply(run)) == (0, 2, 0, 0, 0)
    with world.database.read() as tx:
        assert {each.id for each in list_contacts(tx, world.organization.id, limit=9)} == {marge, world.homer.id}
        (sheet,) = load_sheets(tx, world.organization.id, [marge], ["handles"]).values()
    assert sheet.contact.employer == "Plant"
    assert "+12125550177" in {handle.value for handle in sheet.handles}
    # the file again: it is known, though it was applied to a contact that is merged
    again, record = applied(world.database, world.alice, tmp_path, file)
    assert {row.contact_id for row in rows_of(again)} == {marge}
    assert record.created_count == 0


def test_undo_leaves_a_created_contact_that_was_merged(world: World, tmp_path: Path) -> None:
    file = google(
        tmp_path,
        person("Ned", "Flanders", "ned@example.org"),
        person("Homer", "Simpson", "homer@example.org", employer="Plant"),
    )
    run, _ = applied(world.database, world.alice, tmp_path, file)
    with world.database.write() as tx:
        (ned,) = [each for each in list_contacts(tx, world.organization.id, limit=9) if each.first_name == "Ned"]
        (first,) = merge_contacts(tx, world.alice, world.marge.id, [ned.id])
        (second,) = merge_contacts(tx, world.alice, world.marge.id, [world.homer.id])
    record = undo(run)
    assert record.conflict_count == 1
    assert [row.state == ROW_CONFLICT for row in rows_of(run)] == [True, False]
    with world.database.write() as tx:
        unmerge_contact(tx, world.alice, first.id)
        unmerge_contact(tx, world.alice, second.id)
        names = {contact.full_name for contact in list_contacts(tx, world.organization.id, limit=9)}
    assert names == {"Marge Simpson", "Homer Simpson", "Ned Flanders"}


def test_a_card_with_the_uid_of_a_merged_contact_is_the_survivors(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        twin = create_contact(tx, world.alice, {"real_name": "Marge Simpson"})
        merge_contacts(tx, world.alice, world.marge.id, [twin.id])
    card = tmp_path / "marge.vcf"
    card.write_text(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{twin.uuid}\r\nFN:Marge Simpson\r\nTEL:+12125550188\r\nEND:VCARD\r\n",
        newline="",
    )
    _, record = applied(world.database, world.alice, tmp_path, card)
    assert counts(record) == (0, 1, 0, 0, 0)
    with world.database.read() as tx:
        assert ("vcard", twin.uuid) in list_external_ids_of(tx, world.organization.id, [world.marge.id])[world.marge.id]
