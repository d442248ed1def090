"""POST /contacts/batch: up to 200 operations in one unit of work, each with a result of its own."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions import contacts as actions
from coterie.api.errors import wire_names
from coterie.api.hub.conditions import check_if_match, etag_of
from coterie.api.hub.contact_input import ContactFields, change_contact, create_contact
from coterie.api.hub.errors import ChangedSince, IfMatchRequired, Problem, present_error
from coterie.api.hub.ids import find_contact
from coterie.api.hub.upserts import MatchFields, UpsertBody, upsert_contact
from coterie.api.route import Request
from coterie.errors import Conflict, CoterieError, Invalid, NotFound, gathering, invalid
from coterie.errors import Problem as FieldProblem
from coterie.http.fields import reader
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store import contacts as store
from coterie.store.database import Tx

OPERATIONS_MAX = 200
# what concerns one operation; everything else, such as a deadlock or a full disk, concerns all
_OF_ONE = (Invalid, NotFound, Conflict, ChangedSince, IfMatchRequired)
_SUCCESS = {"created": 201}
Outcome = Literal["created", "updated", "unchanged", "deleted", "restored"]


class BatchOperation(Struct, kw_only=True, forbid_unknown_fields=True):
    op: Literal["create", "update", "upsert", "delete", "restore"]
    ref: Annotated[str, Meta(max_length=200, description="Your own name for it, repeated in the result.")] | None = None
    id: Annotated[
        int | Annotated[str, Meta(max_length=36)] | None,
        Meta(description="Of update, delete and restore: id or uuid of the contact."),
    ] = None
    if_match: Annotated[str, Meta(max_length=200, description="The ETag you have read.")] | None = None
    contact: Annotated[ContactFields | None, Meta(description="Of create, update and upsert.")] = None
    match: Annotated[list[MatchFields], Meta(max_length=10)] | None = None
    if_several: Literal["refuse", "oldest", "newest"] = "refuse"
    if_deleted: Literal["ignore", "restore"] = "ignore"


class BatchBody(Struct, kw_only=True, forbid_unknown_fields=True):
    operations: Annotated[
        list[Any],
        Meta(
            min_length=1, max_length=OPERATIONS_MAX,
            extra_json_schema={"items": {"$ref": "#/components/schemas/BatchOperation"}},
        ),
    ]  # fmt: skip
    atomic: Annotated[bool, Meta(description="All or nothing: if one fails, the response is its problem.")] = False


class BatchResult(Struct, kw_only=True):
    index: int
    ref: str | None
    status: Annotated[int, Meta(description="As the operation alone would have.")]
    outcome: Outcome | None = None
    id: int | None = None
    uuid: str | None = None
    etag: str | None = None
    problem: Problem | None = None


class BatchEntity(Struct):
    results: Annotated[list[BatchResult], Meta(description="One for each operation, in their order.")]
    failed: Annotated[int, Meta(description="How many have a problem.")]


def run(tx: Tx, caller: Caller, request: Request) -> BatchEntity:
    body: BatchBody = request.body
    if body.atomic:
        return _run_all(tx, caller, body.operations)
    results = []
    for index, raw in enumerate(body.operations):
        try:
            with tx.savepoint():
                results.append(_run(tx, caller, index, raw))
        except _OF_ONE as error:
            results.append(_failed(index, raw, error))
    return BatchEntity(results, sum(result.problem is not None for result in results))


def _run_all(tx: Tx, caller: Caller, operations: list[Any]) -> BatchEntity:
    """Raises Invalid with the problems of every operation that fails, below `operations`."""
    results, problems = [], list[FieldProblem]()
    for index, raw in enumerate(operations):
        found: list[FieldProblem] = []
        try:
            with gathering(found), tx.savepoint():
                results.append(_run(tx, caller, index, raw))
        except _OF_ONE as error:
            found.append(FieldProblem((), "conflict", f"failed: {error}"))
        problems += [problem._replace(path=("operations", str(index), *problem.path)) for problem in found]
    if problems:
        raise Invalid(*problems)
    return BatchEntity(results, 0)


def _failed(index: int, raw: Any, error: CoterieError) -> BatchResult:
    if isinstance(error, Invalid):  # in the result of an operation, no field means the operation
        error = Invalid(*(problem._replace(path=problem.path or ("operation",)) for problem in error.problems))
    problem: Problem = present_error(error).body
    ref = raw.get("ref") if isinstance(raw, dict) else None
    return BatchResult(index=index, ref=ref if isinstance(ref, str) else None, status=problem.status, problem=problem)


def _run(tx: Tx, caller: Caller, index: int, raw: Any) -> BatchResult:
    operation = reader(BatchOperation)(raw)
    _check_fields(operation)
    outcome, contact = _DO[operation.op](tx, caller, operation)
    return BatchResult(
        index=index, ref=operation.ref, status=_SUCCESS.get(outcome, 200), outcome=outcome, id=contact.id,
        uuid=contact.uuid, etag=etag_of(contact),
    )  # fmt: skip


# The operations -------------------------------------------------------------------------------------------------------

_Done = tuple[Outcome, Contact]


def _create(tx: Tx, caller: Caller, operation: BatchOperation) -> _Done:
    fields = _fields(operation)
    with wire_names("contact"):
        return "created", create_contact(tx, caller, fields)


def _update(tx: Tx, caller: Caller, operation: BatchOperation) -> _Done:
    before = _to_change(tx, caller, operation)
    if before.deleted_at is not None:
        raise Conflict("The contact is deleted; restore it before you change it")
    fields = _fields(operation)
    with wire_names("contact"):
        after = change_contact(tx, caller, before.id, fields)
    return "updated" if after.revision != before.revision else "unchanged", after


def _upsert(tx: Tx, caller: Caller, operation: BatchOperation) -> _Done:
    if not operation.match:
        raise invalid("match", "is missing", kind="missing")
    body = UpsertBody(
        match=operation.match, contact=_fields(operation), if_several=operation.if_several,
        if_deleted=operation.if_deleted,
    )  # fmt: skip
    outcome, _, contact = upsert_contact(tx, caller, body, operation.if_match, field="if_match")
    return outcome, contact


def _delete(tx: Tx, caller: Caller, operation: BatchOperation) -> _Done:
    return "deleted", actions.delete_contact(tx, caller, _to_change(tx, caller, operation).id)


def _restore(tx: Tx, caller: Caller, operation: BatchOperation) -> _Done:
    return "restored", actions.restore_contact(tx, caller, _to_change(tx, caller, operation).id)


# operation -> the fields of others that name a contact
_OF_OTHERS = {
    "create": ("id", "if_match", "match"), "upsert": ("id",), "update": ("match",), "delete": ("match",),
    "restore": ("match",),
}  # fmt: skip
_DO = {"create": _create, "update": _update, "upsert": _upsert, "delete": _delete, "restore": _restore}


def _check_fields(operation: BatchOperation) -> None:
    """Raises Invalid for a field that would be ignored although it says which contact is meant."""
    for name in _OF_OTHERS.get(operation.op, ()):
        if getattr(operation, name) is not None:
            raise invalid(name, f"does not belong to {operation.op}", kind="unknown")


def _fields(operation: BatchOperation) -> ContactFields:
    if operation.contact is None:
        raise invalid("contact", "is missing", kind="missing")
    return operation.contact


def _to_change(tx: Tx, caller: Caller, operation: BatchOperation) -> Contact:
    if operation.id is None:
        raise invalid("id", "is missing", kind="missing")
    found = find_contact(tx, caller, str(operation.id))
    contact = store.find_contact_to_change(tx, caller.organization_id, found.id) if found else None
    if contact is None:
        raise NotFound("Contact not found")
    check_if_match(tx, caller, contact, operation.if_match, field="if_match")
    return contact
