"""coterie contacts: finds, shows, adds, edits, deletes, merges and un-merges contacts."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from coterie.actions import contacts as actions
from coterie.actions.contact_lists import ContactLists, check_not_blank
from coterie.actions.filters import list_filtered, read_filter, search_filtered
from coterie.actions.folders import find_or_create_folder, set_folders
from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.cli import merge, unmerge
from coterie.cli.contact_lookup import find_contact_id
from coterie.cli.contact_output import as_line, as_summary, print_sheet, sheet_as_data
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.errors import invalid
from coterie.model.contacts import TEXTS, Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.ids import parse_number
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.search import search_contacts
from coterie.store.contacts import count_contacts, list_contacts
from coterie.store.database import Tx
from coterie.store.folders import list_folders_of
from coterie.store.terms import find_term_by_name

LIMIT_MAX = 1_000
# fields of --set that are numbers, and one that is yes or no
NUMBERS, YES_NO = ("relationship_grade",), ("is_follower",)
FIELDS = ("real_name", *TEXTS, *SUMMARY_COLUMNS.values(), "note", *NUMBERS, *YES_NO)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The contact's id or UUID.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field: first_name, nickname, birthday, employer, note, property:SLUG …; an empty value clears it."
        " Repeatable.",
    ),
]
NameOption = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The full name, in one text.")]
EmailOption = Annotated[str | None, typer.Option("--email", metavar="TEXT", help="The primary e-mail address.")]
PhoneOption = Annotated[str | None, typer.Option("--phone", metavar="TEXT", help="The primary phone number.")]
TagOption = Annotated[list[str] | None, typer.Option("--tag", metavar="NAME", help="Adds a tag. Repeatable.")]
UntagOption = Annotated[list[str] | None, typer.Option("--untag", metavar="NAME", help="Removes a tag. Repeatable.")]
FolderOption = Annotated[
    list[str] | None, typer.Option("--folder", metavar="NAME", help="Puts it into a folder. Repeatable.")
]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Find, show, add, edit and merge contacts.", no_args_is_help=True)
    commands.command("find")(find)
    commands.command("show")(show)
    commands.command("add")(add)
    commands.command("edit")(edit)
    commands.command("delete")(delete)
    commands.command("restore")(restore)
    commands.command("merge")(merge.merge)
    commands.command("unmerge")(unmerge.unmerge)
    application.add_typer(commands, name="contacts")


@shared_options
def find(
    text: Annotated[list[str] | None, typer.Argument(help="What you remember; without it, all contacts.")] = None,
    *,
    filter_: Annotated[
        str | None, typer.Option("--filter", metavar="FILTER", help="Only those that match: docs/filters.md.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIMIT_MAX, metavar="N", help="At most so many contacts.")] = 50,
    instance: JsonInstance,
) -> None:
    """Find contacts by words, a filter, or both: coterie contacts find --filter "tag:friends has:phone"."""
    with instance.read() as (tx, caller):
        contacts, total = _find(tx, caller, " ".join(text or ()), filter_, limit)
    if instance.as_json:
        print_json({"total": total, "contacts": [as_summary(each) for each in contacts]})
        return
    for contact in contacts:
        typer.echo(as_line(contact))
    if total > len(contacts):
        typer.echo(f"{total:,} match; --limit shows more.")
    if not contacts:
        typer.echo("Nobody found.")


def _find(tx: Tx, caller: Caller, text: str, filter_: str | None, limit: int) -> tuple[Sequence[Contact], int]:
    if not text.strip():
        where = read_filter(tx, caller, filter_)
        if where is None:
            return list_contacts(tx, caller.organization_id, limit=limit), count_contacts(tx, caller.organization_id)
        return list_filtered(tx, caller, where, order="shown_name", limit=limit, offset=0)
    where = read_filter(tx, caller, filter_)
    if where is not None:
        page = search_filtered(tx, caller, where, text, limit=limit, offset=0)
    else:
        page = search_contacts(tx, caller.organization_id, text, limit=limit)
    return page.contacts, page.total


@shared_options
def show(contact: IdArgument, *, instance: JsonInstance) -> None:
    """Show a contact with everything about it. Personal notes are their users' own and not shown."""
    with instance.read() as (tx, caller):
        shown = sheet_as_data(tx, caller, find_contact_id(tx, caller, contact, f"ID {contact[:60]}"))
    if instance.as_json:
        print_json(shown)
    else:
        print_sheet(shown)


