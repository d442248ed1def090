"""coterie import: files are read and staged, what they would do is shown, and with --apply done."""

import sys
from collections.abc import Callable, Iterator, Sequence
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
from coterie.cli.import_rows import plain, show_rows
from coterie.cli.one_import import progress_of
from coterie.errors import CoterieError, invalid
from coterie.imports.apply import apply
from coterie.imports.formats.detect import COTERIE
from coterie.imports.formats.readers import columns_of
from coterie.imports.run import Run, path_of, start
from coterie.imports.stage import stage
from coterie.model.ids import new_id
from coterie.model.imports import APPLIED, COUNT_OF, CREATE, FAILED, MATCH, REJECT, STAGED, STAGING, UPDATE, Import
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.import_rows import list_reasons_left_out
from coterie.store.imports import find_import, list_rows
from coterie.store.organizations import list_organizations

COUNTS = ("created", "updated", "unchanged", "matched", "rejected")
# outcome -> how many of its rows are shown: the first people are enough to see whether columns were understood
ROWS_SHOWN = {CREATE: 3, UPDATE: 10, MATCH: 10, REJECT: 10}
REASONS_SHOWN = 10
COLUMNS_SHOWN = 30


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
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help='What a column of a CSV file is, where it was not understood: --map "Ring=phone"; again for more.',
        ),
    ] = None,
    apply_it: Annotated[
        bool, typer.Option("--apply", help="Do it where it is certain; other rows wait for a decision.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files of contacts and show what they would do. With --apply, do it.

    A file that cannot be read is refused with its reason and the others go on; the exit code is 1 only where every
    file was refused, or one was stopped halfway.
    """
    corrections = _corrections(columns or [])
    settings = prepare(data)
    results: list[Result] = []
    group_id = new_id() if len(files) > 1 else None
    with opened(settings) as database:
        with database.read() as tx:
            caller = caller_of(tx, organization)
        with shown_progress(as_json=as_json) as progress:
            for path in files:
                one = Files(database, settings, caller, file_format, corrections, apply_it, group_id, progress)
                results.append(_one(one, path))
        if as_json:
            typer.echo(msgspec.json.encode(answer_of(results)).decode())
        else:
            print_results(database, caller.organization_id, results, is_applied=apply_it)
    finish(results)


def _corrections(columns: list[str]) -> dict[str, str]:
    """Column to field. The field is behind the last =, for a column may be called anything."""
    corrections = {}
    for text in columns:
        column, equals, field = text.rpartition("=")
        if not equals:
            raise invalid("--map", f"{text[:100]!r} is not COLUMN=FIELD")
        corrections[column.strip()] = field.strip()
    return corrections


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
    corrections: dict[str, str]
    apply_it: bool
    group_id: str | None
    progress: Callable[[str], Callable[[int, int], None]]


class Result(Struct, frozen=True):
    """What became of a file: its import, or none and why it was refused; error and is_stopped: done in part."""

    file: str
    record: Import | None
    error: str | None = None
    is_stopped: bool = False
    # of a CSV file of no known product
    mapping: dict[str, str] | None = None

    @property
    def is_refused(self) -> bool:
        return self.record is None or self.record.state == FAILED


def _one(files: Files, path: Path) -> Result:
    folder = files.settings.data_folder
    options = {"mapping": files.corrections} if files.corrections else None
    try:
        record = start(
            files.database, files.caller, folder, path,
            file_format=files.file_format, options=options, group_id=files.group_id,
        )  # fmt: skip
    except CoterieError as error:
        return Result(str(path), None, error.message)
    run = Run(files.database, folder, files.caller.organization_id, record.id, files.progress(f"Reading {path.name}"))
    try:
        record = stage(run)
        if files.apply_it and record.state != FAILED:
            run.progress = files.progress(f"Applying {path.name}")
            record = apply(run)
        mapping = columns_of(path_of(run, record), record.format, files.corrections) if record.state != FAILED else None
    except CoterieError as error:
        return stopped(run, record, str(path), error.message, is_applied=files.apply_it)
    return Result(str(path), record, record.error, mapping=mapping)


def stopped(run: Run, before: Import, file: str, reason: str, *, is_applied: bool) -> Result:
    """What is to be said of an import that something came in the way of."""
    record = before
    try:
        with run.database.read() as tx:
            record = find_import(tx, run.organization_id, run.import_id) or before
    except CoterieError:  # the database is what came in the way
        pass
    if record.state == STAGING:
        at = f"stopped behind row {record.row_count:,}, while the file was read"
    else:
        at = f"stopped at row {record.applied_row:,} of {record.row_count:,}"
    again = f"go on with `coterie apply-import {record.id}`" if is_applied else "run the same command again"
    return Result(file, record, f"{at}: {reason}; {again}", is_stopped=True)


def finish(results: Sequence[Result], *, is_strict: bool = False) -> None:
    """The exit code: 1 where a file was stopped, and where all (is_strict: any) were refused."""
    refused = [result.is_refused for result in results]
    if any(result.is_stopped for result in results) or all(refused) or (is_strict and any(refused)):
        raise typer.Exit(1)


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


def answer_of(results: Sequence[Result]) -> dict[str, Any]:
    """import_id is what undo-import takes back: the import of one file, or the group of several; the counts of all."""
    records = [result.record for result in results if result.record is not None]
    answer: dict[str, Any] = {"import_id": (records[0].group_id or records[0].id) if records else None}
    answer |= {name: sum(getattr(record, f"{name}_count") for record in records) for name in COUNTS}
    answer["imports"] = [
        {
            "file": result.file,
            "import_id": result.record.id if result.record else None,
            "format": result.record.format if result.record else None,
            "state": result.record.state if result.record else "refused",
            "error": result.error,
            **{name: getattr(result.record, f"{name}_count") if result.record else 0 for name in COUNTS},
            "mapping": result.mapping,
        }
        for result in results
    ]
    return answer


def print_results(database: Database, organization_id: int, results: Sequence[Result], *, is_applied: bool) -> None:
    """A table of counts, what there is to know about the rows, and what can be done next."""
    console = Console()
    table = counts_table("File")
    for result in results:
        if result.record is not None and not result.is_refused:
            name = escape(plain(Path(result.file).name))
            add_counts(table, f"{name} ({result.record.format})\n{result.record.id}", result.record)
    if table.row_count:
        console.print(table)
    done = [(Path(result.file).name, result.record) for result in results if result.record and not result.is_refused]
    for result in results:
        if result.is_stopped or result.is_refused:
            refused = "" if result.is_stopped else "refused: "
            typer.echo(plain(f"{Path(result.file).name}: {refused}{result.error}"))
        _print_mapping(result)
    for name, record in done:
        if record.state in (STAGED, APPLIED):
            _print_rows(database, organization_id, name, record)
    _print_next([record for _, record in done], is_applied=is_applied)


def _print_mapping(result: Result) -> None:
    """What the columns were taken for, so that it can be put right before anything is done."""
    if result.mapping is None:
        return
    shown = [f"{column} → {field}" for column, field in result.mapping.items()]
    more = f" … and {len(shown) - COLUMNS_SHOWN} more" if len(shown) > COLUMNS_SHOWN else ""
    typer.echo(plain(f"{Path(result.file).name}: columns {', '.join(shown[:COLUMNS_SHOWN])}{more}"))
    typer.echo('  (--map "COLUMN=FIELD" corrects one; "extra" is a line of the note)')


def _print_rows(database: Database, organization_id: int, name: str, record: Import) -> None:
    with database.read() as tx:
        for outcome, limit in ROWS_SHOWN.items():
            rows = list_rows(tx, organization_id, record.id, outcome=outcome, limit=limit)
            for row in show_rows(tx, organization_id, record.id, rows):
                typer.echo(f"  {plain(name)} {row.line()}")
            more = getattr(record, COUNT_OF[outcome]) - len(rows)
            if rows and more > 0:
                typer.echo(f"  … and {more:,} more: `coterie import-rows {record.id} --outcome {outcome}`")
        is_own = record.format == COTERIE
        reasons = list_reasons_left_out(tx, organization_id, record.id) if is_own else []
    if reasons:
        typer.echo(f"{plain(name)}: {len(reasons):,} left out")
        for reason in reasons[:REASONS_SHOWN]:
            typer.echo(f"  {plain(reason)}")
        if len(reasons) > REASONS_SHOWN:
            typer.echo(f"  … and {len(reasons) - REASONS_SHOWN:,} more: `coterie import-rows {record.id}`")


def _print_next(records: list[Import], *, is_applied: bool) -> None:
    """What can be done now with what came in."""
    for record in [record for record in records if record.rejected_count][:REASONS_SHOWN]:
        rows = "1 row was" if record.rejected_count == 1 else f"{record.rejected_count} rows were"
        typer.echo(
            f"{rows} rejected: `coterie rejected {record.id} --output FILE` writes them with their reasons, to mend"
            f" and import again ({plain(record.filename)})."
        )
    for record in [record for record in records if record.matched_count][:REASONS_SHOWN]:
        rows = "1 row waits" if record.matched_count == 1 else f"{record.matched_count} rows wait"
        typer.echo(
            f"{rows} for a decision: `coterie decide {record.id} ROW create|update|skip`, then"
            f" `coterie apply-import {record.id}` ({plain(record.filename)})."
        )
    if not records:
        return
    import_id = records[0].group_id if len(records) > 1 and records[0].group_id else records[0].id
    if not is_applied:
        typer.echo(
            f"Nothing changed yet: `coterie apply-import {import_id}` does it (or the same command with --apply)."
        )
    elif all(record.state == APPLIED for record in records):
        typer.echo(f"Done. `coterie undo-import {import_id}` takes {'it' if len(records) == 1 else 'all of it'} back.")


def counts_table(first: str) -> Table:
    """A table of counts that fits 80 columns with numbers of seven digits; its first column is folded, never cut: it
    holds the ids that other commands want."""
    table = Table(box=None, padding=(0, 1, 1, 0), pad_edge=False)
    table.add_column(first, overflow="fold", min_width=36)
    for name in COUNTS:
        table.add_column(name.capitalize(), justify="right", no_wrap=True)
    return table


def add_counts(table: Table, first: str, record: Import) -> None:
    """A row of a counts_table. What is under way has no counts yet: they are those of the plan."""
    if record.state in (STAGED, APPLIED):
        table.add_row(first, *(str(getattr(record, f"{name}_count")) for name in COUNTS))
    else:
        table.add_row(f"{first}\n{progress_of(record)}", *("…" for _ in COUNTS))
