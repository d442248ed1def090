"""coterie organization: shows and changes an organization."""

from typing import Annotated, Any

import msgspec
import typer
from msgspec import UNSET, UnsetType

from coterie.actions.organizations import update_organization
from coterie.actions.quotas import Usage, load_usage
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.errors import invalid
from coterie.model.ids import parse_number
from coterie.model.organizations import Organization
from coterie.store.organizations import find_organization


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Show and change an organization.", no_args_is_help=True)
    commands.command("show")(show)
    commands.command("set")(set_values)
    application.add_typer(commands, name="organization")


@shared_options
def show(*, instance: JsonInstance) -> None:
    """Show an organization's settings, and what it uses of its quotas."""
    with instance.read() as (tx, caller):
        shown, usage = find_organization(tx, caller.organization_id), load_usage(tx, caller)
    assert shown is not None
    if instance.as_json:
        values: dict[str, Any] = {"organization_uuid": shown.uuid, "name": shown.name, "country": shown.country}
        values |= {"time_zone": shown.time_zone, "require_if_match": shown.require_if_match}
        values |= msgspec.structs.asdict(usage)
        print_json(values)
        return
    _print(shown, usage)


@shared_options
def set_values(
    *,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new name.")] = None,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="The country (US, DE, …) of phone numbers without a prefix. An empty text removes it."
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="The time zone (Europe/Berlin, …) of members who have set none."),
    ] = None,
    contacts_max: Annotated[
        str | None, typer.Option(metavar="N", help="How many contacts it may have. An empty text removes the limit.")
    ] = None,
    file_bytes_max: Annotated[
        str | None,
        typer.Option(metavar="N", help="How many bytes of files it may have. An empty text removes the limit."),
    ] = None,
    require_if_match: Annotated[
        bool | None,
        typer.Option(
            "--require-if-match/--no-require-if-match",
            help="Whether programs must name the revision that they change (If-Match) in our own API.",
        ),
    ] = None,
    instance: Instance,
) -> None:
    """Set the name, the country, the time zone, a quota, or whether If-Match is required.

    A country applies to phone numbers read from now on; existing ones stay as they are. A quota below what the
    organization has deletes nothing: only nothing can be added.
    """
    values = (name, country, time_zone, contacts_max, file_bytes_max, require_if_match)
    if all(value is None for value in values):
        raise invalid("--name", "or another option is needed; see --help", kind="missing")
    with instance.write() as (tx, caller):
        after = update_organization(
            tx,
            caller,
            name=name,
            country=country,
            time_zone=time_zone,
            contacts_max=_number(contacts_max, "--contacts-max"),
            file_bytes_max=_number(file_bytes_max, "--file-bytes-max"),
            require_if_match=require_if_match,
        )
        usage = load_usage(tx, instance.caller(tx))  # with the new quotas
    _print(after, usage)


def _print(organization: Organization, usage: Usage) -> None:
    typer.echo(f"{organization.name}: country {organization.country or 'none'}, time zone {organization.time_zone}.")
    typer.echo(f"Contacts: {usage.contacts:,} ({_limit(usage.contacts_max)})")
    typer.echo(f"Files: {usage.file_bytes:,} bytes ({_limit(usage.file_bytes_max)})")
    if organization.require_if_match:
        typer.echo("Changes through our own API need If-Match.")


def _limit(value: int | None) -> str:
    return "no limit" if value is None else f"limit {value:,}"


def _number(text: str | None, option: str) -> int | None | UnsetType:
    """The number of an option; UNSET where it was not given, None where it is empty."""
    if text is None:
        return UNSET
    if not text:
        return None
    number = parse_number(text)
    if number is None:
        raise invalid(option, f"must be a whole number, 0 or more, not {text[:100]!r}")
    return number
