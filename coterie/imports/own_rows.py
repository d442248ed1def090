"""A contact's rows, as our own export has them, as the draft of a contact: for that export's reader, and for the
exports that say less."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, InteractionDraft

FIELDS = (
    "display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "nickname", "gender",
    "birthday", "employer", "job_title", "how_you_met", "language", "bio", "is_follower", "relationship_grade",
)  # fmt: skip
UID_SOURCE = "vcard"
Row = Mapping[str, Any]


def draft_of(contact: Row, parts: Mapping[str, Sequence[Row]]) -> ContactDraft:
    """The draft that says what these rows say, as far as a draft can; pictures are left to the caller.

    contact is a row of contacts, parts are the rows of each noun. Several notes become one, the pinned one first.
    """
    draft = ContactDraft()
    for name in FIELDS:
        setattr(draft, name, contact.get(name))
    draft.handles = [
        HandleDraft(row["channel"], row["value"], row.get("label"), bool(row.get("is_primary")))
        for row in parts.get("handles", ())
        if not row.get("is_former")
    ]
    names = AddressDraft.__struct_fields__
    draft.addresses = [AddressDraft(**{name: row.get(name) for name in names}) for row in parts.get("addresses", ())]
    draft.dates = [DateDraft(row["label"], row["occurs_on"]) for row in parts.get("dates", ())]
    draft.tags = [row["name"] for row in parts.get("tags", ())]
    draft.folders = [row["name"] for row in parts.get("folders", ())]
    draft.outside_ids = [(row["source"], row["outside_id"]) for row in parts.get("outside_ids", ())]
    draft.interactions = [
        InteractionDraft(row["kind"], row["direction"], row["happened_at"], row.get("text"), row.get("outside_id"))
        for row in parts.get("interactions", ())
    ]
    notes = sorted(parts.get("notes", ()), key=lambda row: (not row.get("is_pinned"), row.get("created_at", "")))
    shared = [row["text"] for row in notes if not row.get("is_personal")]
    draft.note = "\n\n".join(shared) or None
    return draft
