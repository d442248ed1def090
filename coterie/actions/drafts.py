"""Prepared drafts become contacts, or fill contacts up: many at once, each kind of row in one statement."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions.additions import Additions, State, additions_to, usernames_in
from coterie.actions.events import record_all, row_of
from coterie.actions.folders import create_folder
from coterie.actions.handles import HANDLES_MAX, refresh_summary
from coterie.actions.kept import kept_columns, restore_kept
from coterie.actions.terms import create_term
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.contacts import NAME_PARTS, SUBSCRIBED, Contact
from coterie.model.countries import find_country
from coterie.model.handles import INSTAGRAM, SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.imports import ContactDraft
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.model.text import fold, sort_key
from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store import folders as folder_store
from coterie.store import handles as handle_store
from coterie.store import interactions as interaction_store
from coterie.store import parts
from coterie.store.contacts import COLUMNS, next_contact_ids
from coterie.store.database import Tx

_BLANK: dict[str, Any] = dict.fromkeys(COLUMNS)
_KEYS = (("username_key", "username"), ("email_key", "email"), ("phone_key", "phone"), ("website_key", "website"),
         ("note_key", "pinned_note"), ("bio_key", "bio"))  # fmt: skip
Rows = list[dict[str, Any]]


class Changes(Struct, omit_defaults=True):
    """What one row of an import changed, so that it can be taken back: ids of the parts it added, by kind; fields
    with their value before and after. is_new: the row created the contact, and everything else follows from that."""

    is_new: bool = False
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    handles: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    folders: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    outside_ids: list[tuple[str, str]] = field(default_factory=list)
    interactions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def create_contacts(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft]) -> list[tuple[int, Changes]]:
    """A new contact from each draft (prepared by actions.prepare), in their order: (its id, what was written).

    Nothing is checked for duplicates; an Instagram username another contact has becomes a line of the note.
    """
    if not drafts:
        return []
    now, blank = times.now(), State()
    every = [additions_to(draft, blank) for draft in drafts]
    _leave_out_taken_usernames(tx, caller, [(0, each) for each in every])
    first = next_contact_ids(tx, caller.organization_id, len(drafts))
    contact_rows: Rows = []
    events: Rows = []
    words: dict[int, str] = {}
    entries: list[tuple[int, Additions, State]] = []
    handles: list[Handle] = []
    for contact_id, (each, draft) in enumerate(zip(every, drafts, strict=True), first):
        each.note = None if draft.kept else each.note
        own = _handles(contact_id, each, now)
        handles += own
        row = _contact_row(contact_id, each, own, now)
        if draft.kept:
            row |= kept_columns(tx, caller, draft.kept)
        contact_rows.append(row)
        words[contact_id] = words_of(Contact(*[row[name] for name in COLUMNS]), own)
        events.append(_created(caller, contact_id, each, own, now))
        entries.append((contact_id, each, blank))
    parts.insert_contact_rows(tx, caller.organization_id, contact_rows)
    handle_store.insert_handles(tx, caller.organization_id, handles)
    index_contacts(tx, caller.organization_id, words)
    record_all(tx, caller, events)
    written = [Changes(is_new=True) for _ in every]
    _write_parts(tx, caller, entries, written, now)
    for contact_id, draft in enumerate(drafts, first):
        if draft.kept:
            restore_kept(tx, caller, contact_id, draft.kept)
    return [(contact_id, Changes(is_new=True)) for contact_id, _, _ in entries]


def fill_contact(tx: Tx, caller: Caller, state: State, additions: Additions) -> Changes:
    """Add to a contact what it does not have; what it has stays. What was written, to take it back by.

    A contact takes at most 500 handles; an Instagram username another contact has is left out, with a warning.
    """
    assert state.contact is not None
    before, now = state.contact, times.now()
    changes = Changes(fields={n: (getattr(before, n), value) for n, value in additions.fields.items()})
    left_out = _leave_out_taken_usernames(tx, caller, [(before.id, additions)])
    changes.warnings = [f"The Instagram username {name} is another contact's" for name in left_out]
    additions.handles = additions.handles[: max(0, HANDLES_MAX - len(state.handles))]
    handles = _handles(before.id, additions, now)
    handle_store.insert_handles(tx, caller.organization_id, handles)
    changes.handles = [handle.id for handle in handles]
    _write_parts(tx, caller, [(before.id, additions, state)], [changes], now)
    after = replace(before, **additions.fields)
    if additions.note and before.pinned_note is None:
        after = replace(after, pinned_note=additions.note)
    if additions.describe():
        after = replace(after, updated_at=now)
    refresh_summary(tx, caller, before, after, state.handles + handles)
    events = [
        row_of(
            caller, "contact.handle_added", h.id, contact_id=before.id, changes={h.channel: (None, h.value)}, now=now
        )
        for h in handles
    ]
    if changes.fields:
        events.append(
            row_of(caller, "contact.updated", before.id, contact_id=before.id, changes=dict(changes.fields), now=now)
        )
    record_all(tx, caller, events)
    return changes


def _leave_out_taken_usernames(tx: Tx, caller: Caller, entries: list[tuple[int, Additions]]) -> list[str]:
    """A username names one account: of two who want it the first has it, for the others it is a line of the note."""
    wanted = usernames_in(each for _, each in entries)
    if not wanted:
        return []
    owners = parts.find_username_owners(tx, caller.organization_id, wanted)
    left_out = []
    for position, (contact_id, each) in enumerate(entries):
        owner = contact_id or -1 - position
        for handle in [h for h in each.handles if h.channel == INSTAGRAM]:
            if owners.setdefault(handle.normalized or "", owner) != owner:
                each.handles = [h for h in each.handles if h is not handle]
                left_out.append(handle.value)
                if not contact_id:
                    each.note = "\n".join([*([each.note] if each.note else []), f"Instagram: {handle.value}"])
    return left_out


def _handles(contact_id: int, additions: Additions, now: str) -> list[Handle]:
    return [
        Handle(
            contact_id, new_id(), h.channel, h.value, h.normalized or h.value, h.label, h.is_primary, False,
            now, now, None,
        )
        for h in additions.handles
    ]  # fmt: skip


def _contact_row(contact_id: int, additions: Additions, handles: list[Handle], now: str) -> dict[str, Any]:
    """The row of a new contact with its sort keys, the same as those of model.contacts.sort_keys."""
    fields = additions.fields
    row = _BLANK | fields
    row["id"], row["uuid"], row["status"] = contact_id, new_id(), SUBSCRIBED
    row["created_at"] = row["updated_at"] = now
    row["pinned_note"] = additions.note
    for handle in handles:
        if handle.is_primary and handle.channel in SUMMARY_COLUMNS:
            row[SUMMARY_COLUMNS[handle.channel]] = handle.value
    full = " ".join([fields[name] for name in NAME_PARTS if name in fields])
    row["name_key"] = sort_key(row["display_name"] or full or row["nickname"])
    row["real_name_key"] = sort_key(full)
    for key, name in _KEYS:
        value = row[name]
        row[key] = sort_key(value) if value else ""
    return row


def _created(caller: Caller, contact_id: int, additions: Additions, handles: list[Handle], now: str) -> dict[str, Any]:
    """One event says all of a new contact: its fields, handles, tags, folders and note."""
    changes: dict[str, tuple[Any, Any]] = {name: (None, value) for name, value in additions.fields.items()}
    for handle in handles:
        if handle.is_primary:
            changes[handle.channel] = (None, handle.value)
    for name, parts_of_it in (("tags", additions.tags), ("folders", additions.folders), ("note", additions.note)):
        if parts_of_it:
            changes[name] = (None, parts_of_it)
    return row_of(caller, "contact.created", contact_id, contact_id=contact_id, changes=changes, now=now)


# Parts ----------------------------------------------------------------------------------------------------------------


def _write_parts(
    tx: Tx, caller: Caller, entries: list[tuple[int, Additions, State]], written: list[Changes], now: str
) -> None:
    """Everything but the contact's own row and its handles; `written` learns the ids."""
    organization_id = caller.organization_id
    addresses: Rows = []
    dates: Rows = []
    notes: Rows = []
    files: Rows = []
    outside_ids: Rows = []
    for (contact_id, each, state), changes in zip(entries, written, strict=True):
        changes.addresses = _add(addresses, contact_id, now, map(_address_row, each.addresses))
        changes.dates = _add(dates, contact_id, now, ({"label": d.label, "occurs_on": d.occurs_on} for d in each.dates))
        if each.note:
            is_pinned = state.contact is None or state.contact.pinned_note is None
            row = {"author_id": caller.user_id, "text": each.note, "is_pinned": is_pinned}
            changes.notes = _add(notes, contact_id, now, [row])
        if each.pictures:
            changes.files = _add(files, contact_id, now, map(_file_row, each.pictures))
        changes.outside_ids = each.outside_ids
        outside_ids += [
            {"source": source, "outside_id": outside_id, "contact_id": contact_id}
            for source, outside_id in each.outside_ids
        ]
    parts.insert_addresses(tx, organization_id, addresses)
    parts.insert_dates(tx, organization_id, dates)
    parts.insert_notes(tx, organization_id, notes)
    parts.insert_files(tx, organization_id, files)
    parts.save_outside_ids(tx, organization_id, outside_ids)
    known = {contact_id for contact_id, _, state in entries if state.contact is not None}
    written_notes = [n for n in notes if n["contact_id"] in known]
    record_all(
        tx,
        caller,
        [row_of(caller, "note.created", n["id"], contact_id=n["contact_id"], now=now) for n in written_notes],
    )
    _write_words(tx, caller, entries, written, now)
    _write_interactions(tx, caller, entries, written, now)


