"""Small files that unpack to, or are read as, far more than anybody has: the import fails and little of it stays."""

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from runs import google, person, staged
from world import World

from coterie.errors import Invalid, TooLarge
from coterie.imports import read
from coterie.imports.formats import archives, coterie_zip, instagram_zip
from coterie.model.imports import FAILED, STAGED, RowError


def own_zip(folder: Path, lines: Iterable[bytes], noun: str = "contacts") -> Path:
    """An archive that says it is ours, with such lines for contacts or another noun."""
    path = folder / "ours.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps({"format": "coterie", "version": coterie_zip.VERSION}))
        archive.writestr("contacts.jsonl", b"") if noun != "contacts" else None
        with archive.open(f"{noun}.jsonl", "w") as member:
            for line in lines:
                member.write(line)
    return path


def test_an_own_archive_of_lines_that_say_nothing_fails_after_ten_thousand_of_them(
    world: World, tmp_path: Path
) -> None:
    path = own_zip(tmp_path, (b"x\n" * 100_000 for _ in range(100)))
    _, record = staged(world.database, world.alice, tmp_path, path)
    assert record.state == FAILED
    assert "more than 10,000 rows that cannot be read" in (record.error or "")
    assert record.rejected_count <= read.REJECTED_MAX


def test_a_noun_of_lines_that_say_nothing_fails_as_well(world: World, tmp_path: Path) -> None:
    path = own_zip(tmp_path, (b"x\n" * 100_000 for _ in range(100)), "notes")
    _, record = staged(world.database, world.alice, tmp_path, path)
    assert record.state == FAILED


def test_ten_thousand_rejected_rows_are_no_reason_where_more_were_read(world: World, tmp_path: Path) -> None:
    good = [person(f"Ann{n}", "Lee", f"ann{n}@example.org") for n in range(60)]
    bad = [("", "", "", "not a day", "a note", "", "", "", "", "")] * 40
    path = google(tmp_path, *good, *bad, *good)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "REJECTED_MAX", 30)
        _, record = staged(world.database, world.alice, tmp_path, path)
    assert record.state == STAGED
    assert record.rejected_count == 40


def test_a_member_of_an_own_archive_that_is_packed_too_small_ends_the_reading(tmp_path: Path) -> None:
    path = own_zip(tmp_path, (b" " * 1_000_000 + b"\n" for _ in range(80)))
    with pytest.raises(TooLarge, match="unpacks to more than 50 MB"):
        for item in coterie_zip.read(path):
            assert isinstance(item, RowError)


def test_an_own_archive_may_repeat_itself_within_reason(tmp_path: Path) -> None:
    path = own_zip(tmp_path, (b" " * 1_000_000 + b"\n" for _ in range(20)))
    assert path.stat().st_size * archives.RATIO_MAX < 20_000_000
    assert len(list(coterie_zip.read(path))) == 20


def test_an_own_archive_that_is_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("manifest.json", json.dumps({"format": "coterie", "version": coterie_zip.VERSION}), 0)
        archive.writestr("contacts.jsonl", b"x\n")
    (tmp_path / "ours.zip").write_bytes(stream.getvalue())
    with pytest.raises(Exception, match="unsupported compression method"):
        list(coterie_zip.read(tmp_path / "ours.zip"))


def test_files_that_share_bytes_of_the_archive_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "overlaps.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("messages/inbox/o_0/message_1.json", json.dumps({"participants": [], "messages": []}))
        first = archive.infolist()[0]
        for number in range(1, 500):
            twin = zipfile.ZipInfo(f"messages/inbox/o_{number}/message_1.json")
            twin.compress_type, twin.CRC, twin.header_offset = first.compress_type, first.CRC, first.header_offset
            twin.compress_size, twin.file_size = first.compress_size, first.file_size
            archive.filelist.append(twin)
    with pytest.raises(Invalid, match="overlap"), archives.open_archive(path):
        pass


def test_a_size_that_the_directory_only_claims_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.json", b" " * 20_000_000)
        for info in archive.infolist():
            info.compress_size = 200_000
    with pytest.raises(Invalid, match="overlap"), archives.open_archive(path):
        pass


def test_what_all_files_unpack_to_is_bounded_by_the_size_of_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(60):
            archive.writestr(f"{number}.json", b" " * 1_000_000)
    with archives.open_archive(path) as opened, pytest.raises(TooLarge, match="unpacks to more than 50 MB"):
        for name in opened.names:
            archives.read_file(opened, name, 2_000_000)
    with archives.open_archive(path) as opened:
        for _ in range(200):  # one file read again and again is counted once
            archives.read_file(opened, "0.json", 2_000_000)


def test_a_list_of_millions_of_nothing_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "errors.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("followers_and_following/following.json", b'{"a":[' + b"{}," * 1_000_000 + b"{}]}")
    (error,) = instagram_zip.read(path)
    assert isinstance(error, RowError)
    assert error.reason.endswith("contains more entries than any export does")
