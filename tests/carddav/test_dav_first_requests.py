"""The first requests of each client, and what it reads out of the answers before it shows the book.

Sequences as the clients' sources send them; iOS as in a log of nextcloud/contacts#399.
"""

import pytest
from carddav.ask import CARD, ask
from carddav.dav_client import Dav, Multistatus, document
from carddav.first_requests import EVOLUTION, FIRST, OUTLOOK, WELL_KNOWN


def privileges(found: Multistatus, href: str) -> set[str]:
    element = found.props[href]["{DAV:}current-user-privilege-set"]
    return {each.tag.removeprefix("{DAV:}") for each in element.findall("{DAV:}privilege/*")}


def is_book(found: Multistatus, href: str) -> bool:
    return found.props[href]["{DAV:}resourcetype"].find(f"{{{CARD}}}addressbook") is not None


def test_an_iphone_finds_its_book(dav: Dav) -> None:
    first = FIRST["iPhone, iPad"]
    dav = dav.as_program(first.agent)
    redirect = dav.call("PROPFIND", WELL_KNOWN, depth="0")
    assert redirect.status == 301
    root = ask(dav, "/dav/", first.names)
    principal = root.text("/dav/", "D:current-user-principal")
    assert "addressbook" in dav.call("OPTIONS", principal).headers["dav"]
    found = ask(
        dav, principal,
        "C:addressbook-home-set C:directory-gateway displayname CS:email-address-set principal-collection-set"
        " principal-URL resource-id supported-report-set",
    )  # fmt: skip
    home = found.text(principal, "C:addressbook-home-set")
    assert f"{{{CARD}}}directory-gateway" in found.missing[principal]
    listing = ask(
        dav, home,
        "add-member ME:bulk-requests current-user-privilege-set displayname C:max-image-size C:max-resource-size"
        " C:me-card owner CS:push-transports CS:pushkey quota-available-bytes quota-used-bytes resource-id"
        " resourcetype supported-report-set sync-token",
        depth="1",
    )  # fmt: skip
    (book,) = [href for href in listing.hrefs if is_book(listing, href)]
    assert {"read", "write", "bind"} <= privileges(listing, book)
    state = ask(dav, book, "CS:getctag sync-token")
    assert state.text(book, "CS:getctag") == state.text(book, "D:sync-token") != ""
    cards = dav.sync("").changed()
    assert dav.multiget(*cards).changed() == cards


def test_davx5_finds_its_books(dav: Dav) -> None:
    first = FIRST["Android with DAVx5"]
    dav = dav.as_program(first.agent)
    root = ask(dav, "/dav/", first.names)
    principal = root.text("/dav/", "D:current-user-principal")
    assert "addressbook" in dav.call("OPTIONS", principal, accept_encoding="identity").headers["dav"]
    home = ask(dav, principal, "displayname group-membership resourcetype C:addressbook-home-set").text(
        principal, "C:addressbook-home-set"
    )
    names = "current-user-privilege-set displayname owner resourcetype C:addressbook-description"
    listing = ask(dav, home, names, depth="1")
    (book,) = [href for href in listing.hrefs if is_book(listing, href)]
    assert {"write-content", "bind", "unbind"} <= privileges(listing, book)
    state = ask(dav, book, "supported-report-set sync-token CS:getctag C:max-resource-size C:supported-address-data")
    reports = state.props[book]["{DAV:}supported-report-set"]
    assert reports.find("{DAV:}supported-report/{DAV:}report/{DAV:}sync-collection") is not None
    assert int(state.text(book, "C:max-resource-size")) > 1_000_000
    (kind,) = state.props[book][f"{{{CARD}}}supported-address-data"]
    assert (kind.get("content-type"), kind.get("version")) == ("text/vcard", "3.0")
    changes = dav.sync()
    assert changes.token
    data = '<D:getcontenttype/><C:address-data content-type="text/vcard" version="3.0"/>'
    cards = dav.multiget(*changes.changed(), data=data)
    for href in changes.changed():
        assert cards.text(href, "D:getetag").startswith('"')
        assert "BEGIN:VCARD" in cards.text(href, "C:address-data")


