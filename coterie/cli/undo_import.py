"""coterie undo-import: undoes an import, or all imports of one command."""

import typer

from coterie.cli.import_lookup import resolve_imports
from coterie.cli.imports import import_as_json
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument, JsonOption
from coterie.cli.output import print_json
from coterie.cli.terminal import printable, progress_bars
from coterie.imports.engine import Run
from coterie.imports.undo import undo
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import ROW_CONFLICT, UNDONE, Import
from coterie.store.database import Database
from coterie.store.import_rows import list_rows_in_state
from coterie.store.imports import find_import

REASONS_SHOWN = 20


def register(application: typer.Typer) -> None:
    application.command("undo-import")(undo_import)


def undo_import(
    import_id: ImportArgument,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo an import, or all imports of one command.

    Later edits are kept and reported as conflicts. Undoing an import twice changes nothing.
    """
    with open_instance(data) as database:
        with database.read() as tx:
            targets = resolve_imports(tx, import_id)
            before = [find_import(tx, *target) for target in targets]
        already_undone = sum(import_ is not None and import_.state == UNDONE for import_ in before)
        undone = []
        for organization_id, file_id in targets:
            with progress_bars(as_json=as_json) as start_bar:
                run = Run(database, database.settings.data_folder, organization_id, file_id, start_bar("Undoing"))
                undone.append(undo(run))
        if not as_json:
            _print_undone(database, targets[0][0], undone, already_undone)
            return
    imports = [import_as_json(import_) for import_ in undone]
    output = {**imports[0], "import_id": import_id, "kept": sum(import_.conflict_count for import_ in undone)}
    print_json(output | {"imports": imports})


def _print_undone(database: Database, organization_id: int, imports: list[Import], already_undone: int) -> None:
    """One line for all files, then the first conflicts."""
    what = printable(imports[0].filename) if len(imports) == 1 else f"{len(imports)} files"
    if already_undone == len(imports):
        typer.echo(f"{what} already undone; nothing changed.")
        return
    already = f" ({already_undone} already {'was' if already_undone == 1 else 'were'})" if already_undone else ""
    conflicts = sum(import_.conflict_count for import_ in imports)
    because = ""
    if conflicts:
        because = f", except {'1 row' if conflicts == 1 else f'{conflicts:,} rows'} changed since"
    typer.echo(f"{what} undone{already}{because}.")
    room = REASONS_SHOWN
    for import_ in imports:
        if import_.conflict_count and room:
            with database.read() as tx:
                rows = list_rows_in_state(tx, organization_id, import_.id, ROW_CONFLICT, limit=room)
            for row in rows:
                reason = describe_reason(row.reason) if row.reason else ""
                typer.echo(printable(f"  {import_.filename} row {row.row_number}: {reason}"))
            room -= len(rows)
    if conflicts > REASONS_SHOWN:
        typer.echo(f"  … and {conflicts - REASONS_SHOWN:,} more")
