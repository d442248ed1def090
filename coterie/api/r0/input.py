"""Shared parts of R0's bodies: a wrapper with some of the fields, `deleted`, `soft_delete`.

A body is a Struct with one field, the wrapper, whose type is the Struct of the fields. phone_number[phone_number]=x,
the same as multipart, and {"phone_number": {"phone_number": "x"}} are read alike (http/body.py).
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.route import Request
from coterie.errors import invalid
from coterie.http.multipart import Upload
from coterie.http.responses import Response

# The types of optional fields: UNSET if absent, None if null
Text = str | None | UnsetType
Flag = bool | None | UnsetType
Deleted = Annotated[Flag, Meta(description="false restores what was deleted; true deletes it.")]


class SoftDelete(Struct):
    """The input of every DELETE that can be taken back; in the query, in a form or in JSON."""

    soft_delete: Annotated[bool | None, Meta(description="false erases for good; true by default.")] = None


def fields_set(fields: Struct, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The fields that were sent, except `deleted`, under our names. names: wire name -> our name."""
    ours = names or {}
    return {
        ours.get(name, name): value
        for name, value in msgspec.structs.asdict(fields).items()
        if value is not UNSET and name != "deleted"
    }


def requested_deletion(fields: Any) -> bool | None:
    """True to delete, False to restore, None if `deleted` was not sent."""
    return fields.deleted if isinstance(fields.deleted, bool) else None


def required_unless_deleted(fields: Any, wrapper: str, field: str) -> str | None:
    """The value of the body's main field; None if only `deleted` was sent. Raises Invalid if neither was."""
    value: str | UnsetType = getattr(fields, field)
    if isinstance(value, str):
        return value
    if requested_deletion(fields) is None:
        raise invalid((wrapper, field), "is missing", kind="missing")
    return None


def uploaded_file(request: Request) -> Upload:
    """The file of a multipart form, in its field `upload`. Raises Invalid if there is none."""
    upload = request.files.get("upload")
    if upload is None:
        raise invalid("upload", "is missing: send a file as multipart/form-data", kind="missing")
    return upload


def is_soft(request: Request) -> bool:
    """Whether a DELETE can be undone."""
    return request.body.soft_delete is not False


def delete(request: Request, softly: Callable[[], Any], erase: Callable[[], None]) -> Any:
    """Runs softly or erase, as soft_delete demands: 200 with the entity that softly returns, or 204 without a body.

    The route must declare both: response=…, responses={204: None}.
    """
    if is_soft(request):
        return softly()
    erase()
    return Response(status=204)
