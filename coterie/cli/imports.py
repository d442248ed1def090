"""coterie imports and coterie undo-import: what was brought in, and taking one of them back."""

from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from coterie.cli.common import DataOption, JsonOption, OneOrganizationOption, opened, prepare
from coterie.cli.import_ import COUNTS, caller_of, counts_table, shown_progress
from coterie.cli.import_rows import plain
from coterie.cli.one_import import IdArgument, progress_of, resolve_imports
from coterie.imports.run import Run
from coterie.imports.undo import undo
from coterie.model.imports import APPLYING, ROW_KEPT, STAGING, UNDOING, UNDONE, Import
from coterie.store.database import Database
from coterie.store.imports import find_import, list_imports, list_rows_in_state

SHOWN = 100
REASONS_SHOWN = 20


def register(application: typer.Typer) -> None:
    application.command("imports")(imports)
    application.command("undo-import")(undo_import)


def imports(
    *,
    organization: OneOrganizationOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was imported, newest first, with counts.

    Matched rows wait for a decision (`coterie decide`); rejected ones can be had with `coterie rejected`. An import
    that is being applied, or was interrupted, says how far it is; `coterie apply-import` goes on with it.
    """
    settings = prepare(data)
    with opened(settings) as database, database.read() as tx:
        records = list_imports(tx, caller_of(tx, organization).organization_id, limit=SHOWN)
    if as_json:
        typer.echo(msgspec.json.encode([present(record) for record in records]).decode())
        return
    table = counts_table("Import")
    for record in records:
        at = record.created_at[:16].replace("T", " ")
        what = f"{record.id}\n{escape(plain(record.filename))} ({record.format})\n{progress_of(record)}, {at}"
        # counts are of what was done or is planned; under way they are neither
        is_still = record.state not in (STAGING, APPLYING, UNDOING)
        table.add_row(what, *(str(getattr(record, f"{name}_count")) if is_still else "…" for name in COUNTS))
    Console().print(table)


def present(record: Import) -> dict[str, Any]:
    """An import as programs read it."""
    return {
        "import_id": record.id,
        "group_id": record.group_id,
        "file": record.filename,
        "format": record.format,
        "state": record.state,
        "error": record.error,
        "rows": record.row_count,
        "applied_row": record.applied_row,
        **{name: getattr(record, f"{name}_count") for name in COUNTS},
        "kept": record.kept_count,
        "created_at": record.created_at,
        "applied_at": record.applied_at,
        "undone_at": record.undone_at,
    }


def undo_import(
    import_id: IdArgument,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an import back, or all that came in with one command.

    What people changed since is left alone, and said. An import that was taken back already stays as it is.
    """
    settings = prepare(data)
    with opened(settings) as database:
        with database.read() as tx:
            meant = resolve_imports(tx, import_id)
            before = [find_import(tx, *one) for one in meant]
        fresh = [record is not None and record.state != UNDONE for record in before]
        records = []
        for organization_id, one_id in meant:
            with shown_progress(as_json=as_json) as progress:
                run = Run(database, settings.data_folder, organization_id, one_id, progress("Taking back"))
                records.append(undo(run))
        if not as_json:
            _print_undone(database, meant[0][0], records, sum(fresh))
            return
    shown = [present(record) for record in records]
    answer = {**shown[0], "import_id": import_id, "kept": sum(record.kept_count for record in records)}
    typer.echo(msgspec.json.encode(answer | {"imports": shown}).decode())


def _print_undone(database: Database, organization_id: int, records: list[Import], fresh_count: int) -> None:
    """One line for all files, and why rows were left, as far as they fit."""
    count, is_one = len(records), len(records) == 1
    what = records[0].filename if is_one else f"{count} files"
    if fresh_count == 0:
        typer.echo(f"{what} {'was' if is_one else 'were'} taken back already; nothing was changed.")
        return
    already = f" ({count - fresh_count} had been already)" if fresh_count < count else ""
    kept_count = sum(record.kept_count for record in records)
    left = f"; rows left as they are: {kept_count}" if kept_count else ""
    typer.echo(f"{what} {'is' if is_one else 'are'} taken back{already}{left}.")
    room = REASONS_SHOWN
    for record in records:
        if record.kept_count and room:
            with database.read() as tx:
                kept = list_rows_in_state(tx, organization_id, record.id, ROW_KEPT, limit=room)
            for row in kept:
                typer.echo(f"  {record.filename} row {row.row_number}: {row.reason}")
            room -= len(kept)
    if kept_count > REASONS_SHOWN:
        typer.echo(f"  … and {kept_count - REASONS_SHOWN} more")
