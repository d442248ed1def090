"""What a file is, by what stands in it."""

import json
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.names import FORMATS
from coterie.imports.formats.r0_csv import TEMPLATE

FILES = Path(__file__).parent / "files"


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "upload.bin"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def archive(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("google.csv", "google"),
        ("google_older.csv", "google"),
        ("outlook.csv", "outlook"),
        ("outlook_com.csv", "outlook"),
        ("linkedin.csv", "linkedin"),
        ("r0.csv", "r0"),
        ("german.csv", "csv"),
        ("broken.csv", "csv"),
    ],
)
def test_each_table_is_told_by_its_columns(name: str, expected: str) -> None:
    assert detect_format(FILES / name) == expected


def test_a_vcard_in_any_encoding_is_a_vcard(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë, Ann\r\nEND:VCARD\r\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert detect_format(written(tmp_path, card.encode(encoding))) == "vcard"
    assert detect_format(written(tmp_path, "\n\nbegin:vcard\n")) == "vcard"
    assert detect_format(written(tmp_path, card.replace("\r\n", "\r"))) == "vcard"


def test_the_template_any_table_and_a_list_of_addresses_are_tables(tmp_path: Path) -> None:
    assert detect_format(written(tmp_path, TEMPLATE)) == "r0"
    assert detect_format(written(tmp_path, "who;where\nAna;Rome\nBen;Oslo\n")) == "csv"
    assert detect_format(written(tmp_path, "email\nana@example.com\n")) == "csv"


def test_a_file_of_blank_lines_costs_no_time(tmp_path: Path) -> None:
    started = time.thread_time()
    with pytest.raises(Invalid, match="not a recognized contacts file"):
        detect_format(written(tmp_path, "a" + "\n " * 60_000))
    assert time.thread_time() - started < 5


def test_instagram_is_an_archive_or_a_folder(tmp_path: Path) -> None:
    files = {"connections/followers_and_following/followers_1.json": "[]"}
    assert detect_format(archive(tmp_path, files)) == "instagram"
    assert detect_format(archive(tmp_path, {"x/messages/inbox/ana_1/message_1.json": "{}"})) == "instagram"
    folder = tmp_path / "export" / "connections" / "followers_and_following"
    folder.mkdir(parents=True)
    assert detect_format(tmp_path / "export") == "instagram"


def test_our_own_export_says_so_in_its_manifest(tmp_path: Path) -> None:
    assert detect_format(archive(tmp_path, {"manifest.json": '{"format": "coterie"}'})) == "coterie"
    for manifest in (
        '{"format": "other"}',
        "[]",
        "not json",
        '"coterie"',
        "[" * 100_000,
        "{" + " " * 2_000_000,
    ):
        with pytest.raises(Invalid, match="ZIP archive"):
            detect_format(archive(tmp_path, {"manifest.json": manifest}))


def test_a_manifest_with_damaged_bytes_is_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps({"format": "coterie", "text": "text " * 100}))
    content = bytearray(path.read_bytes())
    start = 30 + len("manifest.json")
    content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(Invalid, match="damaged ZIP"):
        detect_format(path)


def test_monica_is_json_of_its_shape(tmp_path: Path) -> None:
    export = {"version": "1.0-preview.1", "app_version": "4.1.2", "export_date": "2026-11-22", "account": {}}
    assert detect_format(written(tmp_path, json.dumps(export))) == "monica"
    with pytest.raises(Invalid, match="JSON"):
        detect_format(written(tmp_path, '{"people": []}'))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf \r\n", "it is empty"),
        (b"PK\x03\x04broken", "damaged ZIP"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "not text"),
        (bytes(range(256)) * 10, "not text"),
        (b"<!DOCTYPE html><html></html>", "a page"),
        (b"%PDF-1.7\n", "a page or a document; export vCard or CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "an Excel workbook; save it as CSV first"),
        (b"Dear Ana,\nhow are you, and Ben?\nI am well.\n", "not a recognized contacts file"),
    ],
)
def test_anything_else_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=f"is not a file Coterie can read: .*{reason}"):
        detect_format(written(tmp_path, content))


def test_folders_workbooks_and_missing_files_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="it is a folder"):
        detect_format(tmp_path)
    with pytest.raises(Invalid, match="it does not exist"):
        detect_format(tmp_path / "nothing")
    with pytest.raises(Invalid, match="Excel"):
        detect_format(archive(tmp_path, {"xl/workbook.xml": "<workbook/>"}))
    with pytest.raises(Invalid, match="LibreOffice; save it as CSV first"):
        detect_format(
            archive(tmp_path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""})
        )


def test_an_archive_of_apples_contacts_is_refused_with_the_way_to_vcards(tmp_path: Path) -> None:
    folder = tmp_path / "Contacts - 03-01-2024.abbu"
    (folder / "Sources" / "1").mkdir(parents=True)
    (folder / "Sources" / "1" / "AddressBook-v22.abcddb").write_bytes(b"SQLite format 3\0")
    zipped = archive(tmp_path, {"Contacts - 03-01-2024.abbu/AddressBook-v22.abcddb": "SQLite format 3"})
    for path in (folder, zipped):
        with pytest.raises(Invalid, match='Apple\'s Contacts; choose "Export vCard"'):
            detect_format(path)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_file_breaks_detection(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "upload"
    path.write_bytes(content)
    try:
        assert detect_format(path) in FORMATS
    except Invalid as error:
        assert "is not a file Coterie can read" in error.message


def test_a_table_of_too_many_columns_is_told_so_and_blank_ones_do_not_count(tmp_path: Path) -> None:
    columns = ",".join(f"c{n}" for n in range(50_000))
    with pytest.raises(Invalid, match="it has more than 1,000 columns"):
        detect_format(written(tmp_path, f"First Name,Email,{columns}\nNed,ned@x.example\n"))
    assert detect_format(written(tmp_path, f"First Name,Email{',' * 5000}\nNed,ned@x.example\n")) == "csv"
