"""The small pictures of contacts in lists: one query for all contacts of a page."""

from collections.abc import Iterable, Mapping

from coterie.model.contacts import Contact
from coterie.store.attachments import list_pictures_of
from coterie.store.database import Tx
from coterie.web.page import Visit


def pictures_of(tx: Tx, visit: Visit, contacts: Iterable[Contact]) -> Mapping[int, str]:
    """contact id -> the path of its small picture, for those of the contacts that have one."""
    ids = {contact.id for contact in contacts}
    pictures = list_pictures_of(tx, visit.acting.organization_id, ids) if ids else {}
    return {id_: f"{visit.root}/people/{id_}/files/{file}/picture?size=96" for id_, file in pictures.items()}
