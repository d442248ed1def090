"""The rejected rows of an import as a file of their kind: whole, with their reasons, and good to import again."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import applied, counts, google, names, person, rows_of, staged
from test_monica_json import export, many, ned
from test_run import card, cards
from world import World

from coterie.errors import NotFound
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.formats.csv_layout import DAY_FIRST_COLUMN, REASON_COLUMN, find_layout
from coterie.imports.formats.csv_rows import CsvRow, open_rows
from coterie.imports.formats.detect import detect_format
from coterie.imports.rejected import RejectedFile, rejected_file
from coterie.store.files import file_path
from coterie.store.imports import find_import
from coterie.vcard.cards import read_cards, read_records


def rejected(run: Run) -> tuple[RejectedFile, bytes]:
    with run.database.read() as tx:
        record = find_import(tx, run.organization_id, run.import_id)
        assert record is not None
        file = rejected_file(tx, run.organization_id, record, run.folder)
        return file, b"".join(file.pieces)


def table(data: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


def cannot_be_saved(run: Run, row_number: int) -> None:
    """A staged row becomes one that the database does not take."""
    with run.database.write() as tx:
        tx.run(
            "UPDATE import_drafts SET draft = :draft WHERE organization_id = :organization_id"
            " AND import_id = :import_id AND row_number = :number",
            {
                "draft": '{"first_name":7}',
                "organization_id": run.organization_id,
                "import_id": run.import_id,
                "number": row_number,
            },
        )


def test_a_csv_comes_back_with_its_own_columns_and_is_good_once_it_is_mended(world: World, tmp_path: Path) -> None:
    long_note = "Doh! " * 4000
    path = google(
        tmp_path,
        person("Ned", "Flanders", "ned@okily.example"),
        person("", "", note=f"=cmd|' /C calc'!A0 {long_note}"),
        person("Moe", "Szyslak", "moe@example.org"),
        person("", "", birthday="1956-05-12", note='Grüße, "Gruß"\nЮ 🍩'),
    )
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (2, 0, 0, 0, 2)
    file, data = rejected(run)
    assert (file.filename, file.media_type) == ("contacts-rejected.csv", "text/csv; charset=utf-8")
    head, first, second = table(data)
    original = table(path.read_bytes())
    assert head == [REASON_COLUMN, *original[0]]
    reason = "The row has no name and no phone, e-mail or other handle"
    assert first == [reason, *[cell.strip() for cell in original[2]]]
    assert second == [reason, *original[4]]

    second[1], second[2] = "Homer J.", "Simpson the Second"
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, first, second])
    again, record = applied(world.database, world.alice, tmp_path, mended)
    assert (record.format, counts(record)) == ("google", (1, 0, 0, 0, 1))
    row = rows_of(again)[1]
    assert row.draft is not None and "Rejected" not in row.draft and reason not in row.draft
    assert "Homer J. Simpson the Second" in names(world.database, world.alice.organization_id)
    assert len(rejected(again)[1]) < len(data)


def test_rows_that_no_table_can_hold_come_back_in_cells(world: World, tmp_path: Path) -> None:
    wide = "Wide," + ",".join("x" * 900 for _ in range(9))
    path = tmp_path / "people.csv"
    path.write_bytes(
        b"name,email\r\n" + b'"Lone,lone@example.org\r\n' + wide.encode() + b"\r\nNul\0l,nul@example.org\r\n"
        b"Apu,apu@example.org\r\n"
    )
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 0, 0, 0, 3)
    _, data = rejected(run)
    head, lone, wide_row, nul = table(data)
    assert head == [REASON_COLUMN, "name", "email"]
    assert lone == ["A quote is never closed", '"Lone', "lone@example.org"]
    assert wide_row == ["The row has 10 cells, the header only 2", *wide.split(",")]
    assert nul == ["The row contains a NUL character", "Nul\ufffdl", "nul@example.org"]

    again = tmp_path / "again.csv"
    again.write_bytes(data)
    assert detect_format(again) == "csv"
    read = list(open_rows(again).rows)
    assert [type(row) is CsvRow for row in read] == [True, False, True]
    assert rejected(staged(world.database, world.alice, tmp_path, again)[0])[1].count(b'"The row has 10 cells') == 1


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("sep=;\r\nname;email\r\nNed;ned@okily.example\r\na;b;c,d,e\r\n", ";"),
        ("name\temail\r\n" + "Ned\tned@okily.example\r\n" * 4 + "a\tb\tc,d,e\r\n", "\t"),
        ("sep=^\r\nname^email\r\nNed^ned@okily.example\r\na^b^c,d,e\r\n", ","),
        ("'name';'email'\r\n" + "'Ned';'ned@okily.example'\r\n" * 4 + "'a';'b';'c,d,e'\r\n", ";"),
    ],
)
def test_separator_and_letters_survive(world: World, tmp_path: Path, text: str, separator: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(text.replace("name", "prénom").encode("cp1252"))
    run, _ = staged(world.database, world.alice, tmp_path, path)
    _, data = rejected(run)
    again = tmp_path / "again.csv"
    again.write_bytes(data)
    assert find_layout(again).separator == separator
    assert table(data, separator)[0] == [REASON_COLUMN, "prénom", "email"]
    assert table(data, separator)[1][1:] == ["a", "b", "c,d,e"]


def test_a_few_rows_keep_how_the_whole_file_wrote_its_dates(world: World, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,email,birthday\nNed,ned@okily.example,25/12/1950\n,,03/04/1956\nx,y,z,wide\n")
    run, _ = staged(world.database, world.alice, tmp_path, path)
    _, data = rejected(run)
    assert table(data)[0][0] == DAY_FIRST_COLUMN
    again = tmp_path / "again.csv"
    again.write_bytes(data.replace(b'"","","03/04', b'"Homer","","03/04'))
    mended, record = staged(world.database, world.alice, tmp_path, again)
    assert record.rejected_count == 1
    assert '"birthday":"1956-04-03"' in (rows_of(mended)[0].draft or "")
    assert table(rejected(mended)[1])[0][0] == DAY_FIRST_COLUMN


def test_a_reason_is_no_formula(world: World, tmp_path: Path) -> None:
    run, _ = staged(world.database, world.alice, tmp_path, google(tmp_path, person("", "", note="x")))
    with world.database.write() as tx:
        data = {"id": run.import_id, "data": r'{"text":"=1+1\nx"}'}
        tx.run("UPDATE import_drafts SET reason_data = :data WHERE import_id = :id", data)
    assert table(rejected(run)[1])[1][0] == "'=1+1 x"


def test_cards_come_back_as_they_stood_and_are_good_once_they_are_mended(world: World, tmp_path: Path) -> None:
    photo = "PHOTO:" + "A" * 70_000
    nobody = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE;CHARSET=ISO-8859-1:Gr\xfc\xdfe\r\nX-ABC:1\r\n  2\r\nEND:VCARD\r\n"
    open_ended = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Barney Gumble\r\n"
    path = tmp_path / "cards.vcf"
    path.write_bytes(
        (card("u1", "Ned", "Flanders") + nobody + open_ended + card("u2", "Moe", "Szyslak", photo + "\r\n"))
        .encode("latin-1")
    )  # fmt: skip
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 0, 0, 0, 3)
    file, data = rejected(run)
    assert (file.filename, file.media_type) == ("cards-rejected.vcf", "text/vcard; charset=utf-8")
    assert data.startswith(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nX-COTERIE-REASON:has no name\\, phone\\, e-mail or other handle\r\n"
        b"NOTE;CHARSET=ISO-8859-1:Gr\xfc\xdfe\r\nX-ABC:1\r\n  2\r\nEND:VCARD\r\n"
    )
    assert photo.encode() in data
    assert data.count(b"X-COTERIE-REASON:") == data.count(b"BEGIN:VCARD") == data.count(b"\nEND:VCARD") == 3

    again = tmp_path / "again.vcf"
    again.write_bytes(data.replace(photo.encode() + b"\r\n", b"").replace(b"NOTE;", b"FN:Lenny\r\nNOTE;"))
    run, record = applied(world.database, world.alice, tmp_path, again)
    assert counts(record) == (3, 0, 0, 0, 0)
    assert {"Lenny", "Barney Gumble", "Moe Szyslak"} <= set(names(world.database, world.alice.organization_id))
    assert not any("COTERIE" in (row.draft or "") for row in rows_of(run))


def test_a_reason_of_the_last_time_is_replaced(world: World, tmp_path: Path) -> None:
    path = tmp_path / "cards.vcf"
    path.write_text("BEGIN:VCARD\nVERSION:4.0\nX-COTERIE-REASON:was\n  so\nNOTE:x\nEND:VCARD\n")
    _, data = rejected(staged(world.database, world.alice, tmp_path, path)[0])
    assert data.count(b"REASON") == 1
    assert b"so" not in data
    assert b"NOTE:x" in data


def test_rows_that_cannot_be_saved_are_in_it_too(world: World, tmp_path: Path) -> None:
    path = cards(tmp_path, card("u1", "Ned", "Flanders"), card("u2", "Moe", "Szyslak", "NOTE:bar\r\n"))
    run, _ = staged(world.database, world.alice, tmp_path, path)
    cannot_be_saved(run, 2)
    record = apply(run)
    assert counts(record) == (1, 0, 0, 0, 1)
    _, data = rejected(run)
    assert b"X-COTERIE-REASON:Could not be saved: " in data
    assert b"FN:Moe Szyslak\r\nNOTE:bar\r\nEND:VCARD\r\n" in data
    assert b"Flanders" not in data


def test_monicas_contacts_come_back_in_a_file_of_monicas(world: World, tmp_path: Path) -> None:
    path = export(
        tmp_path, many("photo", {"uuid": "p"}), many("contact", ned(), {"uuid": "x", "properties": {}}, 5, {})
    )
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record)[4] == 3
    file, data = rejected(run)
    assert (file.filename, file.media_type) == ("monica-rejected.json", "application/json")
    whole = json.loads(data)
    assert whole["app_version"] == "4.1.2"
    assert whole["account"]["instance"] == json.loads(path.read_text())["account"]["instance"]
    (contacts,) = whole["account"]["data"]
    reason = "is not a contact of Monica's"
    assert contacts["values"] == [
        {"uuid": "x", "properties": {}, "x_coterie_reason": reason},
        {"value": 5, "x_coterie_reason": reason},
        {"x_coterie_reason": reason},
    ]
    contacts["values"][0]["properties"] = {"first_name": "Otto", "last_name": "Mann"}
    again = tmp_path / "again.json"
    again.write_text(json.dumps(whole))
    _, record = applied(world.database, world.alice, tmp_path, again)
    assert (record.format, counts(record)) == ("monica", (1, 0, 0, 0, 2))


def test_an_export_of_instagrams_comes_back_as_lines_of_json(world: World, tmp_path: Path) -> None:
    place = tmp_path / "export" / "messages" / "inbox" / "group_1"
    place.mkdir(parents=True)
    people = [{"name": "Homer"}, {"name": "Lenny"}, {"name": "Carl"}]
    (place / "message_1.json").write_text(json.dumps({"participants": people, "messages": [], "title": "Bowling"}))
    run, record = staged(world.database, world.alice, tmp_path, tmp_path / "export")
    assert counts(record) == (0, 0, 0, 0, 1)
    file, data = rejected(run)
    assert (file.filename, file.media_type) == ("export-rejected.jsonl", "application/jsonl")
    (line,) = data.splitlines()
    reason = "is a group of 3 people, not a conversation with one person"
    assert json.loads(line) == {"row": 1, "reason": reason, "source": "Bowling", "contact": None}


def test_there_is_none_without_a_rejected_row_or_without_the_file(world: World, tmp_path: Path) -> None:
    run, _ = staged(world.database, world.alice, tmp_path, cards(tmp_path, card("u1", "Ned", "Flanders")))
    with pytest.raises(NotFound, match="No row"):
        rejected(run)
    run, record = staged(world.database, world.alice, tmp_path, google(tmp_path, person("", "", note="x")))
    file_path(tmp_path, record.file_digest or "").unlink()
    with pytest.raises(NotFound, match="no longer stored"):
        rejected(run)


PIECES = st.sampled_from(
    [b"BEGIN:VCARD\r\n", b"END:VCARD\n", b"FN:x\r\n", b" y\n", b"\r\n", b"letter\n", b"N:" + b"z" * 66_000 + b"\r\n",
     b"BEGIN:VCARD " + b" " * 66_000 + b"\n"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(PIECES, max_size=12))
def test_records_are_counted_as_cards_are(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert len(list(read_records(io.BytesIO(data)))) == len(list(read_cards(io.BytesIO(data))))
