"""What hostile, broken and confused clients send: a clear response, nothing lost, nothing doubled."""

import pytest
from carddav.dav_client import Dav, document, make_card
from r0_client import R0
from world import World

from coterie.actions.contacts import restore_contact

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/>&b;</D:prop></D:propfind>'
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:displayname>&a;</D:displayname></D:prop></D:propfind>'
)
DEEP = b"<a>" * 5_000 + b"</a>" * 5_000
WIDE = document("D:propfind", "<D:prop>" + "<D:x/>" * 250_000 + "</D:prop>").encode()


@pytest.mark.parametrize(
    "body", [BOMB, EXTERNAL, DEEP, WIDE, b"<a", b"\x00", b"<?xml version='1.0' encoding='ebcdic'?><a/>", b"<a/>"],
    ids=["bomb", "external", "deep", "wide", "cut", "nul", "charset", "other"],
)  # fmt: skip
def test_xml_that_is_refused(dav: Dav, body: bytes) -> None:
    response = dav.call("PROPFIND", dav.book, body, depth="0")
    assert response.status == 400
    assert b"root:" not in response.body


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (b"", "valid-address-data"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n", "valid-address-data"),
        (make_card("FN:x").encode() * 2, "valid-address-data"),
        (make_card("FN:\xfc").encode("latin-1"), "valid-address-data"),
        (b"\xff\xd8\xff\xe0" * 1000, "valid-address-data"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "valid-address-data"),
        (make_card(*["X-A:1"] * 10_000).encode(), "valid-address-data"),
        (make_card("FN:x", version="2.1").encode(), "supported-address-data"),
        (make_card("FN:x", "NOTE:" + "x" * 11_000_000).encode(), "max-resource-size"),
    ],
    ids=["empty", "no end", "two", "latin-1", "jpeg", "calendar", "10,000 lines", "2.1", "11 MB"],
)
def test_cards_that_are_refused(dav: Dav, body: bytes, condition: str) -> None:
    response = dav.put("x.vcf", body)
    assert response.status == 403
    assert f"<C:{condition}/>".encode() in response.body
    assert dav.get("x.vcf").status == 404


def test_another_media_type_is_refused(dav: Dav) -> None:
    response = dav.put("x.vcf", make_card("FN:x"), content_type="text/calendar")
    assert (response.status, b"supported-address-data" in response.body) == (403, True)


def test_a_body_that_is_far_too_large_is_refused(dav: Dav) -> None:
    refused = dav.put("x.vcf", b"x" * 17_000_000)
    assert (refused.status, b"<C:max-resource-size/>" in refused.body) == (413, True)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_can_be_stored_is_stored(dav: Dav, end: str) -> None:
    photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "/9j/" + "A" * 200_000
    card = end.join(["BEGIN:VCARD", "VERSION:3.0", "UID:lf", "FN:Lf", photo, "NOTE:a\tb", "X-Ü:1", "END:VCARD", ""])
    assert dav.put("lf.vcf", card).status == 201
    assert dav.get("lf.vcf").body.decode() == card


def test_control_characters_never_reach_another_client(dav: Dav) -> None:
    made = dav.put("x.vcf", make_card("FN:Bell\x07", "NOTE:\x00\x01", uid="bell"))
    assert made.status == 201
    assert "etag" not in made.headers
    dav.multiget(dav.path("x.vcf"))  # parses
    assert b"\x07" not in dav.get("x.vcf").body


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2Fb.vcf", "a%0Db.vcf", "a%00.vcf", "x" * 256])
def test_names_that_no_card_can_have(dav: Dav, name: str) -> None:
    assert dav.put(name, make_card("FN:x", uid="x")).status in (400, 403)
    assert dav.call("GET", name).status in (400, 403, 404)


@pytest.mark.parametrize(
    "name", ["a%20b.vcf", "a%0Ab.vcf", "%C3%A4%40.vcf", "no-ending", "A.vcf", "semi;colon,=&.vcf", "%25.vcf"]
)
def test_names_are_as_the_client_chose_them(dav: Dav, name: str) -> None:
    card = make_card("FN:x", "N:;x;;;", uid="x")
    assert dav.put(name, card).status == 201
    (href,) = [href for href in dav.sync().changed() if "-" not in href.rpartition("/")[2] or name == "no-ending"][-1:]
    assert dav.get(href).body.decode() == card
    assert dav.multiget(href, dav.path(name)).changed() == [href]


def test_hrefs_of_others_are_not_found(dav: Dav, charlies: Dav, world: World) -> None:
    theirs = [charlies.path(f"{world.moe.uuid}.vcf"), dav.path(f"{world.moe.uuid}.vcf"), "/", "nonsense://x", "%zz"]
    found = dav.multiget(*theirs)
    assert found.gone() == theirs
    assert b"Moe" not in found.body


def test_a_hundred_thousand_hrefs_are_refused(dav: Dav) -> None:
    content = "<D:prop><D:getetag/></D:prop>" + "<D:href>/x</D:href>" * 100_000
    response = dav.call("REPORT", dav.book, document("C:addressbook-multiget", content))
    assert response.status == 403


def test_a_phone_that_deletes_everyone_loses_no_one(dav: Dav, r0: R0, world: World) -> None:
    for href in dav.sync().changed():
        assert dav.call("DELETE", href).status == 204
    assert dav.sync().hrefs == []
    with world.database.write() as tx:
        for contact in (world.marge, world.homer):
            restore_contact(tx, world.alice, contact.id)
    assert len(dav.sync().hrefs) == 2
    assert len(r0.get("/contacts").json["contacts"]) == 2


