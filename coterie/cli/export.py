"""coterie export: an organization's contacts on standard output, as vCard, CSV, or everything as a ZIP."""

import sys
from typing import Annotated

import typer

from coterie.cli.common import DataOption, OneOrganizationOption, opened, prepare
from coterie.cli.import_ import caller_of
from coterie.errors import invalid
from coterie.exports.write import write_csv, write_vcards
from coterie.portable.write import write_portable

# However long it takes: others go on meanwhile
SECONDS = 86_400.0
FORMATS = ("vcard", "vcard3", "csv", "json")


def register(application: typer.Typer) -> None:
    application.command("export")(export)


def export(
    *,
    organization: OneOrganizationOption = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    ],
    data: DataOption = None,
) -> None:
    """Write an organization's contacts to standard output. The instance may go on running.

    vcard is version 4.0, vcard3 version 3.0. json is everything, as a ZIP of JSON lines and files, and can be imported
    again: coterie export --format json > coterie.zip

    Cards and tables leave out what is deleted, and personal notes. json has all of it, everyone's reminders too.
    """
    if file_format not in FORMATS:
        raise invalid("format", f"is not one of {', '.join(FORMATS)}", kind="choice")
    settings = prepare(data)
    with opened(settings) as database, database.read(seconds=SECONDS) as tx:
        caller = caller_of(tx, organization)
        if file_format == "json":
            write_portable(tx, caller, settings.data_folder, sys.stdout.buffer, everything=True)
            return
        if file_format == "csv":
            pieces = write_csv(tx, caller)
        else:
            pieces = write_vcards(tx, caller, settings.data_folder, "3.0" if file_format == "vcard3" else "4.0")
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
