"""Finds the imports an ID on the command line refers to: one file, or all files of one `coterie import` command."""

from coterie.errors import NotFound, invalid
from coterie.model.imports import Import
from coterie.store.database import Tx
from coterie.store.imports import find_group, find_import, find_organization_of_import

_LISTED_MAX = 20


def resolve_imports(tx: Tx, import_id: str) -> list[tuple[int, str]]:
    """(organization id, import id) of an import, or of each import of a group, the last file first.

    Raises NotFound if the ID is neither.
    """
    organization_id = find_organization_of_import(tx, import_id)
    if organization_id is not None:
        return [(organization_id, import_id)]
    group = find_group(tx, import_id)
    if not group:
        raise NotFound(f"There is no import {import_id}")
    return group


def find_imports(tx: Tx, import_id: str) -> list[tuple[int, Import]]:
    """(organization id, import) of an import, or of each import of a group, the first file first.

    Raises NotFound if the ID is neither.
    """
    targets = reversed(resolve_imports(tx, import_id))
    found = [(organization_id, find_import(tx, organization_id, file_id)) for organization_id, file_id in targets]
    return [(organization_id, import_) for organization_id, import_ in found if import_]


def find_single_import(tx: Tx, import_id: str) -> tuple[int, Import]:
    """(organization id, import). Raises NotFound if there is none, Invalid if the ID is that of several files."""
    (organization_id, first_id), *others = resolve_imports(tx, import_id)
    if first_id != import_id:
        ids = [first_id, *(other_id for _, other_id in others)]
        more = f" … and {len(ids) - _LISTED_MAX} more" if len(ids) > _LISTED_MAX else ""
        raise invalid("import", f"has several files: use the id of one of them: {', '.join(ids[:_LISTED_MAX])}{more}")
    import_ = find_import(tx, organization_id, import_id)
    if import_ is None:  # deleted in between
        raise NotFound(f"There is no import {import_id}")
    return organization_id, import_
