"""Books of folders, tags and segments, and personal ones: who is in them, and what devices can do to them."""

import pytest
from carddav.dav_client import Dav, Multistatus, document, make_card, new_device
from client import Client
from r0_client import R0
from world import World

from coterie.actions.books import add_book, remove_book, set_on_phones
from coterie.actions.folders import create_folder, delete_folder, set_folders
from coterie.actions.segments import create_segment
from coterie.actions.terms import create_term, put_on_contact
from coterie.errors import Conflict, Invalid, NotFound
from coterie.model.books import Book
from coterie.model.terms import TAGS
from coterie.store.card_states import set_card_state
from coterie.store.folders import find_folder_by_name

NED = make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", "X-ODD:1", uid="ned")


def book_of(dav: Dav, book: Book) -> str:
    return f"{dav.home}{book.name}/"


def sync(dav: Dav, path: str, token: str = "") -> Multistatus:
    content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
    return dav.report(document("D:sync-collection", content), path, depth="0")


@pytest.fixture
def family(world: World) -> Book:
    """The book of the folder Family, which has Marge."""
    with world.database.write() as tx:
        folder = create_folder(tx, world.alice, "Family")
        set_folders(tx, world.alice, world.marge.id, [folder.id])
        return add_book(tx, world.alice, "folder", "Family")


def in_family(world: World, family: Book, *contact_ids: int) -> None:
    with world.database.write() as tx:
        for contact in (world.marge, world.homer):
            set_folders(tx, world.alice, contact.id, [int(family.source_id or 0)] if contact.id in contact_ids else [])


def test_the_book_of_a_folder_comes_after_that_of_everybody(dav: Dav, family: Book) -> None:
    found = dav.propfind(dav.home, "D:displayname", "D:resourcetype", "D:sync-token", depth="1")
    assert found.hrefs == [dav.home, dav.book, book_of(dav, family)]
    assert found.text(book_of(dav, family), "D:displayname") == "Family"
    assert found.text(book_of(dav, family), "D:sync-token") != found.text(dav.book, "D:sync-token")


def test_a_contact_that_leaves_is_gone_and_comes_back_under_its_name(dav: Dav, world: World, family: Book) -> None:
    path = book_of(dav, family)
    first = sync(dav, path)
    marge = f"{path}{world.marge.uuid}.vcf"
    assert first.changed() == [marge]
    assert sync(dav, path, first.token).token == first.token
    in_family(world, family, world.homer.id)
    second = sync(dav, path, first.token)
    assert (second.changed(), second.gone()) == ([f"{path}{world.homer.uuid}.vcf"], [marge])
    in_family(world, family, world.marge.id, world.homer.id)
    third = sync(dav, path, second.token)
    assert (third.changed(), third.gone()) == ([marge], [])
    assert sync(dav, path, third.token).hrefs == []
    assert dav.get(marge).body == dav.get(f"{world.marge.uuid}.vcf").body


def test_a_change_of_another_contact_is_none_of_the_book(dav: Dav, world: World, family: Book, r0: R0) -> None:
    path = book_of(dav, family)
    token = sync(dav, path).token
    r0.patch(f"/contacts/{world.homer.uuid}", {"contact": {"nickname": "Homie"}})
    assert sync(dav, path, token).hrefs == []
    r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"nickname": "Midge"}})
    assert sync(dav, path, token).changed() == [f"{path}{world.marge.uuid}.vcf"]


def test_a_card_written_into_a_book_is_a_contact_in_its_folder(dav: Dav, family: Book, r0: R0) -> None:
    path = f"{book_of(dav, family)}n.vcf"
    made = dav.put(path, NED, if_none_match="*")
    assert (made.status, dav.get(path).headers["etag"]) == (201, made.headers["etag"])
    assert dav.get(path).body.decode() == NED
    assert dav.get("n.vcf").body.decode() == NED
    changed = dav.put(path, NED.replace("X-ODD:1", "X-ODD:2"), if_match=made.headers["etag"])
    assert changed.status == 204
    assert "X-ODD:2" in dav.get("n.vcf").body.decode()


