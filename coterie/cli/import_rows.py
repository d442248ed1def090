"""coterie import-rows: lists the rows of an import."""

from collections.abc import Iterator
from typing import Annotated

import typer
from msgspec import structs

from coterie.cli.import_lookup import find_imports
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument, JsonOption
from coterie.cli.output import print_json
from coterie.cli.row_views import RowView, load_row_views
from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.imports import COUNT_OF
from coterie.store.database import Database
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
    """List the rows of an import, or of a command.

    Each row has the contact's name, the outcome and the reason, and on a second line its values in the file. Rows with
    the outcome match need a decision (`coterie decide`). With --json each row is an object on one line.
    """
    if outcome is not None and outcome not in COUNT_OF:
        raise invalid("--outcome", f"is not one of {', '.join(COUNT_OF)}", kind="choice")
    with open_instance(data) as database:
        with database.read() as tx:
            imports = find_imports(tx, import_id)
        for organization_id, import_ in imports:
            if not as_json and len(imports) > 1:
                typer.echo(printable(f"{import_.filename} ({import_.id})"))
            for view in _views(database, organization_id, import_.id, outcome):
                if as_json:
                    print_json({"import_id": import_.id, **structs.asdict(view)})
                else:
                    typer.echo("\n".join(view.lines()))


def _views(database: Database, organization_id: int, import_id: str, outcome: str | None) -> Iterator[RowView]:
    after = 0
    while True:
        with database.read() as tx:
            rows = list_rows(tx, organization_id, import_id, outcome=outcome, after=after, limit=PAGE)
            views = load_row_views(tx, organization_id, import_id, rows)
        yield from views
        if not rows:
            return
        after = rows[-1].row_number