def test_two_devices_that_do_not_ask_lose_nothing(dav: Dav, bobs: Dav) -> None:
    lines = ["FN:Ned", "N:;Ned;;;", "TEL:+1 800 555 0101"]
    dav.put("ned.vcf", make_card(*lines, uid="ned"))
    bobs.put("ned.vcf", make_card(*lines, "EMAIL:ned@example.org", uid="ned"))
    dav.put("ned.vcf", make_card(*lines, "TITLE:Leftist", uid="ned"))
    after = dav.get("ned.vcf").body.decode()
    assert "EMAIL:ned@example.org\r\n" in after
    assert "TITLE:Leftist\r\n" in after


def test_unknown_reports_and_filters(dav: Dav) -> None:
    assert b"supported-report" in dav.call("REPORT", dav.book, document("D:version-tree", "")).body
    body = document(
        "C:addressbook-query", '<D:prop/><C:filter><C:prop-filter name="FN"><C:x/></C:prop-filter></C:filter>'
    )
    assert b"supported-filter" in dav.call("REPORT", dav.book, body, depth="1").body
    text = '<C:text-match collation="i;klingon">x</C:text-match>'
    body = document("C:addressbook-query", f'<C:filter><C:prop-filter name="FN">{text}</C:prop-filter></C:filter>')
    assert b"supported-collation" in dav.call("REPORT", dav.book, body, depth="1").body


@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "REPORT", "MKCOL"])
@pytest.mark.parametrize("body", [BOMB, EXTERNAL], ids=["bomb", "external"])
def test_entities_are_refused_by_every_method(dav: Dav, method: str, body: bytes) -> None:
    path = f"{dav.home}new/" if method == "MKCOL" else dav.book
    response = dav.call(method, path, body, depth="0")
    assert response.status == 400
    assert b"root:" not in response.body
    assert len(dav.propfind(dav.home, "D:resourcetype", depth="1").hrefs) == 2


def test_a_body_of_100_mb_is_refused_before_it_is_read(dav: Dav) -> None:
    for method, path in (("PUT", "x.vcf"), ("REPORT", dav.book), ("PROPPATCH", dav.book)):
        refused = dav.call(method, path, b"x", content_length=str(100 * 1024 * 1024))
        assert (refused.status, b"max-resource-size" in refused.body) == (413, method == "PUT")


def test_a_card_without_a_uid_gets_one_and_is_not_doubled(dav: Dav) -> None:
    card = make_card("FN:Ned", "N:;Ned;;;")
    made = dav.put("ned.vcf", card, if_none_match="*")
    assert (made.status, "etag" in made.headers) == (201, False)
    stored = dav.get("ned.vcf")
    assert stored.body.decode().count("UID:") == 1
    # a response that was lost, and the same again
    assert dav.put("ned.vcf", card, if_none_match="*").status == 412
    assert dav.put("ned.vcf", card, if_match=stored.headers["etag"]).status == 204
    assert dav.get("ned.vcf").body.decode().count("UID:") == 1
    assert len(dav.sync().hrefs) == 3


def test_a_uid_that_another_card_has(dav: Dav, charlies: Dav) -> None:
    card = make_card("FN:Ned", "N:;Ned;;;", uid="ned")
    dav.put("ned.vcf", card)
    other = dav.put("other.vcf", card, if_none_match="*")
    assert other.status == 409
    assert b"no-uid-conflict" in other.body and dav.path("ned.vcf").encode() in other.body
    assert dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="changed")).status == 409
    assert charlies.put("ned.vcf", card).status == 201, "another organization has UIDs of its own"
    assert len(dav.sync().hrefs) == 3


@pytest.mark.parametrize("depth", ["infinity", None])
def test_a_listing_of_everything_below_is_refused(dav: Dav, depth: str | None) -> None:
    headers = {"depth": depth} if depth else {}
    for path in ("/dav/", dav.home, dav.book):
        response = dav.call("PROPFIND", path, **headers)
        assert (response.status, b"propfind-finite-depth" in response.body) == (403, True)


@pytest.mark.parametrize(
    "target", ["..", "%2e%2e", "a%2Fb.vcf", "a%0Db.vcf", "../../../etc/passwd", "x" * 300]
)  # fmt: skip
def test_a_card_is_not_moved_to_a_name_no_card_can_have(dav: Dav, world: World, target: str) -> None:
    name = f"{world.marge.uuid}.vcf"
    for method in ("MOVE", "COPY"):
        assert dav.call(method, name, destination=dav.book + target).status in (403, 404, 409)
    assert dav.get(name).status == 200
    assert len(dav.sync().hrefs) == 2


@pytest.mark.parametrize(("count", "status"), [(5_000, 201), (5_001, 403), (100_000, 403)])
def test_a_group_has_a_limit_of_members(dav: Dav, count: int, status: int) -> None:
    members = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{number}" for number in range(count)]
    card = make_card("FN:Many", "N:Many", "X-ADDRESSBOOKSERVER-KIND:group", *members, uid="many")
    assert dav.put("many.vcf", card).status == status
    if status == 201:
        assert dav.get("many.vcf").body.decode() == card


def test_a_group_that_names_itself_and_twice_the_same(dav: Dav, world: World) -> None:
    uids = ["self", world.marge.uuid, world.marge.uuid.upper(), f"urn:uuid:{world.marge.uuid}", "", "mailto:x@y.z"]
    members = [f"X-ADDRESSBOOKSERVER-MEMBER:{uid}" for uid in uids]
    card = make_card("FN:Odd", "N:Odd", "X-ADDRESSBOOKSERVER-KIND:group", *members, uid="self")
    assert dav.put("odd.vcf", card).status == 201
    assert dav.get("odd.vcf").body.decode() == card
    token = dav.sync().token
    assert dav.sync(token).hrefs == []
