"""REPORT (RFC 3253, section 3.6): multiget, query, sync-collection, expand-property and those about principals."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from coterie.carddav.address_data import AddressData, read_address_data
from coterie.carddav.candidates import candidates
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.filters import match_filter, read_filter
from coterie.carddav.principals import expand, match, search, searchable_properties
from coterie.carddav.properties import ShownResource
from coterie.carddav.propfind import Wanted, depth_of, names_in, read_wanted, respond
from coterie.carddav.urls import Resource, resource_of
from coterie.carddav.xml_input import Element, card, dav, parse_xml
from coterie.carddav.xml_output import escape, status_response
from coterie.cards.rendering import Renderer
from coterie.model.cards import CardRef

HREFS_MAX = 50_000
CARDS_PER_PIECE = 100
_ADDRESS_DATA = card("address-data")


class Report(Struct):
    """head: what precedes the cards. refs: the cards, by piece. tail: what follows them.

    document: the whole response to a report that is answered with no multistatus.
    """

    wanted: Wanted = Wanted()
    data: AddressData | None = None
    head: str = ""
    refs: Sequence[CardRef] = ()
    tail: str = ""
    # the change number up to which the device knows everything
    seen: int | None = None
    document: str = ""

    def pieces(self) -> Iterator[Callable[[Context], str]]:
        """The responses for the cards, a few hundred at a time: each piece is one read."""
        size = CARDS_PER_PIECE if self.data is not None else 50 * CARDS_PER_PIECE
        for start in range(0, len(self.refs), size):
            part = self.refs[start : start + size]
            yield partial(self._respond, refs=part)

    def _respond(self, context: Context, refs: Sequence[CardRef]) -> str:
        if self.data is None:
            return "".join(respond(context, ShownResource(context.card(ref), ref), self.wanted) for ref in refs)
        # as they are now: a card may have changed since the report began
        now = context.find_cards([ref.href for ref in refs], context.request_book)
        rendered = Renderer(context.tx, context.login.caller, context.request.folder).render(now.values())
        texts = []
        for ref in refs:
            each = rendered.get(ref.href)
            if each is None:
                texts.append(status_response(context.card(ref).url, 404))
            else:
                extra = self.data.element_of(context, each)
                texts.append(
                    respond(context, ShownResource(context.card(each.ref), each.ref), self.wanted, extra=extra)
                )
        return "".join(texts)


def report(context: Context) -> Report:
    """The response to a REPORT. Raises DavError (403, supported-report) for one the resource does not have."""
    resource = context.request.resource
    context.check(resource)
    root = parse_xml(context.request.body)
    if root is None:
        raise DavError(400, message="A REPORT needs a body")
    kinds, run = _REPORTS.get(root.name, ((), _multiget))
    if resource.kind not in kinds:
        raise DavError(403, "D:supported-report", "The resource has no such report")
    return run(context, root)


def read_properties(root: Element) -> tuple[Wanted, AddressData | None]:
    """(the properties a report asks for, its address-data)."""
    prop = root.find(dav("prop"))
    if prop is None:
        wanted = read_wanted(None) if root.find(dav("allprop")) is not None else Wanted((dav("getetag"),))
        return wanted, None
    names = names_in(prop)
    data = prop.find(_ADDRESS_DATA)
    wanted = Wanted(tuple(name for name in names if name != _ADDRESS_DATA))
    return wanted, None if data is None else read_address_data(data)


def _multiget(context: Context, root: Element) -> Report:
    hrefs = [child.text.strip() for child in root.all(dav("href"))]
    if len(hrefs) > HREFS_MAX:
        raise DavError(403, "D:number-of-matches-within-limits", f"More than {HREFS_MAX} hrefs")
    wanted, data = read_properties(root)
    names: list[tuple[str, str | None]] = [(href, _name_in_book(context, href)) for href in hrefs]
    found = context.find_cards({name for _, name in names if name is not None}, context.request_book)
    if data is not None:
        data.check(context, found.values())
    refs, missing = [], []
    for href, name in dict.fromkeys(names):
        if name is not None and name in found:
            refs.append(found[name])
        else:
            missing.append(status_response(href, 404))
    return Report(wanted, data, "", refs, "".join(missing))


def _name_in_book(context: Context, href: str) -> str | None:
    """The name of a card of the device's book; None for any other address."""
    try:
        resource = resource_of(href if href.startswith("/") or "://" in href else context.book.url + href)
    except DavError:
        return None
    is_own = resource is not None and resource.kind == "card" and resource.member == context.member
    return resource.href if resource is not None and is_own and resource.book == context.book.book else None


