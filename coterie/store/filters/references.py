"""Conditions on tags, folders and other things with ids. A value is "#" and the id."""

from collections.abc import Mapping
from typing import NamedTuple

from coterie.model.filters.tree import Condition
from coterie.store.filters.builder import Builder


class _Link(NamedTuple):
    """rows: the table that links contacts, as x, with joins; column: of the id."""

    rows: str
    column: str
    is_number: bool = False
    condition: str = ""


_TERMS = "{link} x JOIN {table} t ON t.organization_id = x.organization_id AND t.id = x.{column}"
_LINKS: Mapping[str, _Link] = {
    "tag": _Link(
        _TERMS.format(link="contact_tags", table="tags", column="tag_id"), "x.tag_id", condition="t.deleted_at IS NULL"
    ),
    "expertise": _Link(
        _TERMS.format(link="contact_expertises", table="expertises", column="expertise_id"),
        "x.expertise_id",
        condition="t.deleted_at IS NULL",
    ),
    "folder": _Link("contact_folders x", "x.folder_id", is_number=True),
}


def reference(condition: Condition, builder: Builder) -> str:
    """Whether a contact is linked with one of these."""
    link = _LINKS[condition.field]
    tests = [link.condition] if link.condition else []
    if condition.op not in ("any", "none"):
        ids = [str(value).removeprefix("#") for value in condition.values]
        tests.append(f"{link.column} IN {builder.bind_all(map(int, ids) if link.is_number else ids)}")
    exists = builder.has(link.rows, " AND ".join(tests), may_lead=True)
    return f"NOT {exists}" if condition.op == "none" else exists
