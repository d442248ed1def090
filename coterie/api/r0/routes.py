"""R0's contract on one page: method, path, handler, scope, mode. README.md explains each oddity."""

from typing import Any
from uuid import UUID

from coterie.api.r0 import (
    addresses,
    attachments,
    contact_relationships,
    contacts,
    emails,
    errors,
    gifts,
    import_rows,
    important_dates,
    imports,
    notes,
    organizations,
    pets,
    phone_numbers,
    relationships,
    reminders,
    session,
    user_relationships,
    users,
)
from coterie.api.r0.contact_entity import ContactEntity, ContactList
from coterie.api.r0.contact_parts import ContactWithParts
from coterie.api.r0.emails import EMAIL_HANDLERS
from coterie.api.r0.examples import EXAMPLES, PATHS
from coterie.api.r0.ids import lock_part
from coterie.api.r0.input import SoftDelete
from coterie.api.r0.pages import IncludeQuery, ListQuery, SearchQuery
from coterie.api.r0.phone_numbers import PHONE_HANDLERS
from coterie.api.r0.terms import EXPERTISE_HANDLERS, TAG_HANDLERS, TermEntity
from coterie.api.route import Contract, Route
from coterie.imports.formats.names import REJECTED_MEDIA_TYPES
from coterie.model.attachments import EXTENSIONS

READ, WRITE, ORGANIZATION, ORGANIZATION_WRITE = (
    "contacts:read", "contacts:write", "organization:read", "organization:write"
)  # fmt: skip
CONTACT = "/orgs/{org_id}/contacts/{contact_id}"
ORG = "/orgs/{org_id}"
# every id in a path is a UUID
IDS: dict[str, Any] = dict.fromkeys(
    ("org_id", "contact_id", "address_id", "phone_id", "email_id", "contact_relationship_id", "tag_id", "expertise_id",
     "pet_id", "gift_id", "date_id", "note_id", "user_relationship_id", "relationship_id", "reminder_id",
     "attachment_id", "import_id"), UUID
)  # fmt: skip
ROW_IDS: dict[str, Any] = {**IDS, "row": int}
IMPORTS_READ, IMPORTS_WRITE = "imports:read", "imports:write"
# a DELETE with soft_delete=false returns 204, any other 200 with the entity
DELETED: dict[int, Any] = {204: None}
# segment of a path -> other spellings (README.md, 1, 5, 11, 27)
SPELLINGS = {
    "phone-numbers": ("phone_numbers",),
    "emails": ("email-addresses", "email_addresses"),
    "contact_relationships": ("contact-relationships",),
    "user_relationships": ("user-relationships",),
    "gifts": ("gift",),
    "important_dates": ("important-dates",),
    "imports": ("bulk-upload", "bulk_upload"),
}

