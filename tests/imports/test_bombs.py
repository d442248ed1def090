"""Small files that unpack to, or are read as, far more than anybody has: the import fails and little of it stays."""

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from runs import google, person, staged
from world import World

from coterie.errors import TooLarge
from coterie.imports import read
from coterie.imports.formats import archives, coterie_zip
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
    with pytest.raises(TooLarge, match="compressed more than 200 times"):
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
