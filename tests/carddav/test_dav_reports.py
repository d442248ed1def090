"""addressbook-query, multiget and the reports about principals."""

from xml.etree import ElementTree

import pytest
from carddav.dav_client import NAMES, Dav, Multistatus, document, make_card

from coterie.carddav.filters import CardLines
from coterie.vcard.raw import decode_card

PEOPLE = {
    "ned": make_card("FN:Ned", "N:Flanders;Ned;;;", "EMAIL;TYPE=home:Ned@Example.org", "NOTE:a\\, b", uid="ned"),
    "edna": make_card("FN:Edna", "N:Krabappel;Edna;;;", "item1.TEL:+1 800 555 0101", "item1.X-ABLabel:x", uid="e"),
    "cafe": make_card("FN:Café", "N:;;;;", "X-LONG:" + "x" * 70 + "\r\n yz", uid="cafe"),
}


@pytest.fixture
def book(dav: Dav) -> Dav:
    for name, card in PEOPLE.items():
        dav.put(f"{name}.vcf", card)
    return dav


def query(
    dav: Dav, content: str, *, test: str = "anyof", data: str = "<C:address-data/>", more: str = ""
) -> Multistatus:
    condition = f'<C:filter test="{test}">{content}</C:filter>'
    return dav.report(document("C:addressbook-query", f"<D:prop><D:getetag/>{data}</D:prop>{condition}{more}"))


def names(found: Multistatus) -> list[str]:
    return sorted(href.rpartition("/")[2].removesuffix(".vcf") for href in found.changed())


def prop(name: str, text: str = "", match: str = "contains", more: str = "") -> str:
    inner = f'<C:text-match match-type="{match}"{more}>{text}</C:text-match>' if text else ""
    return f'<C:prop-filter name="{name}">{inner}</C:prop-filter>'


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (prop("EMAIL", "ned@example.org", "equals"), ["ned"]),
        (prop("EMAIL", "example.org"), ["homer", "marge", "ned"]),
        (prop("EMAIL", "ned", "ends-with"), []),
        (prop("TEL"), ["edna", "marge"]),
        (prop("item1.TEL"), ["edna"]),
        (prop("FN", "CAFÉ"), ["cafe"]),
        (prop("NOTE", "a, b", "equals"), ["ned"]),
        (prop("X-LONG", "xyz", "ends-with"), ["cafe"]),
        (prop("FN", "simpson", more=' negate-condition="yes"'), ["cafe", "edna", "ned"]),
        ('<C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter>', ["cafe", "edna"]),
        ('<C:prop-filter name="EMAIL"><C:param-filter name="TYPE"><C:text-match>home</C:text-match></C:param-filter>'
         "</C:prop-filter>", ["ned"]),
        (prop("FN", "café", more=' collation="i;ascii-casemap"'), ["cafe"]),
        (prop("FN", "CAFÉ", more=' collation="i;ascii-casemap"'), []),
        ("", ["cafe", "edna", "homer", "marge", "ned"]),
    ],
)  # fmt: skip
def test_a_filter_finds_the_cards_that_match(book: Dav, condition: str, expected: list[str]) -> None:
    found = query(book, condition)
    shown = sorted(_name(each) for each in names(found))
    by_name = {"Marge": "marge", "Homer": "homer"}
    cards = [found.text(href, "C:address-data") for href in found.changed()]
    contacts = [short for first, short in by_name.items() if any(f"FN:{first} Simpson" in card for card in cards)]
    assert sorted([each for each in shown if each != "-"] + contacts) == expected


def _name(stem: str) -> str:
    return "-" if "-" in stem else stem


@pytest.mark.parametrize("address", ["ana@xn--bcher-kva.example", "Ana_1%@example.org", "jose\u0301.b@example.org"])
def test_an_address_is_found_as_it_is_written(book: Dav, address: str) -> None:
    book.put("ana.vcf", make_card("FN:Ana", f"EMAIL:{address}", uid="ana"))
    local, _, domain = address.partition("@")
    for text in (address, f"{local[-2:]}@", domain[:6], domain.upper()):
        assert "ana" in names(query(book, prop("EMAIL", text))), text
    for text in (address.replace("a", "_"), "%"):
        assert ("ana" in names(query(book, prop("EMAIL", text)))) == (text in address)


def test_a_query_without_a_filter_is_everyone(book: Dav) -> None:
    assert len(book.report(document("C:addressbook-query", "<D:prop><D:getetag/></D:prop>")).changed()) == 5


def test_a_limit_says_that_there_is_more(book: Dav) -> None:
    found = query(book, prop("FN"), more="<C:limit><C:nresults>2</C:nresults></C:limit>")
    assert len(found.changed()) == 2
    assert found.statuses[book.book] == 507
    assert b"number-of-matches-within-limits" in found.body


def test_some_properties_of_a_card(book: Dav) -> None:
    href = book.path("ned.vcf")
    data = '<C:address-data><C:prop name="EMAIL"/></C:address-data>'
    card = book.multiget(href, data=data).text(href, "C:address-data")
    assert "EMAIL" in card and "UID:ned" in card and "FN:" in card
    assert "NOTE" not in card


def test_a_filter_has_200_conditions_at_most_in_all(book: Dav) -> None:
    text = "<C:text-match>example</C:text-match>"
    for texts, status in ((199, 207), (200, 403)):
        condition = f'<C:filter><C:prop-filter name="EMAIL">{text * texts}</C:prop-filter></C:filter>'
        content = document("C:addressbook-query", f"<D:prop><D:getetag/></D:prop>{condition}")
        assert book.call("REPORT", book.book, content).status == status


