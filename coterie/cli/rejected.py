"""coterie rejected: saves the rejected rows of an import with the reasons, to fix and import again."""

import os
import sys
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


def register(application: typer.Typer) -> None:
    application.command("rejected")(rejected)


def rejected(
    import_id: ImportArgument,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write; it must not exist. Default: standard output."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Save the rejected rows of an import as a file.

    The file has the format of the original, with the reason in each row. Fix the rows and import it again; the reasons
    may stay. The cards of several vCard files are saved as one. The rows of a ZIP archive (Instagram, Coterie) are
    saved as JSON lines, for reading only.
    """
    with open_instance(data) as database, database.read(seconds=SECONDS) as tx:
        imports = find_imports(tx, import_id)
        having = [each for each in imports if each[1].rejected_count] or imports[:1]
        file = _joined([rejected_file(tx, *each, database.settings.data_folder) for each in having])
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
    """The files as one. Raises Invalid if they are not all vCards, or all lines of JSON."""
    first = files[0]
    media_types = {file.media_type.partition(";")[0] for file in files}
    if len(files) > 1 and not (len(media_types) == 1 and media_types <= JOINABLE):
        raise invalid("import", "has rejected rows in several tables: use the id of one file (`coterie imports`)")
    return RejectedFile(first.filename, first.media_type, chain.from_iterable(file.pieces for file in files))


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