def test_deleting_a_card_takes_the_contact_out_of_the_folder(dav: Dav, world: World, family: Book) -> None:
    path = book_of(dav, family)
    token = sync(dav, path).token
    marge = f"{path}{world.marge.uuid}.vcf"
    assert dav.call("DELETE", marge).status == 204
    assert dav.get(marge).status == 404
    assert dav.get(f"{world.marge.uuid}.vcf").status == 200
    assert sync(dav, path, token).gone() == [marge]
    assert dav.call("DELETE", marge).status == 404


def test_a_contact_of_another_book_joins_under_the_name_it_is_given(dav: Dav, world: World, family: Book) -> None:
    dav.put("ned.vcf", NED)
    path = f"{book_of(dav, family)}other%20name.vcf"
    assert dav.put(path, NED).status == 201
    assert dav.get(path).body.decode() == NED
    assert len(dav.sync().changed()) == 3
    conflict = dav.put(f"{book_of(dav, family)}third.vcf", NED)
    assert conflict.status == 409
    assert f"<D:href>{path}</D:href>".encode() in conflict.body


def test_a_tag_is_a_book_and_its_members_wear_it(dav: Dav, world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Neighbours")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
        book = add_book(tx, world.alice, "tag", "Neighbours")
    path = book_of(dav, book)
    assert sync(dav, path).changed() == [f"{path}{world.homer.uuid}.vcf"]
    made = dav.put(f"{path}ned.vcf", NED)
    assert (made.status, "etag" in made.headers) == (201, False)
    assert "CATEGORIES:Neighbours" in dav.get(f"{path}ned.vcf").body.decode()
    assert dav.call("DELETE", f"{path}ned.vcf").status == 204
    assert "CATEGORIES" not in dav.get("ned.vcf").body.decode()


def test_a_segment_is_a_book_that_devices_only_read(dav: Dav, world: World, r0: R0) -> None:
    with world.database.write() as tx:
        create_segment(tx, world.alice, "Nicknamed", "nickname:Homie")
        book = add_book(tx, world.alice, "segment", "Nicknamed")
    path = book_of(dav, book)
    token = sync(dav, path).token
    r0.patch(f"/contacts/{world.homer.uuid}", {"contact": {"nickname": "Homie"}})
    homer = f"{path}{world.homer.uuid}.vcf"
    entered = sync(dav, path, token)
    assert entered.changed() == [homer]
    for response in (dav.put(f"{path}ned.vcf", NED), dav.put(homer, NED), dav.call("DELETE", homer),
                     dav.call("DELETE", path)):  # fmt: skip
        assert (response.status, b"need-privileges" in response.body) == (403, True)
    privileges = dav.propfind(path, "D:current-user-privilege-set").props[path]
    assert b"write" not in str(privileges).encode()
    r0.patch(f"/contacts/{world.homer.uuid}", {"contact": {"nickname": "Homer"}})
    assert sync(dav, path, entered.token).gone() == [homer]


def test_a_personal_book_is_seen_by_its_member_only(dav: Dav, bobs: Dav, world: World) -> None:
    with world.database.write() as tx:
        book = add_book(tx, world.alice, "personal")
    path = book_of(dav, book)
    assert dav.put(f"{path}ned.vcf", NED).status == 201
    assert sync(dav, path).changed() == [f"{path}ned.vcf"]
    assert book_of(bobs, book) not in bobs.propfind(bobs.home, "D:displayname", depth="1").hrefs
    assert bobs.call("GET", f"{book_of(bobs, book)}ned.vcf").status == 404
    assert dav.call("DELETE", f"{path}ned.vcf").status == 204
    assert dav.get("ned.vcf").status == 200


def test_books_of_other_organizations_are_not_found(charlies: Dav, family: Book) -> None:
    assert charlies.call("PROPFIND", book_of(charlies, family), depth="0").status == 404
    assert charlies.propfind(charlies.home, "D:displayname", depth="1").hrefs == [charlies.home, charlies.book]


def mkcol(dav: Dav, name: str, title: str = "", kind: str = "<D:collection/><C:addressbook/>") -> int:
    shown = f"<D:displayname>{title}</D:displayname>" if title else ""
    prop = f"<D:resourcetype>{kind}</D:resourcetype>{shown}"
    return dav.call("MKCOL", f"{dav.home}{name}", document("D:mkcol", f"<D:set><D:prop>{prop}</D:prop></D:set>")).status


def test_a_new_address_book_is_a_folder(dav: Dav, bobs: Dav, world: World) -> None:
    assert mkcol(dav, "friends/", "Old friends") == 201
    assert mkcol(dav, "friends/", "Old friends") == 405
    path = f"{dav.home}friends/"
    assert dav.propfind(path, "D:displayname").text(path, "D:displayname") == "Old friends"
    assert dav.put(f"{path}ned.vcf", NED).status == 201
    assert f"{bobs.home}friends/" in bobs.propfind(bobs.home, "D:displayname", depth="1").hrefs
    assert dav.call("DELETE", path).status == 204
    assert dav.call("PROPFIND", path, depth="0").status == 404
    assert dav.get("ned.vcf").status == 200
    # the folder and its members were not deleted
    assert mkcol(dav, "again", "Old friends") == 201
    assert len(sync(dav, f"{dav.home}again/").changed()) == 1


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("contacts", "<D:collection/><C:addressbook/>", 405),
        ("x", "<D:collection/>", 403),
        ("x/y", "<D:collection/><C:addressbook/>", 409),
        ("contacts/y", "<D:collection/><C:addressbook/>", 403),
    ],
)
def test_collections_that_no_one_can_make(dav: Dav, name: str, kind: str, status: int) -> None:
    assert mkcol(dav, name, kind=kind) == status


