"""address-data of reports (RFC 6352, section 10.4): which version of a card, and which of its properties."""

from collections.abc import Iterable

from msgspec import Struct

from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.xml_input import Element, card
from coterie.carddav.xml_output import escape
from coterie.cards.rendering import Rendered
from coterie.model.cards import CardRef
from coterie.store import cards as store
from coterie.vcard.raw import join_lines, split_card, version_of
from coterie.vcard.versions import as_version_3

_ALWAYS = frozenset(("BEGIN", "VERSION", "UID", "FN", "N", "END"))
# marks, among the families of a device, that it has written a card of version 4.0
VERSION_4 = "VERSION-4.0"


class AddressData(Struct, frozen=True):
    """version: as asked for, or ''. names: in upper case, of the properties asked for; None for all."""

    version: str
    names: frozenset[str] | None

    def check(self, context: Context, refs: Iterable[CardRef]) -> None:
        """Raises DavError (403, supported-address-data) if a card would have to be converted up to 4.0."""
        if self.version != "4.0":
            return
        wanted = list(refs)
        stored = store.find_stored(context.tx, context.organization_id, wanted)
        if any(ref.href not in stored or version_of(split_card(stored[ref.href].body)) != "4.0" for ref in wanted):
            raise DavError(403, "C:supported-address-data", "Cards are served as version 3.0")

    def element_of(self, context: Context, rendered: Rendered) -> str:
        """The property address-data of a card."""
        return f"<C:address-data>{escape(self._text_of(context, rendered))}</C:address-data>"

    def _text_of(self, context: Context, rendered: Rendered) -> str:
        """The card in the version the device reads: 3.0, or as it is stored if it has written 4.0 itself."""
        reads_4 = self.version == "4.0" or VERSION_4 in context.login.device.families
        # most cards have these characters nowhere, and are served without looking at their lines
        is_as_stored = reads_4 or "4.0" not in rendered.text
        if is_as_stored and self.names is None:
            return rendered.text
        lines = rendered.lines if is_as_stored else as_version_3(rendered.lines)
        if self.names is not None:
            lines = [line for line in lines if line.name in _ALWAYS or line.name in self.names]
        return join_lines(lines)


def read_address_data(element: Element) -> AddressData:
    """Raises DavError (403, supported-address-data) for another media type or version."""
    media_type = element.attributes.get("content-type", "text/vcard").split(";")[0].strip().lower()
    version = element.attributes.get("version", "").strip()
    if media_type not in ("text/vcard", "text/x-vcard", "text/directory") or version not in ("", "3.0", "4.0"):
        raise DavError(403, "C:supported-address-data", "Cards are text/vcard of version 3.0")
    names = frozenset(child.attributes.get("name", "").upper() for child in element.all(card("prop")))
    return AddressData(version, names or None)
