"""Events: every kind of change that is recorded, and which of them change a contact as clients see it.

An event names every contact it concerns: both sides of a relationship, both owners of a pet, all contacts of a note.
What is about a personal note names none, and no event holds a personal note's text. Events of reminders and of
relationships of users are their user's alone: a door shows them to nobody else.
"""

# kind -> what happened. subject_id is the id of the thing named before the dot, unless the sentence says otherwise.
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
    "contact.tagged": "A tag was put on a contact; the subject is the tag.",
    "contact.untagged": "A tag was taken off a contact; the subject is the tag.",
    "contact.expertise_added": "An expertise was put on a contact; the subject is the expertise.",
    "contact.expertise_removed": "An expertise was taken off a contact; the subject is the expertise.",
    "contact.tag_changed": "A tag of contacts was renamed, deleted, restored or erased; the subject is the tag.",
    "contact.expertise_changed": "The same of an expertise; the subject is the expertise.",
    "contact.folder_changed": "A folder of contacts was renamed or deleted; the subject is the folder.",
    "contact.property_changed": "A property of contacts was renamed or deleted; the subject is its slug.",
    "contact.related_changed": "A related contact, or a pet's other owner, was deleted, restored or erased;"
    " the subject is that contact.",
    "tag.created": "A tag was added.",
    "tag.updated": "A tag changed.",
    "tag.deleted": "A tag was deleted; it can be restored.",
    "tag.restored": "A deleted tag came back.",
    "tag.erased": "A tag was removed for good.",
    "expertise.created": "An expertise was added.",
    "expertise.updated": "An expertise changed.",
    "expertise.deleted": "An expertise was deleted; it can be restored.",
    "expertise.restored": "A deleted expertise came back.",
    "expertise.erased": "An expertise was removed for good.",
    "pet.created": "A pet was added.",
    "pet.updated": "A pet changed.",
    "pet.deleted": "A pet was deleted; it can be restored.",
    "pet.restored": "A deleted pet came back.",
    "pet.erased": "A pet was removed for good.",
    "gift.created": "A gift was added.",
    "gift.updated": "A gift changed.",
    "gift.deleted": "A gift was deleted; it can be restored.",
    "gift.restored": "A deleted gift came back.",
    "gift.erased": "A gift was removed for good.",
    "contact_relationship.created": "A relationship between two contacts was added.",
    "contact_relationship.updated": "A relationship between two contacts changed.",
    "contact_relationship.deleted": "A relationship between two contacts was deleted; it can be restored.",
    "contact_relationship.restored": "A deleted relationship between two contacts came back.",
    "contact_relationship.erased": "A relationship between two contacts was removed for good.",
    "user_relationship.created": "A relationship between a user and a contact was added.",
    "user_relationship.updated": "A relationship between a user and a contact changed.",
    "user_relationship.deleted": "A relationship between a user and a contact was deleted; it can be restored.",
    "user_relationship.restored": "A deleted relationship between a user and a contact came back.",
    "user_relationship.erased": "A relationship between a user and a contact was removed for good.",
    "note.created": "A note was written.",
    "note.updated": "A note changed.",
    "note.deleted": "A note was deleted; it can be restored.",
    "note.restored": "A deleted note came back.",
    "note.erased": "A note was removed for good.",
    "reminder.created": "A user asked to be reminded.",
    "reminder.updated": "A reminder changed.",
    "reminder.deleted": "A reminder was removed for good.",
    "reminder.sent": "A reminder was handed to the mail server.",
    "attachment.added": "A file was attached to a contact.",
    "attachment.erased": "A file of a contact was removed for good.",
    "interaction.received": "A message, comment or mention came in.",
    "interaction.sent": "A message went out.",
    "interaction.updated": "A message was edited, or someone reacted to it.",
    "interaction.deleted": "Its sender took a message back; its text is gone.",
    "import.started": "A file was given to be read.",
    "import.staged": "A file was read; nothing changed yet.",
    "import.applied": "What a file holds was brought in.",
    "import.deleted": "An import and its file were removed for good; the contacts it brought stay.",
    "import.undone": "An import was taken back.",
    "bulk_update.started": "An update of many contacts was accepted.",
    "address.created": "A postal address was added, to a contact or to the organization.",
    "address.updated": "A postal address changed.",
    "address.deleted": "A postal address was deleted; it can be restored.",
    "address.restored": "A deleted postal address came back.",
    "address.erased": "A postal address was removed for good.",
    "user.updated": "A user's profile or notifications changed.",
    "user.logged_in": "A user exchanged a password for an access token.",
    "user.logged_out": "An access token was given back by its user.",
    "organization.instagram_connected": "An Instagram account was tied to the organization.",
    "organization.opt_out_words_changed": "The words with which people opt out changed.",
    "organization.created": "The organization was set up.",
}

# What follows from a change elsewhere: nobody changed these contacts themselves
CONSEQUENCES = frozenset(
    ("contact.tag_changed", "contact.expertise_changed", "contact.folder_changed", "contact.property_changed",
     "contact.related_changed")
)  # fmt: skip

# What stands before the dot -> whether clients see its changes as changes of the contacts the event names
SHOWN_WITH_CONTACTS = {
    "contact": True, "address": True, "contact_relationship": True, "note": True, "gift": True, "pet": True,
    "attachment": True,
    "user_relationship": False, "reminder": False, "interaction": False,
    "tag": False, "expertise": False, "folder": False, "property": False,
    "import": False, "bulk_update": False, "user": False, "organization": False,
}  # fmt: skip
# A created contact has its revision from its row, an erased one leaves a tombstone
CHANGES_CONTACTS = frozenset(kind for kind in KINDS if SHOWN_WITH_CONTACTS[kind.partition(".")[0]]) - {
    "contact.created", "contact.erased",
}  # fmt: skip
