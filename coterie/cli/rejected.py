"""coterie rejected: saves the rejected rows of an import with the reasons, to fix and import again."""

import os
import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from coterie.cli.import_lookup import find_imports
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument
from coterie.errors import Unavailable, invalid
from coterie.imports.rejected import RejectedFile, rejected_file

# effectively no deadline: readers do not block anyone
SECONDS = 86_400.0
# files of these kinds are joined by writing one after the other
JOINABLE = {"text/vcard", "application/jsonl"}
# these too, if they have the same columns: only the first keeps its line of headers
TABLE = "text/csv"
_FOLDER = "`--output FOLDER` saves a file for each"


def register(application: typer.Typer) -> None:
    application.command("rejected")(rejected)


def rejected(
    import_id: ImportArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file to write, which must not exist, or a folder for a file of each import. Default: standard"
            " output.",
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Save the rejected rows of an import as a file.

    The file has the format of the original, with the reason in each row. Fix the rows and import it again; the reasons
    may stay. Several vCard files, and tables with the same columns, are saved as one file; others into a folder. The
    rows of a ZIP archive (Instagram, Coterie) are saved as JSON lines, for reading only.
    """
    with open_instance(data) as database, database.read(seconds=SECONDS) as tx:
        imports = find_imports(tx, import_id)
        having = [each for each in imports if each[1].rejected_count] or imports[:1]
        files = [rejected_file(tx, *each, database.settings.data_folder) for each in having]
        if output is not None and output.is_dir():
            for each, path in zip(files, _paths_in(output, files), strict=True):
                _save(each, path)
                typer.echo(path)
            return
        file = _joined(files)
        if output is None:
            for piece in file.pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        _save(file, output)
    count = sum(import_.rejected_count for _, import_ in having)
    name = having[0][1].filename if len(having) == 1 else f"{len(having):,} files"
    typer.echo(f"{output}: {count:,} rejected row{'s' if count != 1 else ''} of {name}.")


def _joined(files: list[RejectedFile]) -> RejectedFile:
    """The files as one. Raises Invalid if they are not of one kind, or tables with different columns."""
    first = files[0]
    if len(files) == 1:
        return first
    kinds = {file.media_type.partition(";")[0] for file in files}
    heads: list[bytes] = []
    if kinds == {TABLE}:
        heads = [next(file.pieces) for file in files]
    elif len(kinds) > 1 or not kinds <= JOINABLE:
        raise invalid("import", f"has rejected rows in files of several kinds: {_FOLDER}")
    if len(set(heads)) > 1:
        raise invalid("import", f"has rejected rows in tables with different columns: {_FOLDER}")
    return RejectedFile(first.filename, first.media_type, chain(heads[:1], *(file.pieces for file in files)))


def _paths_in(folder: Path, files: list[RejectedFile]) -> list[Path]:
    """A path in the folder for each file; files of one name are numbered."""
    counts: Counter[str] = Counter()
    paths = []
    for file in files:
        counts[file.filename] += 1
        name, number = Path(file.filename), counts[file.filename]
        paths.append(folder / (f"{name.stem}-{number}{name.suffix}" if number > 1 else file.filename))
    return paths


def _save(file: RejectedFile, output: Path) -> None:
    try:
        # private data: only its owner may read the file
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unavailable(f"{output} already exists") from None
    except OSError as error:
        raise Unavailable(f"{output}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(file.pieces)
    except BaseException:
        output.unlink(missing_ok=True)
        raise
