"""The handlers of phone numbers and e-mail addresses; their files have their Structs and how they are presented."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from coterie.actions import handles as actions
from coterie.api.errors import wire_names
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import delete, requested_deletion, required_unless_deleted
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.handles import Handle
from coterie.model.organizations import Caller
from coterie.store import handles as store
from coterie.store.database import Tx


class HandleHandlers(Struct, frozen=True, kw_only=True):
    """The handlers of one channel, and R0's names for it: of the id in a path, the wrapper, its field, the noun."""

    channel: str
    id_name: str
    wrapper: str
    field: str
    noun: str
    list_type: Callable[..., PageEntity]
    present: Callable[[Handle], Any]

    def list_(self, tx: Tx, caller: Caller, request: Request) -> PageEntity:
        contact, page = contact_of(tx, caller, request), read_page(request.query)
        of, deleted = (tx, caller.organization_id, contact.id, self.channel), includes_deleted(request.query.include)
        handles = store.list_handles_on(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
        total = store.count_handles_on(*of, include_deleted=deleted)
        return self.list_type(*envelope(page, total, handles), [self.present(handle) for handle in handles])

    def show(self, tx: Tx, caller: Caller, request: Request) -> Any:
        contact = contact_of(tx, caller, request)
        handle = store.find_handle(tx, caller.organization_id, contact.id, self._id(request))
        if handle is None or handle.channel != self.channel:
            raise NotFound(f"{self.noun} not found")
        return self.present(handle)

    def create(self, tx: Tx, caller: Caller, request: Request) -> Any:
        contact = contact_of(tx, caller, request, to_change=True)
        value: str = getattr(getattr(request.body, self.wrapper), self.field)
        with wire_names(self.wrapper):
            return self.present(actions.add_handle(tx, caller, contact.id, self.channel, value, self.field))

    def update(self, tx: Tx, caller: Caller, request: Request) -> Any:
        contact = contact_of(tx, caller, request, to_change=True)
        handle_id, fields = self._id(request), getattr(request.body, self.wrapper)
        value = required_unless_deleted(fields, self.wrapper, self.field)
        with wire_names(self.wrapper):
            handle = actions.update_handle(
                tx, caller, contact.id, handle_id, channel=self.channel, field=self.field, value=value,
                deleted=requested_deletion(fields),
            )  # fmt: skip
        return self.present(handle)

    def remove(self, tx: Tx, caller: Caller, request: Request) -> Any:
        contact = contact_of(tx, caller, request, to_change=True)
        of = (tx, caller, contact.id, self._id(request))
        return delete(
            request,
            lambda: self.present(actions.delete_handle(*of, channel=self.channel)),
            lambda: actions.erase_handle(*of, channel=self.channel),
        )

    def _id(self, request: Request) -> str:
        return part_id(request, self.id_name, self.noun)
