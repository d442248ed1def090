"""PROPPATCH (RFC 4918, section 9.2): clients store properties on their own view of a book, a home or a principal."""

from collections.abc import Iterable

from coterie.actions.dav_properties import delete_dav_property, save_dav_property
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.properties import PROTECTED
from coterie.carddav.xml_input import Element, dav, parse_xml
from coterie.carddav.xml_output import element, propstats, response, serialize
from coterie.store.dav_properties import list_dav_properties

PROPERTIES_MAX = 50
VALUE_LENGTH_MAX = 16_384
_KINDS = ("book", "home", "principal")
_PROTECTED_ERROR = "<D:error><D:cannot-modify-protected-property/></D:error>"


def proppatch(context: Context) -> str:
    """The response for the resource: all changes are made, or none."""
    resource = context.request.resource
    context.check(resource)
    if resource.kind not in _KINDS:
        raise DavError(403, "D:cannot-modify-protected-property", "Clients cannot set properties of this resource")
    changes = _changes(parse_xml(context.request.body))
    failures = _failures(context, changes)
    if not failures:
        for child, is_set in changes:
            _store(context, child, is_set=is_set)
        return response(resource.url, propstats({200: _names(child for child, _ in changes)}))
    content = ""
    for status in sorted(set(failures.values())):
        content += propstats({status: _names(child for child, _ in changes if failures.get(child.name) == status)})
    content = content.replace("</D:status></D:propstat>", f"</D:status>{_PROTECTED_ERROR}</D:propstat>", 1)
    others = _names(child for child, _ in changes if child.name not in failures)
    return response(resource.url, content + (propstats({424: others}) if others else ""))


def _names(children: Iterable[Element]) -> list[str]:
    return list(dict.fromkeys(element(child.name, None) for child in children))


def _changes(root: Element | None) -> list[tuple[Element, bool]]:
    """(property, whether it is set and not removed), in the order of the document."""
    if root is None or root.name != dav("propertyupdate"):
        raise DavError(400, message="The body is not a propertyupdate")
    changes = []
    for step in root.children:
        prop = step.find(dav("prop"))
        if step.name not in (dav("set"), dav("remove")) or prop is None:
            raise DavError(400, message="A propertyupdate sets and removes properties")
        changes += [(child, step.name == dav("set")) for child in prop.children]
    if len(changes) > PROPERTIES_MAX:
        raise DavError(400, message=f"More than {PROPERTIES_MAX} properties")
    return changes


def _failures(context: Context, changes: list[tuple[Element, bool]]) -> dict[str, int]:
    """name -> the status of a change that cannot be made."""
    stored = set(list_dav_properties(context.tx, context.organization_id, *_key(context)))
    failures = {}
    for child, is_set in changes:
        if child.name in PROTECTED:
            failures[child.name] = 403
        elif is_set:
            stored.add(child.name)
            if len(stored) > PROPERTIES_MAX or len(serialize(child)) > VALUE_LENGTH_MAX:
                failures[child.name] = 507
    return failures


def _key(context: Context) -> tuple[str, str]:
    return context.login.device.user_id, context.request.resource.url


def _store(context: Context, child: Element, *, is_set: bool) -> None:
    user_id, resource = _key(context)
    if is_set:
        value = serialize(child)
        save_dav_property(context.tx, context.organization_id, user_id, resource, name=child.name, value=value)
    else:
        delete_dav_property(context.tx, context.organization_id, user_id, resource, child.name)
