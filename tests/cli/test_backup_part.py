"""The unfinished file of a backup is a new one that only its owner may read, whatever lies in its place."""

from pathlib import Path

from coterie.cli.archive import ArchiveWriter


def test_a_file_or_link_that_others_have_put_there_is_not_written_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    part = tmp_path / "backup.part"
    part.symlink_to(elsewhere)
    archive = ArchiveWriter(tmp_path / "backup")
    assert not part.is_symlink()
    assert part.stat().st_mode & 0o777 == 0o600
    archive.abandon()
    part.write_text("planted")
    part.chmod(0o666)
    archive = ArchiveWriter(tmp_path / "backup")
    assert part.stat().st_mode & 0o777 == 0o600
    archive.abandon()
    assert elsewhere.read_text() == "untouched"
