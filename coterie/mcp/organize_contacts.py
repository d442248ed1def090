"""The tool organize_contacts: tags and folders of several people."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from coterie.actions.labels import Labels, change_labels
from coterie.errors import NotFound, invalid
from coterie.mcp.names import find_folders, find_tags
from coterie.mcp.save_arguments import Name
from coterie.mcp.tool import Call, Output, Tool
from coterie.store import terms
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.merges import find_survivors
from coterie.store.revisions import lock_contacts

Names = Annotated[list[Name], Meta(max_length=20)]
ContactId = Annotated[int, Meta(ge=1)]


class Arguments(Struct, forbid_unknown_fields=True):
    ids: Annotated[list[ContactId], Meta(min_length=1, max_length=100)]
    add_tags: Names = []
    remove_tags: Names = []
    add_folders: Names = []
    remove_folders: Names = []
    make_missing: Annotated[bool, Meta(description="create tags and folders that do not exist")] = False


def organize_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    if not (asked.add_tags or asked.remove_tags or asked.add_folders or asked.remove_folders):
        raise invalid("add_tags", "is empty: name tags or folders to add or remove", kind="missing")
    ids = present_ids(tx, call, asked.ids)
    lock_for_labels(tx, call, ids, [*asked.add_tags, *asked.remove_tags])
    labels = read_labels(tx, call, asked, makes_missing=asked.make_missing)
    return {"contacts": len(ids), **apply_labels(tx, call, ids, labels)}


def present_ids(tx: Tx, call: Call, contact_ids: list[int], field: str = "ids") -> list[int]:
    """The contacts that ids mean now, each once. Raises NotFound if one does not exist or is deleted."""
    survivors = find_survivors(tx, call.caller.organization_id, contact_ids)
    ids = sorted({survivors.get(id_, id_) for id_ in contact_ids})
    present = {each.id for each in list_contacts_by_id(tx, call.caller.organization_id, ids)}
    missing = [str(id_) for id_ in ids if id_ not in present]
    if missing:
        raise NotFound(f"{field}: not found: {', '.join(missing[:20])}")
    return ids


def lock_for_labels(tx: Tx, call: Call, ids: list[int], tags: list[str]) -> None:
    """Locks the contacts and the tags, before anything takes a change number."""
    lock_contacts(tx, call.caller.organization_id, ids)
    terms.lock_tags(tx, call.caller.organization_id, 0, tags)


def read_labels(tx: Tx, call: Call, asked: Any, *, makes_missing: bool) -> Labels:
    """The tags and folders of arguments that have add_tags and so on. Raises Invalid for one that does not exist."""
    return Labels(
        [tag.name for tag in find_tags(tx, call, "add_tags", asked.add_tags, makes_missing=makes_missing)],
        find_tags(tx, call, "remove_tags", asked.remove_tags),
        find_folders(tx, call, "add_folders", asked.add_folders, makes_missing=makes_missing),
        find_folders(tx, call, "remove_folders", asked.remove_folders),
    )


def apply_labels(tx: Tx, call: Call, ids: list[int], labels: Labels) -> dict[str, int]:
    """Adds and removes tags and folders; returns the number of changes of each kind."""
    changed = change_labels(tx, call.caller, ids, labels)
    return {name: changed[kind] for kind, name in _COUNTED.items() if changed[kind]} or {"changed": 0}


_COUNTED = {
    "contact.tagged": "tags_added",
    "contact.untagged": "tags_removed",
    "contact.put_in_folder": "folders_added",
    "contact.taken_out_of_folder": "folders_removed",
}
TOOL = Tool(
    name="organize_contacts",
    title="Tag and file contacts",
    description="Adds and removes tags and folders, by name, of up to 100 people.",
    arguments=Arguments,
    handler=organize_contacts,
    mode="write",
    is_destructive=True,
)