def _add(rows: Rows, contact_id: int, now: str, fresh: Any) -> list[str]:
    added = [{"id": new_id(), "contact_id": contact_id, "now": now, **row} for row in fresh]
    rows += added
    return [row["id"] for row in added]


def _address_row(address: Any) -> dict[str, Any]:
    country = find_country(address.country) if address.country else None
    row = {name: getattr(address, name) for name in address.__struct_fields__}
    return row | {"country_code": country[0] if country else None}


def _file_row(picture: Any) -> dict[str, Any]:
    media_type = picture.media_type or "application/octet-stream"
    ending = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
    return {
        "kind": "file" if picture.filename else "picture",
        "filename": picture.filename or f"picture{ending.get(media_type, '')}",
        "media_type": media_type[:100],
        "byte_count": picture.byte_count,
        "digest": picture.digest,
    }


def _write_words(
    tx: Tx, caller: Caller, entries: list[tuple[int, Additions, State]], written: list[Changes], now: str
) -> None:
    """Tags and folders: those that do not exist yet are made."""
    tags: dict[str, str | None] = {}
    folders: dict[str, int | None] = {}
    tagged: Rows = []
    in_folders: Rows = []
    events: Rows = []
    for (contact_id, each, state), changes in zip(entries, written, strict=True):
        is_known = state.contact is not None
        for name in each.tags:
            tag_id = tags[fold(name)] if fold(name) in tags else tags.setdefault(fold(name), _tag(tx, caller, name))
            if tag_id is not None and tag_id not in changes.tags:
                changes.tags = [*changes.tags, tag_id]
                tagged.append({"contact_id": contact_id, "tag_id": tag_id})
                if is_known:
                    events.append(row_of(caller, "contact.tagged", tag_id, contact_id=contact_id, now=now))
        for name in each.folders:
            folder_id = folders[name] if name in folders else folders.setdefault(name, _folder(tx, caller, name))
            if folder_id is not None and folder_id not in changes.folders:
                changes.folders = [*changes.folders, folder_id]
                in_folders.append({"contact_id": contact_id, "folder_id": folder_id})
                if is_known:
                    kind = "contact.put_in_folder"
                    events.append(row_of(caller, kind, folder_id, contact_id=contact_id, now=now))
    if tagged:
        parts.insert_tagged(tx, caller.organization_id, tagged)
    if in_folders:
        parts.insert_in_folders(tx, caller.organization_id, in_folders)
    record_all(tx, caller, events)


