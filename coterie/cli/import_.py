"""coterie import: files are read and staged, what they would do is shown, and with --apply done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from coterie.cli.common import DataOption, JsonOption, OneOrganizationOption, caller_for, opened, prepare
from coterie.errors import CoterieError, invalid
from coterie.imports.apply import apply
from coterie.imports.run import Run, start
from coterie.imports.stage import stage
from coterie.model.ids import new_id
from coterie.model.imports import FAILED, MATCH, REJECT, UPDATE, Import
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.imports import list_rows
from coterie.store.organizations import list_organizations

COUNTS = ("created", "updated", "unchanged", "matched", "rejected")
REASONS_SHOWN = 10


def register(application: typer.Typer) -> None:
    application.command("import")(import_files)


def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="vCard files, CSV files, exports (ZIP, JSON, folder).", metavar="FILE")
    ],
    *,
    organization: OneOrganizationOption = None,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="What the files are: vcard, google, outlook, linkedin, r0, csv, instagram, monica or coterie; auto"
            " finds out by what stands in them.",
        ),
    ] = "auto",
    apply_it: Annotated[
        bool, typer.Option("--apply", help="Do it where it is certain; other rows wait for a decision.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files of contacts and show what they would do. With --apply, do it.

    A file that cannot be read is refused with its reason and the others go on; the exit code is 1 only where every
    file was refused.
    """
    settings = prepare(data)
    results: list[tuple[Path, Import | None, str | None]] = []
    group_id = new_id() if len(files) > 1 else None
    with opened(settings) as database:
        with database.read() as tx:
            caller = caller_of(tx, organization)
        with shown_progress(as_json=as_json) as progress:
            for path in files:
                one = _one(Files(database, settings, caller, file_format, apply_it, group_id, progress), path)
                results.append((path, *one))
        if as_json:
            typer.echo(msgspec.json.encode(_answer(results)).decode())
        else:
            _print(database, caller, results, is_applied=apply_it)
    if all(record is None or record.state == FAILED for _, record, _ in results):
        raise typer.Exit(1)


def caller_of(tx: Tx, organization: str | None) -> Caller:
    """The command line acting for an organization. Refused: none named where there are several."""
    if organization is None:
        known = list_organizations(tx, limit=2)
        if len(known) != 1:
            known = list_organizations(tx, limit=10)
            which = ", ".join(f"{organization.uuid} ({organization.name})" for organization in known)
            reason = (
                f"is not clear: name one with --organization UUID: {which}"
                if known
                else "is not there yet: set one up with coterie bootstrap"
            )
            raise invalid("organization", reason, kind="missing")
        organization = known[0].uuid
    return caller_for(tx, organization)


class Files(Struct, frozen=True):
    """What is the same for every file of a command."""

    database: Database
    settings: Settings
    caller: Caller
    file_format: str
    apply_it: bool
    group_id: str | None
    progress: Callable[[str], Callable[[int, int], None]]


def _one(files: Files, path: Path) -> tuple[Import | None, str | None]:
    """(the import, None), or (None, why the file was refused)."""
    folder = files.settings.data_folder
    try:
        record = start(
            files.database, files.caller, folder, path, file_format=files.file_format, group_id=files.group_id
        )
        progress = files.progress(f"Reading {path.name}")
        run = Run(files.database, folder, files.caller.organization_id, record.id, progress)
        record = stage(run)
        if files.apply_it and record.state != FAILED:
            run.progress = files.progress(f"Applying {path.name}")
            record = apply(run)
    except CoterieError as error:
        return None, error.message
    return record, record.error


@contextmanager
def shown_progress(*, as_json: bool) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """A bar for each step, on a terminal; nothing for programs."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal or not sys.stderr.isatty():
        yield lambda text: lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:

        def begin(text: str) -> Callable[[int, int], None]:
            task = bars.add_task(escape(text), total=None)
            return lambda done, total: bars.update(task, completed=done, total=total or None)

        yield begin


def _answer(results: list[tuple[Path, Import | None, str | None]]) -> dict[str, Any]:
    """import_id is what undo-import takes back: the import of one file, or the group of several; the counts of all."""
    records = [record for _, record, _ in results if record is not None]
    answer: dict[str, Any] = {"import_id": (records[0].group_id or records[0].id) if records else None}
    answer |= {name: sum(getattr(record, f"{name}_count") for record in records) for name in COUNTS}
    answer["imports"] = [
        {
            "file": str(path),
            "import_id": record.id if record else None,
            "format": record.format if record else None,
            "state": record.state if record else "refused",
            "error": reason,
            **{name: getattr(record, f"{name}_count") if record else 0 for name in COUNTS},
        }
        for path, record, reason in results
    ]
    return answer


def _print(
    database: Database, caller: Caller, results: list[tuple[Path, Import | None, str | None]], *, is_applied: bool
) -> None:
    console = Console()
    table = counts_table("File")
    for path, record, reason in results:
        if record is None or record.state == FAILED:
            table.add_row(f"{escape(path.name)}\nrefused: {escape(reason or '')}")
        else:
            numbers = [str(getattr(record, f"{name}_count")) for name in COUNTS]
            table.add_row(f"{escape(path.name)} ({record.format})\n{record.id}", *numbers)
    console.print(table)
    for path, record, _ in results:
        if record is not None and record.state != FAILED:
            _print_reasons(database, caller, console, path, record)
    _print_rejected(console, [record for _, record, _ in results if record is not None and record.rejected_count])
    if is_applied:
        group_id = next((record.group_id for _, record, _ in results if record and record.group_id), None)
        console.print("Done. `coterie undo-import ID` takes an import back.")
        if group_id:
            console.print(f"All files of this command together are {group_id}.")
    else:
        console.print("Nothing changed yet: this is what the same command with --apply does.")


def _print_rejected(console: Console, records: list[Import]) -> None:
    """How to get at what was rejected."""
    for record in records[:REASONS_SHOWN]:
        rows = "1 row was" if record.rejected_count == 1 else f"{record.rejected_count} rows were"
        console.print(
            f"{rows} rejected: `coterie rejected {record.id} --output FILE` writes them with their reasons, to mend"
            f" and import again ({escape(record.filename)}).",
            soft_wrap=True,
        )


def counts_table(first: str) -> Table:
    """A table of counts whose first column is folded, never cut: it holds the ids that undo-import wants."""
    table = Table()
    table.add_column(first, overflow="fold", min_width=36)
    for name in COUNTS:
        table.add_column(name.capitalize(), justify="right")
    return table


def _print_reasons(database: Database, caller: Caller, console: Console, path: Path, record: Import) -> None:
    with database.read() as tx:
        for outcome in (UPDATE, MATCH, REJECT):
            rows = list_rows(tx, caller.organization_id, record.id, outcome=outcome, limit=REASONS_SHOWN)
            for row in rows:
                console.print(f"  {escape(path.name)} row {row.row_number}: {outcome}: {escape(row.reason or '')}")
