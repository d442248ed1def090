"""coterie devices: adds, lists and revokes phones and programs that sync contacts by CardDAV."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from coterie.actions import devices as actions
from coterie.actions.deletions import allow_deletions, restore_or_start
from coterie.actions.members import find_member
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.options import UrlOption, base_url_of
from coterie.cli.output import id_table, print_json, print_result
from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.carddav_accounts import DeviceAccount, davx5_link, mobileconfig
from coterie.model.devices import Device
from coterie.store.deletions import list_bundles
from coterie.store.devices import list_devices

LISTED_MAX = 1000


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Add, list and revoke devices that sync contacts.", no_args_is_help=True)
    commands.command("add")(add)
    commands.command("list")(list_all)
    commands.command("groups")(set_groups)
    commands.command("revoke")(revoke)
    commands.command("deletions")(list_deletions)
    commands.command("restore")(restore)
    commands.command("allow")(allow)
    application.add_typer(commands, name="devices")
    # its earlier name
    application.add_typer(commands, name="device", hidden=True)


@shared_options
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the device is called in the list.")],
    *,
    user: Annotated[str, typer.Option(metavar="EMAIL", help="The member who uses it: what it writes is theirs.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="The device cannot change contacts.")] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="Show tags as groups, which iPhones call lists. A profile does so too.")
    ] = False,
    url: UrlOption = None,
    mobileconfig_file: Annotated[
        Path | None,
        typer.Option("--mobileconfig", metavar="FILE", help="Write a configuration profile for iPhone, iPad and Mac."),
    ] = None,
    instance: JsonInstance,
) -> None:
    """Add a device. Its password is shown only once."""
    with instance.open() as database:
        base_url = base_url_of(url, database.settings)
        with database.write() as tx:
            caller = instance.caller(tx)
            user_id = find_member(tx, caller, user)
            device_id, password = actions.add_device(
                tx, caller, user_id=user_id, name=name, is_read_only=read_only,
                shows_groups=groups or mobileconfig_file is not None,
            )  # fmt: skip
    account = DeviceAccount(base_url, user.strip(), password, name.strip(), device_id)
    if mobileconfig_file is not None:
        _write_profile(mobileconfig_file, account)
    shown = {
        "device_id": device_id, "url": account.url, "user": account.user, "password": password,
        "davx5": davx5_link(account),
    }  # fmt: skip
    if instance.as_json:
        print_json(shown)
        return
    for label, value in shown.items():
        typer.echo(f"  {label:<10} {value}")
    typer.echo("The password is not shown again. docs/phones.md describes how each program connects.")


def _write_profile(file: Path, account: DeviceAccount) -> None:
    """The profile holds the password, so only its owner may read it."""
    try:
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(mobileconfig(account), encoding="utf-8")
    except OSError as error:
        raise invalid("mobileconfig", f"cannot be written: {error.strerror}") from None


@shared_options
def list_all(*, instance: JsonInstance) -> None:
    """List the devices of an organization, oldest first."""
    with instance.read() as (tx, caller):
        devices = list_devices(tx, caller.organization_id, limit=LISTED_MAX)
    if instance.as_json:
        print_json([_as_json(device) for device in devices])
        return
    if not devices:
        typer.echo("No devices. `coterie devices add` adds one.")
        return
    table = id_table("Device", "State", "Last seen")
    for device in devices:
        what = f"{printable(device.name)}, {device.email}"
        seen = device.last_seen_at[:10] if device.last_seen_at else "never"
        table.add_row(escape(f"{device.id}\n{what}"), _state(device), seen)
    Console().print(table)


def _state(device: Device) -> str:
    if device.revoked_at is not None:
        return "revoked"
    return "read-only" if device.is_read_only else "active"


def _as_json(device: Device) -> dict[str, object]:
    return {
        "device_id": device.id,
        "name": device.name,
        "user": device.email,
        "state": _state(device),
        "is_read_only": device.is_read_only,
        "shows_groups": device.shows_groups,
        "user_agent": device.user_agent,
        "created_at": device.created_at,
        "last_seen_at": device.last_seen_at,
        "revoked_at": device.revoked_at,
    }


DeviceArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The device's id, as `coterie devices list` shows it.")
]


@shared_options
def set_groups(
    device_id: DeviceArgument,
    *,
    groups: Annotated[bool, typer.Option("--on/--off", help="Show tags as groups, or hide them.")],
    instance: JsonInstance,
) -> None:
    """Show tags as groups on a device, which iPhones call lists, or hide them there."""
    with instance.write() as (tx, caller):
        actions.set_groups(tx, caller, device_id, shows_groups=groups)
    text = f"Device {device_id} {'shows' if groups else 'hides'} groups."
    print_result(text, {"device_id": device_id, "shows_groups": groups}, as_json=instance.as_json)


@shared_options
def revoke(device_id: DeviceArgument, *, instance: JsonInstance) -> None:
    """Revoke a device. It can sync no longer; the contacts it wrote stay."""
    with instance.write() as (tx, caller):
        actions.revoke_device(tx, caller, device_id)
    print_result(f"Device {device_id} revoked.", {"device_id": device_id}, as_json=instance.as_json)


@shared_options
def list_deletions(*, instance: JsonInstance) -> None:
    """List what devices deleted, newest first."""
    with instance.read() as (tx, caller):
        organization_id = caller.organization_id
        bundles = list_bundles(tx, organization_id, limit=LISTED_MAX)
        names = {device.id: device.name for device in list_devices(tx, organization_id, limit=LISTED_MAX)}
    if instance.as_json:
        shown = [msgspec.structs.asdict(bundle) | {"is_held": bundle.is_held} for bundle in bundles]
        print_json(shown)
        return
    if not bundles:
        typer.echo("No device has deleted a contact.")
        return
    table = id_table("Deletions", "Contacts", "State", "Last")
    for bundle in bundles:
        state = "restored" if bundle.restored_at else "held" if bundle.is_held else "made"
        name = printable(names.get(bundle.device_id, ""))
        table.add_row(escape(f"{bundle.id}\n{name}"), f"{bundle.deleted_count:,}", state, bundle.last_at[:16])
    Console().print(table)


DeletionsArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The id of the deletions, as listed by `coterie devices deletions`.")
]


@shared_options
def restore(deletions: DeletionsArgument, *, instance: JsonInstance) -> None:
    """Restore the contacts a device deleted. The worker restores them if they are more than 500."""
    with instance.write() as (tx, caller):
        restoring = restore_or_start(tx, caller, deletions)
    text = f"{restoring.count:,} contacts {'restored' if restoring.is_finished else 'are being restored'}."
    print_result(text, {"id": deletions, **msgspec.structs.asdict(restoring)}, as_json=instance.as_json)


@shared_options
def allow(deletions: DeletionsArgument, *, instance: JsonInstance) -> None:
    """Let a device delete most contacts, for a day. Until then its deletions are held."""
    with instance.write() as (tx, caller):
        allow_deletions(tx, caller, deletions)
    print_result("The device may continue to delete contacts for a day.", {"id": deletions}, as_json=instance.as_json)
