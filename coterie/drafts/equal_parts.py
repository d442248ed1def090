"""Compares the handles, addresses and dates of a contact with those of a draft.

Parts are matched by their content, so that an unchanged part keeps its id: first equal ones, then former and deleted
ones that the draft has again, then those that differ in one thing, such as a number with the same label. The rest is
added or deleted.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from coterie.model import times
from coterie.model.addresses import Address
from coterie.model.contact_sheets import ContactSheet
from coterie.model.countries import find_country
from coterie.model.dates import ImportantDate
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.ids import new_id
from coterie.model.imports import AddressDraft, DateDraft, HandleDraft
from coterie.model.text import identity_key

E = TypeVar("E")
W = TypeVar("W")
Key = Callable[[Any], Hashable]
# (as stored or None, as it shall be) of each part that differs
Changed = list[tuple[E | None, E]]

_LINES = ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country")
_ADDRESS = (*_LINES, "label")


class Deleted(Struct, frozen=True):
    """The deleted parts of a contact, oldest first."""

    handles: Sequence[Handle] = ()
    addresses: Sequence[Address] = ()
    dates: Sequence[ImportantDate] = ()


def match(existing: Iterable[E], wanted: Iterable[W], key: Key) -> tuple[list[tuple[E, W]], list[E], list[W]]:
    """(pairs with equal keys, the rest of existing, the rest of wanted). A part is in one pair at most."""
    waiting: dict[Hashable, list[int]] = {}
    wanted = list(wanted)
    for position, part in enumerate(wanted):
        waiting.setdefault(key(part), []).append(position)
    pairs, rest, taken = [], [], set()
    for each in existing:
        if queue := waiting.get(key(each)):
            taken.add(queue[0])
            pairs.append((each, wanted[queue.pop(0)]))
        else:
            rest.append(each)
    return pairs, rest, [part for position, part in enumerate(wanted) if position not in taken]


def _match_in_turn(
    existing: Sequence[E], deleted: Iterable[E], wanted: Sequence[W], same: Sequence[Key], alike: Sequence[Key]
) -> tuple[list[tuple[E, W]], list[E], list[W]]:
    """Matches by the keys of `same`, then the deleted ones by the first of them, then by the keys of `alike`."""
    pairs: list[tuple[E, W]] = []
    rest, missing = list(existing), list(wanted)
    for key in same:
        found, rest, missing = match(rest, missing, key)
        pairs += found
    found, _, missing = match(deleted, missing, same[0])
    pairs += found
    for key in alike:
        found, rest, missing = match(rest, missing, key)
        pairs += found
    return pairs, rest, missing


def _differing(pairs: Iterable[tuple[E, E]]) -> Changed[E]:
    return [(before, after) for before, after in pairs if after != before]


# Handles --------------------------------------------------------------------------------------------------------------


def compare_handles(
    sheet: ContactSheet, deleted: Deleted, wanted: Sequence[HandleDraft], channels: Collection[str]
) -> Changed[Handle]:
    """The handles on these channels that differ. A former handle stays former, unless the draft has it.

    Another username is another account: the old one becomes a former handle.
    """
    now = times.now()
    in_use = [h for h in sheet.handles if h.channel in channels and not h.is_former]
    former = [h for h in sheet.handles if h.channel in channels and h.is_former]
    pairs, rest, missing = _match_in_turn(
        in_use,
        [*reversed(former), *reversed(deleted.handles)],
        wanted,
        same=[lambda h: (h.channel, h.normalized), lambda h: (h.channel, h.value)],
        alike=[lambda h: id(h) if h.channel == INSTAGRAM else (h.channel, h.label)],
    )
    changes = [(before, replace(before, **_handle_columns(handle), deleted_at=None)) for before, handle in pairs]
    returning = [handle for before, handle in pairs if before.is_former or before.deleted_at]
    new_usernames = sum(handle.channel == INSTAGRAM for handle in (*missing, *returning))
    for handle in rest:
        if handle.channel == INSTAGRAM and new_usernames:
            new_usernames -= 1
            changes.append((handle, replace(handle, is_primary=False, is_former=True)))
        else:
            changes.append((handle, replace(handle, is_primary=False, deleted_at=now)))
    return [*_differing(changes), *((None, _new_handle(sheet.contact.id, handle, now)) for handle in missing)]


def _handle_columns(handle: HandleDraft) -> dict[str, Any]:
    return {
        "value": handle.value,
        "normalized": handle.normalized or handle.value,
        "label": handle.label,
        "is_primary": handle.is_primary,
        "is_former": False,
    }


def _new_handle(contact_id: int, handle: HandleDraft, now: str) -> Handle:
    return Handle(
        contact_id=contact_id,
        id=new_id(),
        channel=handle.channel,
        **_handle_columns(handle),
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


# Addresses and dates --------------------------------------------------------------------------------------------------


def compare_addresses(sheet: ContactSheet, deleted: Deleted, wanted: Sequence[AddressDraft]) -> Changed[Address]:
    """The addresses that differ."""
    now = times.now()
    pairs, rest, missing = _match_in_turn(
        sheet.addresses,
        reversed(deleted.addresses),
        wanted,
        same=[lambda a: tuple(getattr(a, name) for name in _ADDRESS)],
        alike=[lambda a: identity_key(" ".join(getattr(a, name) or "" for name in _LINES)), lambda a: a.label],
    )
    changes = [(before, replace(_moved(before, address), deleted_at=None)) for before, address in pairs]
    changes += [(address, replace(address, deleted_at=now)) for address in rest]
    return [*_differing(changes), *((None, _new_address(sheet.contact.id, address, now)) for address in missing)]


def _moved(before: Address, address: AddressDraft) -> Address:
    columns = {name: getattr(address, name) for name in _ADDRESS}
    if address.country != before.country:
        columns["country_code"] = _country_code(address)
    return replace(before, **columns)


def _new_address(contact_id: int, address: AddressDraft, now: str) -> Address:
    return Address(
        id=new_id(),
        contact_id=contact_id,
        **{name: getattr(address, name) for name in _ADDRESS},
        country_code=_country_code(address),
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


def _country_code(address: AddressDraft) -> str | None:
    country = find_country(address.country) if address.country else None
    return country[0] if country else None


def compare_dates(sheet: ContactSheet, deleted: Deleted, wanted: Sequence[DateDraft]) -> Changed[ImportantDate]:
    """The important dates that differ."""
    now = times.now()
    pairs, rest, missing = _match_in_turn(
        sheet.dates,
        reversed(deleted.dates),
        wanted,
        same=[lambda d: (d.label, d.occurs_on), lambda d: (identity_key(d.label), d.occurs_on)],
        alike=[lambda d: identity_key(d.label), lambda d: d.occurs_on],
    )
    changes = [(b, replace(b, label=d.label, occurs_on=d.occurs_on, deleted_at=None)) for b, d in pairs]
    changes += [(date, replace(date, deleted_at=now)) for date in rest]
    return [*_differing(changes), *((None, _new_date(sheet.contact.id, date, now)) for date in missing)]


def _new_date(contact_id: int, date: DateDraft, now: str) -> ImportantDate:
    return ImportantDate(
        contact_id=contact_id,
        id=new_id(),
        label=date.label,
        occurs_on=date.occurs_on,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
