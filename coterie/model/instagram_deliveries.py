"""A delivery of Meta's webhook, read: an envelope of entries becomes a list of neutral updates.

Source: Meta's webhook reference for Instagram. An entry carries `messaging` (or `standby`), `changes`, or field and
value flat on itself; the whole may be wrapped in an array: all are read. Nothing here raises for what stands inside
an entry: what is not known, or lacks what makes it usable, is counted by its name and passed over, so that one
broken update costs only itself.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, field

from coterie.model import times
from coterie.model.interactions import COMMENT, INCOMING, MENTION, MESSAGE, OUTGOING

BYTES_MAX = 8 * 1024 * 1024
# Meta sends up to 1,000 in a batch
UPDATES_MAX = 20_000
TEXT_LENGTH_MAX = 20_000
SHORT_LENGTH_MAX = 2000
ID_LENGTH_MAX = 400
ATTACHMENTS_MAX = 20
NAME_LENGTH_MAX = 60
_EARLIEST = datetime(2010, 10, 6, tzinfo=UTC)  # Instagram's first day

Entries = list[dict[str, Any]]
ADD, EDIT, UNSEND, REACT, MENTIONED = "add", "edit", "unsend", "react", "mentioned"
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)
_MESSAGE_FIELDS = frozenset(
    ("messages", "message_reactions", "message_edit", "message_edits", "messaging_postbacks", "messaging_seen",
     "messaging_referral", "messaging_optins", "messaging_handover", "standby")
)  # fmt: skip
_COMMENT_FIELDS = ("comments", "live_comments")
# keys of a messaging item that say who and when, and of those we know and have no use for
_FRAME = frozenset(("sender", "recipient", "timestamp", "is_self"))
_SEEN = ("read", "delivery")


class Update(Struct, frozen=True, kw_only=True):
    """One thing that happened.

    what: ADD (a new interaction), EDIT (text is the new one), UNSEND, REACT (data: emoji or None), MENTIONED (only
    ids; text and author must be asked for). person_id: the Instagram-scoped id of the other side. external_id: what
    makes it happen once: the message's mid, the comment's id.
    """

    what: str
    external_id: str
    happened_at: str
    person_id: str = ""
    username: str | None = None
    kind: str = MESSAGE
    direction: str = INCOMING
    text: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Delivery(Struct):
    """What was read, in the order sent; ignored counts by name what was not kept."""

    updates: list[Update]
    ignored: Counter[str]


# (name, item, account id, moment) -> what it says; None for what is known and of no use
Reader = Callable[[str, dict[str, Any], str, str], Update | None]


class Unreadable(Exception):
    """One update lacks what makes it usable; the message names it."""


def decode_body(body: bytes | str) -> Entries:
    """The entries of a delivery. Refused (ValueError): what is not JSON in UTF-8, or not Meta's envelope."""
    decoded = decode_json(body)
    envelopes = decoded if isinstance(decoded, list) else [decoded]
    entries: Entries = []
    for envelope in envelopes:
        found = envelope.get("entry") if isinstance(envelope, dict) else None
        if not isinstance(found, list):
            raise ValueError("no list of entries")
        entries += [entry for entry in found if isinstance(entry, dict)]
    return entries


