"""coterie delete-import: deletes an import with its rows and its file."""

import typer

from coterie.actions import imports as actions
from coterie.cli.callers import caller_for_id
from coterie.cli.import_lookup import resolve_imports
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument
from coterie.store.imports import find_import


def register(application: typer.Typer) -> None:
    application.command("delete-import")(delete_import)
    # its earlier name
    application.command("forget-import", hidden=True)(delete_import)


def delete_import(import_id: ImportArgument, data: DataOption = None) -> None:
    """Permanently delete an import, its rows and its file.

    Its contacts stay, and it can no longer be undone: to remove the contacts, use `coterie undo-import`. The id may be
    that of one file or of all files of one command.
    """
    names = []
    with open_instance(data) as database, database.write() as tx:
        for organization_id, file_id in resolve_imports(tx, import_id):
            import_ = find_import(tx, organization_id, file_id)
            names.append(import_.filename if import_ else file_id)
            actions.delete_import(tx, caller_for_id(tx, organization_id), file_id)
    what, its = (names[0], "Its") if len(names) == 1 else (f"{len(names)} files", "Their")
    typer.echo(
        f"{what}: import deleted. The worker deletes the stored file. {its} contacts stay, and the"
        " import can no longer be undone."
    )
