"""Reads a delivery of Meta's webhook: an envelope of entries becomes a list of updates.

An entry has `messaging` (or `standby`), `changes`, or directly a field and value; the whole may be wrapped in an
array. All of these are read. The content of an entry never raises: an update that is unknown or unusable is counted by
name and skipped, so that it does not affect the others.

Source: Meta's webhook reference for Instagram.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from coterie.model.instagram_comments import read_comment, read_mention
from coterie.model.instagram_messages import read_messaging
from coterie.model.instagram_updates import Update
from coterie.model.instagram_values import Unreadable, decode_json, list_of, name_of, read_id, read_moment

BYTES_MAX = 8 * 1024 * 1024
# Meta sends up to 1,000 in a batch
UPDATES_MAX = 20_000
_MESSAGE_FIELDS = frozenset(
    ("messages", "message_reactions", "message_edit", "message_edits", "messaging_postbacks", "messaging_seen",
     "messaging_referral", "messaging_optins", "messaging_handover", "standby")
)  # fmt: skip
_COMMENT_FIELDS = ("comments", "live_comments")

Entries = list[dict[str, Any]]
# (name, item, account id, moment) -> the update; None for items that are recognized but not used
Reader = Callable[[str, dict[str, Any], str, str], Update | None]


class InstagramDelivery(Struct):
    """The updates in the order sent; ignored counts the skipped ones by name."""

    updates: list[Update]
    ignored: Counter[str]


def decode_body(body: bytes | str) -> Entries:
    """The entries of a delivery. Raises ValueError if it is not JSON in UTF-8, or not Meta's envelope."""
    decoded = decode_json(body)
    envelopes = decoded if isinstance(decoded, list) else [decoded]
    entries: Entries = []
    for envelope in envelopes:
        listed = envelope.get("entry") if isinstance(envelope, dict) else None
        if not isinstance(listed, list):
            raise ValueError("no list of entries")
        entries += [entry for entry in listed if isinstance(entry, dict)]
    return entries


def split_by_account(entries: Entries) -> dict[str, Entries]:
    """account id -> its entries in order; an entry without an id is skipped."""
    by_account: dict[str, Entries] = {}
    for entry in entries:
        account_id = read_id(entry.get("id"))
        if account_id:
            by_account.setdefault(account_id, []).append(entry)
    return by_account


def encode_entries(entries: Entries) -> str:
    """Entries as a delivery of their own, in ASCII so that any text survives."""
    return json.dumps({"object": "instagram", "entry": entries}, separators=(",", ":"))


def read_delivery(entries: Entries, received_at: str) -> InstagramDelivery:
    """The updates of a delivery. received_at (a moment) replaces a missing or impossible time."""
    delivery = InstagramDelivery([], Counter())
    for entry in entries:
        account_id = read_id(entry.get("id")) or ""
        for name, item, read in _items(entry):
            if len(delivery.updates) >= UPDATES_MAX:
                delivery.ignored["beyond the limit"] += 1
                continue
            try:
                if not isinstance(item, dict):
                    raise Unreadable(f"{name}: no object")
                at = read_moment(item.get("timestamp") or entry.get("time"), received_at)
                update = read(name, item, account_id, at)
            except Unreadable as error:
                delivery.ignored[str(error)] += 1
                continue
            if update is not None:
                delivery.updates.append(update)
    return delivery


def _items(entry: dict[str, Any]) -> Iterator[tuple[str, Any, Reader]]:
    """(name, item, reader) of each item in an entry, in any of its shapes."""
    for key in ("messaging", "standby"):
        for item in list_of(entry.get(key)):
            yield key, item, read_messaging
    for change in list_of(entry.get("changes")):
        if isinstance(change, dict):
            yield from _changes(change)
    if "field" in entry:
        yield from _changes(entry)
    for key in entry.keys() - {"id", "time", "messaging", "standby", "changes", "field", "value"}:
        yield name_of(key), {}, _read_unknown


def _changes(change: dict[str, Any]) -> Iterator[tuple[str, Any, Reader]]:
    name = name_of(change.get("field"))
    reader: Reader = _read_unknown
    if name in _MESSAGE_FIELDS:
        reader = read_messaging
    elif name in _COMMENT_FIELDS:
        reader = read_comment
    elif name == "mentions":
        reader = read_mention
    for value in list_of(change.get("value")):
        yield name, value, reader


def _read_unknown(name: str, item: dict[str, Any], account_id: str, at: str) -> Update | None:
    raise Unreadable(name)
