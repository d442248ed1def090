"""A ZIP archive of vCards is read as one file of all their cards. On both engines."""

import zipfile
from pathlib import Path

import pytest
from runs import applied, names, reason, rows_of
from world import World

from coterie.errors import Invalid
from coterie.imports.formats.detect import detect_format

MARGE = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Simpson;Márge;;;\r\nFN:Márge Simpson\r\nUID:1\r\nEND:VCARD\r\n"
NED = "BEGIN:VCARD\nVERSION:2.1\nN:Flanders;Ned\nTEL;CELL:+19395550113\nEND:VCARD"
GROUP = "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Choir\nMEMBER:1\nEND:VCARD\n"
BROKEN = "BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\n"


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "cards.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_the_cards_of_all_its_files_come_in(world: World, tmp_path: Path) -> None:
    path = zipped(tmp_path, {
        "Takeout/Contacts/All/Marge.vcf": MARGE.encode("utf-16"), "ned.VCF": NED.encode(),
        "lists/choir.vcard": GROUP.encode(), "Takeout/index.html": b"<html>", "__MACOSX/._ned.VCF": b"\0\5",
    })  # fmt: skip
    assert detect_format(path) == "vcard"
    run, import_ = applied(world.database, world.alice, tmp_path, path)
    assert (import_.filename, import_.created_count, import_.rejected_count) == ("cards.zip", 2, 0)
    assert import_.unchanged_count == 1  # the group
    assert {"Márge Simpson", "Ned Flanders"} <= set(names(world.database, run.organization_id))
    assert reason(rows_of(run)[2]) == "is the group Choir: its members in this file have it as a tag"
    again = applied(world.database, world.alice, tmp_path, path)[1]
    assert (again.created_count, again.unchanged_count) == (0, 3)


def test_a_card_that_does_not_end_costs_no_card_of_the_next_file(world: World, tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.vcf": BROKEN.encode(), "b.vcf": NED.encode()})
    run, import_ = applied(world.database, world.alice, tmp_path, path)
    assert "Ned Flanders" in names(world.database, run.organization_id)
    assert import_.created_count + import_.rejected_count == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08\0\0\0\0\0", "gzip; unpack it first"),
        (b"dn: cn=Ned Flanders,mail=ned@example.org\ncn: Ned Flanders\n", "LDIF; export vCard or CSV"),
        (b"version: 1\n\ndn:: Y249TmVk\ncn: Ned\n", "LDIF; export vCard or CSV"),
    ],
)
def test_what_is_near_a_file_of_contacts_is_refused_with_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "contacts"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=said):
        detect_format(path)


def test_a_folder_of_cards_and_an_archive_without_one_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "ned.vcf").write_text(NED)
    with pytest.raises(Invalid, match=r"name its files \(FOLDER/\*.vcf\)"):
        detect_format(tmp_path / "folder")
    with pytest.raises(Invalid, match="not of vCards"):
        detect_format(zipped(tmp_path, {"a.txt": b"x", "__MACOSX/._ned.vcf": b"x", ".hidden.vcf": b"x"}))


def test_an_archive_that_unpacks_to_too_much_is_refused(world: World, tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.vcf": MARGE.encode() + b"NOTE:" + b"x" * 60_000_000})
    with pytest.raises(Invalid, match=r"cannot be read: a\.vcf is compressed more than 200 times"):
        applied(world.database, world.alice, tmp_path, path)
