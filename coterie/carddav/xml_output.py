"""Writes the XML of responses: a multistatus is repetitive text, so it is written as text."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from coterie.carddav.errors import DavError
from coterie.carddav.xml_input import CARD, DAV, XML, Element

CALENDARSERVER = "http://calendarserver.org/ns/"
PREFIXES = {DAV: "D", CARD: "C", CALENDARSERVER: "CS"}
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
NAMESPACES = " ".join(f'xmlns:{prefix}="{namespace}"' for namespace, prefix in PREFIXES.items())
# what XML 1.0 cannot hold
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
OPEN = f"{DECLARATION}<D:multistatus {NAMESPACES}>"
CLOSE = "</D:multistatus>"


def escape(text: str) -> str:
    """Text within an element or attribute. CR is written so that a parser does not drop it."""
    plain = _UNSAFE.sub("", text)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return plain.replace("\r", "&#13;")


def status_line(status: int) -> str:
    """Clients compare this text: HTTP/1.1 200 OK."""
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ''}".strip()


def tag_of(name: str) -> tuple[str, str]:
    """(the name with its prefix, the declaration of a namespace without a prefix of its own) of "{namespace}local"."""
    namespace, _, local = name.removeprefix("{").rpartition("}")
    prefix = PREFIXES.get(namespace)
    if prefix is not None:
        return f"{prefix}:{local}", ""
    return (f"X:{local}", f' xmlns:X="{escape(namespace)}"') if namespace else (local, "")


def element(name: str, content: str | None) -> str:
    """An element with content that is XML already; None or '' for an empty one."""
    tag, declaration = tag_of(name)
    return f"<{tag}{declaration}>{content}</{tag}>" if content else f"<{tag}{declaration}/>"


def _quoted(value: str) -> str:
    return escape(value).replace("'", "&apos;")


def serialize(root: Element) -> str:
    """An element of a request as XML again, with its attributes and children."""
    tag, declaration = tag_of(root.name)
    attributes = declaration
    for name, value in root.attributes.items():
        if name.startswith(f"{{{XML}}}"):
            attributes += f" xml:{name.rpartition('}')[2]}='{_quoted(value)}'"
        elif not name.startswith("{"):
            attributes += f" {name}='{_quoted(value)}'"
    content = escape(root.text) + "".join(map(serialize, root.children))
    return f"<{tag}{attributes}>{content}</{tag}>"


def propstats(values: Mapping[int, Iterable[str]]) -> str:
    """status -> the properties with it, each as XML."""
    return "".join(
        f"<D:propstat><D:prop>{''.join(properties)}</D:prop><D:status>{status_line(status)}</D:status></D:propstat>"
        for status, properties in values.items()
    )


def response(href: str, content: str) -> str:
    """One response of a multistatus; href is an encoded path."""
    return f"<D:response><D:href>{escape(href)}</D:href>{content}</D:response>"


def status_response(href: str, status: int, condition: str = "") -> str:
    """A response for a resource as a whole."""
    error = f"<D:error>{condition}</D:error>" if condition else ""
    return response(href, f"<D:status>{status_line(status)}</D:status>{error}")


def error_body(error: DavError) -> bytes:
    """The body of an error: the element that names its condition."""
    tag = error.condition
    condition = "" if not tag else f"<{tag}>{error.content}</{tag}>" if error.content else f"<{tag}/>"
    return f"{DECLARATION}<D:error {NAMESPACES}>{condition}</D:error>".encode()