def _tag(tx: Tx, caller: Caller, name: str) -> str | None:
    try:
        return create_term(tx, caller, TAGS, name).id
    except Invalid:  # there are as many as there can be
        return None


def _folder(tx: Tx, caller: Caller, name: str) -> int | None:
    try:
        folder = folder_store.find_folder_by_name(tx, caller.organization_id, name)
        return (folder or create_folder(tx, caller, name)).id
    except Invalid:
        return None


def _write_interactions(
    tx: Tx, caller: Caller, entries: list[tuple[int, Additions, State]], written: list[Changes], now: str
) -> None:
    rows: Rows = []
    for (contact_id, each, _), changes in zip(entries, written, strict=True):
        own = [
            {
                "contact_id": contact_id,
                "kind": i.kind,
                "happened_at": i.happened_at,
                "id": new_id(),
                "channel": INSTAGRAM,
                "outside_id": i.outside_id,
                "direction": i.direction,
                "text": i.text,
                "data": None,
                "now": now,
            }
            for i in each.interactions
        ]
        changes.interactions = [str(row["id"]) for row in own]
        rows += own
    if rows:
        interaction_store.insert_interactions(tx, caller.organization_id, rows)
        kinds = sorted({(row["contact_id"], row["kind"]) for row in rows})
        interaction_store.mark_recent(tx, caller.organization_id, kinds)