def _query(context: Context, root: Element) -> Report:
    wanted, data = read_properties(root)
    condition = read_filter(root.find(card("filter")))
    limit = read_limit(root, card("limit"), card("nresults"))
    refs: Sequence[CardRef]
    if context.request.resource.kind == "card":
        ref = context.find_card(context.request.resource)
        refs = [ref] if ref else []
    elif depth_of(context.request, "1") == "0":
        refs = []
    elif condition is not None:
        refs = candidates(context, condition)
    else:
        refs = context.list_cards()
    if condition is not None:
        refs = match_filter(context, refs, condition)
    if data is not None:
        data.check(context, refs)
    return _limited(context, Report(wanted, data), refs, limit)


def _limited(context: Context, report: Report, refs: Sequence[CardRef], limit: int | None) -> Report:
    """At most `limit` cards; if there are more, 507 for the collection says so (RFC 6352, section 8.6.2)."""
    report.refs = refs if limit is None else sorted(refs, key=lambda ref: ref.href)[:limit]
    if limit is not None and len(refs) > limit:
        report.tail = status_response(context.request.resource.url, 507, "<D:number-of-matches-within-limits/>")
    return report


def read_limit(root: Element, limit: str, count: str) -> int | None:
    """The number of results a client wants at most. Raises DavError (400) if it is not a number."""
    element = root.find(limit)
    if element is None:
        return None
    text = element.text_of(count) or ""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise DavError(400, message="The limit is not a number")
    return int(text)


def _sync(context: Context, root: Element) -> Report:
    """sync-collection (RFC 6578): what changed since a token, and the next token."""
    level = root.text_of(dav("sync-level")) or "1"
    if level not in ("1", "infinite"):
        raise DavError(400, message="The sync-level is not 1 or infinite")
    wanted, data = read_properties(root)
    limit = read_limit(root, dav("limit"), dav("nresults"))
    token = root.text_of(dav("sync-token")) or ""
    until = context.token_revision(context.book)
    if token:
        after = context.read_token(token)
        changes = context.list_changes(after) if after < until else []
    else:
        changes = [(ref.revision, ref) for ref in context.list_cards()]
    changes.sort(key=lambda change: change[0])
    tail = ""
    if limit is not None and len(changes) > limit:
        changes = changes[:limit]
        until = changes[-1][0] if changes else (context.read_token(token) if token else 1)
        tail = status_response(context.request.resource.url, 507, "<D:number-of-matches-within-limits/>")
    removed = [href for _, href in changes if isinstance(href, str)]
    tail += "".join(
        status_response(Resource("card", context.member, context.book.book, href).url, 404) for href in removed
    )
    tail += f"<D:sync-token>{escape(context.token(context.book, until))}</D:sync-token>"
    refs = [ref for _, ref in changes if isinstance(ref, CardRef)]
    # a device that knows another book may not have read what changed in that of all contacts
    seen = until if context.request_book is None else None
    return Report(wanted, data, "", refs, tail, seen)


def _expand(context: Context, root: Element) -> Report:
    return Report(head=expand(context, ShownResource(context.request.resource), root))


def _search(context: Context, root: Element) -> Report:
    return Report(head=search(context, root, read_properties(root)[0]))


def _list_searchable(context: Context, root: Element) -> Report:
    return Report(document=searchable_properties())


def _match(context: Context, root: Element) -> Report:
    return Report(head=match(context, root, read_properties(root)[0]))


_BOOK = ("book", "card")
_PEOPLE = ("root", "principals", "principal", "homes", "home", "book")
_REPORTS: dict[str, tuple[Sequence[str], Callable[[Context, Element], Report]]] = {
    card("addressbook-multiget"): (_BOOK, _multiget),
    card("addressbook-query"): (_BOOK, _query),
    dav("sync-collection"): (("book",), _sync),
    dav("expand-property"): (_PEOPLE, _expand),
    dav("principal-property-search"): (_PEOPLE, _search),
    dav("principal-search-property-set"): (_PEOPLE, _list_searchable),
    dav("principal-match"): (_PEOPLE, _match),
    dav("acl-principal-prop-set"): (_PEOPLE, _match),
}
