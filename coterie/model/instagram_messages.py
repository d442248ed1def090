"""Reads messages, postbacks, edits and reactions from Meta's JSON.

Source: Meta's webhook reference for Instagram, "messaging".
"""

from typing import Any

from coterie.model.instagram_updates import ADD, EDIT, REACT, UNSEND, Update
from coterie.model.instagram_values import (
    NAME_LENGTH_MAX,
    SHORT_LENGTH_MAX,
    Unreadable,
    clean_text,
    list_of,
    name_of,
    object_at,
    read_id,
    read_integer,
    require_id,
    texts_at,
)
from coterie.model.interactions import INCOMING, MENTION, MESSAGE, OUTGOING

ATTACHMENTS_MAX = 20
# keys of an item that say who and when, not what
_FRAME = frozenset(("sender", "recipient", "timestamp", "is_self"))
# receipts: recognized and ignored
_RECEIPTS = ("read", "delivery")


def read_messaging(name: str, item: dict[str, Any], account_id: str, at: str) -> Update | None:
    """The update in an item of the field `name`, or None for a receipt. Raises Unreadable."""
    sender, recipient = read_id(object_at(item, "sender").get("id")), read_id(object_at(item, "recipient").get("id"))
    is_outgoing = object_at(item, "message").get("is_echo") is True or sender == account_id
    person_id = recipient if is_outgoing else sender
    shared = {
        "happened_at": at,
        "person_id": person_id or "",
        "direction": OUTGOING if is_outgoing else INCOMING,
    }
    if any(key in item for key in _RECEIPTS):
        return None
    for key, read in _READERS.items():
        if isinstance(item.get(key), dict):
            if not person_id or person_id == account_id:
                raise Unreadable(f"{key} without a person")
            # Instagram-scoped ids are per account: this one would not identify the person to the connected account
            if (sender if is_outgoing else recipient) not in (None, account_id):
                raise Unreadable(f"{key} of another account")
            return read(item[key], shared)
    raise Unreadable(name_of(next(iter(sorted(item.keys() - _FRAME)), name)))


def _read_message(message: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = require_id(message.get("mid"), "message without mid")
    if message.get("is_deleted") is True:
        return Update(what=UNSEND, external_id=mid, **shared)
    attachments = _read_attachments(message)
    is_mention = any(attachment["type"] == "story_mention" for attachment in attachments)
    return Update(
        what=ADD,
        external_id=mid,
        kind=MENTION if is_mention else MESSAGE,
        text=clean_text(message.get("text")),
        data=({"attachments": attachments} if attachments else {}) | _read_context(message),
        **shared,
    )


def _read_context(message: dict[str, Any]) -> dict[str, Any]:
    """The target of a reply, the trigger, and the unsupported content of a message."""
    data: dict[str, Any] = {}
    reply_to = object_at(message, "reply_to")
    if replied_mid := read_id(reply_to.get("mid")):
        data["reply_to"] = replied_mid
    if story := texts_at(object_at(reply_to, "story"), "id", "url"):
        data["story"] = story
    if payload := clean_text(object_at(message, "quick_reply").get("payload"), SHORT_LENGTH_MAX):
        data["quick_reply"] = payload
    if referral := texts_at(object_at(message, "referral"), "ref", "ad_id", "source", "type"):
        data["referral"] = referral
    if message.get("is_unsupported") is True or not isinstance(message.get("text"), str | None):
        data["is_unsupported"] = True
    return data


def _read_attachments(message: dict[str, Any]) -> list[dict[str, str]]:
    attachments = []
    for attachment in list_of(message.get("attachments"))[:ATTACHMENTS_MAX]:
        if isinstance(attachment, dict):
            type_ = {"type": clean_text(attachment.get("type"), NAME_LENGTH_MAX) or "file"}
            attachments.append(type_ | texts_at(object_at(attachment, "payload"), "url", "title"))
    return attachments


def _read_postback(postback: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = require_id(postback.get("mid"), "postback without mid")
    payload = clean_text(postback.get("payload"), SHORT_LENGTH_MAX)
    data = {"postback": payload} if payload else {}
    return Update(what=ADD, external_id=mid, text=clean_text(postback.get("title")), data=data, **shared)


def _read_edit(edit: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = require_id(edit.get("mid"), "message_edit without mid")
    if not isinstance(edit.get("text"), str | None):
        raise Unreadable("message_edit without text")
    number = read_integer(edit.get("num_edit")) or 1
    return Update(what=EDIT, external_id=mid, text=clean_text(edit.get("text")), data={"edit_count": number}, **shared)


def _read_reaction(reaction: dict[str, Any], shared: dict[str, Any]) -> Update:
    mid = require_id(reaction.get("mid"), "reaction without mid")
    emoji = clean_text(reaction.get("emoji"), NAME_LENGTH_MAX) or clean_text(reaction.get("reaction"), NAME_LENGTH_MAX)
    is_removed = reaction.get("action") == "unreact"
    return Update(what=REACT, external_id=mid, data={"emoji": None if is_removed else emoji}, **shared)


_READERS = {
    "message": _read_message,
    "postback": _read_postback,
    "message_edit": _read_edit,
    "reaction": _read_reaction,
}
