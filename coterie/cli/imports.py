"""coterie imports and coterie undo-import: what was brought in, and taking one of them back."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.cli.import_ import COUNTS, caller_of, counts_table, shown_progress
from coterie.errors import NotFound
from coterie.imports.run import Run
from coterie.imports.undo import undo
from coterie.model.imports import ROW_KEPT, Import
from coterie.store.database import Database
from coterie.store.imports import find_group, find_organization_of_import, list_imports, list_rows_in_state

SHOWN = 100
REASONS_SHOWN = 20


def register(application: typer.Typer) -> None:
    application.command("imports")(imports)
    application.command("undo-import")(undo_import)


def imports(
    *,
    organization: Annotated[
        str | None, typer.Option(help="The organization's UUID; may be left out where there is only one.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the imports of an organization, newest first, with their counts."""
    settings = prepare(data)
    with opened(settings) as database, database.read() as tx:
        records = list_imports(tx, caller_of(tx, organization).organization_id, limit=SHOWN)
    if as_json:
        typer.echo(msgspec.json.encode([present(record) for record in records]).decode())
        return
    table = counts_table("Import")
    for record in records:
        numbers = [str(getattr(record, f"{name}_count")) for name in COUNTS]
        at = record.created_at[:16].replace("T", " ")
        table.add_row(f"{record.id}\n{escape(record.filename)} ({record.format})\n{record.state}, {at}", *numbers)
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
        **{name: getattr(record, f"{name}_count") for name in COUNTS},
        "kept": record.kept_count,
        "created_at": record.created_at,
        "applied_at": record.applied_at,
        "undone_at": record.undone_at,
    }


def undo_import(
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import, as `coterie imports` lists it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an import back, or all that came in with one command. What people changed since is left alone, and said."""
    settings = prepare(data)
    with opened(settings) as database:
        with database.read() as tx:
            organization_id = find_organization_of_import(tx, import_id)
            meant = find_group(tx, import_id) if organization_id is None else [(organization_id, import_id)]
        if not meant:
            raise NotFound(f"there is no import {import_id}")
        records = []
        for organization_id, one_id in meant:
            with shown_progress(as_json=as_json) as progress:
                run = Run(database, settings.data_folder, organization_id, one_id, progress("Taking back"))
                records.append(undo(run))
            if not as_json:
                _print_undone(database, organization_id, records[-1])
    if as_json:
        shown = [present(record) for record in records]
        answer = {**shown[0], "import_id": import_id, "kept": sum(record.kept_count for record in records)}
        typer.echo(msgspec.json.encode(answer | {"imports": shown}).decode())


def _print_undone(database: Database, organization_id: int, record: Import) -> None:
    left = f"; {record.kept_count} of its rows were left as they are" if record.kept_count else ""
    typer.echo(f"{record.filename} is taken back{left}.")
    with database.read() as tx:
        kept = list_rows_in_state(tx, organization_id, record.id, ROW_KEPT, limit=REASONS_SHOWN)
    for row in kept:
        typer.echo(f"  row {row.row_number}: {row.reason}")
