"""coterie books: which address books phones see, and whom."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.actions import books as actions
from coterie.actions.members import find_member
from coterie.cli.contact_lookup import find_contact_id
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import NotFound
from coterie.model.books import CARDS_WARNING, Book
from coterie.model.organizations import Caller
from coterie.store.book_cards import list_present
from coterie.store.books import list_books
from coterie.store.database import Tx

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="folder, tag, segment or personal.")]
ContactArgument = Annotated[str, typer.Argument(metavar="CONTACT", help="The contact's id or UUID.")]
UserOption = Annotated[
    str | None, typer.Option(metavar="EMAIL", help="The member whose personal book it is; for KIND personal.")
]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Choose which address books and contacts phones see.", no_args_is_help=True)
    commands.command("list")(list_all)
    commands.command("add")(add)
    commands.command("remove")(remove)
    commands.command("always")(always)
    commands.command("never")(never)
    application.add_typer(commands, name="books")


@shared_options
def list_all(*, instance: JsonInstance) -> None:
    """List the address books besides the one of all contacts."""
    with instance.write() as (tx, caller):
        rows = [(book, _count(tx, caller, book)) for book in list_books(tx, caller.organization_id)]
    if instance.as_json:
        print_json([_as_json(book, count) for book, count in rows])
        return
    if not rows:
        typer.echo("Phones see the book of all contacts. `coterie books add folder NAME` adds another.")
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("Kind", "Name", "Cards"):
        table.add_column(heading, overflow="fold")
    for book, count in rows:
        table.add_row(book.kind, escape(printable(book.title)), f"{count:,}")
    Console().print(table)


def _count(tx: Tx, caller: Caller, book: Book) -> int:
    actions.refresh_book(tx, caller, book)
    return len(list_present(tx, caller.organization_id, book.id))


def _as_json(book: Book, count: int) -> dict[str, object]:
    return {
        "book_id": book.id, "kind": book.kind, "name": book.title, "user_id": book.user_id, "card_count": count,
        "is_read_only": book.is_read_only,
    }  # fmt: skip


@shared_options
def add(
    kind: KindArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The folder, tag or segment.")] = "",
    user: UserOption = None,
    *,
    instance: Instance,
) -> None:
    """Show a folder, tag or segment as an address book: coterie books add folder Family."""
    with instance.write() as (tx, caller):
        caller = _as_user(tx, caller, user)
        book = actions.add_book(tx, caller, kind, name)
        count = _count(tx, caller, book)
    typer.echo(f"Phones see the {book.kind} book {printable(book.title)} with {count:,} cards.")
    if count > CARDS_WARNING:
        typer.echo(f"Phones are slow with more than {CARDS_WARNING:,} cards.", err=True)


def _as_user(tx: Tx, caller: Caller, user: str | None) -> Caller:
    return caller if user is None else msgspec.structs.replace(caller, user_id=find_member(tx, caller, user))


@shared_options
def remove(
    kind: KindArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The folder, tag or segment.")] = "",
    user: UserOption = None,
    *,
    instance: Instance,
) -> None:
    """Take an address book off phones. Its contacts stay."""
    with instance.write() as (tx, caller):
        caller = _as_user(tx, caller, user)
        owner = caller.user_id if kind == "personal" else None
        wanted = (kind, "Personal" if kind == "personal" else name, owner)
        for book in list_books(tx, caller.organization_id):
            if (book.kind, book.title, book.user_id) == wanted:
                actions.remove_book(tx, caller, book)
                break
        else:
            raise NotFound(f"There is no {kind} book {name}")
    typer.echo(f"Phones no longer see the {kind} book {printable(book.title)}.")


@shared_options
def always(contact: ContactArgument, *, instance: Instance) -> None:
    """Show a contact on phones, whatever made it."""
    _set(contact, instance, is_shown=True)


@shared_options
def never(contact: ContactArgument, *, instance: Instance) -> None:
    """Keep a contact off phones. It stays in the hub."""
    _set(contact, instance, is_shown=False)


def _set(contact: str, instance: Instance, *, is_shown: bool) -> None:
    with instance.write() as (tx, caller):
        actions.set_on_phones(tx, caller, find_contact_id(tx, caller, contact, "contact"), is_shown=is_shown)
    typer.echo(f"Phones {'show' if is_shown else 'do not show'} the contact.")
