"""Conditions on relationships between contacts, and with the user who reads.

A row (first, second, type) says that the second contact is this to the first.
"""

from coterie.model.filters.tree import Condition
from coterie.model.relationships import TYPES, neutral, type_id
from coterie.store.filters.builder import Builder

_OTHER = (
    "contact_relationships x JOIN contacts o ON o.organization_id = x.organization_id AND o.id = x.first_contact_id"
    " AND o.deleted_at IS NULL"
)


def relation(condition: Condition, builder: Builder) -> str:
    """Whether the contact is a mother, a friend, … of another contact or of the reader. Parent is also a mother."""
    which = "x.deleted_at IS NULL"
    if condition.values:
        wanted = {type_id(str(value)) for value in condition.values}
        which += f" AND x.type_id IN {builder.bind_all(_with_gendered(wanted))}"
    of_user = which
    if builder.reader.user_id is not None:
        of_user += f" AND x.user_id = {builder.bind(builder.reader.user_id)}"
    of_contact = builder.has(_OTHER, which, contact="second_contact_id")
    exists = f"({of_contact} OR {builder.has('user_relationships x', of_user)})"
    return f"NOT {exists}" if condition.op == "none" else exists


def _with_gendered(ids: set[str]) -> list[str]:
    return sorted(each for each in TYPES if each in ids or neutral(each) in ids)


def relation_to(condition: Condition, builder: Builder) -> str:
    """Whether the contact is anything to one of these contacts."""
    which = "x.deleted_at IS NULL"
    if condition.values:
        ids = builder.bind_all(int(str(value).removeprefix("#")) for value in condition.values)
        which += f" AND x.first_contact_id IN {ids}"
    exists = builder.has(_OTHER, which, contact="second_contact_id", may_lead=True)
    return f"NOT {exists}" if condition.op == "none" else exists
