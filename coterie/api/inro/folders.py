"""/folders: named and coloured groups of contacts."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import folders as actions
from coterie.api.errors import wire_names
from coterie.api.inro.ids import read_id
from coterie.api.inro.pages import page_response, read_page
from coterie.api.route import Request
from coterie.http.responses import Response
from coterie.model.folders import COLORS, NAME_LENGTH_MAX, Folder
from coterie.model.organizations import Caller
from coterie.store import folders as store
from coterie.store.database import Tx

Color = Annotated[Literal[COLORS] | None, Meta(description="One of the seven colours.")]  # type: ignore[valid-type]
Name = Annotated[str, Meta(max_length=NAME_LENGTH_MAX)]


class FolderEntity(Struct):
    id: int
    name: str
    color: Color


class NewFolder(Struct):
    name: Name
    color: Color = None


class FolderBody(Struct):
    folder: NewFolder


class FolderChange(Struct):
    """Only the keys sent change; a null colour clears it."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET


class FolderChangeBody(Struct):
    folder: FolderChange


def present_folder(folder: Folder) -> FolderEntity:
    """The entity of a folder."""
    return FolderEntity(folder.id, folder.name, folder.color)


def list_(tx: Tx, caller: Caller, request: Request) -> Response:
    page = read_page(request.query.page, request.query.per_page, request.query.offset)
    listed = store.list_folders(tx, caller.organization_id, limit=page.size, offset=page.skip)
    total = store.count_folders(tx, caller.organization_id)
    return page_response([present_folder(folder) for folder in listed], page, total)


def create(tx: Tx, caller: Caller, request: Request) -> FolderEntity:
    new: NewFolder = request.body.folder
    with wire_names("folder"):
        return present_folder(actions.create_folder(tx, caller, new.name, new.color))


def update(tx: Tx, caller: Caller, request: Request) -> FolderEntity:
    sent = msgspec.structs.asdict(request.body.folder)
    fields = {name: value for name, value in sent.items() if value is not UNSET}
    folder_id = read_id(request.path["id"], "Folder")
    with wire_names("folder"):
        return present_folder(actions.update_folder(tx, caller, folder_id, fields))


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_folder(tx, caller, read_id(request.path["id"], "Folder"))