def test_a_book_whose_folder_was_deleted_can_be_made_again_under_its_name(dav: Dav, world: World) -> None:
    assert mkcol(dav, "friends") == 201
    dav.put(f"{dav.home}friends/ned.vcf", NED)
    with world.database.write() as tx:
        folder = find_folder_by_name(tx, world.organization.id, "friends")
        assert folder is not None
        delete_folder(tx, world.alice, folder.id)
    assert dav.call("PROPFIND", f"{dav.home}friends/", depth="0").status == 404
    assert mkcol(dav, "friends") == 201
    assert sync(dav, f"{dav.home}friends/").changed() == []
    assert dav.put(f"{dav.home}friends/ned.vcf", NED).status == 201
    assert len(dav.sync().changed()) == 3


def test_a_plain_mkcol_and_a_read_only_device_are_refused(dav: Dav, client: Client, world: World) -> None:
    assert dav.call("MKCOL", f"{dav.home}x").status == 403
    assert dav.call("MKCOL", f"{dav.home}x", "<x/>").status == 415
    reader = new_device(client, world.database, world.alice, is_read_only=True)
    assert mkcol(reader, "x") == 403
    assert mkcol(dav, "x") == 201
    assert reader.put(f"{reader.home}x/ned.vcf", NED).status == 403


def test_cards_are_copied_and_moved_between_books(dav: Dav, world: World, family: Book) -> None:
    dav.put("ned.vcf", NED)
    mkcol(dav, "friends", "Friends")
    copied, moved = f"{book_of(dav, family)}ned.vcf", f"{dav.home}friends/neddy.vcf"
    assert dav.call("COPY", "ned.vcf", destination=copied).status == 201
    assert dav.call("COPY", "ned.vcf", destination=copied).status == 409
    assert dav.call("MOVE", "ned.vcf", destination=moved).status == 403
    assert dav.call("MOVE", copied, destination=moved).status == 201
    assert (dav.get(copied).status, dav.get(moved).body.decode()) == (404, NED)
    renamed = f"{dav.home}friends/n.vcf"
    assert dav.call("MOVE", moved, destination=renamed).status == 201
    assert sorted(sync(dav, f"{dav.home}friends/").changed()) == [renamed]
    assert dav.get("ned.vcf").body.decode() == NED


