"""R0's contract on one page: method, path, handler, permission, read or write. Why each oddity: README.md."""

from typing import Any
from uuid import UUID

from coterie.api.r0 import addresses, contacts, emails, errors, organizations, phone_numbers, reminders, session, users
from coterie.api.r0.contact_entity import ContactEntity, ContactList
from coterie.api.r0.input import SoftDelete
from coterie.api.r0.pages import ListQuery, SearchQuery
from coterie.api.route import Contract, Route

READ, WRITE, ORGANIZATION, ORGANIZATION_WRITE = (
    "contacts:read", "contacts:write", "organization:read", "organization:write"
)  # fmt: skip
CONTACT = "/orgs/{org_id}/contacts/{contact_id}"
ORG = "/orgs/{org_id}"
# every id of a path is a UUID
IDS: dict[str, Any] = dict.fromkeys(
    ("org_id", "contact_id", "address_id", "phone_id", "email_id", "contact_relationship_id", "tag_id", "expertise_id",
     "pet_id", "gift_id", "note_id", "user_relationship_id", "relationship_id", "reminder_id", "attachment_id",
     "import_id"), UUID
)  # fmt: skip
# a soft DELETE answers 200 with the record, a hard one 204
DELETED: dict[int, Any] = {204: None}
# segment of a path -> what it may also be called (README.md, 1, 5, 11, 27)
SPELLINGS = {
    "phone-numbers": ("phone_numbers",),
    "emails": ("email-addresses", "email_addresses"),
    "contact_relationships": ("contact-relationships",),
    "user_relationships": ("user-relationships",),
    "gifts": ("gift",),
    "imports": ("bulk-upload", "bulk_upload"),
}

