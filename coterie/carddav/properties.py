"""The live properties of each kind of resource, as XML. A property that a resource does not have is None."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from coterie.carddav.context import Context
from coterie.carddav.urls import Resource
from coterie.carddav.xml_input import CARD, card, dav
from coterie.carddav.xml_output import CALENDARSERVER, escape
from coterie.http.responses import http_date
from coterie.model import times
from coterie.model.cards import CardRef, etag_of
from coterie.store.organizations import find_user
from coterie.vcard.cards import PROPERTY_BYTES_MAX

CONTENT_TYPE = "text/vcard; charset=utf-8"
_WRITE = ("read", "write", "write-content", "write-properties", "bind", "unbind", "read-current-user-privilege-set")
_READ = ("read", "read-current-user-privilege-set")
_OF_PEOPLE = ("D:principal-property-search", "D:principal-search-property-set", "D:principal-match",
              "D:expand-property", "D:acl-principal-prop-set")  # fmt: skip
_OF_BOOKS = ("C:addressbook-query", "C:addressbook-multiget", "D:sync-collection", "D:expand-property")


class ShownResource(Struct, frozen=True):
    """A resource; ref: of a card. length: of its body, if it was rendered."""

    resource: Resource
    ref: CardRef | None = None
    length: int | None = None


Property = Callable[[Context, ShownResource], str | None]


def _href(resource: Resource) -> str:
    return f"<D:href>{resource.url}</D:href>"


def _resourcetype(_: Context, target: ShownResource) -> str:
    kind = target.resource.kind
    if kind == "card":
        return ""
    extra = {"principal": "<D:principal/>", "book": "<C:addressbook/>"}.get(kind, "")
    return "<D:collection/>" + extra


def _displayname(context: Context, target: ShownResource) -> str | None:
    kind = target.resource.kind
    if kind in ("principal", "home"):
        user = find_user(context.tx, context.login.device.user_id)
        return escape(user.name if user else context.login.device.email)
    if kind == "book":
        book = context.find_book(target.resource.book)
        return escape(book.title) if book else "Contacts"
    return {"root": "Coterie", "principals": "Principals", "homes": "Address books"}.get(kind)


def _privileges(context: Context, target: ShownResource) -> str:
    kind = target.resource.kind
    names = _WRITE if kind in ("home", "book", "card") and not context.is_read_only(target.resource) else _READ
    return "".join(f"<D:privilege><D:{name}/></D:privilege>" for name in names)


def _reports(_: Context, target: ShownResource) -> str | None:
    kind = target.resource.kind
    if kind == "card":
        return None
    names = _OF_BOOKS if kind == "book" else _OF_PEOPLE
    return "".join(f"<D:supported-report><D:report><{name}/></D:report></D:supported-report>" for name in names)


def _sync_token(context: Context, target: ShownResource) -> str | None:
    if target.resource.kind != "book":
        return None
    return escape(context.token(target.resource, context.token_revision(target.resource)))


def _etag(_: Context, target: ShownResource) -> str | None:
    return escape(etag_of(target.ref)) if target.ref else None


def _modified(_: Context, target: ShownResource) -> str | None:
    return http_date(times.parse(target.ref.changed_at).timestamp()) if target.ref else None


def _length(_: Context, target: ShownResource) -> str | None:
    if target.resource.kind == "book":
        return "0"
    return None if target.length is None else str(target.length)


def _resource_id(context: Context, target: ShownResource) -> str | None:
    if target.resource.kind not in ("principal", "home", "book"):
        return None
    book = context.find_book(target.resource.book)
    return f"<D:href>urn:uuid:{book.id if book else context.member}</D:href>"


def _home_set(context: Context, target: ShownResource) -> str | None:
    return _href(context.home) if target.resource.kind in ("root", "principal", "home") else None


def _address_data_types(_: Context, target: ShownResource) -> str | None:
    if target.resource.kind != "book":
        return None
    return '<C:address-data-type content-type="text/vcard" version="3.0"/>'


def _collations(_: Context, target: ShownResource) -> str | None:
    if target.resource.kind != "book":
        return None
    return "".join(
        f"<C:supported-collation>{name}</C:supported-collation>" for name in ("i;ascii-casemap", "i;unicode-casemap")
    )


def _privilege_tree(_: Context, __: ShownResource) -> str:
    inner = "".join(
        f"<D:supported-privilege><D:privilege><D:{name}/></D:privilege>"
        f'<D:description xml:lang="en">{name}</D:description></D:supported-privilege>'
        for name in _WRITE
    )
    return (
        "<D:supported-privilege><D:privilege><D:all/></D:privilege>"
        f'<D:description xml:lang="en">all</D:description>{inner}</D:supported-privilege>'
    )


def _only(kinds: tuple[str, ...], value: Callable[[Context], str]) -> Property:
    """A property of these kinds of resources."""
    return lambda context, target: value(context) if target.resource.kind in kinds else None


_BOOK, _HOME, _PRINCIPAL = ("book",), ("home", "book"), ("principal",)

# those of a PROPFIND without names
ALL_PROPERTIES: Mapping[str, Property] = {
    dav("resourcetype"): _resourcetype,
    dav("displayname"): _displayname,
    dav("getetag"): _etag,
    dav("getcontenttype"): lambda _, target: CONTENT_TYPE if target.ref else None,
    dav("getlastmodified"): _modified,
    dav("getcontentlength"): _length,
}
PROPERTIES: Mapping[str, Property] = {
    **ALL_PROPERTIES,
    dav("current-user-principal"): lambda context, _: _href(context.principal),
    dav("principal-collection-set"): lambda _, __: _href(Resource("principals")),
    dav("principal-URL"): _only(_PRINCIPAL, lambda context: _href(context.principal)),
    dav("alternate-URI-set"): _only(_PRINCIPAL, lambda _: ""),
    dav("group-membership"): _only(_PRINCIPAL, lambda _: ""),
    dav("group-member-set"): _only(_PRINCIPAL, lambda _: ""),
    dav("owner"): _only(("home", "book", "card"), lambda context: _href(context.principal)),
    dav("current-user-privilege-set"): _privileges,
    dav("supported-privilege-set"): _privilege_tree,
    dav("supported-report-set"): _reports,
    dav("sync-token"): _sync_token,
    f"{{{CALENDARSERVER}}}getctag": _sync_token,
    f"{{{CALENDARSERVER}}}email-address-set": _only(
        _PRINCIPAL, lambda context: f"<CS:email-address>{escape(context.login.device.email)}</CS:email-address>"
    ),
    dav("resource-id"): _resource_id,
    card("addressbook-home-set"): _home_set,
    card("supported-address-data"): _address_data_types,
    card("supported-collation-set"): _collations,
    card("max-resource-size"): _only(_HOME, lambda _: str(PROPERTY_BYTES_MAX)),
}
# a client may not set these
PROTECTED = frozenset(PROPERTIES) - {dav("displayname")} | {f"{{{CARD}}}address-data"}
