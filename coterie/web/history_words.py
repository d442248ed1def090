"""The texts of the entries of a timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from coterie.model import times
from coterie.model.touches import KINDS as TOUCH_KINDS
from coterie.store.timeline import CHANGE, INTERACTION, TimelineEntry

GROUP_SECONDS = 600
_SHOWN_MAX = 120
_VERBS = {
    "created": "added", "updated": "changed", "deleted": "deleted", "restored": "restored", "erased": "erased",
    "handle_added": "added a way to reach", "handle_updated": "changed a way to reach",
    "handle_deleted": "deleted a way to reach", "handle_restored": "restored a way to reach",
    "handle_erased": "erased a way to reach", "put_in_folder": "put the person into a folder",
    "taken_out_of_folder": "took the person out of a folder", "tagged": "added a tag", "untagged": "removed a tag",
    "expertise_added": "added an expertise", "expertise_removed": "removed an expertise",
    "tag_changed": "renamed or deleted a tag", "folder_changed": "renamed or deleted a folder",
    "expertise_changed": "renamed or deleted an expertise", "property_changed": "renamed or deleted a property",
    "related_changed": "deleted or restored a related person", "parts_imported": "imported parts",
    "merged": "merged another person into this one", "unmerged": "undid a merge",
    "card_changed": "changed the card", "taken_off_phones": "took the person off phones",
    "put_on_phones": "put the person on phones",
    "snoozed": "snoozed", "unsnoozed": "ended the snooze of",
}  # fmt: skip
_NOUNS = {"contact": "the person", "contact_relationship": "a relationship", "user_relationship": "a relationship",
          "date": "a date", "address": "an address", "attachment": "a file",
          "cadence": "the plan to be in touch"}  # fmt: skip
_KINDS = {
    "interaction.logged": "logged a conversation", "interaction.deleted": "deleted a conversation",
    "duplicate.dismissed": "marked two people as not the same",
    "duplicate.undismissed": "no longer marked two people as not the same",
    "import.started": "started an import", "import.staged": "staged an import", "import.applied": "applied an import",
    "import.undone": "undid an import", "bulk_update.started": "changed many people",
    "undo.started": "undid many changes",
    "reminder.sent": "was reminded by mail",
    "interaction.received": "received a message", "interaction.sent": "sent a message",
    "interaction.updated": "changed a conversation",
    "user.updated": "changed their profile", "user.logged_in": "signed in", "user.logged_out": "signed out",
    "user.password_changed": "changed their password", "user.passkeys_changed": "changed their passkeys",
    "user.email_changed": "changed their e-mail address", "user.second_factor_changed": "changed their second factor",
    "member.role_changed": "changed the role of a member",
    "organization.created": "set up the organization", "organization.updated": "changed the organization",
    "organization.instagram_connected": "connected an Instagram account",
    "organization.opt_out_words_changed": "changed the opt-out words",
    "device.deletions_allowed": "allowed the deletions of a device",
    "device.deletions_restored": "restored the deletions of a device",
    "device.group_written": "wrote a group", "device.group_deleted": "deleted a group",
    "webhook.secret_rotated": "rotated the secret of a webhook",
}  # fmt: skip
_DOORS = {
    "web": "",
    "cli": "on the command line",
    "worker": "by a job",
    "instagram": "by Instagram",
    "import": "from a file",
    "webhook": "by a webhook",
    "carddav": "on a phone",
    "mcp": "by an assistant",
    "hub": "through our API",
    "inro": "through Inrō's API",
    "r0": "through R0's API",
    "subscription": "in another address book",
}
_INTERACTIONS = {"message": "Message", "comment": "Comment", "mention": "Mention", "call": "Call",
                 "meeting": "Meeting", "chat": "Message written", "letter": "Letter", "other": "Contact"}  # fmt: skip


def value_words(raw: bytes) -> str:
    """A value as JSON, for people."""
    value = msgspec.json.decode(raw)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def describe(entry: TimelineEntry, names: Mapping[str, str]) -> str:
    """The title of an entry. names: user id -> name."""
    who = names.get(entry.user_id or "", "")
    if entry.source == CHANGE:
        return " ".join(filter(None, (who or "Coterie", change_words(entry.kind, entry.text), _door(entry))))
    if entry.source == INTERACTION:
        if entry.kind in TOUCH_KINDS:
            return _INTERACTIONS[entry.kind]
        return f"{_INTERACTIONS.get(entry.kind, entry.kind)} {'from them' if entry.mark == 'incoming' else 'to them'}"
    title = "Pinned note" if entry.kind == "pinned" else "Personal note" if entry.mark == "personal" else "Note"
    return f"{title} by {who}" if who else title


def grouped(entries: Sequence[TimelineEntry], names: Mapping[str, str]) -> list[tuple[TimelineEntry, str, list[str]]]:
    """(entry, title, titles of further changes): changes by one person within ten minutes are one entry."""
    groups: list[tuple[TimelineEntry, str, list[str]]] = []
    for entry in entries:
        title = describe(entry, names)
        if groups and _is_same_work(groups[-1][0], entry):
            groups[-1][2].append(title)
        else:
            groups.append((entry, title, []))
    return groups


def _is_same_work(first: TimelineEntry, other: TimelineEntry) -> bool:
    if first.source != CHANGE or other.source != CHANGE:
        return False
    is_by_same = (first.user_id, first.mark, first.detail) == (other.user_id, other.mark, other.detail)
    return is_by_same and (times.parse(first.at) - times.parse(other.at)).total_seconds() < GROUP_SECONDS


def _door(entry: TimelineEntry) -> str:
    return "by an import" if entry.detail else door_words(entry.mark)


def door_words(via: str) -> str:
    """The door of a change, for people; "" for this app."""
    return _DOORS.get(via, f"through {via}")


def change_words(kind: str, changes: str | None) -> str:
    """The changes of an event, for people. changes: as JSON."""
    noun, _, verb = kind.partition(".")
    fields = _fields(changes)
    if kind == "attachment.shown":
        return "chose the picture"
    if kind == "contact.updated" and fields:
        return f"changed {fields}"
    if kind in _KINDS:
        return _KINDS[kind]
    words = _VERBS.get(verb, verb.replace("_", " "))
    if noun == "contact" and verb not in ("created", "updated", "deleted", "restored", "erased"):
        return words
    return f"{words} {noun_words(noun)}"


def noun_words(kind: str) -> str:
    """The noun of an event, for people: "the person", "a note"."""
    noun = kind.partition(".")[0]
    return _NOUNS.get(noun, f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun.replace('_', ' ')}")


def _fields(changes: str | None) -> str:
    """The names of the changed fields."""
    try:
        decoded: Any = msgspec.json.decode(changes) if changes else {}
    except msgspec.DecodeError:
        return ""
    words = [name.removeprefix("properties.").replace("_", " ") for name in decoded if name != "name_key"]
    return ", ".join(words)[:_SHOWN_MAX]
