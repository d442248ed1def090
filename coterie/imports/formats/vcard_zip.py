"""Reads a ZIP archive of vCard files, as phones and Google Takeout write it, as one file of all cards."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from coterie.errors import invalid
from coterie.imports.formats.archives import BrokenFile, copy_file, open_archive
from coterie.vcard.stream import read_blocks

_FILE_BYTES_MAX = 512 * 1024**2
_SUFFIXES = (".vcf", ".vcard")


def card_names(names: Iterable[str]) -> list[str]:
    """The vCard files among the files of an archive, without hidden files, which macOS adds."""
    paths = map(PurePosixPath, names)
    return [str(path) for path in paths if path.suffix.lower() in _SUFFIXES and not _is_hidden(path)]


def _is_hidden(path: PurePosixPath) -> bool:
    return path.name.startswith(".") or "__MACOSX" in path.parts


@contextmanager
def unpack_cards(path: Path, folder: Path) -> Iterator[Path]:
    """Yields the path of a UTF-8 file with the cards of all files of an archive, in order; deleted after the block.

    The path of any other file is yielded unchanged. folder: where to unpack. Raises Invalid if a vCard file cannot be
    read, TooLarge if they unpack to too many bytes (archives.read_file).
    """
    if not zipfile.is_zipfile(path):
        yield path
        return
    with TemporaryDirectory(prefix="import-", dir=folder) as place:
        joined, one = Path(place) / "joined", Path(place) / "one"
        with open_archive(path) as archive, joined.open("wb") as target:
            for name in card_names(archive.names):
                try:
                    copy_file(archive, name, one, _FILE_BYTES_MAX)
                except BrokenFile as error:
                    raise invalid("file", f"cannot be read: {name} {error}") from None
                with one.open("rb") as stream:
                    target.writelines(read_blocks(stream))
                target.write(b"\n")
        yield joined
