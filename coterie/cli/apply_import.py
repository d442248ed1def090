"""coterie apply-import and coterie forget-import: going on with an import that is there, and removing one."""

from collections.abc import Callable

import msgspec
import typer

from coterie.actions.imports import delete_import, start_applying
from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.cli.import_ import Result, answer_of, finish, print_results, shown_progress, stopped
from coterie.cli.one_import import IdArgument, caller_in, resolve_imports
from coterie.errors import Conflict, CoterieError, NotFound
from coterie.imports.apply import apply
from coterie.imports.run import Run
from coterie.imports.stage import stage
from coterie.model.imports import FAILED, Import
from coterie.store.imports import find_import


def register(application: typer.Typer) -> None:
    application.command("apply-import")(apply_import)
    application.command("forget-import")(forget_import)


def apply_import(import_id: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Apply an import that is there already.

    It does what the import was staged for, or what was decided since, and goes on with one that was interrupted.
    Files that came in with one command can be named together. The exit code is 1 where a file was refused or stopped.
    """
    settings = prepare(data)
    results: list[Result] = []
    with opened(settings) as database:
        with database.read() as tx:
            meant = resolve_imports(tx, import_id)[::-1]
        with shown_progress(as_json=as_json) as progress:
            for organization_id, one_id in meant:
                run = Run(database, settings.data_folder, organization_id, one_id, progress("Reading"))
                results.append(_one(run, lambda: progress("Applying")))
        if as_json:
            typer.echo(msgspec.json.encode(answer_of(results)).decode())
        else:
            print_results(database, meant[0][0], results, is_applied=True)
    finish(results, is_strict=True)


def _one(run: Run, begin_applying: Callable[[], Callable[[int, int], None]]) -> Result:
    before = _find(run)
    try:
        record = stage(run)
        if record.state == FAILED:
            return Result(record.filename, record, record.error)
        with run.database.write() as tx:
            start_applying(tx, caller_in(tx, run.organization_id), run.import_id, in_background=False)
        run.progress = begin_applying()
        record = apply(run)
    except Conflict as error:
        return Result(before.filename, None, error.message)
    except CoterieError as error:
        return stopped(run, before, before.filename, error.message, is_applied=True)
    return Result(record.filename, record)


def _find(run: Run) -> Import:
    with run.database.read() as tx:
        record = find_import(tx, run.organization_id, run.import_id)
    if record is None:
        raise NotFound(f"there is no import {run.import_id}")
    return record


def forget_import(import_id: IdArgument, data: DataOption = None) -> None:
    """Remove an import with its rows and its file.

    For good; all that came in with one command can be named together. The contacts it brought stay, and it cannot be
    taken back any more: that is what `coterie undo-import` is for.
    """
    with opened(prepare(data)) as database, database.write() as tx:
        names = []
        for organization_id, one_id in resolve_imports(tx, import_id):
            record = find_import(tx, organization_id, one_id)
            names.append(record.filename if record else one_id)
            delete_import(tx, caller_in(tx, organization_id), one_id)
    what, stay = (names[0], "it") if len(names) == 1 else (f"{len(names)} files", "they")
    typer.echo(
        f"{what} {'is' if len(names) == 1 else 'are'} forgotten: the rows at once, what was kept of the file with the"
        f" worker's next round. The contacts {stay} brought stay, and it cannot be taken back any more."
    )
