"""The parts of many contacts, except handles: collected as rows, each kind written in one statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from coterie.actions.folders import create_folder
from coterie.actions.search_index import index_new
from coterie.actions.terms import create_term
from coterie.drafts.merge import MergePlan
from coterie.errors import Invalid
from coterie.model.attachments import FILE, OCTETS, PICTURE, PICTURE_ENDINGS
from coterie.model.countries import find_country
from coterie.model.handles import INSTAGRAM
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS, name_key
from coterie.store import folders as folder_store
from coterie.store import import_parts
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx

Rows = list[dict[str, Any]]


class PartRows(Struct):
    """Rows by kind; tags and folders are (contact id, name)."""

    addresses: Rows = field(default_factory=list)
    dates: Rows = field(default_factory=list)
    notes: Rows = field(default_factory=list)
    files: Rows = field(default_factory=list)
    external_ids: Rows = field(default_factory=list)
    interactions: Rows = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)
    folders: list[tuple[int, str]] = field(default_factory=list)

    def add(
        self, caller: Caller, contact_id: int, additions: MergePlan, now: str, *, ids: Iterator[str], is_pinned: bool
    ) -> None:
        """Adds the rows of one contact; is_pinned: whether its note becomes the pinned one."""
        _add(self.addresses, contact_id, now, ids, map(_address_row, additions.addresses))
        dates = ({"label": date.label, "occurs_on": date.occurs_on} for date in additions.dates)
        _add(self.dates, contact_id, now, ids, dates)
        if additions.note:
            row = {"author_id": caller.user_id, "text": additions.note, "is_pinned": is_pinned}
            _add(self.notes, contact_id, now, ids, [row])
        _add(self.files, contact_id, now, ids, map(_file_row, additions.pictures))
        _add(self.interactions, contact_id, now, ids, map(_interaction_row, additions.interactions))
        self.external_ids += [
            {"source": source, "external_id": external_id, "contact_id": contact_id}
            for source, external_id in additions.external_ids
        ]
        self.tags += [(contact_id, name) for name in additions.tags]
        self.folders += [(contact_id, name) for name in additions.folders]


class Named(Struct, frozen=True):
    """The ids of tags, by the key of their name, and of folders, by their name; None where the limit is reached."""

    tags: dict[str, str | None]
    folders: dict[str, int | None]


def create_named(tx: Tx, caller: Caller, plans: Sequence[MergePlan]) -> Named:
    """The tags and folders that these plans name; creates the missing ones."""
    spelled = {name_key(name): name for plan in reversed(plans) for name in reversed(plan.tags)}
    tags = {key: _tag(tx, caller, name) for key, name in spelled.items()}
    names = dict.fromkeys(name for plan in plans for name in plan.folders)
    return Named(tags, {name: _folder(tx, caller, name) for name in names})


def write_parts(
    tx: Tx, caller: Caller, rows: PartRows, named: Named
) -> tuple[list[tuple[int, str]], list[tuple[int, int]]]:
    """Inserts the rows; returns the (contact id, tag id) and (contact id, folder id) that were put together.

    named: the result of create_named for the same plans.
    """
    organization_id, tags, folders = caller.organization_id, named.tags, named.folders
    import_parts.insert_addresses(tx, organization_id, rows.addresses)
    import_parts.insert_dates(tx, organization_id, rows.dates)
    import_parts.insert_notes(tx, organization_id, rows.notes)
    import_parts.insert_files(tx, organization_id, rows.files)
    import_parts.save_external_ids(tx, organization_id, rows.external_ids)
    tagged = {(contact_id, tag_id) for contact_id, name in rows.tags if (tag_id := tags[name_key(name)]) is not None}
    if tagged:
        import_parts.insert_tagged(tx, organization_id, [{"contact_id": c, "tag_id": t} for c, t in sorted(tagged)])
    put = {(contact_id, folder_id) for contact_id, name in rows.folders if (folder_id := folders[name]) is not None}
    if put:
        import_parts.insert_in_folders(tx, organization_id, [{"contact_id": c, "folder_id": f} for c, f in sorted(put)])
    if rows.interactions:
        index_new(tx, organization_id, rows.interactions)
        interaction_store.insert_interactions(tx, organization_id, rows.interactions)
        kinds = sorted({(row["contact_id"], row["kind"]) for row in rows.interactions})
        interaction_store.mark_recent(tx, organization_id, kinds)
    return sorted(tagged), sorted(put)


def _add(rows: Rows, contact_id: int, now: str, ids: Iterator[str], parts: Iterable[dict[str, Any]]) -> None:
    rows += [{"id": next(ids), "contact_id": contact_id, "now": now, **row} for row in parts]


def _address_row(address: Any) -> dict[str, Any]:
    country = find_country(address.country) if address.country else None
    row = {name: getattr(address, name) for name in address.__struct_fields__}
    return row | {"country_code": country[0] if country else None}


def _file_row(picture: Any) -> dict[str, Any]:
    media_type = picture.media_type or OCTETS
    return {
        "kind": FILE if picture.filename else PICTURE,
        "filename": picture.filename or f"picture{PICTURE_ENDINGS.get(media_type, '')}",
        "media_type": media_type[:100],
        "byte_count": picture.byte_count,
        "digest": picture.digest,
    }


def _interaction_row(interaction: Any) -> dict[str, Any]:
    return {
        "kind": interaction.kind,
        "happened_at": interaction.happened_at,
        "channel": INSTAGRAM,
        "external_id": interaction.external_id,
        "direction": interaction.direction,
        "text": interaction.text,
        "data": None,
    }


def _tag(tx: Tx, caller: Caller, name: str) -> str | None:
    try:
        return create_term(tx, caller, TAGS, name).id
    except Invalid:  # the limit of tags is reached
        return None


def _folder(tx: Tx, caller: Caller, name: str) -> int | None:
    try:
        folder = folder_store.find_folder_by_name(tx, caller.organization_id, name)
        return (folder or create_folder(tx, caller, name)).id
    except Invalid:
        return None
