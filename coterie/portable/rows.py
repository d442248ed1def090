"""What our own export holds beside contacts, back as it was: the rows of every noun.

Nothing that is there is changed. A row whose id is there, or that says what a contact had before, is passed over; one
that names somebody who is not here is left out, and told. Ids, moments and deleted rows are kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions.events import record_all, row_of
from coterie.actions.handles import save_differences
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.portable import (
    CONTACT_FIELDS,
    DEFINITIONS,
    NOUNS,
    REFERENCES,
    InFolderRow,
    NoteRow,
    PortableRows,
    Row,
    fields_of,
)
from coterie.model.properties import still_fits
from coterie.model.terms import name_key
from coterie.store import contacts as contact_store
from coterie.store import folders as folder_store
from coterie.store import interactions as interaction_store
from coterie.store import notes as note_store
from coterie.store import parts
from coterie.store import portable as store
from coterie.store import properties as property_store
from coterie.store.counters import add_to_count, next_number
from coterie.store.database import Tx

_COUNTED = {
    "folders": folder_store.COUNT, "property_definitions": property_store.COUNT,
}  # fmt: skip
# a noun that ties a contact to something whose contacts are counted -> that, and the column
_COUNTING = {
    "in_folders": ("folders", "folder_id"),
    "tagged": ("tags", "tag_id"),
    "skilled": ("expertises", "expertise_id"),
}
Columns = dict[str, Any]


# Rows -----------------------------------------------------------------------------------------------------------------


class Known(Struct):
    """What the references of some rows lead to here."""

    caller: Caller
    contacts: dict[str, tuple[int, bool]] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    folders: list[tuple[int, str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    expertises: dict[str, str] = field(default_factory=dict)
    # contacts this import created: what they have came with it
    ours: set[int] = field(default_factory=set)


class Plan(Struct):
    """The rows that are not there yet, with their columns, and why others are left out."""

    rows: list[tuple[Row, Columns]]
    known: Known
    left_out: list[str]


class Added(Struct):
    """What was written: the key of each row and when it was changed last, to take it back by."""

    entries: list[tuple[list[Any], str | None]]
    left_out: list[str]


def decode_rows(own: PortableRows) -> list[Row]:
    """The rows a reader checked. Refused: nothing."""
    return [msgspec.json.decode(line, type=NOUNS[own.noun].row) for line in own.lines]


def would_add(tx: Tx, caller: Caller, own: PortableRows) -> int:
    """How many of the rows are not there, those about contacts that are yet to come among them. Refused: nothing."""
    plan = _plan(tx, caller, own.noun, decode_rows(own))
    noun = NOUNS[own.noun]
    fresh = [
        c for _, c in plan.rows if own.noun == "folders" or not store.is_there(tx, caller.organization_id, noun, c)
    ]
    return len(fresh) + len(plan.left_out)


def add_rows(tx: Tx, caller: Caller, own: PortableRows) -> Added:
    """Write the rows that are not there, and bring what is kept about them (counts, summaries) in step.

    Left out, with the reason: what names a contact, a tag or a user that is not here; a value its property refuses.
    """
    noun = NOUNS[own.noun]
    plan = _plan(tx, caller, own.noun, decode_rows(own))
    written = []
    for row, columns in plan.rows:
        if own.noun == "folders":
            columns["id"] = next_number(tx, caller.organization_id, "folder_id")
        if store.insert_row(tx, caller.organization_id, noun.table, columns):
            written.append((row, columns))
    _follow(tx, caller, own.noun, plan.known, written)
    entries = [([c[name] for name in noun.key], getattr(row, "updated_at", None)) for row, c in written]
    return Added(entries, plan.left_out)


def _plan(tx: Tx, caller: Caller, name: str, rows: Sequence[Row]) -> Plan:
    known = _know(tx, caller, rows)
    plan = Plan([], known, [])
    for row in rows:
        columns = _columns(name, row, known)
        if isinstance(columns, str):
            plan.left_out.append(columns)
        else:
            plan.rows.append((row, columns))
    contact_ids = {i for _, columns in plan.rows for i in _contacts_of(columns)}
    contact_ids |= {
        known.contacts[uuid][0] for row in rows for uuid in getattr(row, "contacts", ()) if uuid in known.contacts
    }
    known.ours = parts.list_created_by(tx, caller.organization_id, caller.import_id or "", contact_ids)
    if name == "properties":
        _leave_out_misfits(tx, caller, plan)
    if name == "notes":
        _leave_out_known_notes(tx, caller, plan, contact_ids)
    _leave_out_same(tx, caller, name, plan)
    return plan


def _know(tx: Tx, caller: Caller, rows: Sequence[Row]) -> Known:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        for name in row.__struct_fields__:
            value = getattr(row, name)
            if name in REFERENCES and value is not None:
                wanted.setdefault("contact" if name in CONTACT_FIELDS else name, set()).add(value)
            elif isinstance(row, NoteRow) and name in ("contacts", "tags"):
                wanted.setdefault(name.removesuffix("s"), set()).update(value)
    organization_id, known = caller.organization_id, Known(caller)
    known.contacts = store.find_contacts(tx, organization_id, wanted.get("contact", ()))
    if emails := wanted.get("user", set()) | wanted.get("author", set()):
        known.users = store.find_members(tx, organization_id, emails)
    if "folder" in wanted:
        known.folders = store.find_folders(tx, organization_id, wanted["folder"])
    for name, table in (("tag", "tags"), ("expertise", "expertises")):
        if name in wanted:
            keys = {name_key(word) for word in wanted[name]}
            setattr(known, table, store.find_terms(tx, organization_id, table, keys))
    return known


def _columns(name: str, row: Row, known: Known) -> Columns | str:
    """The columns of a row here, or why it is left out."""
    columns: Columns = {}
    for each in fields_of(NOUNS[name]):
        value = getattr(row, each)
        if each not in REFERENCES:
            columns[each] = value
            continue
        column = REFERENCES[each][0]
        found = None if value is None else _find(each, value, row, known)
        if found is None and value is not None and not (each == "author" and not getattr(row, "is_personal", False)):
            return f"{each.replace('_', ' ')} {str(value)[:100]} is not here"
        columns[column] = found
    if name in ("tags", "expertises"):
        columns["name_key"] = name_key(columns["name"])
    if name == "interactions":
        columns["is_recent"] = False
    if name == "relationships" and columns["first_contact_id"] == columns["second_contact_id"]:
        return "nobody is related to themselves"
    return columns


def _find(name: str, value: str, row: Row, known: Known) -> Any:
    if name in CONTACT_FIELDS:
        return known.contacts.get(value, (None, False))[0]
    if name in ("user", "author"):
        # somebody who has no account here: what is theirs becomes the importing user's
        return known.users.get(value) or known.caller.user_id
    if name == "tag":
        return known.tags.get(name_key(value))
    if name == "expertise":
        return known.expertises.get(name_key(value))
    assert isinstance(row, InFolderRow)
    named = [
        (created_at != row.folder_created_at, i) for i, folder, created_at in known.folders if folder == row.folder
    ]
    return min(named)[1] if named else None


def _contacts_of(columns: Mapping[str, Any]) -> list[int]:
    return [columns[name] for name in ("contact_id", "first_contact_id") if columns.get(name) is not None]


def _leave_out_misfits(tx: Tx, caller: Caller, plan: Plan) -> None:
    """A property of this name may be of another type here."""
    slugs = {columns["slug"] for _, columns in plan.rows}
    definitions = property_store.find_definitions(tx, caller.organization_id, slugs)
    fitting = []
    for row, columns in plan.rows:
        definition = definitions.get(columns["slug"])
        if definition is not None and still_fits(definition, msgspec.json.decode(columns["value"])):
            fitting.append((row, columns))
        else:
            plan.left_out.append(f"property {columns['slug'][:100]} does not take the value")
    plan.rows = fitting


def _leave_out_known_notes(tx: Tx, caller: Caller, plan: Plan, contact_ids: set[int]) -> None:
    """A note every contact of which was there before and has this text already."""
    texts = parts.list_note_texts_of(tx, caller.organization_id, contact_ids - plan.known.ours)
    fresh: list[tuple[Row, Columns]] = []
    for row, columns in plan.rows:
        assert isinstance(row, NoteRow)
        about = [plan.known.contacts[uuid][0] for uuid in row.contacts if uuid in plan.known.contacts]
        if row.contacts and not about:
            plan.left_out.append("nobody a note is about is here")
        elif not about or not all((row.text,) in texts.get(i, ()) for i in about):
            fresh.append((row, columns))
    plan.rows = fresh


def _leave_out_same(tx: Tx, caller: Caller, name: str, plan: Plan) -> None:
    noun = NOUNS[name]
    if not noun.same:
        return
    checked = [c for _, c in plan.rows if not plan.known.ours.intersection(_contacts_of(c))]
    if not checked:
        return
    present = store.list_values(tx, caller.organization_id, noun, {c[noun.same[0]] for c in checked})
    is_new = [c not in checked or tuple(c[n] for n in noun.same) not in present for _, c in plan.rows]
    plan.rows = [each for each, new in zip(plan.rows, is_new, strict=True) if new]


def _follow(tx: Tx, caller: Caller, name: str, known: Known, written: Sequence[tuple[Row, Columns]]) -> None:
    """What is kept about the rows: counts, which interactions are recent, the pinned note; and the events."""
    organization_id, noun, now = caller.organization_id, NOUNS[name], times.now()
    events = []
    if noun.table in _COUNTED and written:
        add_to_count(tx, organization_id, _COUNTED[noun.table], len(written))
    for row, columns in written:
        if name in _COUNTING:
            table, column = _COUNTING[name]
            store.count_link(tx, organization_id, table, columns[column], columns["contact_id"], 1)
        about = _contacts_of(columns)
        if isinstance(row, NoteRow):
            about = _tie_note(tx, caller, row, known)
        is_told = noun.event and not getattr(row, "deleted_at", None) and not known.ours.intersection(about)
        if noun.event and is_told:
            subject = columns[_COUNTING[name][1]] if name in _COUNTING else columns[noun.key[-1]]
            contact_id = about[0] if about else None
            events.append(row_of(caller, noun.event, subject, contact_id=contact_id, now=now))
    if name == "interactions":
        kinds = sorted({(c["contact_id"], c["kind"]) for _, c in written})
        interaction_store.mark_recent(tx, organization_id, kinds)
    record_all(tx, caller, events)


# Notes ----------------------------------------------------------------------------------------------------------------


def _tie_note(tx: Tx, caller: Caller, note: NoteRow, known: Known) -> list[int]:
    """A note that was just written is about its contacts and has its tags; whom it is about."""
    organization_id = caller.organization_id
    about = sorted({known.contacts[uuid][0] for uuid in note.contacts if uuid in known.contacts})
    note_store.add_note_contacts(tx, organization_id, note.id, about)
    tags = {known.tags.get(name_key(name)) for name in note.tags} - {None}
    note_store.add_note_tags(tx, organization_id, note.id, sorted(filter(None, tags)))
    if not note.is_personal and note.deleted_at is None:
        add_to_count(tx, organization_id, note_store.COUNT, 1)
        if note.is_pinned:
            _refresh_pinned(tx, caller, about, known.ours)
    return about


def _refresh_pinned(tx: Tx, caller: Caller, contact_ids: Sequence[int], ours: set[int]) -> None:
    for contact_id in contact_ids:
        before = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
        pinned = note_store.find_pinned_note(tx, caller.organization_id, contact_id)
        text = pinned.text if pinned else None
        if before is not None and before.pinned_note != text:
            updated_at = before.updated_at if contact_id in ours else times.now()
            save_differences(tx, caller, before, replace(before, pinned_note=text, updated_at=updated_at))


# Taking back ----------------------------------------------------------------------------------------------------------


def undo_rows(tx: Tx, caller: Caller, name: str, entries: Sequence[tuple[list[Any], str | None]]) -> list[str]:
    """Remove what add_rows wrote, unless it was changed since or is in use. What was left alone, and why."""
    noun, organization_id = NOUNS[name], caller.organization_id
    kept, removed = 0, 0
    for key, updated_at in reversed(entries):
        if name in DEFINITIONS and store.is_used(tx, organization_id, noun.table, key[0]):
            kept += 1
            continue
        note = note_store.find_note(tx, organization_id, key[0], reader_id=None) if name == "notes" else None
        about = note_store.list_contacts_of_note(tx, organization_id, key[0]) if note else []
        is_removed = store.delete_row(tx, organization_id, noun, key, updated_at)
        kept += is_removed is False
        removed += is_removed is True
        if is_removed and name in _COUNTING:
            store.count_link(tx, organization_id, _COUNTING[name][0], key[1], key[0], -1)
        if is_removed and note and note.is_counted:
            add_to_count(tx, organization_id, note_store.COUNT, -1)
            if note.is_pinned:
                _refresh_pinned(tx, caller, about, set())
    if removed and noun.table in _COUNTED:
        add_to_count(tx, organization_id, _COUNTED[noun.table], -removed)
    if name == "interactions":
        interaction_store.mark_recent(tx, organization_id, sorted({(key[0], key[1]) for key, _ in entries}))
    return [f"{kept} of the {name.replace('_', ' ')} were changed since, or are in use, and stay"] if kept else []
