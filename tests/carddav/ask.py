"""Sends a PROPFIND as the programs do."""

from carddav.dav_client import Dav, Multistatus

CS, CARD, ME = "http://calendarserver.org/ns/", "urn:ietf:params:xml:ns:carddav", "http://me.com/_namespace/"


def ask(dav: Dav, path: str, names: str, *, depth: str = "0") -> Multistatus:
    """names: local names of DAV:, with C:, CS: or ME: before those of other namespaces."""
    spaces = f'xmlns="DAV:" xmlns:C="{CARD}" xmlns:CS="{CS}" xmlns:ME="{ME}"'
    props = "".join(f"<{name}/>" for name in names.split())
    body = f'<?xml version="1.0" encoding="UTF-8"?><propfind {spaces}><prop>{props}</prop></propfind>'
    response = dav.call("PROPFIND", path, body, depth=depth, content_type="text/xml")
    assert response.status == 207
    return Multistatus(response.body)