def test_a_contact_is_always_or_never_on_phones(dav: Dav, world: World, family: Book) -> None:
    path = book_of(dav, family)
    token, all_token = sync(dav, path).token, dav.sync().token
    with world.database.write() as tx:
        set_on_phones(tx, world.alice, world.marge.id, is_shown=False)
    assert sync(dav, path, token).gone() == [f"{path}{world.marge.uuid}.vcf"]
    assert dav.sync(all_token).gone() == [dav.path(f"{world.marge.uuid}.vcf")]
    with world.database.write() as tx:
        set_on_phones(tx, world.alice, world.marge.id, is_shown=True)
    assert sync(dav, path).changed() == [f"{path}{world.marge.uuid}.vcf"]
    assert len(dav.sync(all_token).changed()) == 1


def test_the_audience_in_a_chosen_folder_is_on_phones(dav: Dav, world: World, family: Book) -> None:
    with world.database.write() as tx:
        set_card_state(tx, world.organization.id, world.marge.id, None)
    token = dav.sync().token
    assert len(sync(dav, book_of(dav, family)).changed()) == 1
    assert dav.sync(token).changed() == [dav.path(f"{world.marge.uuid}.vcf")]


def test_a_book_goes_with_its_folder(dav: Dav, world: World, family: Book) -> None:
    with world.database.write() as tx:
        delete_folder(tx, world.alice, int(family.source_id or 0))
    assert dav.call("PROPFIND", book_of(dav, family), depth="0").status == 404
    assert dav.propfind(dav.home, "D:displayname", depth="1").hrefs == [dav.home, dav.book]


def test_what_a_book_cannot_be_made_of(world: World, family: Book) -> None:
    with world.database.write() as tx:
        for kind, source, error in (("folder", "Family", Conflict), ("folder", "x", NotFound), ("x", "", Invalid)):
            with pytest.raises(error):
                add_book(tx, world.alice, kind, source)
        remove_book(tx, world.alice, family)
        assert add_book(tx, world.alice, "folder", "Family").title == "Family"


def test_a_search_and_a_token_are_of_one_book(dav: Dav, world: World, family: Book) -> None:
    path = book_of(dav, family)
    match = "<C:text-match>simpson</C:text-match>"
    condition = f'<C:filter><C:prop-filter name="FN">{match}</C:prop-filter></C:filter>'
    body = document("C:addressbook-query", f"<D:prop><D:getetag/></D:prop>{condition}")
    assert dav.report(body, path).changed() == [f"{path}{world.marge.uuid}.vcf"]
    body = document(
        "D:sync-collection", f"<D:sync-token>{dav.sync().token}</D:sync-token><D:prop><D:getetag/></D:prop>"
    )
    assert dav.call("REPORT", path, body, depth="0").status == 403


def test_a_sync_of_one_book_says_nothing_about_another(dav: Dav, world: World, family: Book, r0: R0) -> None:
    lines = ["FN:Ned", "N:;Ned;;;", "EMAIL:flanders@example.org"]
    phone, other = dav, new_device(dav.client, world.database, world.alice, "other")
    phone.put("ned.vcf", make_card(*lines, uid="ned"))
    phone.sync()
    other.put("ned.vcf", make_card(*lines, "EMAIL:ned@example.org", uid="ned"))
    r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"nickname": "Midge"}})
    # the phone reads the folder only, and then writes the card of the other book as it last saw it
    sync(phone, book_of(phone, family))
    assert phone.put("ned.vcf", make_card(*lines, "TITLE:Leftist", uid="ned")).status == 204
    after = phone.get("ned.vcf").body.decode()
    assert "EMAIL:ned@example.org" in after and "TITLE:Leftist" in after
