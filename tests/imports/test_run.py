"""Imports from file to contacts: staged, matched, applied; the same file again; rows that cannot be written."""

from pathlib import Path

import pytest
from recorded import events_of
from runs import applied, counts, google, names, person, reason, rows_of, staged
from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.imports import decide, start_applying
from coterie.errors import Conflict, CoterieError, Invalid
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import CREATE, FAILED, MATCH, REJECT, SKIP, UNCHANGED, UPDATE
from coterie.search import search_contacts
from coterie.store.contacts import count_contacts, find_contact, list_contacts
from coterie.store.files import file_path
from coterie.store.handles import list_handles
from coterie.store.import_rows import list_matches

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nN:{last};{first};;;\r\nFN:{first} {last}\r\n{more}END:VCARD\r\n"
PICTURE = "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=\r\n"


def cards(folder: Path, *texts: str, name: str = "cards.vcf") -> Path:
    path = folder / name
    path.write_text("".join(texts), "utf-8", newline="")
    return path


def card(uid: str, first: str, last: str, more: str = "") -> str:
    return CARD.format(uid=uid, first=first, last=last, more=more)


def test_staging_writes_no_contact_and_says_what_each_row_would_do(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Marge", "Simpson", "marge@example.org", employer="Springfield Elementary"),
        person("Bart", "Simpson", "bart@example.org"),
        person("", "", employer=" ", note="nobody"),
    )
    run, record = staged(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 1, 0, 0, 1)
    first, second, third = rows_of(run)
    assert (third.outcome, reason(third)) == (REJECT, "The row has no name and no phone, e-mail or other handle")
    assert (first.outcome, first.contact_id) == (UPDATE, world.marge.id)
    assert reason(first) == "Same e-mail address marge@example.org and name; adds employer"
    assert second.outcome == CREATE
    assert sorted(n or "" for n in names(world.database, world.organization.id)) == ["Homer Simpson", "Marge Simpson"]


def test_applying_creates_people_with_all_their_parts_and_finds_them(world: World, tmp_path: Path) -> None:
    row = person(
        "Ned", "Flanders", "ned@example.org", "(212) 555-0123", "Leftorium", "1960-05-12", "Hi-diddly-ho", "Neighbours"
    )
    _, record = applied(world.database, world.alice, tmp_path, google(tmp_path, row))
    assert counts(record) == (1, 0, 0, 0, 0)
    with world.database.read() as tx:
        (ned,) = search_contacts(tx, world.organization.id, "flanders", limit=5).contacts
        assert search_contacts(tx, world.organization.id, "+1 212 555 0123", limit=5).contacts == [ned]
        handles = list_handles(tx, world.organization.id, ned.id)
        events = events_of(tx, world.organization.id, ned.id)
    assert (ned.email, ned.phone, ned.employer, ned.birthday) == (
        "ned@example.org",
        "(212) 555-0123",
        "Leftorium",
        "1960-05-12",
    )
    assert ned.pinned_note == "Hi-diddly-ho"
    assert [h.normalized for h in handles] == ["ned@example.org", "+12125550123"]
    # one event says all of a new contact
    assert [(event.kind, event.via) for event in events] == [("contact.created", "import")]
    assert '"tags":[null,["Neighbours"]]' in (events[0].changes or "")


def test_the_same_file_again_adds_nobody_and_changes_nothing(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Bart", "Simpson", "bart@example.org", note="Eat my shorts", labels="Kids"),
        person("John", "Smith"),
        person("John", "Smith"),
        person("John", "Smith", employer="Acme"),
        person("", "", "info@example.org"),
    )
    _, first = applied(world.database, world.alice, tmp_path, path)
    with world.database.read() as tx:
        before = list_contacts(tx, world.organization.id, limit=100)
    _, again = applied(world.database, world.alice, tmp_path, path)
    with world.database.read() as tx:
        assert list_contacts(tx, world.organization.id, limit=100) == before
        assert count_contacts(tx, world.organization.id) == len(before)
    assert counts(first) == (4, 0, 1, 0, 0)
    assert counts(again) == (0, 0, 5, 0, 0)


