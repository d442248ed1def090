"""The one order in which a PATCH is carried out: restore, change, delete."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from coterie.api.r0.input import fields_set, requested_deletion

T = TypeVar("T")


def change(
    fields: Struct,
    names: Mapping[str, str],
    *,
    restore: Callable[[], T],
    update: Callable[[dict[str, Any]], T],
    delete: Callable[[], T],
) -> T:
    """Do what the fields of a PATCH say, and give the record as it is then.

    names: wire -> inside. [deleted]=false restores, [deleted]=true deletes; what else was sent changes.
    """
    deleted, columns = requested_deletion(fields), fields_set(fields, names)
    if deleted is False:
        result = restore()
        return update(columns) if columns else result
    if columns or deleted is None:
        result = update(columns)
        return delete() if deleted else result
    return delete()
