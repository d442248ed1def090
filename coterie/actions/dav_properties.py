"""Properties that a member's clients set on their own view of a book, a home or a principal (RFC 4918, section 4).

No event: only that member's clients see them.
"""

from coterie.store import dav_properties as store
from coterie.store.database import Tx


def save_dav_property(tx: Tx, organization_id: int, user_id: str, resource: str, *, name: str, value: str) -> None:
    """Sets a property of a resource for the clients of a user. resource: its path; value: the element as XML."""
    store.save_dav_property(tx, organization_id, user_id, resource, name=name, value=value)


def delete_dav_property(tx: Tx, organization_id: int, user_id: str, resource: str, name: str) -> None:
    """Removes a property of a resource if it is set."""
    store.delete_dav_property(tx, organization_id, user_id, resource, name)
