"""coterie import: stages files, shows what they would do, and applies them with --apply."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from coterie.cli.import_results import FileResult, exit_on_failure, results_as_json, stopped_result
from coterie.cli.import_summary import print_results
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.interrupts import REASON, stop_on_signal
from coterie.cli.output import print_json
from coterie.cli.terminal import Report, progress_bars
from coterie.errors import CoterieError, invalid
from coterie.imports.apply import apply
from coterie.imports.engine import Run, path_of
from coterie.imports.formats.readers import columns_of
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.ids import new_id
from coterie.model.imports import FAILED
from coterie.model.organizations import Caller
from coterie.store.batches import Control, Stopped
from coterie.store.database import Database


class ImportOptions(Struct, frozen=True):
    """The options of every file of one command."""

    caller: Caller
    file_format: str
    corrections: dict[str, str]
    apply_now: bool
    group_id: str | None
    start_bar: Callable[[str], Report]


def register(application: typer.Typer) -> None:
    application.command("import")(import_files)


@shared_options
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(help="vCard files, CSV files, or exports (ZIP, JSON or a folder).", metavar="FILE"),
    ],
    *,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="vcard, google, outlook, linkedin, r0, csv, instagram, monica or coterie; auto detects it from the"
            " content.",
        ),
    ] = "auto",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help='The field a CSV column is read as, if it was not recognized: --map "Ring=phone". Repeatable.',
        ),
    ] = None,
    apply_now: Annotated[
        bool, typer.Option("--apply", help="Apply the rows that are certain; the others wait for a decision.")
    ] = False,
    instance: JsonInstance,
) -> None:
    """Import files of contacts: show the result, or apply it.

    Without --apply no contact changes; `coterie apply-import` then applies the result. A file that cannot be read
    is reported and the others continue. The exit code is 1 if no file could be imported, or if one stopped halfway.
    """
    corrections = _parse_corrections(columns or [])
    group_id = new_id() if len(files) > 1 else None
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
        with progress_bars(as_json=instance.as_json) as start_bar:
            options = ImportOptions(caller, file_format, corrections, apply_now, group_id, start_bar)
            results = _import_files(database, options, files)
        if instance.as_json:
            print_json(results_as_json(results))
        else:
            print_results(database, caller.organization_id, results, is_applied=apply_now)
    exit_on_failure(results)


def _parse_corrections(columns: list[str]) -> dict[str, str]:
    """Column -> field. Splits at the last "=", because a column's name may contain one."""
    corrections = {}
    for text in columns:
        column, equals, field = text.rpartition("=")
        if not equals:
            raise invalid("--map", f"{text[:100]!r} is not COLUMN=FIELD")
        corrections[column.strip()] = field.strip()
    return corrections


def _import_files(database: Database, options: ImportOptions, files: list[Path]) -> list[FileResult]:
    """The results, in order; fewer than files if a signal stopped the command."""
    results: list[FileResult] = []
    with stop_on_signal() as is_interrupted:
        for path in files:
            if is_interrupted():
                break
            results.append(_import_file(database, options, path, Control(should_stop=is_interrupted)))
    return results


def _import_file(database: Database, options: ImportOptions, path: Path, control: Control) -> FileResult:
    folder = database.settings.data_folder
    try:
        import_ = start(
            database, options.caller, folder, path,
            file_format=options.file_format,
            corrections=options.corrections,
            group_id=options.group_id,
        )  # fmt: skip
    except CoterieError as error:
        return FileResult(str(path), None, error.message)
    progress = options.start_bar(f"Reading {path.name}")
    run = Run(database, folder, options.caller.organization_id, import_.id, progress, control)
    mapping = None
    try:
        import_ = stage(run)
        if options.apply_now and import_.state != FAILED:
            run.progress = options.start_bar(f"Applying {path.name}")
            import_ = apply(run)
        if import_.state != FAILED:
            mapping = columns_of(path_of(folder, import_), import_.format, options.corrections)
    except Stopped:
        return stopped_result(run, import_, str(path), REASON, is_applied=options.apply_now)
    except CoterieError as error:
        return stopped_result(run, import_, str(path), error.message, is_applied=options.apply_now)
    return FileResult(str(path), import_, import_.error, mapping=mapping)
