"""Changes that a client with a stale If-Match has missed: those of the contact after the revision it has read."""

from collections.abc import Collection, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from coterie.model.contacts import Contact
from coterie.model.event_fields import fields_of
from coterie.model.organizations import Caller
from coterie.store import contact_events as store
from coterie.store.database import Tx

MISSED_MAX = 20
# fields that have another name in this contract, or change a second one
_NAMES = {
    "full_name": ("real_name",),
    "formatted_name": ("real_name",),
    "pinned_note": ("note",),
    "folder_ids": ("folders",),
    "notes": ("note", "notes"),
    "attachments": ("attachments", "profile_picture_url"),
}


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
    numbers = (etag.strip('"') for etag in etags)
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
    changed = list(msgspec.json.decode(event.changes)) if event.changes else []
    return MissedChange(
        event_id=event.id, kind=event.kind, fields=present_fields(event.kind, changed), user_id=event.user_id,
        via=event.via, token_id=event.token_id, happened_at=event.happened_at,
    )  # fmt: skip


def present_fields(kind: str, changed: Collection[str]) -> list[str]:
    """The keys of a contact that an event of this kind changed; none if they are not known. changed: as fields_of."""
    fields = fields_of(kind, changed)
    return sorted({each for name in fields for each in _NAMES.get(name, (name,))})
