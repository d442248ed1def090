"""Extended MKCOL (RFC 5689): a new address book is one of a folder, which is created if need be."""

from coterie.actions.books import add_folder_book
from coterie.actions.dav_properties import save_dav_property
from coterie.carddav.cards import DavResponse
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.properties import PROTECTED
from coterie.carddav.proppatch import PROPERTIES_MAX, VALUE_LENGTH_MAX
from coterie.carddav.urls import Resource
from coterie.carddav.xml_input import Element, card, dav, parse_xml
from coterie.carddav.xml_output import serialize
from coterie.errors import Invalid, NotFound
from coterie.http.errors import MethodNotAllowed

_GIVEN = (dav("resourcetype"), dav("displayname"))


def mkcol(context: Context) -> DavResponse:
    """201 for a new book. Raises DavError: 409 without a home, 403 for another kind of collection or a property that
    cannot be set; MethodNotAllowed where something is already."""
    resource = context.request.resource
    _check_place(context, resource)
    context.check_write(Resource("home", context.member), "bind")
    properties = _properties(parse_xml(context.request.body))
    title = properties.get(dav("displayname"))
    name = (title.text.strip() if title is not None else "") or resource.book
    try:
        add_folder_book(context.tx, context.login.caller, resource.book, name)
    except Invalid as error:
        raise DavError(403, "D:cannot-modify-protected-property", error.message) from None
    for each in properties.values():
        if each.name not in _GIVEN:
            save_dav_property(
                context.tx, context.organization_id, context.login.device.user_id, resource.url,
                name=each.name, value=serialize(each),
            )  # fmt: skip
    return DavResponse(201)


def _check_place(context: Context, resource: Resource) -> None:
    context.check(Resource(resource.kind, resource.member))
    if resource.kind == "card":
        try:
            context.check(resource)
        except NotFound:
            raise DavError(409, message="The parent collection does not exist") from None
        context.refuse(resource, "bind", "An address book has no collections")
    if resource.kind == "book":
        try:
            context.check(resource)
        except NotFound:
            return
    raise MethodNotAllowed(("OPTIONS", "PROPFIND", "REPORT"))


def _properties(root: Element | None) -> dict[str, Element]:
    """The properties that a request sets. Raises DavError unless they say that the collection is an address book."""
    if root is None:
        raise DavError(403, "D:valid-resourcetype", "Only address books can be created here")
    if root.name != dav("mkcol"):
        raise DavError(415, message="The body is not a mkcol")
    found: dict[str, Element] = {}
    for step in root.all(dav("set")):
        prop = step.find(dav("prop"))
        found |= {child.name: child for child in (prop.children if prop is not None else ())}
    kinds = {child.name for child in found[dav("resourcetype")].children} if dav("resourcetype") in found else set()
    if kinds != {dav("collection"), card("addressbook")}:
        raise DavError(403, "D:valid-resourcetype", "Only address books can be created here")
    others = [each for each in found.values() if each.name not in _GIVEN]
    if any(each.name in PROTECTED or len(serialize(each)) > VALUE_LENGTH_MAX for each in others):
        raise DavError(403, "D:cannot-modify-protected-property", "A property is protected or too long")
    if len(others) > PROPERTIES_MAX:
        raise DavError(400, message=f"More than {PROPERTIES_MAX} properties")
    return found