# fmt: off
ROUTES: tuple[Route, ...] = (
    # Session, users, organizations
    Route("POST", "/login", session.log_in, None, "write", "Get a token for an e-mail address and a password",
          body=session.LoginBody, answer=session.LoginEntity, status=201, prepare=session.check),
    Route("DELETE", "/logout", session.log_out, None, "write", "Revoke the token the request comes with", status=204),
    Route("GET", "/users/{user_id}", users.show, ORGANIZATION, "read", "Get the caller's own profile",
          answer=users.UserEntity),
    Route("PATCH", "/users/{user_id}", users.update, ORGANIZATION_WRITE, "write",
          "Update the caller's own profile and notifications", body=users.UserBody, answer=users.UserEntity),
    Route("GET", f"{ORG}/users/{{user_id}}", users.show_member, ORGANIZATION, "read",
          "Get the profile of a member of an organization", answer=users.UserEntity, path_types=IDS),
    Route("GET", "/orgs", organizations.list_, ORGANIZATION, "read", "List the caller's organizations",
          query=ListQuery, answer=organizations.OrganizationList, paged=True),

    # Contacts
    Route("GET", f"{ORG}/contacts", contacts.list_, READ, "read", "List contacts",
          query=SearchQuery, answer=ContactList, paged=True, path_types=IDS),
    Route("POST", f"{ORG}/contacts", contacts.create, WRITE, "write", "Create a contact",
          body=contacts.NewContactBody, answer=ContactEntity, status=201, path_types=IDS),
    Route("GET", CONTACT, contacts.show, READ, "read", "Get a contact with the parts asked for",
          query=contacts.PartsQuery, answer=contacts.ContactWithParts, path_types=IDS),
    Route("PATCH", CONTACT, contacts.update, WRITE, "write", "Update or restore a contact",
          body=contacts.ContactBody, answer=ContactEntity, path_types=IDS),
    Route("DELETE", CONTACT, contacts.remove, WRITE, "write", "Delete a contact",
          query=SoftDelete, body=SoftDelete, answer=ContactEntity, answers=DELETED, path_types=IDS),

    # Phone numbers
    Route("GET", f"{CONTACT}/phone-numbers", phone_numbers.list_, READ, "read", "List a contact's phone numbers",
          query=ListQuery, answer=phone_numbers.PhoneNumberList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/phone-numbers", phone_numbers.create, WRITE, "write", "Create a phone number",
          body=phone_numbers.NewPhoneNumberBody, answer=phone_numbers.PhoneNumberEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/phone-numbers/{{phone_id}}", phone_numbers.show, READ, "read", "Get a phone number",
          answer=phone_numbers.PhoneNumberEntity, path_types=IDS),
    Route("POST", f"{CONTACT}/phone-numbers/{{phone_id}}", phone_numbers.create, WRITE, "write",
          "Create a phone number; the id is ignored", body=phone_numbers.NewPhoneNumberBody,
          answer=phone_numbers.PhoneNumberEntity, status=201, path_types=IDS),
    Route("PATCH", f"{CONTACT}/phone-numbers/{{phone_id}}", phone_numbers.update, WRITE, "write",
          "Update or restore a phone number", body=phone_numbers.PhoneNumberBody,
          answer=phone_numbers.PhoneNumberEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/phone-numbers/{{phone_id}}", phone_numbers.remove, WRITE, "write",
          "Delete a phone number", query=SoftDelete, body=SoftDelete, answer=phone_numbers.PhoneNumberEntity,
          answers=DELETED, path_types=IDS),

    # E-mail addresses
    Route("GET", f"{CONTACT}/emails", emails.list_, READ, "read", "List a contact's e-mail addresses",
          query=ListQuery, answer=emails.EmailList, paged=True, path_types=IDS),
    Route("POST", f"{CONTACT}/emails", emails.create, WRITE, "write", "Create an e-mail address",
          body=emails.NewEmailBody, answer=emails.EmailEntity, status=201, path_types=IDS),
    Route("GET", f"{CONTACT}/emails/{{email_id}}", emails.show, READ, "read", "Get an e-mail address",
          answer=emails.EmailEntity, path_types=IDS),
    Route("PATCH", f"{CONTACT}/emails/{{email_id}}", emails.update, WRITE, "write",
          "Update or restore an e-mail address", body=emails.EmailBody, answer=emails.EmailEntity, path_types=IDS),
    Route("DELETE", f"{CONTACT}/emails/{{email_id}}", emails.remove, WRITE, "write", "Delete an e-mail address",
          query=SoftDelete, body=SoftDelete, answer=emails.EmailEntity, answers=DELETED, path_types=IDS),

    # Addresses: of a contact, and of the organization
    *(route for base, whose, read, write in (
        (CONTACT, "a contact's", READ, WRITE), (ORG, "the organization's", ORGANIZATION, ORGANIZATION_WRITE))
      for route in (
        Route("GET", f"{base}/addresses", addresses.list_, read, "read", f"List {whose} addresses",
              query=ListQuery, answer=addresses.AddressList, paged=True, path_types=IDS),
        Route("POST", f"{base}/addresses", addresses.create, write, "write", f"Create one of {whose} addresses",
              body=addresses.NewAddressBody, answer=addresses.AddressEntity, status=201, path_types=IDS),
        Route("GET", f"{base}/addresses/{{address_id}}", addresses.show, read, "read",
              f"Get one of {whose} addresses", answer=addresses.AddressEntity, path_types=IDS),
        Route("PATCH", f"{base}/addresses/{{address_id}}", addresses.update, write, "write",
              f"Update or restore one of {whose} addresses", body=addresses.AddressBody,
              answer=addresses.AddressEntity, path_types=IDS),
        Route("DELETE", f"{base}/addresses/{{address_id}}", addresses.remove, write, "write",
              f"Delete one of {whose} addresses", query=SoftDelete, body=SoftDelete,
              answer=addresses.AddressEntity, answers=DELETED, path_types=IDS))),

    # R0-b: tags, expertise, pets, gifts, notes, relationships

    # R0-c: reminders, attachments, imports
    Route("GET", f"{ORG}/reminders", reminders.list_, READ, "read", "List the caller's reminders",
          query=ListQuery, answer=reminders.ReminderList, paged=True, path_types=IDS),
    Route("POST", f"{ORG}/reminders", reminders.create, WRITE, "write", "Create a reminder, single or repeating",
          body=reminders.ReminderBody, answer=reminders.ReminderEntity, status=201, path_types=IDS),
    Route("GET", f"{ORG}/reminders/{{reminder_id}}", reminders.show, READ, "read",
          "Get one of the caller's reminders (our addition)", answer=reminders.ReminderEntity, path_types=IDS),
    Route("PATCH", f"{ORG}/reminders/{{reminder_id}}", reminders.update, WRITE, "write", "Update a reminder",
          body=reminders.ReminderBody, answer=reminders.ReminderEntity, path_types=IDS),
    Route("DELETE", f"{ORG}/reminders/{{reminder_id}}", reminders.remove, WRITE, "write",
          "Delete a reminder for good", status=204, path_types=IDS),
    Route("GET", f"{CONTACT}/reminders", reminders.list_of_contact, READ, "read",
          "List the caller's reminders of a contact", query=ListQuery, answer=reminders.ReminderList, paged=True,
          path_types=IDS),
    Route("POST", f"{CONTACT}/reminders", reminders.create_for_contact, WRITE, "write",
          "Create a reminder before a contact's birthday or anniversary", body=reminders.ReminderBody,
          answer=reminders.ReminderEntity, status=201, path_types=IDS),
)
# fmt: on

R0 = Contract(
    name="r0",
    title="R0 API",
    version="1",
    prefix="/api/v1",
    description="People as a family or a team remembers them, as R0's clients know them.",
    routes=ROUTES,
    present_error=errors.present_error,
    error_types=errors.TYPES,
    reads_forms=True,
    spellings=SPELLINGS,
)