def decode_json(body: bytes | str) -> Any:
    """JSON as Meta writes it, also what the fast decoder refuses: lone surrogates, numbers of any length.

    Refused (ValueError): what is not JSON in UTF-8, or nested too deeply.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.MsgspecError:
        pass
    try:
        text = body if isinstance(body, str) else body.decode()
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 30 else digits)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def split_by_account(entries: Entries) -> dict[str, Entries]:
    """account id -> its entries, in their order; an entry without an id is left out."""
    found: dict[str, Entries] = {}
    for entry in entries:
        account_id = _id(entry.get("id"))
        if account_id:
            found.setdefault(account_id, []).append(entry)
    return found


def encode_entries(entries: Entries) -> str:
    """Entries as a delivery of their own (ASCII, so that any text survives)."""
    return json.dumps({"object": "instagram", "entry": entries}, separators=(",", ":"))


def read_delivery(entries: Entries, received_at: str) -> Delivery:
    """The updates of a delivery; received_at (a moment) stands in where an update has no usable time."""
    delivery = Delivery([], Counter())
    for entry in entries:
        account_id = _id(entry.get("id")) or ""
        for name, item, read in _items(entry):
            if len(delivery.updates) >= UPDATES_MAX:
                delivery.ignored["beyond the limit"] += 1
                continue
            try:
                if not isinstance(item, dict):
                    raise Unreadable(f"{name}: no object")
                at = _moment(item.get("timestamp") or entry.get("time"), received_at)
                update = read(name, item, account_id, at)
            except Unreadable as error:
                delivery.ignored[str(error)] += 1
                continue
            if update is not None:
                delivery.updates.append(update)
    return delivery


def _items(entry: dict[str, Any]) -> Iterator[tuple[str, Any, Reader]]:
    """(name, item, its reader) of each thing in an entry, whichever of the shapes it has."""
    for key in ("messaging", "standby"):
        for item in _list(entry.get(key)):
            yield key, item, _read_messaging
    for change in _list(entry.get("changes")):
        if isinstance(change, dict):
            yield from _changes(change)
    if "field" in entry:
        yield from _changes(entry)
    for key in entry.keys() - {"id", "time", "messaging", "standby", "changes", "field", "value"}:
        yield _name(key), {}, _unknown


def _changes(change: dict[str, Any]) -> Iterator[tuple[str, Any, Reader]]:
    name = _name(change.get("field"))
    reader: Reader = _unknown
    if name in _MESSAGE_FIELDS:
        reader = _read_messaging
    elif name in _COMMENT_FIELDS:
        reader = _read_comment
    elif name == "mentions":
        reader = _read_mention
    for value in _list(change.get("value")):
        yield name, value, reader


def _unknown(name: str, item: dict[str, Any], account_id: str, at: str) -> Update | None:
    raise Unreadable(name)


# Messages -------------------------------------------------------------------------------------------------------------


def _read_messaging(name: str, item: dict[str, Any], account_id: str, at: str) -> Update | None:
    sender, recipient = _id(_part(item, "sender").get("id")), _id(_part(item, "recipient").get("id"))
    message = _part(item, "message")
    is_ours = message.get("is_echo") is True or sender == account_id
    person_id = recipient if is_ours else sender
    shared = {
        "happened_at": at,
        "person_id": person_id or "",
        "direction": OUTGOING if is_ours else INCOMING,
    }
    if any(key in item for key in _SEEN):
        return None
    for key, read in _MESSAGING.items():
        if isinstance(item.get(key), dict):
            if not person_id or person_id == account_id:
                raise Unreadable(f"{key} without a person")
            # its person is known to that account by this id, not to the one that is connected
            if (sender if is_ours else recipient) not in (None, account_id):
                raise Unreadable(f"{key} of another account")
            return read(item[key], shared)
    raise Unreadable(_name(next(iter(sorted(item.keys() - _FRAME)), name)))


def _read_message(message: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = _required(message.get("mid"), "message without mid")
    if message.get("is_deleted") is True:
        return Update(what=UNSEND, external_id=mid, **shared)
    attachments = _attachments(message)
    data: dict[str, Any] = {"attachments": attachments} if attachments else {}
    reply_to = _part(message, "reply_to")
    if mid_replied := _id(reply_to.get("mid")):
        data["reply_to"] = mid_replied
    if story := _strings(_part(reply_to, "story"), "id", "url"):
        data["story"] = story
    if payload := clean_text(_part(message, "quick_reply").get("payload"), SHORT_LENGTH_MAX):
        data["quick_reply"] = payload
    if referral := _strings(_part(message, "referral"), "ref", "ad_id", "source", "type"):
        data["referral"] = referral
    if message.get("is_unsupported") is True or not isinstance(message.get("text"), str | None):
        data["is_unsupported"] = True
    is_mention = any(attachment["type"] == "story_mention" for attachment in attachments)
    return Update(
        what=ADD,
        external_id=mid,
        kind=MENTION if is_mention else MESSAGE,
        text=clean_text(message.get("text")),
        data=data,
        **shared,
    )


def _attachments(message: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    for attachment in _list(message.get("attachments"))[:ATTACHMENTS_MAX]:
        if isinstance(attachment, dict):
            kept = {"type": clean_text(attachment.get("type"), NAME_LENGTH_MAX) or "file"}
            found.append(kept | _strings(_part(attachment, "payload"), "url", "title"))
    return found


def _read_postback(postback: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = _required(postback.get("mid"), "postback without mid")
    payload = clean_text(postback.get("payload"), SHORT_LENGTH_MAX)
    data = {"postback": payload} if payload else {}
    return Update(what=ADD, external_id=mid, text=clean_text(postback.get("title")), data=data, **shared)


def _read_edit(edit: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = _required(edit.get("mid"), "message_edit without mid")
    if not isinstance(edit.get("text"), str | None):
        raise Unreadable("message_edit without text")
    number = _integer(edit.get("num_edit")) or 1
    return Update(what=EDIT, external_id=mid, text=clean_text(edit.get("text")), data={"edit_count": number}, **shared)


def _read_reaction(reaction: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = _required(reaction.get("mid"), "reaction without mid")
    emoji = clean_text(reaction.get("emoji"), NAME_LENGTH_MAX) or clean_text(reaction.get("reaction"), NAME_LENGTH_MAX)
    is_taken_back = reaction.get("action") == "unreact"
    return Update(what=REACT, external_id=mid, data={"emoji": None if is_taken_back else emoji}, **shared)


_MESSAGING = {
    "message": _read_message,
    "postback": _read_postback,
    "message_edit": _read_edit,
    "reaction": _read_reaction,
}


# Comments and mentions ------------------------------------------------------------------------------------------------


def _read_comment(name: str, value: dict[str, Any], account_id: str, at: str) -> Update | None:
    comment_id = _required(value.get("id") or value.get("comment_id"), f"{name} without id")
    author = _part(value, "from")
    person_id = _required(author.get("id"), f"{name} without author")
    if person_id == account_id:
        return None  # the account's own: nobody makes a contact of oneself
    media = _part(value, "media")
    data: dict[str, Any] = _strings(value, "parent_id") | {
        f"media_{key.removeprefix('media_')}": text
        for key, text in _strings(media, "id", "media_product_type", "ad_id", "ad_title", "original_media_id").items()
    }
    if name == "live_comments":
        data["is_live"] = True
    return Update(
        what=ADD,
        external_id=comment_id,
        happened_at=at,
        person_id=person_id,
        username=clean_text(author.get("username"), NAME_LENGTH_MAX),
        kind=COMMENT,
        text=clean_text(value.get("text")),
        data=data,
    )


def _read_mention(name: str, value: dict[str, Any], account_id: str, at: str) -> Update | None:
    media_id, comment_id = _id(value.get("media_id")), _id(value.get("comment_id"))
    external_id = _required(comment_id or media_id, "mentions without id")
    if not all(part is None or _PLAIN_ID.fullmatch(part) for part in (media_id, comment_id)):
        raise Unreadable("mentions without id")  # they become part of a question to the Graph
    # the same comment may also arrive as a comment: another interaction with another id
    data = {"media_id": media_id, "comment_id": comment_id}
    return Update(what=MENTIONED, external_id=f"mention:{external_id}", happened_at=at, kind=MENTION, data=data)


# Values ---------------------------------------------------------------------------------------------------------------


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _part(value: dict[str, Any], key: str) -> dict[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _name(value: Any) -> str:
    text = clean_text(value, NAME_LENGTH_MAX) or "(no name)"
    return "".join(c if c.isprintable() else "?" for c in text)


def _id(value: Any) -> str | None:
    """An id as text; Meta sends text, and numbers in some samples."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= ID_LENGTH_MAX:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _required(value: Any, otherwise: str) -> str:
    found = _id(value)
    if found is None:
        raise Unreadable(otherwise)
    return found


