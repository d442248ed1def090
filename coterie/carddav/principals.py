"""Reports about principals (RFC 3744, section 9) and expand-property (RFC 3253, section 3.8).

A member sees themself only: nothing here lists who else is in the organization.
"""

import re

from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.properties import PROPERTIES, ShownResource
from coterie.carddav.propfind import Wanted, respond, stored_properties
from coterie.carddav.urls import resource_of
from coterie.carddav.xml_input import Element, dav
from coterie.carddav.xml_output import DECLARATION, NAMESPACES, element, propstats, response
from coterie.errors import NotFound

DEPTH_MAX = 3
_HREF = re.compile(r"<D:href>([^<]*)</D:href>")


def expand(context: Context, target: ShownResource, wanted: Element, depth: int = 0) -> str:
    """The properties of a resource; with the response of the named resource in place of each href."""
    found, missing = [], []
    stored = stored_properties(context, target.resource)
    for child in wanted.all(dav("property")):
        name = f"{{{child.attributes.get('namespace', 'DAV:')}}}{child.attributes.get('name', '')}"
        read = PROPERTIES.get(name)
        value = read(context, target) if read is not None else None
        if name in stored:
            found.append(stored[name])
        elif value is None:
            missing.append(element(name, None))
        elif child.children and depth < DEPTH_MAX:
            found.append(element(name, _expanded(context, value, child, depth + 1)))
        else:
            found.append(element(name, value))
    values = {200: found} if found or not missing else {}
    return response(target.resource.url, propstats(values | ({404: missing} if missing else {})))


def _expanded(context: Context, value: str, wanted: Element, depth: int) -> str:
    texts = []
    for href in _HREF.findall(value):
        resource = resource_of(href)
        try:
            if resource is None or resource.kind == "card":
                continue
            context.check(resource)
        except NotFound:
            continue
        texts.append(expand(context, ShownResource(resource), wanted, depth))
    return "".join(texts)


def search(context: Context, root: Element, wanted: Wanted) -> str:
    """principal-property-search: the member themself, if each text occurs in the name or the e-mail address."""
    searches = list(root.all(dav("property-search")))
    if not searches:
        raise DavError(400, message="A principal-property-search names a property")
    device = context.login.device
    read = PROPERTIES[dav("displayname")]
    target = ShownResource(context.principal)
    name = (read(context, target) or "").casefold()
    texts = [(each.text_of(dav("match")) or "").casefold() for each in searches]
    results = [text in name or text in device.email.casefold() for text in texts]
    is_all = root.attributes.get("test", "allof") != "anyof"
    return respond(context, target, wanted) if (all(results) if is_all else any(results)) else ""


def searchable_properties() -> str:
    """The response to a principal-search-property-set (RFC 3744, section 9.5): what `search` looks into."""
    names = (("<D:displayname/>", "Name"), ("<CS:email-address-set/>", "E-mail address"))
    properties = "".join(
        f"<D:principal-search-property><D:prop>{name}</D:prop>"
        f'<D:description xml:lang="en">{text}</D:description></D:principal-search-property>'
        for name, text in names
    )
    return f"{DECLARATION}<D:principal-search-property-set {NAMESPACES}>{properties}</D:principal-search-property-set>"


def match(context: Context, root: Element, wanted: Wanted) -> str:
    """principal-match: the member's own principal."""
    if root.name == dav("principal-match") and not root.children:
        raise DavError(400, message="A principal-match says what to match")
    return respond(context, ShownResource(context.principal), wanted)
