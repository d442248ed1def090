"""coterie members: lists, adds, changes and removes the members of an organization."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.actions import members as actions
from coterie.actions.passwords import hash_password
from coterie.actions.time_zones import set_user_time_zone
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.passwords import PasswordOption, read_password
from coterie.model.emails import normalize_email
from coterie.model.organizations import MEMBER, OWNER
from coterie.store.database import Database
from coterie.store.organizations import find_login, list_members

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="List, add, change and remove members.", no_args_is_help=True)
    commands.command("list")(list_all)
    commands.command("add")(add)
    commands.command("set")(set_values)
    commands.command("remove")(remove)
    application.add_typer(commands, name="members")


@shared_options
def list_all(*, instance: JsonInstance) -> None:
    """List the members of an organization."""
    with instance.read() as (tx, caller):
        members = list_members(tx, caller.organization_id)
    if instance.as_json:
        rows = [
            {
                "user_uuid": each.user_id,
                "email": each.email,
                "role": each.role,
                "since": each.created_at,
                "time_zone": each.time_zone,
            }
            for each in members
        ]
        print_json(rows)
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("E-mail", overflow="fold", min_width=30)
    for name in ("Role", "Since", "Time zone"):
        table.add_column(name, no_wrap=True)
    for each in members:
        table.add_row(escape(each.email), each.role, each.created_at[:10], each.time_zone)
    Console().print(table)


@shared_options
def add(
    email: EmailArgument,
    *,
    owner: Annotated[bool, typer.Option("--owner", help=f"As {OWNER}. Default: as {MEMBER}.")] = False,
    password: PasswordOption = None,
    instance: Instance,
) -> None:
    """Add a member.

    A new user gets a password. A user of another organization of this instance keeps theirs. Owners and members have
    the same rights in the APIs; an organization always has an owner.
    """
    with instance.open() as database:
        password_hash = None if _is_user(database, email) else hash_password(read_password(password))
        with database.write() as tx:
            caller = instance.caller(tx)
            actions.add_member(tx, caller, email, role=OWNER if owner else MEMBER, password_hash=password_hash)
    typer.echo(f"{email} is a member now. `coterie tokens create --user {email}` creates a token for them.")


def _is_user(database: Database, email: str) -> bool:
    with database.read() as tx:
        return find_login(tx, normalize_email(email.strip(), "email")) is not None


@shared_options
def set_values(
    email: EmailArgument,
    *,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Such as Europe/Berlin; `coterie time-zones` lists them.")
    ],
    instance: Instance,
) -> None:
    """Set the time zone of a member: when reminders of dates are mailed, and which day is today."""
    with instance.write() as (tx, caller):
        user = set_user_time_zone(tx, caller, actions.find_member(tx, caller, email), time_zone)
    typer.echo(f"{user.email}: time zone {user.time_zone}.")


@shared_options
def remove(email: EmailArgument, *, instance: Instance) -> None:
    """Remove a member and revoke their tokens.

    What they wrote stays. The user and their other organizations stay too.
    """
    with instance.write() as (tx, caller):
        revoked = actions.remove_member(tx, caller, email)
    typer.echo(f"{email} is no longer a member; {revoked} token{'s' if revoked != 1 else ''} revoked.")