def clean_text(value: Any, length: int = TEXT_LENGTH_MAX) -> str | None:
    """Text as it can be kept everywhere: no NUL, no lone surrogate, cut at a length; None for no text."""
    if not isinstance(value, str) or not value:
        return None
    text = value[:length].replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text or None


def _strings(value: dict[str, Any], *keys: str) -> dict[str, str]:
    """The texts (and ids sent as numbers) among these keys."""
    found = {}
    for key in keys:
        given = value.get(key)
        text = _id(given) if isinstance(given, int) else clean_text(given, SHORT_LENGTH_MAX)
        if text:
            found[key] = text
    return found


def _integer(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < 2**53 else None


def _moment(value: Any, otherwise: str) -> str:
    """Seconds or milliseconds since 1970, told apart by their size, as a moment.

    What is no number, lies before Instagram began or more than a day ahead gives `otherwise`.
    """
    number = _integer(value)
    if number is None:
        return otherwise
    seconds = number / 1000 if number > 100_000_000_000 else number
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    if not _EARLIEST <= at <= _latest(otherwise):
        return otherwise
    return times.moment(at)


@lru_cache(maxsize=4)
def _latest(received_at: str) -> datetime:
    """Clocks differ, but not by more than a day."""
    return times.parse(received_at) + timedelta(days=1)