def test_thunderbird_finds_its_books(dav: Dav) -> None:
    first = FIRST["Thunderbird"]
    dav = dav.as_program(first.agent)
    # after the URL and the well-known address it asks the root of the server
    root = ask(dav, "/", first.names)
    principal = root.text("/dav/", "D:current-user-principal")
    home = ask(dav, principal, "C:addressbook-home-set").text(principal, "C:addressbook-home-set")
    listing = ask(dav, home, "resourcetype displayname current-user-privilege-set", depth="1")
    (book,) = [href for href in listing.hrefs if is_book(listing, href)]
    assert {"read", "write"} <= privileges(listing, book)
    cards = ask(dav, book, "resourcetype getetag CS:getctag", depth="1")
    hrefs = [href for href in cards.hrefs if href != book]
    assert "{DAV:}getetag" not in cards.props[book]
    # its parser compares this text
    assert b"HTTP/1.1 200 OK" in cards.body
    assert dav.multiget(*hrefs).hrefs == hrefs
    token = ask(dav, book, "sync-token").text(book, "D:sync-token")
    body = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
    again = dav.report(
        document("D:sync-collection", f"{body}<D:prop><D:getetag/><C:address-data/></D:prop>"), depth="1"
    )
    assert (again.hrefs, again.token) == ([], token)


@pytest.mark.parametrize("agent", [EVOLUTION, OUTLOOK])
def test_evolution_and_outlook_find_their_books(dav: Dav, agent: str) -> None:
    dav = dav.as_program(agent)
    options = dav.call("OPTIONS", dav.book)
    assert "addressbook" in options.headers["dav"] and "PUT" in options.headers["allow"]
    state = ask(dav, dav.book, "CS:getctag C:supported-address-data supported-report-set current-user-privilege-set")
    # EDS takes a token only with one of these
    assert {":", "/"} & set(state.text(dav.book, "CS:getctag"))
    assert "write" in privileges(state, dav.book)
    listing = ask(dav, dav.book, "getetag getcontenttype", depth="1")
    for href in listing.hrefs[1:]:
        assert listing.text(href, "D:getcontenttype").startswith("text/vcard")
    # a collection with an ETag would be taken for a card
    assert listing.props[dav.book] == {}
    made = dav.put(
        "new.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:n\r\nFN:n\r\nN:n;;;;\r\nEND:VCARD\r\n", if_none_match="*"
    )
    assert made.headers["etag"].startswith('"')
    changed = dav.put("new.vcf", dav.get("new.vcf").body.replace(b"FN:n", b"FN:m"), if_match=made.headers["etag"])
    assert changed.status == 204


def test_kde_and_vdirsyncer_send_other_depths(dav: Dav) -> None:
    listing = ask(dav, dav.book.rstrip("/"), "displayname resourcetype getetag", depth="1")
    assert listing.hrefs[0] == dav.book
    content = "<D:prop><D:getetag/><C:address-data><C:allprop/></C:address-data></D:prop>"
    content += "".join(f"<D:href>{href}</D:href>" for href in listing.hrefs[1:])
    for headers in ({}, {"depth": "1"}, {"depth": "0"}):
        response = dav.call("REPORT", dav.book, document("C:addressbook-multiget", content), **headers)
        assert Multistatus(response.body).hrefs == listing.hrefs[1:]


def test_tsdav_and_nextclouds_library(dav: Dav) -> None:
    assert dav.call("GET", "/.well-known/carddav").status == 301
    fn = '<C:filter><C:prop-filter name="FN"/></C:filter>'
    found = dav.report(document("C:addressbook-query", f"<D:prop><D:getetag/><C:address-data/></D:prop>{fn}"))
    assert len(found.hrefs) == 2
    names = "displayname owner resourcetype C:addressbook-home-set C:principal-address alternate-URI-set"
    assert ask(dav, dav.principal, names).text(dav.principal, "C:addressbook-home-set") == dav.home