def test_values_are_folded_once_however_many_texts_are_compared_with_them() -> None:
    lines = CardLines(decode_card(make_card("FN:Ned", "NOTE:a note", "item1.NOTE:Straße", uid="ned").encode()))
    assert lines.folded("NOTE", "", "") is lines.folded("NOTE", "", "")
    assert lines.folded("NOTE", "", "i;ascii-casemap") == ["A NOTE", "STRAßE"]
    assert lines.folded("NOTE", "item1", "") == ["strasse"]


def test_a_version_that_would_have_to_be_made_up_is_refused(book: Dav) -> None:
    data = '<C:address-data content-type="text/vcard" version="4.0"/>'
    content = f"<D:prop>{data}</D:prop><D:href>{book.path('ned.vcf')}</D:href>"
    response = book.call("REPORT", book.book, document("C:addressbook-multiget", content))
    assert (response.status, b"supported-address-data" in response.body) == (403, True)


def test_a_card_of_version_4_is_served_as_3_to_devices_that_never_wrote_4(book: Dav, bobs: Dav) -> None:
    card = make_card(
        "FN:Otto Mann", "BDAY:--0412", "EMAIL;PREF=1:otto@example.org", "PHOTO:data:image/png;base64,iVBORw0KGgo=",
        uid="urn:uuid:5ad380bb-0e5c-4b43-8b0d-b2d9a8a1f4ff", version="4.0",
    )  # fmt: skip
    href = book.path("otto.vcf")
    assert book.put("otto.vcf", card).status == 201
    assert book.multiget(href).text(href, "C:address-data") == card
    theirs = bobs.path("otto.vcf")
    served = bobs.multiget(theirs).text(theirs, "C:address-data")
    assert "VERSION:3.0" in served and "N:Mann;Otto;;;" in served
    assert "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12" in served
    assert "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=" in served
    assert book.get("otto.vcf").body.decode() == card
    changed = served.replace("END:VCARD", "TITLE:Driver\r\nEND:VCARD")
    assert bobs.as_program("DAVx5/4.4").put("otto.vcf", changed).status == 204
    assert book.get("otto.vcf").body.decode().startswith(card[:60])
    assert "BDAY:--0412\r\n" in book.get("otto.vcf").body.decode()


def test_a_property_is_expanded_into_those_of_its_resource(dav: Dav) -> None:
    inner = '<D:property name="addressbook-home-set" namespace="urn:ietf:params:xml:ns:carddav"/><D:property name="x"/>'
    body = document("D:expand-property", f'<D:property name="current-user-principal">{inner}</D:property>')
    found = dav.report(body, "/dav/", depth="0")
    principal = found.props["/dav/"]["{DAV:}current-user-principal"]
    assert principal.findtext(".//{urn:ietf:params:xml:ns:carddav}addressbook-home-set/{DAV:}href") == dav.home


def test_a_search_for_principals_finds_oneself_only(dav: Dav, bobs: Dav) -> None:
    def search(text: str) -> list[str]:
        term = f"<D:property-search><D:prop><D:displayname/></D:prop><D:match>{text}</D:match></D:property-search>"
        body = document("D:principal-property-search", f"{term}<D:prop><D:displayname/></D:prop>")
        return dav.report(body, "/dav/principals/", depth="0").hrefs

    assert search("alice") == [dav.principal]
    assert search("bob") == []


def test_an_address_that_only_the_lines_of_a_card_have_is_found(dav: Dav) -> None:
    dav.put("odd.vcf", make_card("FN:Odd", "N:;Odd;;;", "EMAIL:Odd\\, not at all an addr\r\n ess", uid="odd"))
    group = make_card("FN:Band", "N:Band;;;;", "X-ADDRESSBOOKSERVER-KIND:group", "EMAIL:band@example.net", uid="band")
    dav.put("band.vcf", group)
    assert names(query(dav, prop("EMAIL", "AN ADDRESS"))) == names(query(dav, prop("EMAIL", "odd"))) == ["odd"]
    assert names(query(dav, prop("EMAIL", "band@"))) == ["band"]
    assert names(query(dav, prop("EMAIL", "nobody"))) == []


def test_an_international_address_is_found_as_it_is_written(dav: Dav) -> None:
    lines = ("FN:Idn", "N:;Idn;;;", "EMAIL:idn@xn--mnchen-3ya.de", "EMAIL:Zoë@example.net")
    dav.put("idn.vcf", make_card(*lines, uid="idn"))
    for text in ("xn--mnchen", "idn@", "@EXAMPLE.net"):
        assert names(query(dav, prop("EMAIL", text))) == ["idn"], text


def test_what_a_search_of_principals_looks_into(dav: Dav) -> None:
    reports = dav.propfind(dav.principal, "D:supported-report-set", "CS:email-address-set")
    assert "principal-search-property-set" in reports.body.decode() and dav.user in reports.body.decode()
    response = dav.call("REPORT", "/dav/principals/", document("D:principal-search-property-set", ""), depth="0")
    root = ElementTree.fromstring(response.body)
    assert (response.status, root.tag) == (200, "{DAV:}principal-search-property-set")
    names = [prop.tag for prop in root.findall("D:principal-search-property/D:prop/*", NAMES)]
    assert names == ["{DAV:}displayname", "{http://calendarserver.org/ns/}email-address-set"]
    body = document("D:principal-search-property-set", "")
    assert b"supported-report" in dav.call("REPORT", "x.vcf", body).body
