"""coterie merges: lists merges that can be undone."""

from typing import Annotated

import typer

from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.store.contacts import list_contacts_by_id
from coterie.store.merges import list_merges


def register(application: typer.Typer) -> None:
    application.command("merges")(merges)


@shared_options
def merges(
    *, limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 50, instance: JsonInstance
) -> None:
    """List merges that can be undone, newest first."""
    with instance.read() as (tx, caller):
        listed = list_merges(tx, caller.organization_id, limit=limit)
        ids = {contact_id for each in listed for contact_id in (each.survivor_id, each.loser_id)}
        contacts = list_contacts_by_id(tx, caller.organization_id, ids, include_deleted=True)
    if instance.as_json:
        rows = [
            {"id": each.id, "survivor_id": each.survivor_id, "loser_id": each.loser_id, "created_at": each.created_at}
            for each in listed
        ]
        print_json(rows)
        return
    names = {contact.id: contact.shown_name or f"contact {contact.id}" for contact in contacts}
    for each in listed:
        moment = each.created_at[:16].replace("T", " ")
        typer.echo(printable(f"{each.id}  {moment}  {names[each.loser_id]} → {names[each.survivor_id]}"))
    if not listed:
        typer.echo("No merges.")
