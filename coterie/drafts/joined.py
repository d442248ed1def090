"""Joins several drafts of one person: the state of a contact after earlier rows are applied to it."""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.drafts.merge import FILLED, Existing, existing_of_draft
from coterie.model.imports import ContactDraft

_LISTS = ("handles", "addresses", "dates", "tags", "folders", "pictures", "external_ids")
_SETS = ("addresses", "dates", "tags", "folders", "notes", "files", "external_ids")


def joined_draft(drafts: Sequence[ContactDraft]) -> ContactDraft:
    """The first draft with the additions of the others."""
    joined = replace(drafts[0])
    for draft in drafts[1:]:
        for name in FILLED:
            if getattr(joined, name) is None:
                setattr(joined, name, getattr(draft, name))
        for name in _LISTS:
            values = getattr(joined, name)
            setattr(joined, name, [*values, *(value for value in getattr(draft, name) if value not in values)])
    return joined


def existing_of_drafts(drafts: Sequence[ContactDraft], existing: Existing | None = None) -> Existing:
    """The values and parts of a contact, new by default, after drafts are added to it."""
    for draft in drafts:
        added = existing_of_draft(draft)
        existing = added if existing is None else _with(existing, added)
    return existing or Existing()


def _with(existing: Existing, added: Existing) -> Existing:
    contact = existing.contact
    if contact is not None and added.contact is not None:
        empty = [name for name in FILLED if getattr(contact, name) is None]
        contact = replace(contact, **{name: getattr(added.contact, name) for name in empty})
    sets = {name: getattr(existing, name) | getattr(added, name) for name in _SETS}
    return replace(existing, contact=contact, handles=[*existing.handles, *added.handles], **sets)
