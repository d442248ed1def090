"""What a client missed whose If-Match is stale: the changes of the contact after the revision it has read."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from coterie.model.contacts import Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.organizations import Caller
from coterie.store import contact_events as store
from coterie.store.database import Tx

MISSED_MAX = 20
# what an event changed, by its kind; one that is not here by the part before the dot
_FIELDS_OF_KIND = {
    "contact.deleted": ("deleted_at",),
    "contact.restored": ("deleted_at",),
    "contact.put_in_folder": ("folders",),
    "contact.taken_out_of_folder": ("folders",),
    "contact.folder_changed": ("folders",),
    "contact.tagged": ("tags",),
    "contact.untagged": ("tags",),
    "contact.tag_changed": ("tags",),
    "contact.expertise_added": ("expertises",),
    "contact.expertise_removed": ("expertises",),
    "contact.expertise_changed": ("expertises",),
    "contact.property_changed": ("properties",),
    "contact.related_changed": ("pets", "relationships"),
}
_FIELDS_OF_NOUN = {
    "address": ("addresses",),
    "attachment": ("attachments", "profile_picture_url"),
    "contact_relationship": ("relationships",),
    "date": ("dates",),
    "gift": ("gifts",),
    "note": ("note", "notes"),
    "pet": ("pets",),
}
_HANDLE = "contact.handle_"
# fields of an update whose name in this contract is another
_NAMES = {"full_name": "real_name", "formatted_name": "real_name", "pinned_note": "note"}


class MissedChange(Struct):
    """A change of a contact after the revision that If-Match names."""

    event_id: int
    kind: Annotated[str, Meta(description="contact.updated, note.created …")]
    fields: Annotated[
        list[str],
        Meta(description="The keys of the contact that it changed; properties.slug of one property. Empty: any."),
    ]
    user_id: Annotated[str | None, Meta(description="The user who did it, if it was one.")]
    via: Annotated[str, Meta(description="The door: inro, r0, hub, web, cli, worker, carddav …")]
    token_id: Annotated[str | None, Meta(description="The API token, assistant or device that did it, if one did.")]
    happened_at: str


class Missed(NamedTuple):
    """changes: oldest first, MISSED_MAX at most. has_more: whether there may be older ones."""

    changes: list[MissedChange]
    has_more: bool


def find_missed(tx: Tx, caller: Caller, contact: Contact, etags: Sequence[str]) -> Missed | None:
    """The changes after the newest revision that the ETags name; None if they name none that the contact had."""
    numbers = (etag.removeprefix("W/").strip('"') for etag in etags)
    revisions = [int(text) for text in numbers if text.isascii() and text.isdigit() and len(text) <= 18]
    earlier = [revision for revision in revisions if 0 < revision < contact.revision]
    if not earlier:
        return None
    events, is_all = store.list_changes_after(
        tx, caller.organization_id, contact.id, after=max(earlier), limit=MISSED_MAX + 1
    )
    shown = [_present(event) for event in reversed(events[:MISSED_MAX])]
    return Missed(shown, has_more=not is_all or len(events) > MISSED_MAX)


def _present(event: store.HistoryEvent) -> MissedChange:
    return MissedChange(
        event_id=event.id, kind=event.kind, fields=_fields(event), user_id=event.user_id, via=event.via,
        token_id=event.token_id, happened_at=event.happened_at,
    )  # fmt: skip


def _fields(event: store.HistoryEvent) -> list[str]:
    changed = list(msgspec.json.decode(event.changes)) if event.changes else []
    if event.kind == "contact.updated":
        fields = {_NAMES.get(name, name) for name in changed}
        return sorted(fields | ({"handles"} if fields & set(SUMMARY_COLUMNS.values()) else set()))
    if event.kind.startswith(_HANDLE):
        return sorted({"handles", *(SUMMARY_COLUMNS[name] for name in changed if name in SUMMARY_COLUMNS)})
    return list(_FIELDS_OF_KIND.get(event.kind) or _FIELDS_OF_NOUN.get(event.kind.partition(".")[0], ()))
