"""coterie import-rows: lists the rows of an import."""

from typing import Annotated

import msgspec
import typer

from coterie.cli.import_lookup import find_single_import
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument, JsonOption
from coterie.cli.row_views import load_row_views
from coterie.errors import invalid
from coterie.model.imports import COUNT_OF
from coterie.store.import_rows import list_rows

PAGE = 200


def register(application: typer.Typer) -> None:
    application.command("import-rows")(import_rows)


def import_rows(
    import_id: ImportArgument,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help=f"Only rows with this outcome: {', '.join(COUNT_OF)}.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rows of an import, one per line.

    Each line has the contact's name, the outcome and the reason. Rows with the outcome match need a decision
    (`coterie decide`). With --json each line is an object.
    """
    if outcome is not None and outcome not in COUNT_OF:
        raise invalid("--outcome", f"is not one of {', '.join(COUNT_OF)}", kind="choice")
    after = 0
    with open_instance(data) as database:
        while True:
            with database.read() as tx:
                organization_id, _ = find_single_import(tx, import_id)
                rows = list_rows(tx, organization_id, import_id, outcome=outcome, after=after, limit=PAGE)
                views = load_row_views(tx, organization_id, import_id, rows)
            for view in views:
                typer.echo(msgspec.json.encode(view).decode() if as_json else view.line())
            if not rows:
                return
            after = rows[-1].row_number
