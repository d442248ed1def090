"""Archives of Instagram made to harm, and broken ones: refused, or read as far as they go."""

import json
import struct
import zipfile
from pathlib import Path

import pytest
from instagram_export import (
    INBOX,
    LISTS,
    drafts,
    errors,
    export,
    followed,
    follower,
    springfield,
)

from coterie.errors import Invalid, TooLarge
from coterie.imports.formats import archives, instagram_export, instagram_zip


def test_one_broken_file_costs_only_what_stood_in_it(tmp_path: Path) -> None:
    files = springfield() | {
        f"{LISTS}/followers_2.json": b'[{"title": "", "string',
        f"{INBOX}/ned_3/message_1.json": b"\xff\xfe[",
        f"{INBOX}/lisa.s_1234567/message_2.json": b'{"messages": [1]}',
    }
    path = export(tmp_path, files)
    assert len(drafts(path)) == 4
    reasons = [error.reason for error in errors(path)]
    assert len(reasons) == 3
    (whole,) = [reason for reason in reasons if reason.startswith("no file of this conversation can be read: ")]
    assert "message_1.json: " in whole


def test_a_wrong_checksum_costs_one_file(tmp_path: Path) -> None:
    path = tmp_path / "crc.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{LISTS}/followers_1.json", json.dumps([follower("aaaa")]))
        archive.writestr(f"{LISTS}/following.json", json.dumps([followed("krusty")]))
    path.write_bytes(path.read_bytes().replace(b'"value": "aaaa"', b'"value": "bbbb"'))
    assert list(drafts(path)) == ["krusty"]
    assert "is damaged" in errors(path)[0].reason


def test_a_bomb_in_one_file_is_defused(tmp_path: Path) -> None:
    path = export(tmp_path, springfield() | {f"{LISTS}/followers_2.json": b" " * 40 * 1024**2})
    assert len(drafts(path)) == 4
    assert "compressed more than 200 times" in errors(path)[0].reason


def test_a_file_that_is_too_large_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instagram_export, "FILE_BYTES_MAX", 1024**2)
    many = [follower(f"fan{n}") for n in range(20_000)]
    path = export(tmp_path, springfield() | {f"{LISTS}/followers_2.json": many})
    assert len(drafts(path)) == 4
    assert "is larger than 1 MB" in errors(path)[0].reason


def test_what_is_read_in_all_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "TOTAL_BYTES_MAX", 1000)
    with pytest.raises(TooLarge):
        list(instagram_zip.read(export(tmp_path, springfield())))


def test_the_size_a_header_claims_is_not_believed(tmp_path: Path) -> None:
    path = export(tmp_path, {f"{LISTS}/followers_1.json": b"[" + b" " * 3 * 1024**2 + b"]"})
    data = path.read_bytes()
    claimed = struct.pack("<L", 3 * 1024**2 + 2)
    assert claimed in data
    path.write_bytes(data.replace(claimed, struct.pack("<L", 10)))
    assert not drafts(path)
    assert len(errors(path)) == 1


def test_a_table_of_contents_that_is_a_bomb_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export(tmp_path, springfield())
    monkeypatch.setattr(archives, "DIRECTORY_BYTES_MAX", 100)
    with pytest.raises(TooLarge):
        next(instagram_zip.read(path))


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ENTRIES_MAX", 3)
    with pytest.raises(TooLarge):
        next(instagram_zip.read(export(tmp_path, springfield())))


@pytest.mark.parametrize("kept", [0, 1, 21, 22, 100, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_refused(tmp_path: Path, kept: float) -> None:
    path = export(tmp_path, springfield())
    data = path.read_bytes()
    path.write_bytes(data[: int(kept if isinstance(kept, int) else kept * len(data))])
    with pytest.raises(Invalid):
        next(instagram_zip.read(path))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b.json", "C:/x.json"])
def test_names_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="outside"):
        next(instagram_zip.read(export(tmp_path, springfield() | {name: []})))


def test_an_archive_with_a_password_says_so(tmp_path: Path) -> None:
    path = export(tmp_path, {f"{LISTS}/followers_1.json": [follower("lisa")]})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    assert "password" in errors(path)[0].reason


def test_pages_instead_of_json_are_explained(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="request it from Instagram as JSON"):
        next(instagram_zip.read(export(tmp_path, {f"{LISTS}/followers_1.html": b"<html>"})))
    with pytest.raises(Invalid, match="no followers"):
        next(instagram_zip.read(export(tmp_path, {"readme.json": []})))


def test_deep_nesting_is_one_broken_file(tmp_path: Path) -> None:
    path = export(tmp_path, springfield() | {f"{LISTS}/followers_2.json": b"[" * 100_000})
    assert len(errors(path)) == 1
