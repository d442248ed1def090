"""Our side of a subscription: contacts as cards, as phones see them, and changes of them."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from coterie.actions.cards import record_card_change
from coterie.actions.folders import set_folders
from coterie.cards.changing import change_contact, save_lines
from coterie.cards.rendering import Renderer
from coterie.drafts.from_sheet import DRAFT_PARTS
from coterie.model.cards import CardRef, default_href
from coterie.remote.context import Context
from coterie.store import cards as store
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.folders import list_folders_of
from coterie.vcard.raw import split_card


class OwnCard(Struct, frozen=True):
    """A contact's card at a revision of the contact."""

    contact_id: int
    uid: str
    text: str
    revision: int


def render(tx: Tx, context: Context, contact_ids: Iterable[int]) -> dict[int, OwnCard]:
    """contact id -> its card, for contacts that exist and are not deleted."""
    organization_id = context.organization_id
    renderer = Renderer(tx, context.caller, context.folder)
    result = {}
    for contact_id, sheet in load_sheets(tx, organization_id, contact_ids, DRAFT_PARTS).items():
        contact = sheet.contact
        stored = store.find_stored_of_contact(tx, organization_id, contact_id)
        ref = CardRef(default_href(contact.uuid), contact_id, contact.revision, contact.updated_at)
        rendered = renderer.render_sheet(ref, sheet, stored)
        result[contact_id] = OwnCard(contact_id, rendered.uid, rendered.text, contact.revision)
    return result


def change(tx: Tx, context: Context, own: OwnCard, text: str) -> OwnCard:
    """Changes a contact so that its card has these lines."""
    if text == own.text:
        return own
    before, after = split_card(own.text), split_card(text)
    change_contact(tx, context.caller, context.folder, own.contact_id, before=before, after=after)
    return store_lines(tx, context, own.contact_id, own.uid, text)


def take_lines(tx: Tx, context: Context, own: OwnCard, text: str, uid: str) -> OwnCard:
    """Gives a contact the lines it was made from."""
    record_card_change(tx, context.caller, own.contact_id)
    return store_lines(tx, context, own.contact_id, uid, text)


def store_lines(tx: Tx, context: Context, contact_id: int, uid: str, text: str) -> OwnCard:
    """Stores the lines of a contact that has just changed. One that was taken off phones stays off."""
    organization_id = context.organization_id
    sheet = load_sheets(tx, organization_id, [contact_id], DRAFT_PARTS)[contact_id]
    present = store.find_card_of_contact(tx, organization_id, contact_id)
    state = find_card_states(tx, organization_id, [contact_id]).get(contact_id)
    href = present.href if present else default_href(sheet.contact.uuid)
    lines = split_card(text)
    ref = save_lines(tx, context.caller, href, sheet, lines, uid=uid, is_new=present is None)
    if state == "off":
        set_card_state(tx, organization_id, contact_id, state)
    return OwnCard(contact_id, uid, text, ref.revision)


def put_in_folder(tx: Tx, context: Context, contact_id: int, *, is_in: bool = True) -> None:
    """Puts a contact into the subscription's folder, or takes it out."""
    folder_id = context.subscription.folder_id
    if folder_id is None:
        return
    present = {each for each, _, _ in list_folders_of(tx, context.organization_id, [contact_id]).get(contact_id, [])}
    wanted = present | {folder_id} if is_in else present - {folder_id}
    if wanted != present:
        set_folders(tx, context.caller, contact_id, wanted)


def names_of(tx: Tx, context: Context, contact_ids: Sequence[int]) -> list[str]:
    """The names of these contacts, deleted ones too."""
    contacts = [find_contact(tx, context.organization_id, contact_id) for contact_id in contact_ids]
    return [
        contact.full_name or contact.display_name or contact.email or contact.phone or "?"
        for contact in contacts
        if contact is not None
    ]