@shared_options
def add(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The full name, in one text.")] = None,
    *,
    email: EmailOption = None,
    phone: PhoneOption = None,
    values: SetOption = None,
    tags: TagOption = None,
    folders: FolderOption = None,
    instance: JsonInstance,
) -> None:
    """Add a contact: coterie contacts add "Lisa Simpson" --email lisa@example.org --tag friends."""
    fields = _fields(name, email, phone, values)
    if not fields:
        raise invalid("NAME", "or a field is needed", kind="missing")
    check_not_blank(fields, ContactLists())
    with instance.write() as (tx, caller):
        contact = actions.create_contact(tx, caller, fields)
        _change_groups(tx, caller, contact.id, tags, None, folders)
    _print_changed(contact, "added", as_json=instance.as_json)


@shared_options
def edit(
    contact: IdArgument,
    *,
    name: NameOption = None,
    email: EmailOption = None,
    phone: PhoneOption = None,
    values: SetOption = None,
    tags: TagOption = None,
    untagged: UntagOption = None,
    folders: FolderOption = None,
    instance: JsonInstance,
) -> None:
    """Change fields of a contact; others stay as they are."""
    fields = _fields(name, email, phone, values)
    if not (fields or tags or untagged or folders):
        raise invalid("--set", "or another option is needed", kind="missing")
    with instance.write() as (tx, caller):
        changed = actions.update_contact(tx, caller, find_contact_id(tx, caller, contact, f"ID {contact[:60]}"), fields)
        _change_groups(tx, caller, changed.id, tags, untagged, folders)
    _print_changed(changed, "changed", as_json=instance.as_json)


@shared_options
def delete(contact: IdArgument, *, instance: JsonInstance) -> None:
    """Delete a contact. It can be restored."""
    with instance.write() as (tx, caller):
        deleted = actions.delete_contact(tx, caller, find_contact_id(tx, caller, contact, f"ID {contact[:60]}"))
    _print_changed(deleted, "deleted", as_json=instance.as_json)


@shared_options
def restore(contact: IdArgument, *, instance: JsonInstance) -> None:
    """Restore a deleted contact."""
    with instance.write() as (tx, caller):
        restored = actions.restore_contact(tx, caller, find_contact_id(tx, caller, contact, f"ID {contact[:60]}"))
    _print_changed(restored, "restored", as_json=instance.as_json)


def _fields(name: str | None, email: str | None, phone: str | None, values: Sequence[str] | None) -> dict[str, Any]:
    given = {"real_name": name, "email": email, "phone": phone}
    fields: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    seen = set(fields)
    for text in values or ():
        field, separator, value = text.partition("=")
        if not separator:
            raise invalid("--set", f"is not FIELD=VALUE: {text[:100]}")
        if field in seen:
            raise invalid("--set", f"sets {field[:100]} a second time: give each field once")
        seen.add(field)
        if field.startswith("property:"):
            fields.setdefault("properties", {})[field.removeprefix("property:")] = value or None
        elif field in FIELDS:
            fields[field] = _value(field, value)
        else:
            raise invalid("--set", f"has no field {field[:100]!r}; fields are {', '.join(FIELDS)}", kind="choice")
    return fields


def _value(field: str, text: str) -> Any:
    if not text:
        return None
    if field in YES_NO:
        if text.lower() not in ("yes", "no"):
            raise invalid("--set", f"{field} must be yes or no")
        return text.lower() == "yes"
    if field in NUMBERS:
        number = parse_number(text)
        if number is None:
            raise invalid("--set", f"{field} must be a number")
        return number
    return text


def _change_groups(
    tx: Tx, caller: Caller, contact_id: int, tags: Sequence[str] | None, untagged: Sequence[str] | None,
    folders: Sequence[str] | None,
) -> None:  # fmt: skip
    """Puts tags and folders on a contact, new ones if need be, and takes tags off."""
    for name in tags or ():
        put_on_contact(tx, caller, TAGS, contact_id, create_term(tx, caller, TAGS, name).id)
    for name in untagged or ():
        term = find_term_by_name(tx, caller.organization_id, TAGS, name)
        if term is not None and term.deleted_at is None:
            take_off_contact(tx, caller, TAGS, contact_id, term.id)
    if folders:
        present = [each[0] for each in list_folders_of(tx, caller.organization_id, [contact_id]).get(contact_id, [])]
        added = [find_or_create_folder(tx, caller, name).id for name in folders]
        set_folders(tx, caller, contact_id, [*present, *added])


def _print_changed(contact: Contact, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(as_summary(contact))
    else:
        typer.echo(f"{as_line(contact)}: {what}.")
