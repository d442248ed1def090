"""coterie apply-import: applies or resumes an import."""

from collections.abc import Callable

import typer

from coterie.actions.imports import start_applying
from coterie.cli.callers import caller_for_id
from coterie.cli.import_lookup import resolve_imports
from coterie.cli.import_results import FileResult, exit_on_failure, results_as_json, stopped_result
from coterie.cli.import_summary import print_results
from coterie.cli.interrupts import REASON, stop_on_signal
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument, JsonOption
from coterie.cli.output import print_json
from coterie.cli.terminal import Report, progress_bars
from coterie.errors import Conflict, CoterieError, NotFound
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.model.imports import FAILED, Import
from coterie.store.batches import Control, Stopped
from coterie.store.imports import find_import


def register(application: typer.Typer) -> None:
    application.command("apply-import")(apply_import)


def apply_import(import_id: ImportArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Apply an import that is staged, decided on or interrupted.

    Resuming never repeats work. The id may be that of one file or of all files of one command. The exit code is 1 if a
    file could not be imported or stopped halfway.
    """
    results: list[FileResult] = []
    with open_instance(data) as database:
        with database.read() as tx:
            imports = resolve_imports(tx, import_id)[::-1]
        with progress_bars(as_json=as_json) as start_bar, stop_on_signal() as is_interrupted:
            control = Control(should_stop=is_interrupted)
            for organization_id, file_id in imports:
                if is_interrupted():
                    break
                folder = database.settings.data_folder
                run = Run(database, folder, organization_id, file_id, start_bar("Reading"), control)
                results.append(_apply_file(run, lambda: start_bar("Applying")))
        if as_json:
            print_json(results_as_json(results))
        else:
            print_results(database, imports[0][0], results, is_applied=True)
    exit_on_failure(results, is_strict=True)


def _apply_file(run: Run, start_applying_bar: Callable[[], Report]) -> FileResult:
    before = _find_import(run)
    try:
        import_ = stage(run)
        if import_.state == FAILED:
            return FileResult(import_.filename, import_, import_.error)
        with run.database.write() as tx:
            start_applying(tx, caller_for_id(tx, run.organization_id), run.import_id, in_background=False)
        run.progress = start_applying_bar()
        import_ = apply(run)
    except Stopped:
        return stopped_result(run, before, before.filename, REASON, is_applied=True)
    except Conflict as error:
        return FileResult(before.filename, None, error.message)
    except CoterieError as error:
        return stopped_result(run, before, before.filename, error.message, is_applied=True)
    return FileResult(import_.filename, import_)


def _find_import(run: Run) -> Import:
    with run.database.read() as tx:
        import_ = find_import(tx, run.organization_id, run.import_id)
    if import_ is None:
        raise NotFound(f"There is no import {run.import_id}")
    return import_
