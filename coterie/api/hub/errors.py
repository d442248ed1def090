"""Errors of our own contract: problem details (RFC 9457) as application/problem+json."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.hub.missed_changes import MISSED_MAX, Missed, MissedChange
from coterie.api.idempotency import HEADER, KEY_REUSED
from coterie.errors import Conflict, CoterieError, Invalid, TooSlow, Unauthorized
from coterie.errors import Problem as FieldProblem
from coterie.http.conditions import IF_MATCH
from coterie.http.cursors import InvalidCursor
from coterie.http.errors import InvalidQuery, MethodNotAllowed, Unexpected, error_headers, status_of
from coterie.http.responses import Response

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/hub/v1/problems/"
# headers as they are named in problems
_HEADERS = frozenset({(HEADER,), (IF_MATCH,)})


class Kind(NamedTuple):
    """A kind of problem: what its type URI stands for."""

    status: int
    title: str
    meaning: str
    fix: str


# slug, the end of the type URI -> the kind
KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "Bad request", "The body is not a JSON object, or the query or a header is invalid.",
                        "Correct what errors names, and send the request again."),
    "invalid-cursor": Kind(400, "Invalid cursor", "The cursor is not one of this list and these parameters.",
                           "Send the cursor unchanged with the parameters of its page, or begin again without one."),
    "no-access": Kind(401, "No access", "There is no token, or it is unknown, revoked or expired.",
                      "Send Authorization: Bearer and a token of this instance."),
    "not-allowed": Kind(403, "Not allowed", "The token lacks a scope, or its user is not an owner.",
                        "Use a token with the scope that detail names."),
    "not-found": Kind(404, "Not found", "It does not exist in the organization of the token.", "Check the path."),
    "method-not-allowed": Kind(405, "Method not allowed", "The path does not have this method.",
                               "Use one of the methods in the Allow header."),
    "not-acceptable": Kind(406, "Not acceptable", "Responses are JSON.", "Leave out format=."),
    "conflict": Kind(409, "Conflict", "It conflicts with the stored data.", "Read the current data and decide again."),
    "several-match": Kind(409, "Several contacts match", "More than one contact has the identifier.",
                          "Choose one of candidates by its id, send if_several, or merge them."),
    "cursor-expired": Kind(410, "Cursor expired", "Deletions after this cursor are no longer stored.",
                           "Begin again without a cursor, and drop contacts that do not come again."),
    "changed-since": Kind(412, "Changed since", "The contact has another revision than If-Match names.",
                          "Get the contact again, apply your change to it and send its new ETag. If changed_since has"
                          " no field of your change, you may send it again with etag."),
    "too-large": Kind(413, "Too large", "The body or a count exceeds its limit.", "Send less at once."),
    "unsupported-media-type": Kind(415, "Unsupported media type", "The body is not JSON.",
                                   "Send Content-Type: application/json."),
    "invalid": Kind(422, "Invalid", "Fields of the body are not valid.", "Correct the fields that errors names."),
    "key-reused": Kind(422, "Idempotency key reused", "The Idempotency-Key came with another request before.",
                       "Use a new key for a new request, and the same body for a retry."),
    "if-match-required": Kind(428, "If-Match required", "It cannot be undone, or the organization requires it.",
                              "Get the contact and send its ETag as If-Match."),
    "too-many-requests": Kind(429, "Too many requests", "The limit of requests is reached.",
                              "Wait for the seconds in Retry-After."),
    "unexpected": Kind(500, "Unexpected error", "A fault of the server; it was logged under the id in detail.",
                       "Tell the operator the id."),
    "unavailable": Kind(503, "Unavailable", "The instance is busy, starting or stopping, or its disk is full.",
                        "Try again later."),
    "too-slow": Kind(503, "Too slow", "The request took longer than the instance allows.", "Ask for less at once."),
}  # fmt: skip
_BY_STATUS = {
    400: "bad-request", 401: "no-access", 403: "not-allowed", 404: "not-found", 405: "method-not-allowed",
    406: "not-acceptable", 409: "conflict", 412: "changed-since", 413: "too-large", 415: "unsupported-media-type",
    422: "invalid", 429: "too-many-requests", 500: "unexpected", 503: "unavailable",
}  # fmt: skip
# kind of a field's problem -> what mends it
_FIXES = {
    "missing": "Add the field.",
    "blank": "Send a value.",
    "taken": "Send another value.",
    "unknown": "Correct or remove the field.",
    "too_long": "Shorten it.",
}


class ProblemField(Struct, rename={"place": "in"}):
    """One problem of one field."""

    place: Literal["body", "query", "header"]
    field: Annotated[str, Meta(description="The field, with the names around it: handles.0.value.")]
    code: Annotated[
        str,
        Meta(
            description="missing, invalid, blank, choice, too_long, too_small, too_large, taken, unknown, together,"
            " quota."
        ),
    ]
    message: str
    fix: Annotated[str | None, Meta(description="What mends it, if message does not say so.")]


class Candidate(Struct):
    """A contact that one of the identifiers fits."""

    id: int
    uuid: str
    name: str | None


class Problem(Struct):
    """Problem details (RFC 9457)."""

    type: Annotated[str, Meta(description="The address of the description of this kind of problem.")]
    title: str
    status: int
    detail: str
    instance: Annotated[
        str | UnsetType, Meta(description="This occurrence: urn:request: and the X-Request-Id, for the log.")
    ] = UNSET
    errors: Annotated[list[ProblemField], Meta(description="What is wrong with which field.")] = []
    candidates: Annotated[
        list[Candidate] | UnsetType, Meta(description="Of several-match: the contacts, 10 at most.")
    ] = UNSET
    etag: Annotated[str | UnsetType, Meta(description="Of changed-since: the current ETag of the contact.")] = UNSET
    changed_since: Annotated[
        list[MissedChange] | UnsetType,
        Meta(description=f"What changed after the revision of If-Match: the newest {MISSED_MAX}, oldest first."),
    ] = UNSET
    has_more: Annotated[
        bool | UnsetType, Meta(description="Whether there may be older changes than those of changed_since.")
    ] = UNSET


class SeveralMatch(Conflict):
    """Several contacts have the identifier."""

    def __init__(self, message: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(message)
        self.candidates = candidates


class CursorExpired(CoterieError):
    """Tombstones after this cursor have been deleted."""


class ChangedSince(CoterieError):
    """The contact has another revision than If-Match names. etag: its current one; missed: None if unknown."""

    def __init__(self, etag: str, missed: Missed | None) -> None:
        super().__init__("The contact was changed since it was read")
        self.etag, self.missed = etag, missed


class IfMatchRequired(CoterieError):
    """The request needs an If-Match header."""


_SLUGS: Mapping[type[Exception], str] = {
    SeveralMatch: "several-match",
    InvalidCursor: "invalid-cursor",
    CursorExpired: "cursor-expired",
    ChangedSince: "changed-since",
    IfMatchRequired: "if-match-required",
    TooSlow: "too-slow",
}
# status -> type of the body, for the document
TYPES: dict[int, Any] = {kind.status: Problem for kind in KINDS.values()}


def present_error(error: Exception) -> Response:
    """Presents any error as a problem."""
    slug = _slug(error)
    kind, fields = KINDS[slug], _fields(error)
    body = Problem(TYPE_PREFIX + slug, kind.title, kind.status, _detail(error, kind, fields), errors=fields)
    if isinstance(error, SeveralMatch):
        body.candidates = list(error.candidates)
    headers = error_headers(error)
    if isinstance(error, ChangedSince):
        body.etag, headers = error.etag, (("ETag", error.etag),)
        if error.missed is not None:
            body.changed_since, body.has_more = error.missed
    return Response(body, kind.status, headers, MEDIA_TYPE)


def _detail(error: Exception, kind: Kind, fields: Sequence[ProblemField]) -> str:
    """The problem in a sentence: of an error whose message is a contract's, in words of our own."""
    if fields:
        return "; ".join(each.message for each in fields)
    if isinstance(error, Unexpected):
        return f"The server failed; its log has the id {error.message}"
    if isinstance(error, MethodNotAllowed):
        return f"The path has only these methods: {error.allowed}"
    if isinstance(error, Unauthorized):
        return f"{kind.meaning} {kind.fix}"
    return str(error) or kind.meaning


