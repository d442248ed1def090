"""The conditions of a write: what a client rules out does not happen, and nothing is stored of it."""

import gzip

import pytest
from carddav.dav_client import Dav, document, make_card

NED = make_card("FN:Ned", "N:;Ned;;;", uid="ned")
CHANGED = make_card("FN:Ned F", "N:F;Ned;;;", uid="ned")
EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.fixture
def etag(dav: Dav) -> str:
    """Of ned.vcf."""
    return dav.put("ned.vcf", NED).headers["etag"]


def changes(dav: Dav, **headers: str) -> list[int]:
    """The statuses of a PUT, a MOVE, a COPY and a DELETE of ned.vcf with these headers."""
    book = dav.home + "contacts/"
    return [
        dav.put("ned.vcf", CHANGED, **headers).status,
        dav.call("MOVE", "ned.vcf", destination=f"{book}moved.vcf", **headers).status,
        dav.call("COPY", "ned.vcf", destination=f"{book}copied.vcf", **headers).status,
        dav.call("DELETE", "ned.vcf", **headers).status,
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"if_match": '"another"'}, {"if_match": ",,,"}, {"if_none_match": "*"}, {"if_none_match": '"*"'},
        {"if_unmodified_since": EPOCH},
        {"if": "(<opaquelocktoken:1>)"}, {"if": '(["another"])'}, {"if": "(<DAV:no-lock>)"},
        {"if": "(Not <DAV:no-lock> <x>)"}, {"if": '<http://[x> (["another"])'}, {"if": "</dav/%00> (<x>)"},
    ],
    ids=str,
)  # fmt: skip
def test_a_condition_that_fails_is_412_and_changes_nothing(dav: Dav, etag: str, headers: dict[str, str]) -> None:
    token = dav.sync().token
    assert changes(dav, **headers) == [412] * 4
    assert dav.get("ned.vcf").body.decode() == NED
    assert dav.sync(token).hrefs == []


@pytest.mark.parametrize(
    "headers", [{"if_match": '"another"'}, {"if_none_match": "*"}, {"if_unmodified_since": EPOCH}], ids=str
)
def test_a_412_has_the_etag_of_the_card(dav: Dav, etag: str, headers: dict[str, str]) -> None:
    assert dav.put("ned.vcf", CHANGED, **headers).headers["etag"] == etag
    assert dav.call("DELETE", "ned.vcf", **headers).headers["etag"] == etag
    assert "etag" not in dav.put("nobody.vcf", CHANGED, if_match='"x"').headers


def test_conditions_that_hold_let_a_change_pass(dav: Dav, etag: str) -> None:
    now, card = dav.get("ned.vcf").headers["last-modified"], dav.path("ned.vcf")
    for value in (
        "([{etag}])", "([{gzip}])", "(<x>) ([{etag}])", "(Not <DAV:no-lock>)", "(Not <x> [{etag}])",
        "<{card}> ([{etag}])", "<http://book.example.org{card}> ([{etag}])", "<{book}> (<{token}>)",
    ):  # fmt: skip
        etag = dav.get("ned.vcf").headers["etag"]
        zipped, token = f'{etag[:-1]}-gzip"', dav.sync().token
        condition = value.format(etag=etag, gzip=zipped, card=card, book=dav.book, token=token)
        assert dav.put("ned.vcf", NED, **{"if": condition}).status == 204, value
    for headers in ({"if_unmodified_since": now}, {"if_unmodified_since": "yesterday"}):
        assert dav.put("ned.vcf", dav.get("ned.vcf").body, **headers).status == 204
    assert dav.put("ned.vcf", dav.get("ned.vcf").body, if_match='"*"').status == 204
    assert dav.put("new.vcf", CHANGED.replace("UID:ned", "UID:new"), if_match='"*"').status == 412
    # If-Match says more than a date does
    etag = dav.get("ned.vcf").headers["etag"]
    assert dav.put("ned.vcf", CHANGED, if_match=f'"-gzip{etag[1:]}').status == 412
    assert dav.put("ned.vcf", CHANGED, if_match=etag, if_unmodified_since=EPOCH).status == 204


def test_the_sync_token_of_a_book_is_a_state_that_a_client_can_name(dav: Dav, bobs: Dav, etag: str) -> None:
    token = dav.sync().token
    condition = {"if": f"<{dav.book}> (<{token}>)"}
    assert dav.put("rod.vcf", make_card("FN:Rod", "N:;Rod;;;", uid="rod"), **condition).status == 201
    assert dav.put("todd.vcf", make_card("FN:Todd", "N:;Todd;;;", uid="todd"), **condition).status == 412
    assert bobs.call("DELETE", "ned.vcf", **{"if": f"<{dav.book}> (<{dav.sync().token}>)"}).status == 412
    properties = "<D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set>"
    body = document("D:propertyupdate", properties)
    assert dav.call("PROPPATCH", dav.book, body, **condition).status == 412
    assert dav.get("todd.vcf").status == 404


@pytest.mark.parametrize(
    "value",
    ["x", "()", "(", "<x>", "(<x>", "(<x>))", "(Not)", "(Not Not <x>)", "[<x>]", '(["x)', "(" * 5_000, "<x> <y>"],
)
def test_an_if_header_that_cannot_be_read_is_400(dav: Dav, etag: str, value: str) -> None:
    response = dav.put("ned.vcf", CHANGED, **{"if": value})
    assert (response.status, response.body) == (400, b"The If header cannot be read")
    assert dav.get("ned.vcf").body.decode() == NED


def test_parts_and_compressed_bodies_are_refused(dav: Dav, etag: str) -> None:
    assert dav.put("ned.vcf", CHANGED, content_range=f"bytes 0-{len(CHANGED) - 1}/9999").status == 400
    response = dav.put("ned.vcf", gzip.compress(CHANGED.encode()), content_encoding="gzip")
    assert (response.status, response.headers["accept-encoding"]) == (415, "identity")
    assert dav.call("PROPFIND", dav.book, gzip.compress(b"<x/>"), depth="0", content_encoding="gzip").status == 415
    assert dav.get("ned.vcf").body.decode() == NED
    assert dav.put("ned.vcf", CHANGED, content_encoding="identity").status == 204


@pytest.mark.parametrize("target", ["http://[x/ned.vcf", "http://[::1", "//[", "http://", "\\", "%"])
def test_a_destination_that_is_no_url(dav: Dav, etag: str, target: str) -> None:
    for method in ("MOVE", "COPY"):
        assert dav.call(method, "ned.vcf", destination=target).status in (400, 403, 502)
    assert dav.multiget(target, dav.path("ned.vcf")).changed() == [dav.path("ned.vcf")]
