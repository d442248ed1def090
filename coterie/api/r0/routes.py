"""R0's contract on one page: method, path, handler, permission, read or write. Why each oddity: README.md."""

from typing import Any
from uuid import UUID

from coterie.api.r0 import errors
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

    # Contacts

    # Phone numbers

    # E-mail addresses

    # Addresses

    # R0-b: tags, expertise, pets, gifts, notes, relationships

    # R0-c: reminders, attachments, imports
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
