"""coterie rejected: the rows of an import that were rejected, with their reasons, to mend and import again."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from coterie.cli.common import DataOption, opened, prepare
from coterie.cli.one_import import IdArgument, find_one
from coterie.errors import Unavailable
from coterie.imports.rejected import RejectedFile, rejected_file

# However long it takes: others go on meanwhile
SECONDS = 86_400.0


def register(application: typer.Typer) -> None:
    application.command("rejected")(rejected)


def rejected(
    import_id: IdArgument,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write; it must not exist. Without it: standard output."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Get the rejected rows of an import as a file.

    It is of the kind they came in, with a reason for each. Mend the rows and import it again; the reasons may stay.
    Of a ZIP archive (Instagram, Coterie) the rows are lines of JSON, to read only.
    """
    settings = prepare(data)
    with opened(settings) as database, database.read(seconds=SECONDS) as tx:
        organization_id, record = find_one(tx, import_id)
        file = rejected_file(tx, organization_id, record, settings.data_folder)
        if output is None:
            for piece in file.pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        _save(file, output)
    count = record.rejected_count
    typer.echo(f"{count} rejected row{'s' if count > 1 else ''} of {record.filename} saved as {output}.")


def _save(file: RejectedFile, output: Path) -> None:
    try:
        # private data: only its owner may read the file
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unavailable(f"{output} exists already") from None
    except OSError as error:
        raise Unavailable(f"{output}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(file.pieces)
    except BaseException:
        output.unlink(missing_ok=True)
        raise
