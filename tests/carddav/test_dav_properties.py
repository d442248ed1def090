"""PROPPATCH, MOVE, COPY, and what collections refuse."""

import pytest
from carddav.dav_client import Dav, Multistatus, document, make_card


def proppatch(dav: Dav, path: str, content: str) -> Multistatus:
    response = dav.call("PROPPATCH", path, document("D:propertyupdate", content))
    assert response.status == 207
    return Multistatus(response.body)


def set_prop(content: str) -> str:
    return f"<D:set><D:prop>{content}</D:prop></D:set>"


def test_a_client_keeps_properties_of_its_own(dav: Dav, bobs: Dav) -> None:
    card = f"<CS:me-card><D:href>{dav.path('me.vcf')}</D:href></CS:me-card>"
    assert "{http://calendarserver.org/ns/}me-card" in proppatch(dav, dav.home, set_prop(card)).props[dav.home]
    assert dav.propfind(dav.home, "CS:me-card").text(dav.home, "CS:me-card") == dav.path("me.vcf")
    assert "CS:me-card" not in str(bobs.propfind(bobs.home, "CS:me-card").props[bobs.home])
    proppatch(dav, dav.home, "<D:remove><D:prop><CS:me-card/></D:prop></D:remove>")
    assert dav.propfind(dav.home, "CS:me-card").props[dav.home] == {}


def test_a_name_for_the_book_is_the_users_own(dav: Dav, bobs: Dav) -> None:
    proppatch(dav, dav.book, set_prop("<D:displayname>A &lt;&amp; ]]&gt; ü</D:displayname>"))
    assert dav.propfind(dav.book, "D:displayname").text(dav.book, "D:displayname") == "A <& ]]> ü"
    assert bobs.propfind(bobs.book, "D:displayname").text(bobs.book, "D:displayname") == "Contacts"


def test_all_changes_are_made_or_none(dav: Dav) -> None:
    found = proppatch(dav, dav.book, set_prop("<D:displayname>x</D:displayname><D:getetag>y</D:getetag>"))
    assert found.props[dav.book] == {}
    assert b"403 Forbidden" in found.body and b"424 Failed Dependency" in found.body
    assert b"cannot-modify-protected-property" in found.body
    assert dav.propfind(dav.book, "D:displayname").text(dav.book, "D:displayname") == "Contacts"


def test_a_client_cannot_store_without_limit(dav: Dav) -> None:
    found = proppatch(dav, dav.book, set_prop(f"<CS:x>{'a' * 20_000}</CS:x>"))
    assert b"507 Insufficient Storage" in found.body
    many = "".join(f"<CS:p{number}>1</CS:p{number}>" for number in range(60))
    assert dav.call("PROPPATCH", dav.book, document("D:propertyupdate", set_prop(many))).status == 400


def test_a_card_gets_another_name(dav: Dav) -> None:
    card = make_card("FN:Ned", "N:;Ned;;;", uid="ned-1")
    dav.put("ned.vcf", card)
    token = dav.sync().token
    moved = dav.call("MOVE", "ned.vcf", destination=f"http://testserver{dav.path('neu ä.vcf')}")
    assert moved.status == 201
    changes = dav.sync(token)
    assert (changes.changed(), changes.gone()) == ([dav.path("neu%20%C3%A4.vcf")], [dav.path("ned.vcf")])
    assert dav.get("neu%20%C3%A4.vcf").body.decode() == card
    assert dav.get("ned.vcf").status == 404
    dav.put("todd.vcf", make_card("FN:Todd", "N:;Todd;;;", uid="todd-1"))
    assert dav.call("MOVE", "todd.vcf", destination=dav.path("neu%20%C3%A4.vcf"), overwrite="F").status == 412
    assert dav.call("MOVE", "todd.vcf", destination="http://elsewhere.example/x.vcf").status == 502
    assert dav.call("MOVE", "todd.vcf", destination="/dav/books/x/y/z.vcf").status == 403
    assert dav.call("COPY", "todd.vcf", destination=dav.path("copy.vcf")).status == 409


@pytest.mark.parametrize("method", ["PUT", "MOVE", "COPY", "DELETE"])
def test_collections_are_given(dav: Dav, method: str) -> None:
    for path in ("/dav/", dav.home, dav.principal):
        response = dav.call(method, path)
        assert response.status == 403
        assert b"need-privileges" in response.body


def test_a_deleted_book_is_there_again_with_everyone(dav: Dav) -> None:
    before = dav.sync().hrefs
    assert dav.call("DELETE", dav.book).status == 204
    assert dav.sync().hrefs == before


def test_methods_that_do_not_exist(dav: Dav) -> None:
    for method in ("LOCK", "UNLOCK", "PATCH", "POST", "ACL"):
        response = dav.call(method, dav.book)
        assert response.status == 405
        assert "PROPFIND" in response.headers["allow"]
