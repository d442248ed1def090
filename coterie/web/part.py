"""A part of a person as the pages use it: a row that is added, edited and deleted, all alike (web/parts.py)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from msgspec import Struct

from coterie.errors import NotFound
from coterie.model import contact_sheets
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx
from coterie.web.person_fields import FormField

Fields = Mapping[str, str]
# the name of a field of every form that is not entered: the user's time zone
TIME_ZONE = "time_zone"
_OF_SHEET = frozenset(get_args(contact_sheets.Part))


class Part(Struct, frozen=True, kw_only=True):
    """name: in paths; unless items is given, of a part of the contact sheet. noun: for people.

    fields: of the form; those in fixed cannot be changed later. items: (tx, caller, contact) -> those of the contact.
    create: (tx, caller, contact, fields) -> id. update, delete: (tx, caller, contact, item, fields).
    restore: undoes a delete; None if there is no way back. values: (item, time zone) -> the values of its form.
    """

    name: str
    noun: str
    fields: Sequence[FormField]
    create: Callable[[Tx, Caller, Contact, Fields], str]
    update: Callable[[Tx, Caller, Contact, Any, Fields], Any]
    delete: Callable[[Tx, Caller, Contact, Any], Any]
    restore: Callable[[Tx, Caller, Contact, str], Any] | None
    fixed: Sequence[str] = ()
    items: Callable[[Tx, Caller, Contact], Sequence[Any]] | None = None
    values: Callable[[Any, str], dict[str, str]] | None = None

    def find(self, tx: Tx, caller: Caller, contact: Contact, item_id: str) -> Any:
        """Raises NotFound if the contact has no such item."""
        item = next((each for each in self._items(tx, caller, contact) if each.id == item_id), None)
        if item is None:
            raise NotFound(f"{self.noun} not found")
        return item

    def _items(self, tx: Tx, caller: Caller, contact: Contact) -> Sequence[Any]:
        if self.items is not None:
            return self.items(tx, caller, contact)
        assert self.name in _OF_SHEET
        sheets = sheets_of(tx, caller.organization_id, [contact], (self.name,), reader_id=caller.user_id)  # type: ignore[arg-type]
        items: Sequence[Any] = getattr(sheets[contact.id], self.name)
        return items

    def values_of(self, item: Any, time_zone: str) -> dict[str, str]:
        """The values of the form of an item."""
        if self.values is not None:
            return self.values(item, time_zone)
        return {field.name: str(getattr(item, field.name, None) or "") for field in self.fields}


def text_or_none(value: str) -> str | None:
    """The text without surrounding space; None for nothing."""
    return value.strip() or None


def texts_or_none(fields: Fields) -> dict[str, str | None]:
    """Every field of a form."""
    return {name: text_or_none(value) for name, value in fields.items() if name != TIME_ZONE}
