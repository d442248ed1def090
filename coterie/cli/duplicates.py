"""coterie duplicates: lists pairs of contacts that may be one person, looks for them, and dismisses pairs."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
import typer

from coterie.actions import duplicates as actions
from coterie.actions.suggested_merges import MergeProgress, merge_batches
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import NotFound
from coterie.identity.scan import scan_batches
from coterie.model.contacts import Contact
from coterie.model.duplicates import LEVELS, Duplicate, Level, describe_reasons
from coterie.model.ids import parse_id
from coterie.store import duplicates as store
from coterie.store.batches import run_batches
from coterie.store.contacts import contact_ids_by_uuid, list_contacts_by_id
from coterie.store.database import Tx

LISTED_MAX = 10_000
LevelOption = Annotated[
    Level | None,
    typer.Option("--level", help="suggested may be merged in bulk, possible is worth a look. Default: both."),
]
LimitOption = Annotated[int, typer.Option(min=1, max=LISTED_MAX, help="Pairs of each level to list.")]
ContactArgument = Annotated[str, typer.Argument(metavar="CONTACT", help="The number or UUID of a contact.")]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="The number or UUID of the other contact.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(
        help="List and merge contacts that may be one person.",
        invoke_without_command=True,
        no_args_is_help=False,
    )
    commands.callback()(list_by_default)
    commands.command("list")(list_pairs)
    commands.command("scan")(scan)
    commands.command("merge")(merge)
    commands.command("dismiss")(dismiss)
    commands.command("undismiss")(undismiss)
    application.add_typer(commands, name="duplicates")


@shared_options
def list_by_default(
    context: typer.Context, *, level: LevelOption = None, limit: LimitOption = 100, instance: JsonInstance
) -> None:
    """List and merge contacts that may be one person."""
    if context.invoked_subcommand is None:
        list_pairs(level=level, limit=limit, **msgspec.structs.asdict(instance))


@shared_options
def list_pairs(*, level: LevelOption = None, limit: LimitOption = 100, instance: JsonInstance) -> None:
    """List pairs of contacts that may be one person, with the reasons, the likeliest first.

    Bits are log2 of the odds: 0 is even, 7 is more than 99 in 100. The worker compares contacts soon after they change.
    """
    with instance.read() as (tx, caller):
        organization_id = caller.organization_id
        levels = [level] if level else LEVELS
        pairs = [pair for each in levels for pair in store.list_duplicates(tx, organization_id, each, limit=limit)]
        contacts = _contacts_of(tx, organization_id, pairs)
        is_scanned = actions.is_scanned(tx, organization_id)
    if instance.as_json:
        rows = [_as_json(pair, contacts) for pair in pairs]
        print_json({"duplicates": rows, "is_scanned": is_scanned})
        return
    for pair in pairs:
        one, other = contacts[pair.first_contact_id], contacts[pair.second_contact_id]
        typer.echo(f"{pair.level:9} {pair.bits:5.1f} bits  {_shown(one)}  =  {_shown(other)}")
        typer.echo(f"                       {printable(describe_reasons(pair.reasons))}")
    if not pairs:
        typer.echo("No duplicates.")
    if not is_scanned:
        typer.echo("Some contacts have changed since the last scan: `coterie duplicates scan` compares them.")


def _contacts_of(tx: Tx, organization_id: int, pairs: Iterable[Duplicate]) -> dict[int, Contact]:
    ids = {contact_id for pair in pairs for contact_id in (pair.first_contact_id, pair.second_contact_id)}
    return {contact.id: contact for contact in list_contacts_by_id(tx, organization_id, ids)}


def _shown(contact: Contact) -> str:
    return f"{contact.id} {printable(contact.shown_name or '-')}"


def _as_json(pair: Duplicate, contacts: dict[int, Contact]) -> dict[str, Any]:
    return {
        "contacts": [
            {"contact_id": contact.id, "uuid": contact.uuid, "name": contact.name}
            for contact in (contacts[pair.first_contact_id], contacts[pair.second_contact_id])
        ],
        "level": pair.level,
        "bits": pair.bits,
        "reasons": [{"code": reason.code, **reason.data} for reason in pair.reasons],
        "description": describe_reasons(pair.reasons),
    }


@shared_options
def scan(
    *,
    is_whole: Annotated[bool, typer.Option("--all", help="Compare all contacts, not only those that changed.")] = False,
    instance: JsonInstance,
) -> None:
    """Compare the contacts that have changed since the last scan with all others; the first time, all contacts."""
    with instance.open() as database:
        with database.read() as tx:
            organization_id = instance.caller(tx).organization_id
        run_batches(database.write, scan_batches(organization_id, database.read, is_whole=is_whole))
        with database.read() as tx:
            counts = store.count_duplicates(tx, organization_id)
    found = {level: counts.get(level, 0) for level in LEVELS}
    if instance.as_json:
        print_json(found)
        return
    typer.echo(f"Pairs: {found['suggested']:,} suggested for merging, {found['possible']:,} possible.")


@shared_options
def merge(*, instance: JsonInstance) -> None:
    """Merge all suggested pairs. `coterie merges` lists the merges, and `coterie unmerge` undoes one."""
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
        progress = run_batches(database.write, merge_batches(caller, MergeProgress()))
    if instance.as_json:
        print_json({"merged": progress.merged, "skipped": progress.skipped})
        return
    typer.echo(f"{progress.merged:,} pairs merged, {progress.skipped:,} skipped.")


@shared_options
def dismiss(contact: ContactArgument, other: OtherArgument, *, instance: Instance) -> None:
    """Mark two contacts as not the same: they are not listed again."""
    with instance.write() as (tx, caller):
        one, two = (_contact_id(tx, caller.organization_id, text) for text in (contact, other))
        is_new = actions.dismiss(tx, caller, one, two)
    typer.echo(f"Contacts {one} and {two} are {'now' if is_new else 'already'} marked as not the same.")


@shared_options
def undismiss(contact: ContactArgument, other: OtherArgument, *, instance: Instance) -> None:
    """Take back that two contacts are not the same, and compare them again."""
    with instance.write() as (tx, caller):
        one, two = (_contact_id(tx, caller.organization_id, text) for text in (contact, other))
        actions.undismiss(tx, caller, one, two)
    typer.echo(f"Contacts {one} and {two} may be the same again.")


def _contact_id(tx: Tx, organization_id: int, text: str) -> int:
    """Raises NotFound if there is no such contact."""
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    uuid = parse_id(text)
    contact_id = contact_ids_by_uuid(tx, organization_id, [uuid]).get(uuid) if uuid else None
    if contact_id is None:
        raise NotFound(f"There is no contact {printable(text)}")
    return contact_id
