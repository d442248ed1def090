"""The kinds of problems of our own contract (RFC 9457): each has a page below /problems that says what mends it."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.api.hub.errors import KINDS, Kind
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.store.database import Tx


class ProblemKind(Struct):
    slug: str
    title: str
    status: Annotated[int, Meta(description="The HTTP status of responses with this problem.")]
    meaning: str
    fix: Annotated[str, Meta(description="What to do about it.")]


class ProblemKindList(Struct):
    items: list[ProblemKind]


def list_(tx: Tx, caller: Caller, request: Request) -> ProblemKindList:
    return ProblemKindList([_present(slug, kind) for slug, kind in KINDS.items()])


def show(tx: Tx, caller: Caller, request: Request) -> ProblemKind:
    slug = request.path["slug"]
    if slug not in KINDS:
        raise NotFound("Problem not found")
    return _present(slug, KINDS[slug])


def _present(slug: str, kind: Kind) -> ProblemKind:
    return ProblemKind(slug, kind.title, kind.status, kind.meaning, kind.fix)