def add_request_id(problem: Any, request_id: str) -> None:
    """Names the request that had the problem."""
    if isinstance(problem, Problem):
        problem.instance = f"urn:request:{request_id}"


def _slug(error: Exception) -> str:
    named = next((_SLUGS[cls] for cls in type(error).__mro__ if cls in _SLUGS), None)
    if named is not None:
        return named
    if isinstance(error, Invalid):
        kinds = {problem.kind for problem in error.problems}
        if KEY_REUSED in kinds:
            return "key-reused"
        is_header = any(problem.path in _HEADERS for problem in error.problems)
        return "bad-request" if is_header or isinstance(error, InvalidQuery) or "malformed" in kinds else "invalid"
    return _BY_STATUS[status_of(error)]


def _fields(error: Exception) -> list[ProblemField]:
    """The problems of an Invalid, each with its place."""
    if not isinstance(error, Invalid):
        return []
    place: Literal["query", "body"] = "query" if isinstance(error, InvalidQuery) else "body"
    return [_field(problem, place) for problem in error.problems]


def _field(problem: FieldProblem, place: Literal["query", "body"]) -> ProblemField:
    name = ".".join(problem.path)
    is_header = problem.path in _HEADERS
    message = f"{name or 'The body'} {problem.reason}"
    return ProblemField(
        "header" if is_header else place, name, problem.kind, message, _FIXES.get(problem.kind) if name else None
    )
