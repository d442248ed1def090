"""coterie merge: merges contacts."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from coterie.actions.merges import merge_contacts
from coterie.cli.contact_lookup import find_contact_id
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import Invalid, invalid
from coterie.model.contact_sheets import ContactSheet
from coterie.model.merges import Merge
from coterie.model.organizations import Caller
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx


class _DryRun(Exception):
    """Raised after a merge that was only to be shown, so that it is rolled back."""


def register(application: typer.Typer) -> None:
    application.command("merge")(merge)


@shared_options
def merge(
    survivor: Annotated[str, typer.Argument(metavar="ID", help="The contact that stays, by id or UUID.")],
    losers: Annotated[list[str], typer.Argument(metavar="ID…", help="The contacts to merge into it.")],
    keep_from: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=ID",
            help="Take the value of this contact: name, birthday, email, phone, username, pinned_note, property:SLUG …",
        ),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the merged contact, and change nothing.")] = False,
    instance: JsonInstance,
) -> None:
    """Merge contacts into the first one.

    Nothing is lost: second values become further handles, addresses, dates or lines of a note, and the old ids mean the
    merged contact. `coterie unmerge` brings the contacts back.
    """
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
            ids = [find_contact_id(tx, caller, each, f"ID {each}") for each in (survivor, *losers)]
            choices = _parse_choices(tx, caller, keep_from or [])
        merges: list[Merge] = []
        sheet = None
        try:
            with database.write() as tx:
                merges = merge_contacts(tx, caller, ids[0], ids[1:], choices)
                survivor_id = merges[0].survivor_id  # another merge may have been faster than this one
                sheet = load_sheets(tx, caller.organization_id, [survivor_id], ("handles", "notes"))[survivor_id]
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        except Invalid as error:  # the arguments are all called ID
            named = {"survivor_id": "ID", "loser_ids": "ID"}
            problems = [
                each._replace(path=tuple(named.get(name, name) for name in each.path)) for each in error.problems
            ]
            raise Invalid(*problems) from None
    assert sheet is not None
    if instance.as_json:
        print_json(_as_data(sheet, merges, dry_run=dry_run))
        return
    _print(sheet, merges, dry_run=dry_run)


def _parse_choices(tx: Tx, caller: Caller, texts: Sequence[str]) -> dict[str, int]:
    choices = {}
    for text in texts:
        name, separator, contact = text.rpartition("=")
        if not separator:
            raise invalid("--keep-from", f"is not FIELD=ID: {text}")
        choices[name] = find_contact_id(tx, caller, contact, f"--keep-from {name}: contact {contact}")
    return choices


def _as_data(sheet: ContactSheet, merges: Sequence[Merge], *, dry_run: bool) -> dict[str, Any]:
    contact = sheet.contact
    merged = [] if dry_run else [{"id": each.id, "contact_id": each.loser_id} for each in merges]
    return {"contact_id": contact.id, "uuid": contact.uuid, "name": contact.name, "merges": merged, "dry_run": dry_run}


def _print(sheet: ContactSheet, merges: Sequence[Merge], *, dry_run: bool) -> None:
    contact = sheet.contact
    name = printable(contact.shown_name or f"contact {contact.id}")
    if not dry_run:
        for each in merges:
            typer.echo(f"Contact {each.loser_id} merged into {contact.id}, {name}.")
        for each in merges:
            typer.echo(f"`coterie unmerge {each.id}` undoes this.")
        return
    typer.echo(f"{name} (contact {contact.id}) would have:")
    fields = {field: value for field in contact.__struct_fields__ if (value := getattr(contact, field)) is not None}
    for field in ("birthday", "employer", "job_title", "nickname", "how_you_met"):
        if field in fields:
            typer.echo(printable(f"  {field.replace('_', ' ')}: {fields[field]}"))
    for handle in sheet.handles:
        typer.echo(printable(f"  {handle.channel}: {handle.value}{' (primary)' if handle.is_primary else ''}"))
    for note in sheet.notes:
        typer.echo(printable(f"  note: {note.text}"))
    typer.echo("Nothing was changed.")