def test_what_people_changed_after_an_import_is_not_undone_by_the_same_file(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Bart", "Simpson", "bart@example.org", employer="School"))
    run, _ = applied(world.database, world.alice, tmp_path, path)
    (row,) = rows_of(run)
    assert row.contact_id is not None
    with world.database.write() as tx:
        update_contact(tx, world.alice, row.contact_id, {"employer": None, "email": None, "real_name": "El Barto"})
    _, again = applied(world.database, world.alice, tmp_path, path)
    with world.database.read() as tx:
        bart = find_contact(tx, world.organization.id, row.contact_id)
    assert counts(again) == (0, 0, 1, 0, 0)
    assert bart is not None
    assert (bart.employer, bart.email) == (None, None)


def test_an_update_fills_what_is_empty_and_never_overwrites(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"employer": "Home", "note": "Blue hair"})
    row = person("Marge", "Simpson", "marge@work.example", "(800) 555-5555", "Power plant", "1956-03-19", "Paints")
    run, record = applied(world.database, world.alice, tmp_path, google(tmp_path, row))
    with world.database.read() as tx:
        marge = find_contact(tx, world.organization.id, world.marge.id)
    assert counts(record) == (0, 1, 0, 0, 0)
    assert marge is not None
    assert (marge.employer, marge.birthday, marge.pinned_note) == ("Home", "1956-03-19", "Blue hair")
    assert marge.email == "marge@example.org"
    assert reason(rows_of(run)[0]) == "Same phone number +18005555555 and name; added birthday, email, note"


def test_a_handle_under_another_name_waits_for_a_decision(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Homer", "Simpson", "marge@example.org"),
        person("Lisa", "Simpson", phone="+18005555555"),
        person("Maggie", "Simpson", phone="+18005555555"),
    )
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (0, 0, 0, 3, 0)
    with world.database.write() as tx:
        matches = list_matches(tx, world.organization.id, run.import_id, [1, 2, 3])
        decide(tx, world.alice, run.import_id, 1, SKIP)
        decide(tx, world.alice, run.import_id, 2, CREATE)
        decide(tx, world.alice, run.import_id, 3, UPDATE, world.marge.id)
        start_applying(tx, world.alice, run.import_id)
    assert [m.contact_id for m in matches[2]] == [world.marge.id]
    assert describe_reason(matches[2][0].reason) == "same phone number +18005555555, another name"
    record = apply(run)
    assert counts(record) == (1, 1, 1, 0, 0)
    assert sorted(n or "" for n in names(world.database, world.organization.id)) == [
        "Homer Simpson", "Lisa Simpson", "Marge Simpson",
    ]  # fmt: skip


def test_decisions_that_make_no_sense_are_refused(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Homer", "Simpson", "marge@example.org"),
        person("Bart", "Simpson"),
        person("Marge", "Simpson", "marge@example.org"),
        person("", "", note="nobody"),
    )
    run, _ = staged(world.database, world.alice, tmp_path, path)
    assert [row.outcome for row in rows_of(run)] == [MATCH, CREATE, UNCHANGED, REJECT]
    for row, decision, contact_id in (
        (1, "perhaps", None), (1, UPDATE, None), (1, UPDATE, 10_000), (2, UPDATE, None), (3, CREATE, None),
        (4, SKIP, None), (99, SKIP, None),
    ):  # fmt: skip
        with pytest.raises(CoterieError), world.database.write() as tx:
            decide(tx, world.alice, run.import_id, row, decision, contact_id)


def test_what_needs_no_decision_can_be_decided_as_well(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Ned", "Flanders", "ned@okily.example"),
        person("Moe", "Szyslak", "moe@example.org", employer="Moe's Tavern"),
        person("Marge", "Simpson", "marge@example.org", employer="Home"),
        person("Selma", "Bouvier", "selma@example.org"),
    )
    run, _ = staged(world.database, world.alice, tmp_path, path)
    assert [row.outcome for row in rows_of(run)] == [CREATE, CREATE, UPDATE, CREATE]
    with world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 1, SKIP)
        decide(tx, world.alice, run.import_id, 2, UPDATE, world.marge.id)
        decide(tx, world.alice, run.import_id, 3, CREATE)
    record = apply(run)
    assert counts(record) == (2, 1, 1, 0, 0)
    assert [reason(row) for row in rows_of(run)] == [
        "Skipped by decision",
        "Updated by decision; added employer, email, note",
        "Created by decision",
        None,
    ]
    everyone = [name or "" for name in names(world.database, world.organization.id)]
    assert sorted(everyone) == ["Homer Simpson", "Marge Simpson", "Marge Simpson", "Selma Bouvier"]
    with world.database.read() as tx:
        marge = find_contact(tx, world.organization.id, world.marge.id)
    assert marge is not None and marge.employer == "Moe's Tavern"
    with pytest.raises(Conflict), world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 4, SKIP)


