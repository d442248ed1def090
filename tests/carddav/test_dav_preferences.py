"""What a client prefers (RFC 8144): short listings, and the card with the answer to a PUT."""

import pytest
from carddav.dav_client import Dav, Multistatus, document, make_card

NED = make_card("FN:Ned", "N:;Ned;;;", uid="ned")
CHANGED = make_card("FN:Ned F", "N:F;Ned;;;", uid="ned")
WHOLE = {"prefer": "return=representation"}


@pytest.mark.parametrize(
    ("headers", "has_root", "missing", "applied"),
    [
        ({}, True, True, None),
        ({"prefer": "return=minimal"}, True, False, "return=minimal"),
        ({"prefer": 'respond-async, return="minimal"'}, True, False, "return=minimal"),
        ({"prefer": "depth-noroot; foo, return = minimal;bar=1"}, False, False, "return=minimal, depth-noroot"),
        ({"brief": "t"}, True, False, None),
        ({"prefer": "depth-noroot"}, False, True, "depth-noroot"),
        ({"prefer": "Return=Minimal, depth-noroot"}, False, False, "return=minimal, depth-noroot"),
        ({"depth": "1,noroot"}, False, True, None),
    ],
)
def test_a_listing_is_as_short_as_preferred(
    dav: Dav, headers: dict[str, str], has_root: bool, missing: bool, applied: str | None
) -> None:
    dav.put("ned.vcf", NED)
    body = document("D:propfind", "<D:prop><D:getetag/><D:nothing/></D:prop>")
    response = dav.call("PROPFIND", dav.book, body, **{"depth": "1", **headers})
    listing = Multistatus(response.body)
    assert (dav.book in listing.hrefs, bool(listing.missing)) == (has_root, missing)
    assert f"{dav.book}ned.vcf" in listing.changed()
    assert response.headers.get("preference-applied") == applied


def test_a_put_is_answered_with_the_card(dav: Dav) -> None:
    without = NED.replace("UID:ned\r\n", "")
    made = dav.put("ned.vcf", without, if_none_match="*", **WHOLE)
    assert (made.status, made.headers["etag"]) == (201, dav.get("ned.vcf").headers["etag"])
    assert made.body == dav.get("ned.vcf").body and b"\r\nUID:" in made.body
    assert made.headers["preference-applied"] == "return=representation"
    again = dav.put("ned.vcf", made.body.replace(b"FN:Ned", b"FN:Ned F"), if_match=made.headers["etag"], **WHOLE)
    assert (again.status, again.body) == (200, dav.get("ned.vcf").body)


@pytest.mark.parametrize("headers", [{"if_match": '"old"'}, {"if_none_match": "*"}], ids=str)
def test_a_refused_put_is_answered_with_the_present_card(dav: Dav, headers: dict[str, str]) -> None:
    etag = dav.put("ned.vcf", NED).headers["etag"]
    refused = dav.put("ned.vcf", CHANGED, **headers, **WHOLE)
    assert (refused.status, refused.headers["etag"], refused.body.decode()) == (412, etag, NED)
    assert refused.headers["content-location"] == f"{dav.book}ned.vcf"
    assert (dav.get("ned.vcf").headers["etag"], dav.get("ned.vcf").body.decode()) == (etag, NED)
    assert dav.put("nobody.vcf", CHANGED, if_match='"old"', **WHOLE).status == 412
    assert dav.get("nobody.vcf").status == 404
