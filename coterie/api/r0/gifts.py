"""…/contacts/{contact_id}/gifts, also spelled gift."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import gifts as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, Text, delete, fields_set
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.gifts import STATUSES, Gift
from coterie.model.organizations import Caller
from coterie.store import gifts as store
from coterie.store.database import Tx

Status = Literal[STATUSES]  # type: ignore[valid-type]


class GiftEntity(Struct):
    id: str
    name: str
    link: str | None
    status: Status
    created_at: str
    updated_at: str
    deleted_at: str | None


class GiftList(PageEntity):
    gifts: list[GiftEntity]


class GiftFields(Struct, kw_only=True):
    name: str | UnsetType = UNSET
    link: Annotated[Text, Meta(description="Kept as typed; null clears.")] = UNSET
    status: Status | UnsetType = UNSET
    deleted: Deleted = UNSET


class NewGift(GiftFields, kw_only=True):
    name: str
    status: Status


class NewGiftBody(Struct):
    gift: NewGift


class GiftBody(Struct):
    gift: GiftFields


def present(gift: Gift) -> GiftEntity:
    """The entity of a gift."""
    return GiftEntity(
        id=gift.id,
        name=gift.name,
        link=gift.link,
        status=gift.status,
        created_at=gift.created_at,
        updated_at=gift.updated_at,
        deleted_at=gift.deleted_at,
    )


def list_(tx: Tx, caller: Caller, request: Request) -> GiftList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id), includes_deleted(request.query.include)
    gifts = store.list_gifts(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_gifts(*of, include_deleted=deleted)
    return GiftList(*envelope(page, total, gifts), [present(gift) for gift in gifts])


def show(tx: Tx, caller: Caller, request: Request) -> GiftEntity:
    contact = contact_of(tx, caller, request)
    gift = store.find_gift(tx, caller.organization_id, contact.id, _id(request))
    if gift is None:
        raise NotFound("Gift not found")
    return present(gift)


def create(tx: Tx, caller: Caller, request: Request) -> GiftEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    with wire_names("gift"):
        return present(actions.create_gift(tx, caller, contact.id, fields_set(request.body.gift)))


def update(tx: Tx, caller: Caller, request: Request) -> GiftEntity:
    contact, gift_id = contact_of(tx, caller, request, to_change=True), _id(request)
    with wire_names("gift"):
        gift = change(
            request.body.gift,
            {},
            restore=lambda: actions.restore_gift(tx, caller, contact.id, gift_id),
            update=lambda columns: actions.update_gift(tx, caller, contact.id, gift_id, columns),
            delete=lambda: actions.delete_gift(tx, caller, contact.id, gift_id),
        )
    return present(gift)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact, gift_id = contact_of(tx, caller, request, to_change=True), _id(request)
    return delete(
        request,
        lambda: present(actions.delete_gift(tx, caller, contact.id, gift_id)),
        lambda: actions.erase_gift(tx, caller, contact.id, gift_id),
    )


def _id(request: Request) -> str:
    return part_id(request, "gift_id", "Gift")
