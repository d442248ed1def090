"""The changes of a contact in an event, in the words of update_contact and of the parts of a contact."""

from collections.abc import Collection

from coterie.model.handles import SUMMARY_COLUMNS

# nothing: which fields it changed is not known, it may be any
FIELDS_OF_KIND: dict[str, tuple[str, ...]] = {
    "contact.deleted": ("deleted_at",),
    "contact.restored": ("deleted_at",),
    "contact.merged": (),
    "contact.unmerged": (),
    "contact.put_in_folder": ("folder_ids",),
    "contact.taken_out_of_folder": ("folder_ids",),
    "contact.folder_changed": ("folder_ids",),
    "contact.tagged": ("tags",),
    "contact.untagged": ("tags",),
    "contact.tag_changed": ("tags",),
    "contact.expertise_added": ("expertises",),
    "contact.expertise_removed": ("expertises",),
    "contact.expertise_changed": ("expertises",),
    "contact.property_changed": ("properties",),
    "contact.related_changed": ("pets", "relationships"),
    "contact.parts_imported": (),
    "contact.card_changed": (),
    "contact.put_on_phones": (),
    "contact.taken_off_phones": (),
}
# of the other kinds, by the part before the dot
FIELDS_OF_NOUN: dict[str, tuple[str, ...]] = {
    "address": ("addresses",),
    "attachment": ("attachments",),
    "contact_relationship": ("relationships",),
    "date": ("dates",),
    "gift": ("gifts",),
    "note": ("notes",),
    "pet": ("pets",),
}
UPDATED = "contact.updated"
HANDLE = "contact.handle_"


def fields_of(kind: str, changed: Collection[str]) -> set[str]:
    """The fields that an event of this kind changed; none if they are not known.

    changed: the names in the changes of the event, such as "birthday" or "properties.size"; channels of a handle.
    """
    if kind == UPDATED:
        return {*changed, *(["handles"] if set(SUMMARY_COLUMNS.values()) & set(changed) else [])}
    if kind.startswith(HANDLE):
        return {"handles", *(SUMMARY_COLUMNS[name] for name in changed if name in SUMMARY_COLUMNS)}
    return set(FIELDS_OF_KIND.get(kind) or FIELDS_OF_NOUN.get(kind.partition(".")[0], ()))
