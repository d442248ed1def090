"""coterie rejected: saves the rejected rows of an import with the reasons, to fix and import again."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from coterie.cli.import_lookup import find_single_import
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument
from coterie.errors import Unavailable
from coterie.imports.rejected import RejectedFile, rejected_file

# effectively no deadline: readers do not block anyone
SECONDS = 86_400.0


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
    may stay. The rows of a ZIP archive (Instagram, Coterie) are saved as JSON lines, for reading only.
    """
    with open_instance(data) as database, database.read(seconds=SECONDS) as tx:
        organization_id, import_ = find_single_import(tx, import_id)
        file = rejected_file(tx, organization_id, import_, database.settings.data_folder)
        if output is None:
            for piece in file.pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        _save(file, output)
    count = import_.rejected_count
    typer.echo(f"{output}: {count:,} rejected row{'s' if count != 1 else ''} of {import_.filename}.")


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
