"""Inrō's contract on one page: method, path, handler, scope, mode."""

from msgspec import structs

from coterie.api.errors import TYPES
from coterie.api.filters import is_filtered
from coterie.api.inro import bulk, contact_input, contact_properties, contacts, errors, folders, me
from coterie.api.inro.contacts import ContactEntity
from coterie.api.inro.examples import EXAMPLES
from coterie.api.inro.pages import PAGE_HEADERS, PageQuery
from coterie.api.route import Contract, Route

READ, WRITE, ORGANIZATION = "contacts:read", "contacts:write", "organization:read"
ID = {"id": int}
BULK_BYTES_MAX = 8_388_608

# fmt: off
PUBLISHED = (
    Route("GET", "/me", me.show, ORGANIZATION, "read", "Get information about the current organization",
          response=me.OrganizationEntity),

    Route("GET", "/contacts", contacts.list_, READ, "read", "List contacts",
          query=contact_input.ListQuery, response=list[ContactEntity], paged=True, is_search=is_filtered),
    Route("GET", "/contacts/search", contacts.search, READ, "read", "Search contacts",
          query=contact_input.SearchQuery, response=list[ContactEntity], paged=True, is_search=contacts.is_search),
    Route("PUT", "/contacts/{id}", contacts.update, WRITE, "write", "Update a contact (RESTFUL)",
          body=contact_input.ContactBody, response=ContactEntity, path_types=ID),
    Route("GET", "/contact", contacts.show, READ, "read", "Get a contact",
          query=contact_input.LocatorQuery, response=ContactEntity),
    Route("PUT", "/contact", contacts.update_located, WRITE, "write", "Update a contact (NON RESTFUL)",
          body=contact_input.LocatedContactBody, response=ContactEntity, is_located_by_body=True),

    Route("GET", "/folders", folders.list_, READ, "read", "List folders",
          query=PageQuery, response=list[folders.FolderEntity], paged=True),
    Route("GET", "/contact_properties", contact_properties.list_, READ, "read", "List contact properties",
          query=PageQuery, response=list[contact_properties.PropertyEntity], paged=True),
)

# Not in Inrō's published document; most are on the live product
ADDITIONS = (
    Route("POST", "/contact_properties", contact_properties.create, WRITE, "write", "Create a contact property",
          body=contact_properties.PropertyBody, response=contact_properties.PropertyEntity, status=201),
    Route("PUT", "/contact_properties/{slug}", contact_properties.update, WRITE, "write",
          "Update a contact property", body=contact_properties.PropertyChangeBody,
          response=contact_properties.PropertyEntity),
    Route("DELETE", "/contact_properties/{slug}", contact_properties.delete, WRITE, "write",
          "Delete a contact property and its values", status=204),
    Route("PUT", "/contacts/bulk", bulk.update_many, WRITE, "write", "Update up to 1,000 contacts",
          body=bulk.BulkBody, response=bulk.ReceiptEntity, status=202, body_bytes_max=BULK_BYTES_MAX),
    Route("GET", "/batch_tasks", bulk.list_tasks, READ, "read", "List batch tasks",
          query=PageQuery, response=list[bulk.BatchTaskEntity], paged=True),
    Route("GET", "/batch_tasks/{id}", bulk.show_task, READ, "read", "Get a batch task",
          response=bulk.BatchTaskEntity),

    # Not in Inrō: a self-hosted instance needs it
    Route("GET", "/contacts/{id}", contacts.show_by_id, READ, "read", "Get a contact by its id",
          response=ContactEntity, path_types=ID),
    Route("POST", "/contacts", contacts.create, WRITE, "write", "Create a contact",
          body=contact_input.ContactBody, response=ContactEntity, status=201),
    Route("DELETE", "/contacts/{id}", contacts.delete, WRITE, "write", "Delete a contact",
          status=204, path_types=ID),
    Route("POST", "/folders", folders.create, WRITE, "write", "Create a folder",
          body=folders.FolderBody, response=folders.FolderEntity, status=201),
    Route("PUT", "/folders/{id}", folders.update, WRITE, "write", "Update a folder",
          body=folders.FolderChangeBody, response=folders.FolderEntity, path_types=ID),
    Route("DELETE", "/folders/{id}", folders.delete, WRITE, "write", "Delete a folder; its contacts stay",
          status=204, path_types=ID),
)
# fmt: on

INRO = Contract(
    name="inro",
    title="Inrō API",
    version="0.0.1",
    prefix="/api/v1",
    description="Contacts of one organization, as Inrō's clients know them.",
    routes=(*PUBLISHED, *(structs.replace(route, is_ours=True) for route in ADDITIONS)),
    examples=EXAMPLES,
    present_error=errors.present_error,
    error_types=TYPES,
    reads_forms=True,
    page_headers=PAGE_HEADERS,
    token_query=True,
    has_etags=True,
    lock=contacts.lock_contact,
)
