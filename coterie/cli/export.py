"""coterie export: writes an organization's contacts to standard output."""

import sys
from typing import Annotated

import typer

from coterie.actions.filters import read_filter
from coterie.actions.segments import find_named_segment
from coterie.cli.instance import Instance, shared_options
from coterie.errors import invalid
from coterie.exports.tables import TableShape, measure_table, write_table
from coterie.exports.write import write_vcards
from coterie.portable.write import write_portable

# effectively no deadline: readers do not block anyone
SECONDS = 86_400.0
FORMATS = ("vcard", "vcard3", "csv", "json")


def register(application: typer.Typer) -> None:
    application.command("export")(export)


@shared_options
def export(
    *,
    file_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    ],
    filter_: Annotated[
        str | None,
        typer.Option("--filter", metavar="FILTER", help="Only contacts that match, such as 'tag:friends has:email'."),
    ] = None,
    segment: Annotated[
        str | None, typer.Option("--segment", metavar="NAME", help="Only contacts of this segment, by name or #id.")
    ] = None,
    instance: Instance,
) -> None:
    """Write an organization's contacts to standard output.

    The instance may be running. vcard is vCard 4.0, vcard3 is vCard 3.0. json is a ZIP of everything (JSON lines and
    files) that another instance can import: coterie export --format json > coterie.zip

    vCard and CSV leave out deleted contacts and personal notes. The ZIP has them all, and everyone's reminders. CSV has
    as many numbered columns as needed; standard error says what is not in the table. docs/filters.md explains filters.
    """
    if file_format not in FORMATS:
        raise invalid("format", f"is not one of {', '.join(FORMATS)}", kind="choice")
    if file_format == "json" and (filter_ or segment):
        raise invalid("format", "json is always everything: use vcard or csv with --filter and --segment")
    if file_format == "json" and sys.stdout.isatty():
        raise invalid("format", "json is a ZIP, not a text: coterie export --format json > coterie.zip")
    with instance.open() as database, database.read_aside(seconds=SECONDS) as tx:
        caller = instance.caller(tx)
        segment_id = find_named_segment(tx, caller, segment).id if segment else None
        where = read_filter(tx, caller, filter_, segment_id)
        if file_format == "json":
            write_portable(tx, caller, database.settings.data_folder, sys.stdout.buffer, everything=True)
            return
        if file_format == "csv":
            shape = measure_table(tx, caller, where)
            pieces = write_table(tx, caller, shape, where)
            _report_skipped(shape)
        else:
            version = "3.0" if file_format == "vcard3" else "4.0"
            pieces = write_vcards(tx, caller, database.settings.data_folder, version, where=where)
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


def _report_skipped(shape: TableShape) -> None:
    counts = [f"{count:,} {name}" for name, count in sorted(shape.skipped.items()) if count]
    listed = ", ".join([*counts, "messages, reminders and personal notes"])
    typer.echo(f"Not in a table: {listed}. `coterie export --format json` has everything.", err=True)
