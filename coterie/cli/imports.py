"""coterie imports: lists the imports of an organization."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from coterie.cli.import_tables import COUNTS, counts_of, counts_table, describe_progress
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.model.imports import APPLYING, STAGING, UNDOING, Import
from coterie.store.imports import count_imports, list_imports

LISTED_MAX = 100


def register(application: typer.Typer) -> None:
    application.command("imports")(imports)


@shared_options
def imports(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many imports at most.")] = LISTED_MAX,
    before: Annotated[
        str | None, typer.Option(metavar="ID", help="Only imports older than this one: the next page.")
    ] = None,
    instance: JsonInstance,
) -> None:
    """List the imports with their counts, newest first. Standard error says if there are more.

    Matched rows need a decision (`coterie decide`); `coterie rejected` saves the rejected ones. An import that is being
    applied, or was interrupted, shows the row it has reached; `coterie apply-import` resumes it.
    """
    with instance.read() as (tx, caller):
        organization_id = caller.organization_id
        listed = list_imports(tx, organization_id, limit=limit, before=before)
        more = count_imports(tx, organization_id, before=listed[-1].id) if listed else 0
    if more:
        typer.echo(f"{more:,} older imports are not listed: `coterie imports --before {listed[-1].id}`", err=True)
    if instance.as_json:
        print_json([import_as_json(import_) for import_ in listed])
        return
    table = counts_table("Import")
    for import_ in listed:
        at = import_.created_at[:16].replace("T", " ")
        name = escape(printable(import_.filename))
        first = f"{import_.id}\n{name} ({import_.format})\n{describe_progress(import_)}, {at}"
        is_under_way = import_.state in (STAGING, APPLYING, UNDOING)
        table.add_row(first, *(["…"] * len(COUNTS) if is_under_way else counts_of(import_)))
    Console().print(table)


def import_as_json(import_: Import) -> dict[str, Any]:
    """An import as --json prints it."""
    return {
        "import_id": import_.id,
        "group_id": import_.group_id,
        "file": import_.filename,
        "format": import_.format,
        "state": import_.state,
        "error": import_.error,
        "rows": import_.row_count,
        "applied_row": import_.applied_row,
        **{name: getattr(import_, f"{name}_count") for name in COUNTS},
        "kept": import_.conflict_count,
        "created_at": import_.created_at,
        "applied_at": import_.applied_at,
        "undone_at": import_.undone_at,
    }