def test_a_decision_can_be_taken_back_until_the_import_is_applied(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Marge", "Simpson", "marge@example.org", employer="Home"))
    run, _ = staged(world.database, world.alice, tmp_path, path)
    for decision in (SKIP, CREATE, UPDATE):
        with world.database.write() as tx:
            decided = decide(tx, world.alice, run.import_id, 1, decision)
        assert (decided.decision, decided.contact_id) == (decision, world.marge.id)
    with world.database.write() as tx:
        start_applying(tx, world.alice, run.import_id, in_background=False)
    with pytest.raises(Conflict, match="being applied"), world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 1, SKIP)
    assert counts(apply(run)) == (0, 1, 0, 0, 0)


def test_a_row_that_is_no_contact_is_not_decided_by_itself(world: World, tmp_path: Path) -> None:
    run, _ = staged(world.database, world.alice, tmp_path, google(tmp_path, person("Ned", "Flanders")))
    with world.database.write() as tx:
        tx.run("UPDATE import_drafts SET kind = 'portable' WHERE import_id = :id", {"id": run.import_id})
    with pytest.raises(Conflict, match="not a contact"), world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 1, SKIP)


def test_a_family_in_one_file_shares_its_telephone_without_a_question(world: World, tmp_path: Path) -> None:
    rows = [person(first, "Bouvier", phone="(212) 555-0199") for first in ("Patty", "Selma", "Ling")]
    _, record = applied(world.database, world.alice, tmp_path, google(tmp_path, *rows))
    assert counts(record) == (3, 0, 0, 0, 0)


def test_a_second_row_about_one_person_updates_the_first(world: World, tmp_path: Path) -> None:
    path = google(
        tmp_path,
        person("Ned", "Flanders", "ned@example.org"),
        person("Maude", "Flanders", "maude@example.org"),
        person("Ned", "Flanders", "NED@example.org", "+12125550123"),
        person("Ned", "Flanders", "ned@example.org"),
        person("Ned", "", "ned@example.org"),
    )
    run, record = staged(world.database, world.alice, tmp_path, path)
    assert counts(record) == (2, 1, 2, 0, 0)
    assert [reason(row) for row in rows_of(run)][2:] == [
        "Same person as row 1; adds phone", "the same as row 1", "Same person as row 1",
    ]  # fmt: skip
    assert counts(apply(run)) == (2, 1, 2, 0, 0)
    with world.database.read() as tx:
        (ned,) = search_contacts(tx, world.organization.id, "ned", limit=5).contacts
    assert ned.phone == "+12125550123"


def test_a_namesake_with_one_more_agreeing_fact_in_the_same_file_is_asked_about(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Ned", "Flanders", employer="Leftorium"),
                  person("Ned", "Flanders", "ned@example.org", employer="Leftorium"))  # fmt: skip
    run, record = staged(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 0, 0, 1, 0)
    assert counts(apply(run)) == (1, 0, 0, 1, 0)
    with world.database.read() as tx:
        matches = list_matches(tx, world.organization.id, run.import_id, [2])
    assert [describe_reason(m.reason) for m in matches[2]] == ["same name and employer"]


def test_two_files_staged_side_by_side_add_nobody_twice(world: World, tmp_path: Path) -> None:
    one, _ = staged(
        world.database, world.alice, tmp_path, google(tmp_path, person("Ned", "Flanders", "ned@example.org"))
    )
    two, _ = staged(
        world.database,
        world.alice,
        tmp_path,
        google(tmp_path, person("Ned", "Flanders", "ned@example.org", "+12125550123")),
    )
    assert counts(apply(one)) == (1, 0, 0, 0, 0)
    assert counts(apply(two)) == (0, 1, 0, 0, 0)


def test_a_card_is_known_by_its_uid_whatever_its_name_is_now(world: World, tmp_path: Path) -> None:
    applied(world.database, world.alice, tmp_path, cards(tmp_path, card("u-1", "Selma", "Bouvier")))
    changed = cards(tmp_path, card("u-1", "Selma", "Terwilliger", "NICKNAME:Sel\r\n"))
    run, record = applied(world.database, world.alice, tmp_path, changed)
    assert counts(record) == (0, 1, 0, 0, 0)
    assert reason(rows_of(run)[0]) == "Same card UID; added nickname, note"


