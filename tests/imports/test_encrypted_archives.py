"""A file of a ZIP archive that is protected by a password says so, however it is read."""

import zipfile
from pathlib import Path

import pytest

from coterie.errors import Invalid
from coterie.imports.formats.archives import BrokenFile, copy_file, open_archive, open_lines, read_file

NAME = "messages.json"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An archive whose only file has the bit of encryption, in its header and in the directory."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NAME, b"{}")
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 0x1
    path.write_bytes(content)
    return path


def test_a_file_with_a_password_says_so_when_it_is_read_copied_or_read_by_lines(path: Path, tmp_path: Path) -> None:
    reason = "is protected by a password"
    with open_archive(path) as archive:
        with pytest.raises(BrokenFile, match=reason):
            read_file(archive, NAME, 1000)
        with pytest.raises(BrokenFile, match=reason):
            copy_file(archive, NAME, tmp_path / "copy", 1000)
        with pytest.raises(Invalid, match=reason), open_lines(archive, NAME):
            pass
