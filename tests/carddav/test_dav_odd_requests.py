"""Requests that no client should send: each is answered, none breaks the door, and none changes a card."""

import base64

import pytest
from carddav.dav_client import Dav, Multistatus, document, make_card

METHODS = ("GET", "HEAD", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "MKCOL", "PUT", "DELETE", "MOVE", "COPY",
           "POST", "PATCH", "LOCK", "UNLOCK", "ACL", "TRACE", "SEARCH", "BREW")  # fmt: skip
# {home}: of the device; {other}: the name of a member of another organization
PATHS = (
    "/dav", "/dav//", "/dav/principals/", "/dav/principals/nobody/", "/dav/books/", "/dav/books/nobody/", "{home}x",
    "{home}nope/y.vcf", "{home}contacts/none.vcf/", "{home}contacts/ned.vcf/z", "/dav/books/{other}/contacts/",
    "/dav/books/{other}/contacts/ned.vcf", "/dav/%00", "/dav/books/%ff/", "{home}contacts/%ff.vcf", "/dav/../etc",
    "{home}contacts/%C3%28.vcf", "{home}contacts/..", "{home}contacts/%2e", "{home}contacts/nul%00.vcf",
    "{home}contacts/a%0d%0aX:1", "/.well-known/carddav/x",
)  # fmt: skip
HEADERS = (
    ("depth", ("", "2", "-1", "0,1", "infinity,noroot", "0x0", "\u0661", "0" * 5_000)),
    ("if_match", (",,,", '"', '"\x80"', "(" * 2_000, '"' + "a" * 50_000 + '"')),
    ("if_none_match", ('"', ",,,", "(" * 2_000)),
    ("content_type", ("text/vcard; charset=\xfc", "x" * 3_000, "multipart/form-data", "*/*")),
    ("accept", ("image/png", ";;;", "*/*;q=x", "text/vcard;q=0")),
    ("prefer", (";;=", "x" * 4_000)),
    ("range", ("bytes=9999-", "bytes=5-2", "lines=0-1", "bytes=0-1,3-4")),
    ("authorization", ("", "Basic", "Basic !!!!", "Bearer x", "Basic " + "A" * 50_000,
                       "Basic " + base64.b64encode(b"\xff:\xff").decode())),
    ("user_agent", ("", "\x7f", "x" * 5_000, "\xe9")),
    ("host", ("", "a b", "[::1")),
)  # fmt: skip
ODD_XML = {
    "UTF-16": (document("D:propfind", "<D:allprop/>").replace("utf-8", "utf-16").encode("utf-16"), 207),
    "byte order mark": (b"\xef\xbb\xbf" + document("D:propfind", "<D:allprop/>").encode(), 207),
    "comments": (document("D:propfind", "<?x y?><D:prop><!-- c --><D:displayname/></D:prop>").encode(), 207),
    "no namespace": (document("D:propfind", '<D:prop><x xmlns=""/></D:prop>').encode(), 207),
    "quotes": (document("D:propfind", '<D:prop><x xmlns="a&lt;b&quot;&gt;&amp;\'"/></D:prop>').encode(), 207),
    "twice": (document("D:propfind", "<D:prop>" + "<D:displayname/>" * 5_000 + "</D:prop>").encode(), 207),
    "long name": (document("D:propfind", "<D:prop><" + "a" * 100_000 + "/></D:prop>").encode(), 207),
    "NUL": (document("D:propfind", "<D:prop><D:x>&#0;</D:x></D:prop>").encode(), 400),
    "two of them": (document("D:propfind", "<D:allprop/><D:propname/>").encode(), 400),
    "nothing in it": (document("D:propfind", "").encode(), 400),
    "undeclared": (b"<D:propfind><D:allprop/></D:propfind>", 400),
    "more after it": (document("D:propfind", "<D:allprop/>").encode() + b"x", 400),
    "doctype": (b'<!DOCTYPE propfind><propfind xmlns="DAV:"><allprop/></propfind>', 400),
}


@pytest.fixture
def ned(dav: Dav) -> bytes:
    """The card ned.vcf."""
    dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"))
    return dav.get("ned.vcf").body


def test_no_method_at_no_path_breaks_the_door(dav: Dav, charlies: Dav, ned: bytes) -> None:
    token = dav.sync().token
    for path in PATHS:
        for method in METHODS:
            response = dav.call(method, path.format(home=dav.home, other=charlies.member), depth="0")
            assert response.status < 500, (method, path)
            if method in ("PUT", "DELETE", "MKCOL", "MOVE", "COPY", "PROPPATCH"):
                assert response.status >= 400, (method, path)
    assert (dav.sync(token).hrefs, dav.get("ned.vcf").body) == ([], ned)


def test_no_header_breaks_the_door(dav: Dav, ned: bytes) -> None:
    for name, values in HEADERS:
        for value in values:
            for method, path in (("GET", "ned.vcf"), ("PROPFIND", dav.book), ("REPORT", dav.book), ("PUT", "ned.vcf")):
                response = dav.call(method, path, ned if method == "PUT" else b"", **{name: value})
                assert response.status < 500, (method, name, value[:40])
    assert dav.get("ned.vcf").body == ned


@pytest.mark.parametrize("name", ODD_XML)
def test_odd_xml_is_read_or_refused(dav: Dav, ned: bytes, name: str) -> None:
    body, status = ODD_XML[name]
    for path in (dav.book, "ned.vcf"):
        response = dav.call("PROPFIND", path, body, depth="0")
        assert response.status == status
        if status == 207:
            assert Multistatus(response.body).hrefs == [dav.path(path)]


def test_only_a_token_of_this_book_is_a_sync_token(dav: Dav, charlies: Dav, ned: bytes) -> None:
    token = dav.sync().token
    book, number, check = token.split("_")
    for wrong in (
        "x", "-1", "0", "data:,",
        f"{book}_{int(number) + 5}_{check}", f"{book}_-1_{check}", f"{book}_{'9' * 30}_{check}",
        f"{book}_\u0663_{check}", f"{book}_{number}_", f"{token}_", token.upper(), "x" * 100_000, charlies.sync().token,
    ):  # fmt: skip
        body = document("D:sync-collection", f"<D:sync-token>{wrong}</D:sync-token><D:sync-level>1</D:sync-level>")
        response = dav.call("REPORT", dav.book, body, depth="0")
        assert (response.status, b"<D:valid-sync-token/>" in response.body) == (403, True), wrong[:60]
    for count in ("-1", "x", "9" * 40, "1.5", "", "\u0663"):
        limit = f"<D:limit><D:nresults>{count}</D:nresults></D:limit>"
        response = dav.call("REPORT", dav.book, document("D:sync-collection", f"<D:sync-token/>{limit}"), depth="0")
        assert response.status == 400, count
