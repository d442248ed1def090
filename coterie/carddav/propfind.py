"""PROPFIND (RFC 4918, section 9.1)."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from coterie.carddav.context import Context, Request
from coterie.carddav.errors import DavError
from coterie.carddav.properties import ALL_PROPERTIES, PROPERTIES, ShownResource
from coterie.carddav.urls import Resource
from coterie.carddav.xml_input import Element, dav, parse_xml
from coterie.carddav.xml_output import element, propstats, response
from coterie.cards.rendering import Renderer
from coterie.errors import NotFound
from coterie.model.cards import CardRef
from coterie.store.dav_properties import list_dav_properties

PROPERTIES_MAX = 500
_KINDS = (dav("prop"), dav("propname"), dav("allprop"))


class Wanted(Struct, frozen=True):
    """names: of the properties; is_all: those of allprop, of which missing ones are not reported; is_names: only
    which properties there are."""

    names: Sequence[str] = ()
    is_all: bool = False
    is_names: bool = False


def read_wanted(root: Element | None) -> Wanted:
    """The request of a PROPFIND; an empty body asks for all. Raises DavError (400) for another document."""
    if root is None:
        return Wanted(tuple(ALL_PROPERTIES), is_all=True)
    if root.name != dav("propfind"):
        raise DavError(400, message="The body is not a propfind")
    kinds = [child.name for child in root.children if child.name in _KINDS]
    if len(kinds) != 1:
        raise DavError(400, message="A propfind asks for prop, propname or allprop")
    if (prop := root.find(dav("prop"))) is not None:
        return Wanted(names_in(prop))
    if root.find(dav("propname")) is not None:
        return Wanted(tuple(PROPERTIES), is_names=True)
    include = root.find(dav("include"))
    more = names_in(include) if include is not None else ()
    return Wanted(tuple(dict.fromkeys((*ALL_PROPERTIES, *more))), is_all=True)


def names_in(prop: Element) -> tuple[str, ...]:
    """The names of the properties in a prop element. Raises DavError (400) for more than 500."""
    names = tuple(dict.fromkeys(child.name for child in prop.children))
    if len(names) > PROPERTIES_MAX:
        raise DavError(400, message="The request names too many properties")
    return names


def respond(context: Context, target: ShownResource, wanted: Wanted, *, extra: str = "") -> str:
    """The response for one resource. extra: properties that were found already, as XML."""
    found, missing = [extra] if extra else [], []
    stored = stored_properties(context, target.resource)
    names = dict.fromkeys((*wanted.names, *stored)) if stored and (wanted.is_all or wanted.is_names) else wanted.names
    for name in names:
        read = PROPERTIES.get(name)
        value = read(context, target) if read is not None and name not in stored else None
        if name in stored:
            found.append(element(name, None) if wanted.is_names else stored[name])
        elif value is not None:
            found.append(element(name, None if wanted.is_names else value))
        elif not (wanted.is_all or wanted.is_names or context.request.is_minimal):
            missing.append(element(name, None))
    values = {200: found} if found or not missing else {}
    return response(target.resource.url, propstats(values | ({404: missing} if missing else {})))


def stored_properties(context: Context, resource: Resource) -> Mapping[str, str]:
    """name -> XML, of the properties that the user's clients have set."""
    if resource.kind not in ("book", "home", "principal"):
        return {}
    return list_dav_properties(context.tx, context.organization_id, context.login.device.user_id, resource.url)


def depth_of(request: Request, default: str) -> str:
    """The Depth header: "0", "1" or "infinity"."""
    depth = (request.header(b"depth") or default).lower().replace("1,noroot", "1")
    if depth not in ("0", "1", "infinity"):
        raise DavError(400, message="The Depth is not 0, 1 or infinity")
    return depth


def propfind(context: Context) -> tuple[Sequence[str], Iterator[str]]:
    """(the responses for collections, those for the cards)."""
    request, resource = context.request, context.request.resource
    context.check(resource)
    depth = depth_of(request, "infinity")
    if depth == "infinity":
        raise DavError(403, "D:propfind-finite-depth", "Depth infinity is not supported")
    wanted = read_wanted(parse_xml(request.body))
    if resource.kind == "card":
        return [respond(context, _card_target(context, resource), wanted)], iter(())
    targets = [ShownResource(resource)]
    if depth == "1":
        targets += [ShownResource(child) for child in _children(context, resource)]
    refs: Sequence[CardRef] = ()
    if depth == "1" and resource.kind == "book":
        refs = context.list_cards()
    if depth == "1" and request.is_without_root:
        targets = targets[1:]
    # the cards' responses are written after the transaction, and need none
    heads = [respond(context, target, wanted) for target in targets]
    return heads, (respond(context, ShownResource(context.card(ref), ref), wanted) for ref in refs)


def _card_target(context: Context, resource: Resource) -> ShownResource:
    ref = context.find_card(resource)
    if ref is None:
        raise NotFound("There is no such card")
    rendered = Renderer(context.tx, context.login.caller, context.request.folder).render([ref])[ref.href]
    return ShownResource(resource, ref, len(rendered.text.encode()))


def _children(context: Context, resource: Resource) -> list[Resource]:
    if resource.kind == "root":
        return [Resource("principals"), Resource("homes")]
    if resource.kind == "principals":
        return [context.principal]
    if resource.kind == "homes":
        return [context.home]
    if resource.kind != "home":
        return []
    return [context.main_book, *(Resource("book", context.member, book.name) for book in context.list_books())]
