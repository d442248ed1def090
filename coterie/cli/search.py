"""coterie search: finds contacts and prints by what each was found."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.search import SearchPage, search_contacts

LIMIT_MAX = 1_000
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=LIMIT_MAX, help="At most so many contacts.")]


def register(application: typer.Typer) -> None:
    application.command("search")(search)


@shared_options
def search(
    text: Annotated[list[str], typer.Argument(help="What you remember: names, numbers, an employer, a tag, a place …")],
    *,
    limit: LimitOption = 10,
    instance: JsonInstance,
) -> None:
    """Find contacts, the best match first.

    Words may be in any order and script, misspelt, or nicknames; the last one may be incomplete.
    """
    with instance.read() as (tx, caller):
        organization_id = caller.organization_id
        page = search_contacts(tx, organization_id, " ".join(text), limit=limit, is_explained=True)
    if instance.as_json:
        print_json(_as_json(page))
    elif page.contacts:
        Console().print(_table(page))
        if page.total > len(page.contacts):
            typer.echo(f"{page.total:,}{' or more' if page.is_capped else ''} match; --limit shows more.")
    else:
        typer.echo("Nobody found.")


def _as_json(page: SearchPage) -> dict[str, object]:
    contacts = [
        {
            "id": contact.id,
            "uuid": contact.uuid,
            "name": contact.shown_name,
            "field": hit.field or None,
            "piece": hit.piece or None,
            "bits": hit.bits,
        }
        for contact, hit in zip(page.contacts, page.hits, strict=True)
    ]
    return {"total": page.total, "is_capped": page.is_capped, "contacts": contacts}


def _table(page: SearchPage) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("Id", "Name", "Found by"):
        table.add_column(name, overflow="fold")
    for contact, hit in zip(page.contacts, page.hits, strict=True):
        name = contact.shown_name or ""
        by = f"{hit.field.replace('_', ' ')}: {hit.piece}" if hit.field else ""
        table.add_row(str(contact.id), escape(printable(name)), escape(printable(by)))
    return table
