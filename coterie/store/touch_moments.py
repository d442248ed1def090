"""When somebody was last in touch with contacts."""

from collections.abc import Iterable

from coterie.model.interactions import MESSAGE
from coterie.model.touches import KINDS
from coterie.store.database import Tx

# one seek in the primary key for each kind; the names are our own constants
_NEWEST = ", ".join(
    "(SELECT happened_at FROM interactions x WHERE x.organization_id = c.organization_id AND x.contact_id = c.id"
    f" AND x.kind = '{kind}' AND x.deleted_at IS NULL ORDER BY happened_at DESC LIMIT 1)"
    for kind in (MESSAGE, *KINDS)
)


def find_last_contact(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> the moment of the newest message or logged conversation, for those that have one."""
    rows = tx.all(
        f"SELECT c.id, {_NEWEST} FROM contacts c"
        f" WHERE c.organization_id = :organization_id AND c.id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    newest = {row[0]: max((at for at in row[1:] if at), default=None) for row in rows}
    return {contact_id: at for contact_id, at in newest.items() if at is not None}
