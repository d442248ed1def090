"""The draft that a contact's rows make: what cards and tables can say about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft

FIELDS = (
    "display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "nickname", "gender",
    "birthday", "employer", "job_title", "how_you_met", "language", "bio", "is_follower", "relationship_grade",
)  # fmt: skip


def draft_of(contact: Mapping[str, Any], parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> ContactDraft:
    """The draft of a contact without pictures, which the caller adds.

    contact is a row of contacts, parts the rows of each noun. Shared notes are joined, the pinned one first.
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
    draft.external_ids = [(row["source"], row["external_id"]) for row in parts.get("external_ids", ())]
    notes = sorted(parts.get("notes", ()), key=lambda row: (not row.get("is_pinned"), row.get("created_at", "")))
    shared = [row["text"] for row in notes if not row.get("is_personal")]
    draft.note = "\n\n".join(shared) or None
    return draft
