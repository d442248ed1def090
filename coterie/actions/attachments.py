"""Attaches files to contacts and erases them.

The bytes are stored before the row is written, and deleted after the last row that refers to them: by a job that the
same transaction enqueues (worker/files.py).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.events import EventRow, differences, record, row_of
from coterie.actions.jobs import enqueue
from coterie.actions.quotas import check_files
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.attachments import (
    ATTACHMENTS_MAX,
    FILE,
    OCTETS,
    PICTURE,
    PICTURE_ENDINGS,
    Attachment,
    clean_filename,
    pixel_count,
    recognize,
    why_rejected,
)
from coterie.model.ids import new_id
from coterie.model.imports import PictureDraft
from coterie.model.organizations import Caller
from coterie.store import attachments as store
from coterie.store.database import Tx
from coterie.store.files import file_path, lock_files, save_file

REMOVE_JOB = "remove_files"


def check_room(tx: Tx, caller: Caller, contact_id: int, byte_count: int) -> None:
    """Raises Invalid if the contact has 1,000 files, or the organization's quota has no room for one of this size."""
    if store.count_attachments(tx, caller.organization_id, contact_id) >= ATTACHMENTS_MAX:
        raise invalid("upload", f"exceeds the limit of {ATTACHMENTS_MAX} files per contact")
    check_files(tx, caller, byte_count)


class StoredFile(Struct, frozen=True):
    """A recognized file whose bytes are stored. No attachment refers to it yet."""

    media_type: str
    digest: str


def store_upload(folder: Path, source: Path, *, pixels_max: int | None = None) -> StoredFile:
    """Recognizes an upload by its content and stores its bytes: before the transaction, in a thread.

    Raises Invalid, and stores nothing, if it is not a PDF, JPEG or PNG file, or a picture of more than pixels_max.
    """
    media_type = recognize(data := source.read_bytes())
    if media_type is None:
        raise invalid("upload", why_rejected(data))
    pixels = pixel_count(data)
    if pixels_max is not None and pixels > pixels_max:
        most = f"{pixels_max // 10**6} megapixels"
        raise invalid("upload", f"has {pixels / 10**6:.0f} megapixels: the limit is {most}", kind="too_large")
    digest, _ = save_file(folder, source)
    return StoredFile(media_type, digest)


def attach_file(
    tx: Tx, caller: Caller, contact_id: int, *, filename: str, media_type: str, folder: Path, source: Path, digest: str
) -> Attachment:
    """Attaches a file whose bytes were stored as `digest` before this transaction began.

    If they have been deleted since, they are stored again from `source`. Raises Invalid as check_room does.
    """
    byte_count = source.stat().st_size
    check_room(tx, caller, contact_id, byte_count)
    lock_files(tx)
    if not file_path(folder, digest).exists():
        digest, _ = save_file(folder, source)
    now = times.now()
    attachment = Attachment(
        contact_id=contact_id, id=new_id(), kind=FILE, filename=clean_filename(filename, media_type),
        media_type=media_type, byte_count=byte_count, digest=digest, created_at=now,
    )  # fmt: skip
    store.insert_attachment(tx, caller.organization_id, attachment)
    changes = {"filename": (None, attachment.filename)}
    record(tx, caller, "attachment.added", attachment.id, contact_ids=[contact_id], changes=changes, now=now)
    return attachment


def set_picture(tx: Tx, caller: Caller, contact_id: int, attachment_id: str) -> Attachment:
    """Makes a picture among the files the one that doors show for the contact; the former one stays as a file.

    Raises NotFound if the contact does not have the file, Invalid if it is not a picture.
    """
    attachments = store.list_attachments(tx, caller.organization_id, contact_id, limit=ATTACHMENTS_MAX)
    attachment = next((each for each in attachments if each.id == attachment_id), None)
    if attachment is None:
        raise NotFound("Attachment not found")
    if attachment.media_type not in PICTURE_ENDINGS:
        raise invalid("attachment", "is not a picture")
    former = [each.id for each in attachments if each.kind == PICTURE and each.id != attachment_id]
    if attachment.kind == PICTURE and not former:
        return attachment
    store.save_kinds(tx, caller.organization_id, contact_id, former, FILE)
    store.save_kinds(tx, caller.organization_id, contact_id, [attachment_id], PICTURE)
    changes = {"kind": (attachment.kind, PICTURE)}
    record(tx, caller, "attachment.shown", attachment_id, contact_ids=[contact_id], changes=changes)
    return replace(attachment, kind=PICTURE)


def erase_attachment(tx: Tx, caller: Caller, contact_id: int, attachment_id: str) -> None:
    """Erases a file; it cannot be restored. Raises NotFound if the contact does not have it."""
    attachment = store.find_attachment(tx, caller.organization_id, contact_id, attachment_id)
    if attachment is None:
        raise NotFound("Attachment not found")
    store.delete_attachment(tx, caller.organization_id, contact_id, attachment_id)
    delete_unreferenced(tx, caller, [attachment.digest])
    changes = {"filename": (attachment.filename, None)}
    record(tx, caller, "attachment.erased", attachment_id, contact_ids=[contact_id], changes=changes)


def change_pictures(
    tx: Tx, caller: Caller, contact_id: int, added: Sequence[PictureDraft], removed: Sequence[Attachment]
) -> list[EventRow]:
    """Attaches pictures whose bytes are stored and erases others; returns the events, which the caller records.

    Raises Invalid as check_room does.
    """
    organization_id, rows = caller.organization_id, []
    for attachment in removed:
        store.delete_attachment(tx, organization_id, contact_id, attachment.id)
        rows.append(_row(caller, "attachment.erased", attachment, None))
    delete_unreferenced(tx, caller, [attachment.digest for attachment in removed])
    for picture in added:
        check_room(tx, caller, contact_id, picture.byte_count)
        attachment = _picture_of(contact_id, picture)
        store.insert_attachment(tx, organization_id, attachment)
        rows.append(_row(caller, "attachment.added", None, attachment))
    return rows


def _row(caller: Caller, kind: str, before: Attachment | None, after: Attachment | None) -> EventRow:
    attachment = after or before
    assert attachment is not None
    changes = differences(before, after, ("filename", "digest"))
    return row_of(caller, kind, attachment.id, contact_ids=[attachment.contact_id], changes=changes)


def _picture_of(contact_id: int, picture: PictureDraft) -> Attachment:
    media_type = picture.media_type or OCTETS
    return Attachment(
        contact_id=contact_id,
        id=new_id(),
        kind=PICTURE,
        filename=f"picture{PICTURE_ENDINGS.get(media_type, '')}",
        media_type=media_type,
        byte_count=picture.byte_count,
        digest=picture.digest or "",
        created_at=times.now(),
    )


def delete_unreferenced(tx: Tx, caller: Caller, digests: Iterable[str]) -> None:
    """Has the worker delete these files after the commit, except those another row refers to."""
    if unique := sorted(set(digests)):
        enqueue(tx, caller, REMOVE_JOB, {"digests": unique})


def delete_files_of(tx: Tx, caller: Caller, contact_ids: Iterable[int]) -> None:
    """Has the worker delete the files of contacts that are about to be erased."""
    delete_unreferenced(tx, caller, store.list_digests(tx, caller.organization_id, contact_ids))