def test_a_picture_becomes_an_attachment_and_lies_in_the_data_folder(world: World, tmp_path: Path) -> None:
    path = cards(tmp_path, card("u-2", "Edna", "Krabappel", PICTURE))
    run, _ = applied(world.database, world.alice, tmp_path, path)
    (row,) = rows_of(run)
    with world.database.read() as tx:
        found = tx.all(
            "SELECT kind, media_type, byte_count, digest FROM attachments"
            " WHERE organization_id = :o AND contact_id = :c",
            {"o": world.organization.id, "c": row.contact_id},
        )
    assert [(kind, media_type, size) for kind, media_type, size, _ in found] == [("picture", "image/png", 8)]
    assert file_path(tmp_path, found[0][3]).read_bytes() == b"\x89PNG\r\n\x1a\n"


def test_what_cannot_be_kept_as_it_is_becomes_a_line_of_the_note(world: World, tmp_path: Path) -> None:
    row = person("Otto", "Mann", "not an address", "ask his mother about it", note="Drives the bus")
    _, record = applied(world.database, world.alice, tmp_path, google(tmp_path, row))
    assert counts(record) == (1, 0, 0, 0, 0)
    with world.database.read() as tx:
        (otto,) = search_contacts(tx, world.organization.id, "otto", limit=5).contacts
    assert otto.pinned_note == "Drives the bus\nEmail: not an address\nPhone: ask his mother about it"
    assert (otto.email, otto.phone) == (None, None)


def test_one_row_the_database_refuses_costs_one_row(world: World, tmp_path: Path) -> None:
    rows = [person(f"Child{n}", "Simpson", f"child{n}@example.org") for n in range(20)]
    run, _ = staged(world.database, world.alice, tmp_path, google(tmp_path, *rows))
    with world.database.write() as tx:
        tx.run(
            "UPDATE import_drafts SET draft = '{\"first_name\": 7}' WHERE organization_id = :o AND import_id = :i"
            " AND row_number = 9",
            {"o": world.organization.id, "i": run.import_id},
        )
    record = apply(run)
    assert counts(record) == (19, 0, 0, 0, 1)
    assert [row.row_number for row in rows_of(run) if row.outcome == REJECT] == [9]


def test_nul_characters_lone_surrogates_and_long_texts_do_not_stop_a_row(world: World, tmp_path: Path) -> None:
    path = cards(tmp_path, card("u-3", "Da\\nvid 👩‍👩‍👧", "ברוך" + "x" * 5000, "NOTE:a\x00b\r\n"))
    _, record = applied(world.database, world.alice, tmp_path, path)
    assert record.created_count + record.rejected_count == 1


def test_a_username_of_another_contact_becomes_a_line_of_the_note(world: World, tmp_path: Path) -> None:
    more = "X-SOCIALPROFILE;TYPE=instagram:https://www.instagram.com/marge\r\n"
    run, record = applied(world.database, world.alice, tmp_path, cards(tmp_path, card("u-4", "Marge", "Again", more)))
    # an Instagram username names one account: this is Marge
    assert counts(record)[:2] == (0, 1)
    assert rows_of(run)[0].contact_id == world.marge.id


@pytest.mark.parametrize(
    ("name", "content", "file_format"),
    [
        ("empty.csv", b"", "auto"),
        ("letter.txt", b"Dear Marge,\nhow are you?\n", "auto"),
        ("broken.zip", b"PK\x03\x04 and nothing more", "auto"),
        ("x.csv", b"a,b\n1,2\n", "carrier pigeon"),
    ],
)
def test_a_file_nobody_can_read_is_refused(
    world: World, tmp_path: Path, name: str, content: bytes, file_format: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid):
        start(world.database, world.alice, tmp_path, tmp_path / name, file_format=file_format)


def test_a_file_that_turns_out_to_be_unreadable_fails_with_its_reason(world: World, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_bytes(b"colour,weight\nred,3\n")
    record = start(world.database, world.alice, tmp_path, tmp_path / "wrong.csv", file_format="google")
    record = stage(Run(world.database, tmp_path, world.organization.id, record.id))
    assert record.state == FAILED
    assert record.error


def test_another_organizations_import_and_contacts_do_not_exist(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Moe", "Szyslak", "moe@example.org"))
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 0, 0, 0, 0)
    with pytest.raises(CoterieError):
        stage(Run(world.database, tmp_path, world.charlie.organization_id, run.import_id))


def test_rows_are_unchanged_when_a_contact_has_all_of_it(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, person("Marge", "Simpson", "marge@example.org"))
    run, record = staged(world.database, world.alice, tmp_path, path)
    assert [row.outcome for row in rows_of(run)] == [UNCHANGED]
    assert counts(apply(run)) == counts(record)
    assert MATCH not in {row.outcome for row in rows_of(run)}
