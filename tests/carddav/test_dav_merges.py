"""Merges and their undoing as phones see them: cards go and come back, under their names, with all their lines."""

from carddav.dav_client import Dav, make_card
from world import World

from coterie.actions.books import add_book
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.merges import merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.store.cards import find_cards

NED = make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", "X-ODD:1", "item3.TEL:+1 800 555 0101",
                "item3.X-ABLabel:Leftorium", uid="ned")  # fmt: skip
TODD = make_card("FN:Todd Flanders", "N:Flanders;Todd;;;", "X-TOY:bear", "EMAIL;X-A=b:todd@example.org", uid="todd")


def contact_of(world: World, href: str) -> int:
    with world.database.read() as tx:
        contact_id = find_cards(tx, world.alice.organization_id, [href])[href].contact_id
    assert contact_id is not None
    return contact_id


def test_an_undone_merge_gives_both_cards_back(dav: Dav, world: World) -> None:
    dav.put("ned.vcf", NED)
    dav.put("todd.vcf", TODD)
    ids = [contact_of(world, name) for name in ("ned.vcf", "todd.vcf")]
    token = dav.sync().token
    with world.database.write() as tx:
        (merge,) = merge_contacts(tx, world.alice, ids[0], ids[1:])
    merged = dav.sync(token)
    assert (merged.changed(), merged.gone()) == ([dav.path("ned.vcf")], [dav.path("todd.vcf")])
    card = dav.get("ned.vcf").body.decode()
    assert "todd@example.org" in card and "X-ODD:1" in card and "item3.X-ABLabel:Leftorium" in card
    assert dav.get("todd.vcf").status == 404
    assert dav.call("DELETE", "todd.vcf").status == 404
    # a device that has not synced yet
    late = dav.put("todd.vcf", TODD, if_match='"1-x"')
    assert late.status == 412
    late = dav.put("todd.vcf", TODD)
    assert (late.status, dav.path("ned.vcf").encode() in late.body) == (409, True)
    with world.database.write() as tx:
        unmerge_contact(tx, world.alice, merge.id)
    back = dav.sync(merged.token)
    assert sorted(back.changed()) == [dav.path("ned.vcf"), dav.path("todd.vcf")]
    assert dav.get("todd.vcf").body.decode() == TODD
    assert dav.get("ned.vcf").body.decode() == NED
    assert dav.put("todd.vcf", TODD.replace("bear", "ball")).status == 204
    assert dav.sync(back.token).changed() == [dav.path("todd.vcf")]


def test_a_merge_in_the_book_of_a_folder(dav: Dav, world: World) -> None:
    with world.database.write() as tx:
        folder = create_folder(tx, world.alice, "Family")
        set_folders(tx, world.alice, world.marge.id, [folder.id])
        book = add_book(tx, world.alice, "folder", "Family")
    path = f"{dav.home}{book.name}/"
    marge, homer = (f"{path}{contact.uuid}.vcf" for contact in (world.marge, world.homer))
    assert dav.propfind(path, "D:getetag", depth="1").hrefs == [path, marge]
    with world.database.write() as tx:
        (merge,) = merge_contacts(tx, world.alice, world.homer.id, [world.marge.id])
    assert dav.propfind(path, "D:getetag", depth="1").hrefs == [path, homer]
    with world.database.write() as tx:
        unmerge_contact(tx, world.alice, merge.id)
    assert dav.propfind(path, "D:getetag", depth="1").hrefs == [path, marge]
