"""Files by digest: whole or not at all, private, kept once, removed with the last row."""

import hashlib
from pathlib import Path

import pytest

from coterie.store.database import Database
from coterie.store.files import file_path, find_referenced, remove_file, save_file


def test_bytes_lie_under_their_digest_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    digest, byte_count = save_file(tmp_path, b"\x00picture")
    path = tmp_path / "attachments" / digest[:2] / digest[2:]
    assert (digest, byte_count) == (hashlib.sha256(b"\x00picture").hexdigest(), 8)
    assert path == file_path(tmp_path, digest)
    assert path.read_bytes() == b"\x00picture"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_file_twice_is_kept_once_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    assert save_file(tmp_path, source) == save_file(tmp_path, source)
    assert len([path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]) == 1


def test_a_source_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_file(tmp_path, tmp_path / "missing")
    assert not list((tmp_path / "attachments").iterdir())


def test_a_removed_file_is_gone_and_removing_it_again_is_no_matter(tmp_path: Path) -> None:
    digest, _ = save_file(tmp_path, b"")
    remove_file(tmp_path, digest)
    remove_file(tmp_path, digest)
    assert not list((tmp_path / "attachments").iterdir())


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_digest_names_no_file(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        file_path(tmp_path, digest)


def test_a_file_no_row_names_is_not_used(database: Database) -> None:
    with database.read() as tx:
        assert find_referenced(tx, ["0" * 64]) == set()