# fmt: off
ROUTES: tuple[Route, ...] = (
    # Session, users, organizations
    Route("POST", "/login", session.log_in, None, "write", "Get a token for an e-mail address and a password",
          body=session.LoginBody, response=session.LoginEntity, status=201, check=session.check,
          body_bytes_max=session.BODY_BYTES_MAX),
    Route("DELETE", "/logout", session.log_out, None, "write", "Revoke the token the request comes with", status=204),
    Route("GET", "/users/{user_id}", users.show, ORGANIZATION, "read", "Get the caller's own profile",
          response=users.UserEntity),
    Route("PATCH", "/users/{user_id}", users.update, ORGANIZATION_WRITE, "write",
          "Update the caller's own profile and notifications", body=users.UserBody, response=users.UserEntity),
    Route("GET", f"{ORG}/users/{{user_id}}", users.show_member, ORGANIZATION, "read",
          "Get the profile of a member of an organization", response=users.UserEntity, path_types=IDS),
    Route("GET", "/orgs", organizations.list_, ORGANIZATION, "read", "List the caller's organizations",
          query=ListQuery, response=organizations.OrganizationList, paged=True),

    # Contacts
    Route("GET", f"{ORG}/contacts", contacts.list_, READ, "read", "List contacts",
          query=contacts.ContactsQuery, response=ContactList, paged=True, path_types=IDS, is_search=contacts.is_search),
    Route("POST", f"{ORG}/contacts", contacts.create, WRITE, "write", "Create a contact",
          body=contacts.NewContactBody, response=ContactEntity, status=201, path_types=IDS),
    Route("GET", CONTACT, contacts.show, READ, "read", "Get a contact with the parts asked for",
          query=contacts.PartsQuery, response=ContactWithParts, path_types=IDS),
    Route("PATCH", CONTACT, contacts.update, WRITE, "write", "Update or restore a contact",
          body=contacts.ContactBody, response=ContactEntity, path_types=IDS),
    Route("DELETE", CONTACT, contacts.remove, WRITE, "write", "Delete a contact",
          query=SoftDelete, body=SoftDelete, response=ContactEntity, responses=DELETED, path_types=IDS),

    # Phone numbers
    Route("GET", f"{CONTACT}/phone-numbers", PHONE_HANDLERS.list_, READ, "read", "List a contact's phone numbers",
          query=ListQuery, response=phone_numbers.PhoneNumberList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/phone-numbers", PHONE_HANDLERS.create, WRITE, "write", "Create a phone number",
          body=phone_numbers.NewPhoneNumberBody, response=phone_numbers.PhoneNumberEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/phone-numbers/{{phone_id}}", PHONE_HANDLERS.show, READ, "read", "Get a phone number",
          response=phone_numbers.PhoneNumberEntity, path_types=IDS),
    Route("POST", f"{CONTACT}/phone-numbers/{{phone_id}}", PHONE_HANDLERS.create, WRITE, "write",
          "Create a phone number; the id is ignored", body=phone_numbers.NewPhoneNumberBody,
          response=phone_numbers.PhoneNumberEntity, status=201, path_types=IDS),
    Route("PATCH", f"{CONTACT}/phone-numbers/{{phone_id}}", PHONE_HANDLERS.update, WRITE, "write",
          "Update or restore a phone number", body=phone_numbers.PhoneNumberBody,
          response=phone_numbers.PhoneNumberEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/phone-numbers/{{phone_id}}", PHONE_HANDLERS.remove, WRITE, "write",
          "Delete a phone number", query=SoftDelete, body=SoftDelete, response=phone_numbers.PhoneNumberEntity,
          responses=DELETED, path_types=IDS),

    # E-mail addresses
    Route("GET", f"{CONTACT}/emails", EMAIL_HANDLERS.list_, READ, "read", "List a contact's e-mail addresses",
          query=ListQuery, response=emails.EmailList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/emails", EMAIL_HANDLERS.create, WRITE, "write", "Create an e-mail address",
          body=emails.NewEmailBody, response=emails.EmailEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/emails/{{email_id}}", EMAIL_HANDLERS.show, READ, "read", "Get an e-mail address",
          response=emails.EmailEntity, path_types=IDS),
    Route("PATCH", f"{CONTACT}/emails/{{email_id}}", EMAIL_HANDLERS.update, WRITE, "write",
          "Update or restore an e-mail address", body=emails.EmailBody, response=emails.EmailEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/emails/{{email_id}}", EMAIL_HANDLERS.remove, WRITE, "write", "Delete an e-mail address",
          query=SoftDelete, body=SoftDelete, response=emails.EmailEntity, responses=DELETED, path_types=IDS),

    # Addresses: of a contact, and of the organization
    *(route for base, whose, read, write in (
        (CONTACT, "a contact's", READ, WRITE), (ORG, "the organization's", ORGANIZATION, ORGANIZATION_WRITE))
      for route in (
        Route("GET", f"{base}/addresses", addresses.list_, read, "read", f"List {whose} addresses",
              query=ListQuery, response=addresses.AddressList, paged=True, path_types=IDS),
        Route("POST", f"{base}/addresses", addresses.create, write, "write", f"Create one of {whose} addresses",
              body=addresses.NewAddressBody, response=addresses.AddressEntity, status=201, path_types=IDS),
        Route("GET", f"{base}/addresses/{{address_id}}", addresses.show, read, "read",
              f"Get one of {whose} addresses", response=addresses.AddressEntity, path_types=IDS),
        Route("PATCH", f"{base}/addresses/{{address_id}}", addresses.update, write, "write",
              f"Update or restore one of {whose} addresses", body=addresses.AddressBody,
              response=addresses.AddressEntity, path_types=IDS),
        Route("DELETE", f"{base}/addresses/{{address_id}}", addresses.remove, write, "write",
              f"Delete one of {whose} addresses", query=SoftDelete, body=SoftDelete,
              response=addresses.AddressEntity, responses=DELETED, path_types=IDS))),

    # Tags and expertises
    *(route for plural, term, id_name, of in (
        ("tags", "a tag", "tag_id", TAG_HANDLERS), ("expertises", "an expertise", "expertise_id", EXPERTISE_HANDLERS))
      for route in (
        Route("GET", f"{ORG}/{plural}", of.list_, READ, "read", f"List {plural}",
              query=SearchQuery, response=of.list_type, paged=True, path_types=IDS),
        Route("POST", f"{ORG}/{plural}", of.create, WRITE, "write",
              f"Create {term}; one of this name that exists, or was deleted, is given back",
              body=of.new_body, response=TermEntity, status=201, path_types=IDS),
        Route("GET", f"{ORG}/{plural}/{{{id_name}}}", of.show, READ, "read", f"Get {term}",
              response=TermEntity, path_types=IDS),
        Route("PATCH", f"{ORG}/{plural}/{{{id_name}}}", of.update, WRITE, "write", f"Update or restore {term}",
              body=of.body, response=TermEntity, path_types=IDS),
        Route("DELETE", f"{ORG}/{plural}/{{{id_name}}}", of.remove, WRITE, "write", f"Delete {term}",
              query=SoftDelete, body=SoftDelete, response=TermEntity, responses=DELETED, path_types=IDS),
        Route("GET", f"{ORG}/{plural}/{{{id_name}}}/contacts", of.list_contacts, READ, "read",
              f"List the contacts with {term}", query=ListQuery, response=ContactList, paged=True, path_types=IDS),
        Route("GET", f"{CONTACT}/{plural}", of.list_on_contact, READ, "read", f"List a contact's {plural}",
              query=ListQuery, response=of.list_type, paged=True, path_types=IDS),
        Route("PUT", f"{CONTACT}/{plural}/{{{id_name}}}", of.put, WRITE, "write", f"Put {term} on a contact",
              response=TermEntity, path_types=IDS),
        Route("DELETE", f"{CONTACT}/{plural}/{{{id_name}}}", of.take, WRITE, "write",
              f"Take {term} off a contact; it stays in the list", status=204, path_types=IDS))),

    # Pets and gifts
    Route("GET", f"{CONTACT}/pets", pets.list_, READ, "read", "List a contact's pets",
          query=ListQuery, response=pets.PetList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/pets", pets.create, WRITE, "write", "Create a pet",
          body=pets.NewPetBody, response=pets.PetEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/pets/{{pet_id}}", pets.show, READ, "read", "Get a pet",
          response=pets.PetEntity, path_types=IDS),
    Route("PATCH", f"{CONTACT}/pets/{{pet_id}}", pets.update, WRITE, "write",
          "Update or restore a pet", body=pets.PetBody, response=pets.PetEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/pets/{{pet_id}}", pets.remove, WRITE, "write", "Delete a pet",
          query=SoftDelete, body=SoftDelete, response=pets.PetEntity, responses=DELETED, path_types=IDS),
    Route("GET", f"{CONTACT}/gifts", gifts.list_, READ, "read", "List a contact's gifts",
          query=ListQuery, response=gifts.GiftList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/gifts", gifts.create, WRITE, "write", "Create a gift",
          body=gifts.NewGiftBody, response=gifts.GiftEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/gifts/{{gift_id}}", gifts.show, READ, "read", "Get a gift",
          response=gifts.GiftEntity, path_types=IDS),
    Route("PATCH", f"{CONTACT}/gifts/{{gift_id}}", gifts.update, WRITE, "write",
          "Update or restore a gift", body=gifts.GiftBody, response=gifts.GiftEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/gifts/{{gift_id}}", gifts.remove, WRITE, "write", "Delete a gift",
          query=SoftDelete, body=SoftDelete, response=gifts.GiftEntity, responses=DELETED, path_types=IDS),

    # Important dates (ours)
    Route("GET", f"{CONTACT}/important_dates", important_dates.list_, READ, "read", "List a contact's important dates",
          query=ListQuery, response=important_dates.ImportantDateList, paged=True, path_types=IDS, is_ours=True),
    Route("POST", f"{CONTACT}/important_dates", important_dates.create, WRITE, "write", "Create an important date",
          body=important_dates.NewImportantDateBody, response=important_dates.ImportantDateEntity, status=201,
          path_types=IDS, is_ours=True),
    Route("GET", f"{CONTACT}/important_dates/{{date_id}}", important_dates.show, READ, "read",
          "Get an important date", response=important_dates.ImportantDateEntity, path_types=IDS, is_ours=True),
    Route("PATCH", f"{CONTACT}/important_dates/{{date_id}}", important_dates.update, WRITE, "write",
          "Update or restore an important date", body=important_dates.ImportantDateBody,
          response=important_dates.ImportantDateEntity, path_types=IDS, is_ours=True),
    Route("DELETE", f"{CONTACT}/important_dates/{{date_id}}", important_dates.remove, WRITE, "write",
          "Delete an important date", query=SoftDelete, body=SoftDelete,
          response=important_dates.ImportantDateEntity, responses=DELETED, path_types=IDS, is_ours=True),

    # Notes
    Route("GET", f"{ORG}/notes", notes.list_, READ, "read", "List notes",
          query=ListQuery, response=notes.NoteList, paged=True, path_types=IDS),
    Route("POST", f"{ORG}/notes", notes.create, WRITE, "write", "Create a note",
          body=notes.NewNoteBody, response=notes.NoteEntity, status=201, path_types=IDS),
    Route("GET", f"{ORG}/notes/{{note_id}}", notes.show, READ, "read", "Get a note",
          query=IncludeQuery, response=notes.NoteEntity, path_types=IDS),
    Route("PATCH", f"{ORG}/notes/{{note_id}}", notes.update, WRITE, "write", "Update or restore a note",
          body=notes.NoteBody, response=notes.NoteEntity, path_types=IDS),
    Route("POST", f"{ORG}/notes/{{note_id}}", notes.update, WRITE, "write", "The same as PATCH",
          body=notes.NoteBody, response=notes.NoteEntity, path_types=IDS),
    Route("DELETE", f"{ORG}/notes/{{note_id}}", notes.remove, WRITE, "write", "Delete a note",
          query=SoftDelete, body=SoftDelete, response=notes.NoteEntity, responses=DELETED, path_types=IDS),
    Route("GET", f"{CONTACT}/notes", notes.list_on_contact, READ, "read", "List the notes about a contact",
          query=ListQuery, response=notes.NoteList, paged=True, path_types=IDS),

    # Relationships: of contacts, below the organization and below the first of the two; of the calling user
    Route("GET", "/relationships", relationships.list_, READ, "read", "List the types of relationships, all of them",
          response=relationships.RelationshipTypeList),
    Route("GET", f"{CONTACT}/contact_relationships", contact_relationships.list_, READ, "read",
          "List a contact's relationships", query=ListQuery,
          response=contact_relationships.ContactRelationshipList, paged=True, path_types=IDS),
    # slow: it counts all relationships of the organization
    Route("GET", f"{ORG}/contact_relationships", contact_relationships.list_, READ, "slow",
          "List contacts' relationships", query=contact_relationships.RelationshipQuery,
          response=contact_relationships.ContactRelationshipList, paged=True, path_types=IDS),
    *(route for base, whose in ((CONTACT, "a contact's"), (ORG, "contacts'"))
      for route in (
        Route("POST", f"{base}/contact_relationships", contact_relationships.create, WRITE, "write",
              f"Create one of {whose} relationships, and its mirror",
              body=contact_relationships.NewContactRelationshipBody,
              response=contact_relationships.ContactRelationshipEntity, status=201, path_types=IDS),
        Route("GET", f"{base}/contact_relationships/{{contact_relationship_id}}", contact_relationships.show,
              READ, "read", f"Get one of {whose} relationships",
              response=contact_relationships.ContactRelationshipEntity, path_types=IDS),
        Route("PATCH", f"{base}/contact_relationships/{{contact_relationship_id}}", contact_relationships.update,
              WRITE, "write", f"Update or restore one of {whose} relationships, and its mirror",
              body=contact_relationships.ContactRelationshipBody,
              response=contact_relationships.ContactRelationshipEntity, path_types=IDS),
        Route("DELETE", f"{base}/contact_relationships/{{contact_relationship_id}}", contact_relationships.remove,
              WRITE, "write", f"Delete one of {whose} relationships, and its mirror",
              query=SoftDelete, body=SoftDelete, response=contact_relationships.ContactRelationshipEntity,
              responses=DELETED, path_types=IDS))),
    Route("GET", f"{ORG}/user_relationships", user_relationships.list_, READ, "read",
          "List the caller's relationships", query=ListQuery, response=user_relationships.UserRelationshipList,
          paged=True, path_types=IDS),
    Route("POST", f"{ORG}/user_relationships", user_relationships.create, WRITE, "write",
          "Create one of the caller's relationships", body=user_relationships.NewUserRelationshipBody,
          response=user_relationships.UserRelationshipEntity, status=201, path_types=IDS),
    Route("GET", f"{ORG}/user_relationships/{{user_relationship_id}}", user_relationships.show, READ, "read",
          "Get one of the caller's relationships", response=user_relationships.UserRelationshipEntity,
          path_types=IDS),
    Route("PATCH", f"{ORG}/user_relationships/{{user_relationship_id}}", user_relationships.update, WRITE, "write",
          "Update or restore one of the caller's relationships", body=user_relationships.UserRelationshipBody,
          response=user_relationships.UserRelationshipEntity, path_types=IDS),
    Route("DELETE", f"{ORG}/user_relationships/{{user_relationship_id}}", user_relationships.remove, WRITE, "write",
          "Delete one of the caller's relationships", query=SoftDelete, body=SoftDelete,
          response=user_relationships.UserRelationshipEntity, responses=DELETED, path_types=IDS),

    # R0-c: reminders, attachments, imports
    Route("GET", f"{ORG}/reminders", reminders.list_, READ, "read", "List the caller's reminders",
          query=ListQuery, response=reminders.ReminderList, paged=True, path_types=IDS),
    Route("POST", f"{ORG}/reminders", reminders.create, WRITE, "write", "Create a reminder, single or repeating",
          body=reminders.ReminderBody, response=reminders.ReminderEntity, status=201, path_types=IDS),
    Route("GET", f"{ORG}/reminders/{{reminder_id}}", reminders.show, READ, "read",
          "Get one of the caller's reminders (our addition)",
          is_ours=True, response=reminders.ReminderEntity, path_types=IDS),
    Route("PATCH", f"{ORG}/reminders/{{reminder_id}}", reminders.update, WRITE, "write", "Update a reminder",
          body=reminders.ReminderBody, response=reminders.ReminderEntity, path_types=IDS),
    Route("DELETE", f"{ORG}/reminders/{{reminder_id}}", reminders.remove, WRITE, "write",
          "Delete a reminder for good", status=204, path_types=IDS),
    Route("GET", f"{CONTACT}/reminders", reminders.list_of_contact, READ, "read",
          "List the caller's reminders of a contact", query=ListQuery, response=reminders.ReminderList, paged=True,
          path_types=IDS),
    Route("POST", f"{CONTACT}/reminders", reminders.create_for_contact, WRITE, "write",
          "Create a reminder before a contact's birthday or anniversary", body=reminders.ReminderBody,
          response=reminders.ReminderEntity, status=201, path_types=IDS),

    Route("GET", f"{CONTACT}/attachments", attachments.list_, READ, "read", "List a contact's attachments",
          query=ListQuery, response=attachments.AttachmentList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/attachments", attachments.create, WRITE, "write", "Attach a PDF, JPEG or PNG file",
          response=attachments.AttachmentEntity, path_types=IDS,
          uploads=lambda settings: settings.attachment_bytes_max, prepare=attachments.store_file),
    Route("GET", f"{CONTACT}/attachments/{{attachment_id}}", attachments.show, READ, "read", "Get an attachment",
          response=attachments.AttachmentEntity, path_types=IDS),
    Route("GET", f"{CONTACT}/attachments/{{attachment_id}}/file", attachments.send, READ, "slow",
          "Get the bytes of an attachment (our addition)", is_ours=True, path_types=IDS, media_types=tuple(EXTENSIONS)),
    Route("DELETE", f"{CONTACT}/attachments/{{attachment_id}}", attachments.remove, WRITE, "write",
          "Delete an attachment for good, at once", status=204, path_types=IDS),

    Route("GET", f"{ORG}/imports", imports.list_, IMPORTS_READ, "read", "List imports, newest first",
          query=ListQuery, response=imports.ImportList, paged=True, path_types=IDS),
    Route("POST", f"{ORG}/imports", imports.create, IMPORTS_WRITE, "write", "Upload a file and stage it",
          body=imports.ImportBody, response=imports.UploadedImport, path_types=IDS,
          uploads=lambda settings: settings.body_bytes_max,
          prepare=imports.store_file, finish=imports.stage,
          description="Answers with what was found; the rest of a long file is staged in the background. Nothing"
          " enters the book before the import is applied."),
    Route("GET", f"{ORG}/imports/template", imports.template, IMPORTS_READ, "read",
          "Get an empty CSV file with the column names (our addition)",
          is_ours=True, path_types=IDS, media_types=("text/csv",)),
    Route("GET", f"{ORG}/imports/{{import_id}}", imports.show, IMPORTS_READ, "read", "Get an import, without its rows",
          response=imports.ImportEntity, path_types=IDS),
    Route("DELETE", f"{ORG}/imports/{{import_id}}", imports.remove, IMPORTS_WRITE, "write",
          "Delete an import for good; the contacts it brought stay", status=204, path_types=IDS),
    Route("POST", f"{ORG}/imports/{{import_id}}/apply", imports.apply, IMPORTS_WRITE, "write",
          "Apply what is certain or decided, in the background (our addition)",
          is_ours=True, response=imports.ImportEntity,
          status=202, path_types=IDS),
    Route("POST", f"{ORG}/imports/{{import_id}}/undo", imports.undo, IMPORTS_WRITE, "write",
          "Take an import back, in the background (our addition)",
          is_ours=True, response=imports.ImportEntity, status=202,
          path_types=IDS,
          description="What people changed since is left alone, and its rows say so (`kept`). 409 for one that was"
          " taken back already."),
    Route("GET", f"{ORG}/imports/{{import_id}}/rejected", imports.send_rejected, IMPORTS_READ, "slow",
          "Get the rejected rows as a file of the kind they came in, with a reason (our addition)",
          is_ours=True, path_types=IDS,
          media_types=REJECTED_MEDIA_TYPES,
          description="Mended, it can be uploaded again: the column of reasons is passed over. 404 where no row was"
          " rejected; 413 beyond 32 MB."),
    Route("GET", f"{ORG}/imports/{{import_id}}/rows", import_rows.list_, IMPORTS_READ, "read",
          "List the rows of an import (our addition)",
          is_ours=True, query=import_rows.RowsQuery, response=import_rows.RowList,
          paged=True, path_types=IDS),
    Route("GET", f"{ORG}/imports/{{import_id}}/rows/{{row}}", import_rows.show, IMPORTS_READ, "read",
          "Get a row of an import (our addition)", is_ours=True, response=import_rows.RowEntity, path_types=ROW_IDS),
    Route("PATCH", f"{ORG}/imports/{{import_id}}/rows/{{row}}", import_rows.decide, IMPORTS_WRITE, "write",
          "Decide what becomes of a row before it is applied (our addition)",
          is_ours=True, body=import_rows.DecisionBody,
          response=import_rows.RowEntity, path_types=ROW_IDS,
          description="Of the outcomes create, update and match; a decision can be changed until the import is applied."
          " 409 for a row that adds nothing, was rejected or is applied already."),
)
# fmt: on

R0 = Contract(
    name="r0",
    title="R0 API",
    version="1",
    prefix="/api/v1",
    description="People as a family or a team remembers them, as R0's clients know them.",
    routes=ROUTES,
    examples=EXAMPLES,
    path_examples=PATHS,
    present_error=errors.present_error,
    error_types=errors.TYPES,
    reads_forms=True,
    spellings=SPELLINGS,
    has_etags=True,
    lock=lock_part,
)
