"""…/contacts/{contact_id}/attachments: PDF, JPEG and PNG files. DELETE erases."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions import attachments as actions
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import uploaded_file
from coterie.api.r0.pages import PageEntity, envelope, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.responses import FileBody, Response, file_headers
from coterie.model.attachments import OCTETS, Attachment, clean_media_type
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store import attachments as store
from coterie.store.database import Database, Tx
from coterie.store.files import file_path

NOUN = "Attachment"


class AttachmentEntity(Struct):
    id: str
    contact_id: str
    kind: Annotated[str, Meta(description="file, or picture for one an import or a channel brought.")]
    filename: str
    media_type: str
    size: Annotated[int, Meta(description="Bytes.")]
    sha256: str
    url: Annotated[str, Meta(description="Where its bytes are, for the same token.")]
    created_at: str


class AttachmentList(PageEntity):
    attachments: list[AttachmentEntity]


def present(attachment: Attachment, contact: Contact, caller: Caller, request: Request) -> AttachmentEntity:
    """The entity of an attachment. It is ours: R0 documents none."""
    path = f"/api/v1/orgs/{caller.organization_uuid}/contacts/{contact.uuid}/attachments/{attachment.id}/file"
    return AttachmentEntity(
        id=attachment.id,
        contact_id=contact.uuid,
        kind=attachment.kind,
        filename=attachment.filename,
        media_type=attachment.media_type,
        size=attachment.byte_count,
        sha256=attachment.digest,
        url=request.base_url + path,
        created_at=attachment.created_at,
    )


def _find(tx: Tx, caller: Caller, request: Request) -> tuple[Contact, Attachment]:
    contact = contact_of(tx, caller, request)
    attachment_id = part_id(request, "attachment_id", NOUN)
    attachment = store.find_attachment(tx, caller.organization_id, contact.id, attachment_id)
    if attachment is None:
        raise NotFound(f"{NOUN} not found")
    return contact, attachment


def list_(tx: Tx, caller: Caller, request: Request) -> AttachmentList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    listed = store.list_attachments(tx, caller.organization_id, contact.id, limit=page.limit, offset=page.offset)
    total = store.count_attachments(tx, caller.organization_id, contact.id)
    items = [present(attachment, contact, caller, request) for attachment in listed]
    return AttachmentList(*envelope(page, total, items), items)


def show(tx: Tx, caller: Caller, request: Request) -> AttachmentEntity:
    contact, attachment = _find(tx, caller, request)
    return present(attachment, contact, caller, request)


def store_file(database: Database, caller: Caller, request: Request) -> actions.StoredFile:
    """Runs before the write: the file is checked and its bytes are stored."""
    path = Path(uploaded_file(request).path)
    with database.read() as tx:
        contact = contact_of(tx, caller, request)
        if contact.deleted_at is not None:
            raise NotFound("Contact not found")
        actions.check_room(tx, caller, contact.id, path.stat().st_size)
    return actions.store_upload(request.settings.data_folder, path)


def create(tx: Tx, caller: Caller, request: Request) -> AttachmentEntity:
    contact, upload = contact_of(tx, caller, request, to_change=True), uploaded_file(request)
    file: actions.StoredFile = request.prepared
    attachment = actions.attach_file(
        tx,
        caller,
        contact.id,
        filename=upload.filename,
        media_type=file.media_type,
        folder=request.settings.data_folder,
        source=Path(upload.path),
        digest=file.digest,
    )
    return present(attachment, contact, caller, request)


def send(tx: Tx, caller: Caller, request: Request) -> Response:
    _, attachment = _find(tx, caller, request)
    path = file_path(request.settings.data_folder, attachment.digest)
    try:
        body = FileBody(path, path.stat().st_size)
    except OSError:
        raise NotFound("The file no longer exists") from None
    # rows of before may have any media type
    media_type = clean_media_type(attachment.media_type) or OCTETS
    return Response(body=body, headers=file_headers(attachment.filename), media_type=media_type)


def remove(tx: Tx, caller: Caller, request: Request) -> None:
    contact = contact_of(tx, caller, request)
    actions.erase_attachment(tx, caller, contact.id, part_id(request, "attachment_id", NOUN))
