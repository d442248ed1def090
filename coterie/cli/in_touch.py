"""coterie in-touch: the people to be in touch with, and how often."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from coterie.actions import cadences as actions
from coterie.actions.touches import log_touch
from coterie.cli.contact_lookup import find_contact_id
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.cadences import Target, words_of
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.model.time_zones import zone_of
from coterie.model.touches import CALL, KINDS
from coterie.store import cadences as store
from coterie.store.database import Tx
from coterie.store.folders import find_folder_by_name
from coterie.store.organizations import find_organization
from coterie.store.terms import find_term_by_name

LIMIT_MAX = 1_000
RULES_MAX = 10_000
TargetArgument = Annotated[
    str, typer.Argument(metavar="TARGET", help="A contact by id or UUID, tag:NAME, or folder:NAME.")
]
ContactsArgument = Annotated[list[str], typer.Argument(metavar="ID…", help="Contacts, by id or UUID.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Set how often to be in touch; list who is due.", no_args_is_help=True)
    for name, command in (
        ("due", due), ("rules", rules), ("set", set_), ("delete", delete), ("snooze", snooze), ("log", log),
    ):  # fmt: skip
        commands.command(name)(command)
    application.add_typer(commands, name="in-touch")


@shared_options
def due(
    *,
    days: Annotated[int, typer.Option(min=0, max=3660, metavar="N", help="Also those due in the next N days.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=LIMIT_MAX, metavar="N", help="How many at most.")] = 50,
    instance: JsonInstance,
) -> None:
    """List the people to be in touch with, the longest due first."""
    with instance.read() as (tx, caller):
        found = find_organization(tx, caller.organization_id)
        today = datetime.now(zone_of(found.time_zone) if found else UTC).date()
        listed = actions.list_due(tx, caller, today, within_days=days, limit=limit)
    if instance.as_json:
        rows = [
            {"contact_id": each.contact.id, "uuid": each.contact.uuid, "name": each.contact.name,
             "due_on": each.plan.due_on, "days_late": each.days_late, "every": each.plan.every,
             "last_touch_at": each.plan.last_touch_at}
            for each in listed
        ]  # fmt: skip
        print_json(rows)
        return
    for each in listed:
        name = each.contact.shown_name or "No name"
        when = f"{each.days_late} days late" if each.days_late > 0 else f"due {each.plan.due_on}"
        typer.echo(printable(f"{each.contact.id}  {name}  {when}, {words_of(each.plan.every)}"))
    if not listed:
        typer.echo("Nobody is due.")


@shared_options
def rules(*, instance: JsonInstance) -> None:
    """List the rules."""
    with instance.read() as (tx, caller):
        found = store.list_cadences(tx, caller.organization_id, limit=RULES_MAX)
        names = store.existing_targets(tx, caller.organization_id, [actions.target_of(each) for each in found])
    if instance.as_json:
        print_json(found)
        return
    for each in found:
        target = actions.target_of(each)
        typer.echo(printable(f"{target.kind} {names.get(target, target.id)}  {words_of(each.every)}"))
    if not found:
        typer.echo("No rules. `coterie in-touch set TARGET 3w` adds one.")


@shared_options
def set_(
    target: TargetArgument,
    every: Annotated[str, typer.Argument(metavar="EVERY", help="10d, 3w, 2m, 1y, or off.")],
    *,
    instance: JsonInstance,
) -> None:
    """Set how often to be in touch: coterie in-touch set tag:friends 2m."""
    with instance.write() as (tx, caller):
        cadence = actions.set_cadence(tx, caller, _target(tx, caller, target), every)
    if instance.as_json:
        print_json(cadence)
    else:
        typer.echo(f"Saved: {words_of(cadence.every)}.")


@shared_options
def delete(target: TargetArgument, *, instance: Instance) -> None:
    """Delete the rule of a contact, a tag or a folder."""
    with instance.write() as (tx, caller):
        cadence = store.find_cadence_of(tx, caller.organization_id, _target(tx, caller, target))
        if cadence is None:
            raise invalid("TARGET", "has no rule of its own")
        actions.delete_cadence(tx, caller, cadence.id)
    typer.echo("Deleted.")


@shared_options
def snooze(
    contact: Annotated[str, typer.Argument(metavar="ID", help="The contact, by id or UUID.")],
    until: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD.")],
    *,
    instance: Instance,
) -> None:
    """Put off being in touch with a contact until a day; the next touch ends that."""
    with instance.write() as (tx, caller):
        actions.snooze(tx, caller, find_contact_id(tx, caller, contact, f"ID {contact[:60]}"), until)
    typer.echo(f"Comes again on {until}.")


@shared_options
def log(
    contacts: ContactsArgument,
    *,
    kind: Annotated[str, typer.Option(metavar="KIND", help=f"One of {', '.join(KINDS)}.")] = CALL,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="What about.")] = None,
    at: Annotated[str, typer.Option(metavar="MOMENT", help="ISO 8601; by default now.")] = "",
    instance: JsonInstance,
) -> None:
    """Log a conversation with one or several contacts."""
    with instance.write() as (tx, caller):
        ids = [find_contact_id(tx, caller, each, f"ID {each}") for each in contacts]
        touches = log_touch(tx, caller, ids, kind=kind, text=text, happened_at=at)
    if instance.as_json:
        print_json([{"id": touch_id, "contact_id": contact_id} for contact_id, touch_id in touches.items()])
    else:
        typer.echo(f"Logged with {len(touches)} {'contact' if len(touches) == 1 else 'contacts'}.")


def _target(tx: Tx, caller: Caller, text: str) -> Target:
    kind, separator, name = text.partition(":")
    if not separator:
        return Target("contact", find_contact_id(tx, caller, text, "TARGET"))
    if kind == "tag":
        term = find_term_by_name(tx, caller.organization_id, TAGS, name)
        if term is not None and term.deleted_at is None:
            return Target("tag", term.id)
    elif kind == "folder":
        folder = find_folder_by_name(tx, caller.organization_id, name)
        if folder is not None:
            return Target("folder", folder.id)
    raise invalid("TARGET", "does not exist: name a contact by id, tag:NAME, or folder:NAME")
