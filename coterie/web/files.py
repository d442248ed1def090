"""Files of a person: uploaded, downloaded, shown as their picture, erased. Their type is known by their content."""

import asyncio
from pathlib import Path

from coterie.actions import attachments as actions
from coterie.errors import Invalid, NotFound, invalid
from coterie.model.attachments import (
    OCTETS,
    PICTURE_ENDINGS,
    PIXELS_MAX,
    Attachment,
    clean_media_type,
)
from coterie.model.contacts import Contact
from coterie.store.attachments import find_attachment
from coterie.store.database import Database, Tx
from coterie.store.files import file_path
from coterie.store.thumbnails import SIZES, find_thumbnail, thumbnail
from coterie.store.turns import Turns
from coterie.web.page import Download, Go, NoPage, Page, Picture, Result, Show, Visit
from coterie.web.person import find_person, find_person_to_change
from coterie.web.person_forms import base_of

_PATH = "/{o:int}/people/{id:int}/files"
_FIELD = "upload"
# pictures are made one at a time, in a thread that no other work needs: the first view of a list makes many
_TURNS = Turns("pictures", threads=1, organization_max=1)


def show_new(tx: Tx, visit: Visit) -> Result:
    return _form(tx, visit, None)


def create_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _form(tx, visit, error.problems[0].reason)


def _form(tx: Tx, visit: Visit, problem: str | None) -> Show:
    values = {"contact": find_person(tx, visit), "base": base_of(visit), "problem_text": problem or ""}
    return Show(template="person/file_new.html", values=values, status=422 if problem else 200)


async def store_file(database: Database, visit: Visit) -> actions.StoredFile:
    """The file is recognized and its bytes are stored, in a thread, before the write."""
    upload = visit.files.get(_FIELD)
    if upload is None:
        raise invalid(_FIELD, "is missing: choose a file")
    if not upload.byte_count:
        raise invalid(_FIELD, "is empty: choose a file with content")
    await database.run_read(lambda tx: _check_room(tx, visit, upload.byte_count))
    folder, path = visit.settings.data_folder, Path(upload.path)
    return await asyncio.to_thread(actions.store_upload, folder, path, pixels_max=PIXELS_MAX)


def _check_room(tx: Tx, visit: Visit, byte_count: int) -> None:
    contact = find_person(tx, visit)
    if contact.deleted_at is not None:
        raise NotFound("This person was deleted", hint="restore it first")
    actions.check_room(tx, visit.acting, contact.id, byte_count)


def create(tx: Tx, visit: Visit) -> Result:
    contact, upload, file = find_person_to_change(tx, visit), visit.files[_FIELD], visit.prepared
    attachment = actions.attach_file(
        tx, visit.acting, contact.id, filename=upload.filename, media_type=file.media_type,
        folder=visit.settings.data_folder, source=Path(upload.path), digest=file.digest,
    )  # fmt: skip
    if visit.text("is_picture", 10) == "yes":
        actions.set_picture(tx, visit.acting, contact.id, attachment.id)
    return Go(url=base_of(visit), message=f"{attachment.filename} was added")


def _find(tx: Tx, visit: Visit) -> tuple[Contact, Attachment]:
    contact, id_ = find_person(tx, visit), visit.path["file"]
    attachment = None if "\0" in id_ else find_attachment(tx, visit.acting.organization_id, contact.id, id_)
    if attachment is None:
        raise NotFound("File not found")
    return contact, attachment


def download(tx: Tx, visit: Visit) -> Result:
    _, attachment = _find(tx, visit)
    path = file_path(visit.settings.data_folder, attachment.digest)
    if not path.exists():
        raise NotFound("The file no longer exists")
    # rows of before may have any media type
    media_type = clean_media_type(attachment.media_type) or OCTETS
    return Download(filename=attachment.filename, media_type=media_type, path=path)


async def make_picture(database: Database, visit: Visit) -> bytes | None:
    """A small picture of a file, of one of SIZES; None if it cannot be read. The first view makes it, in a thread."""
    size, folder = visit.number("size", SIZES[0]), visit.settings.data_folder

    def find(tx: Tx) -> tuple[str, bytes | None]:
        _, attachment = _find(tx, visit)
        if size not in SIZES or attachment.media_type not in PICTURE_ENDINGS:
            raise NoPage
        return attachment.digest, find_thumbnail(folder, attachment.digest, size)

    digest, content = await database.run_read(find)
    if content is not None:
        return content
    return await _TURNS.run(
        visit.acting.organization_id, lambda: thumbnail(folder, digest, file_path(folder, digest), size)
    )


def show_picture(_: Tx, visit: Visit) -> Result:
    if visit.prepared is None:
        raise NotFound("The picture cannot be read")
    return Picture(media_type="image/webp", content=visit.prepared)


def use_as_picture(tx: Tx, visit: Visit) -> Result:
    find_person_to_change(tx, visit)
    contact, attachment = _find(tx, visit)
    actions.set_picture(tx, visit.acting, contact.id, attachment.id)
    return Go(url=base_of(visit), message=f"{attachment.filename} is now the picture")


def delete(tx: Tx, visit: Visit) -> Result:
    find_person_to_change(tx, visit)
    contact, attachment = _find(tx, visit)
    actions.erase_attachment(tx, visit.acting, contact.id, attachment.id)
    return Go(url=base_of(visit), message=f"{attachment.filename} was deleted for good")


PAGES = (
    Page("GET", _PATH + "/new", show_new),
    Page("POST", _PATH + "/new", create, "write", prepare=store_file, again=create_again, uploads=True, once=True),
    Page("GET", _PATH + "/{file}", download),
    Page("GET", _PATH + "/{file}/picture", show_picture, prepare=make_picture),
    Page("POST", _PATH + "/{file}/picture", use_as_picture, "write"),
    Page("POST", _PATH + "/{file}/delete", delete, "write"),
)
