"""Quotas of an organization: how many contacts it may have, and how many bytes of files.

Guarantee. No change that a user or an import makes exceeds a quota (docs/decisions/0043-quotas.md). People who write on
Instagram are always added. Where an organization has no quota, nothing is counted.
"""

from msgspec import Struct

from coterie.errors import invalid
from coterie.model.organizations import Caller
from coterie.store import quotas as store
from coterie.store.contacts import count_contacts
from coterie.store.database import Tx


class Usage(Struct, frozen=True):
    """The use of an organization, and its quotas; None where it has none. contacts: those that are not deleted."""

    contacts: int
    contacts_max: int | None
    file_bytes: int
    file_bytes_max: int | None


def load_usage(tx: Tx, caller: Caller) -> Usage:
    """How much of its quotas the caller's organization uses."""
    return Usage(
        count_contacts(tx, caller.organization_id),
        caller.contacts_max,
        store.sum_file_bytes(tx, caller.organization_id),
        caller.file_bytes_max,
    )


def room_for_contacts(tx: Tx, caller: Caller) -> int | None:
    """How many contacts may be added until the commit; None without a quota. May be negative."""
    if caller.contacts_max is None:
        return None
    return caller.contacts_max - store.count_contacts_locked(tx, caller.organization_id)


def check_contacts(tx: Tx, caller: Caller, how_many: int = 1, field: str = "contact") -> None:
    """Raises Invalid if the organization may not have so many contacts more."""
    room = room_for_contacts(tx, caller)
    if room is not None and how_many > room:
        raise invalid(field, f"exceeds the organization's limit of {caller.contacts_max:,} contacts", "quota")


def room_for_files(tx: Tx, caller: Caller) -> int | None:
    """How many bytes of files may be added until the commit; None without a quota. May be negative."""
    if caller.file_bytes_max is None:
        return None
    return caller.file_bytes_max - store.sum_file_bytes_locked(tx, caller.organization_id)


def check_files(tx: Tx, caller: Caller, byte_count: int, field: str = "upload") -> None:
    """Raises Invalid if the organization may not have so many bytes of files more."""
    room = room_for_files(tx, caller)
    if room is not None and byte_count > room:
        raise invalid(field, f"exceeds the organization's limit of {caller.file_bytes_max:,} bytes of files", "quota")
