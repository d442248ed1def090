"""Events: every kind of change that is recorded, and what it carries."""

from msgspec import Struct

# kind -> what happened. subject_id is the id of the thing named before the dot.
KINDS = {
    "contact.created": "A contact was added.",
    "contact.updated": "Fields of a contact changed; changes holds each field's value before and after.",
    "contact.deleted": "A contact was deleted; it can be restored.",
    "contact.restored": "A deleted contact came back.",
    "contact.erased": "A contact was removed for good, with its parts and the values in its events.",
    "contact.handle_added": "A way to reach a contact was added.",
    "contact.handle_updated": "A way to reach a contact changed.",
    "contact.handle_deleted": "A way to reach a contact was deleted; it can be restored.",
    "contact.handle_restored": "A deleted way to reach a contact came back.",
    "contact.handle_erased": "A way to reach a contact was removed for good.",
    "contact.put_in_folder": "A contact was put into a folder.",
    "contact.taken_out_of_folder": "A contact was taken out of a folder.",
    "folder.created": "A folder was made.",
    "folder.updated": "A folder's name or colour changed.",
    "folder.deleted": "A folder was removed; its contacts stay.",
    "property.created": "A property was defined.",
    "property.updated": "A property's definition changed.",
    "property.deleted": "A property was removed, with the values of every contact.",
    "note.created": "A note was written.",
    "note.updated": "A note changed.",
    "note.deleted": "A note was deleted.",
    "interaction.received": "A message, comment or mention came in.",
    "interaction.sent": "A message went out.",
    "bulk_update.started": "An update of many contacts was accepted.",
    "organization.created": "The organization was set up.",
}


class Event(Struct, frozen=True):
    id: int
    kind: str
    subject_id: str
    contact_id: int | None
    user_id: str | None
    via: str
    changes: str | None
    happened_at: str
