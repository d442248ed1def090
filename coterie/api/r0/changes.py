"""The order of a PATCH: restore, update, delete."""

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
    """Applies the fields of a PATCH and returns the result of the last step.

    names: wire name -> our name. [deleted]=false restores, [deleted]=true deletes, other fields are updated.
    """
    deleted, columns = requested_deletion(fields), fields_set(fields, names)
    if deleted is False:
        result = restore()
        return update(columns) if columns else result
    if columns or deleted is None:
        result = update(columns)
        return delete() if deleted else result
    return delete()
