"""Groups ("lists" of an iPhone) are tags: both ways, lossless, and a program without groups changes none."""

import pytest
from carddav.dav_client import IOS, Dav, make_card, new_device
from client import Client
from r0_client import R0
from world import World

from coterie.actions.contacts import delete_contact, erase_contact, restore_contact
from coterie.actions.deletions import restore_deletions
from coterie.actions.devices import set_groups
from coterie.actions.terms import create_term, delete_term, put_on_contact, restore_term, take_off_contact, update_term
from coterie.actions.undo import undo_events
from coterie.model.terms import TAGS
from coterie.store.deletions import list_bundles
from coterie.store.devices import list_devices
from coterie.store.terms import find_term_by_name, list_terms_of


@pytest.fixture
def phone(client: Client, world: World) -> Dav:
    """Alice's iPhone, which sees groups."""
    return new_device(client, world.database, world.alice, "iPhone", shows_groups=True).as_program(IOS)


def group(name: str, *uids: str, uid: str = "list-1", more: tuple[str, ...] = ()) -> str:
    members = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{each}" for each in uids]
    return make_card(f"N:{name}", f"FN:{name}", "X-ADDRESSBOOKSERVER-KIND:group", *members, *more, uid=uid)


def tags(world: World, contact_id: int) -> list[str]:
    with world.database.read() as tx:
        of = list_terms_of(tx, world.organization.id, TAGS, [contact_id])
    return [tag.name for tag in of.get(contact_id, [])]


def groups(dav: Dav) -> dict[str, str]:
    """Names -> cards, of the groups that a device sees."""
    found = {}
    for href in dav.sync().changed():
        card = dav.get(href).body.decode()
        if "KIND:group" in card:
            found[card.partition("FN:")[2].partition("\r\n")[0]] = card
    return found


def test_a_list_made_on_a_phone_is_a_tag(phone: Dav, world: World) -> None:
    card = group("Choir", world.marge.uuid, "of-nobody", more=("X-ODD;a=1:kept",))
    made = phone.put("choir.vcf", card, if_none_match="*")
    assert made.status == 201
    assert phone.get("choir.vcf").body.decode() == card
    assert tags(world, world.marge.id) == ["Choir"]
    changed = group("Choir", world.homer.uuid, "of-nobody", more=("X-ODD;a=1:kept",))
    assert phone.put("choir.vcf", changed, if_match=made.headers["etag"]).status == 204
    assert phone.get("choir.vcf").body.decode() == changed
    assert (tags(world, world.marge.id), tags(world, world.homer.id)) == ([], ["Choir"])


def test_what_other_doors_do_with_the_tag_is_in_the_list(phone: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid, "of-nobody", more=("X-ODD:kept",)))
    token = phone.sync().token
    with world.database.write() as tx:
        tag = find_term_by_name(tx, world.organization.id, TAGS, "choir")
        assert tag is not None
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
        take_off_contact(tx, world.alice, TAGS, world.marge.id, tag.id)
        update_term(tx, world.alice, TAGS, tag.id, "Band, of friends")
    assert phone.path("choir.vcf") in phone.sync(token).changed()
    after = phone.get("choir.vcf").body.decode()
    assert after == group("Band\\, of friends", "of-nobody", world.homer.uuid, more=("X-ODD:kept",))
    token = phone.sync().token
    assert phone.sync(token).hrefs == []


def test_a_tag_of_another_door_is_a_list(phone: Dav, dav: Dav, world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Family")
        create_term(tx, world.alice, TAGS, "Of nobody")
        put_on_contact(tx, world.alice, TAGS, world.marge.id, tag.id)
    assert list(groups(phone)) == ["Family"]
    assert f"MEMBER:urn:uuid:{world.marge.uuid}\r\n" in groups(phone)["Family"]
    assert groups(dav) == {}
    token = phone.sync().token
    with world.database.write() as tx:
        delete_term(tx, world.alice, TAGS, tag.id)
    gone = phone.sync(token)
    assert gone.gone() == [phone.path(f"{tag.id}.vcf")]
    with world.database.write() as tx:
        restore_term(tx, world.alice, TAGS, tag.id)
    assert list(groups(phone)) == ["Family"]


def test_a_deleted_list_takes_the_tag_off_and_history_brings_it_back(phone: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid, world.homer.uuid))
    with world.database.read() as tx:
        row = tx.one("SELECT max(id) FROM events WHERE organization_id = :o", {"o": world.organization.id})
    assert row is not None
    assert phone.call("DELETE", "choir.vcf").status == 204
    assert groups(phone) == {}
    assert tags(world, world.marge.id) == []
    with world.database.write() as tx:
        last = tx.one("SELECT max(id) FROM events WHERE organization_id = :o", {"o": world.organization.id})
        assert last is not None
        assert undo_events(tx, world.alice, row[0] + 1, last[0]).cannot == ()
    assert tags(world, world.marge.id) == tags(world, world.homer.id) == ["Choir"]
    assert list(groups(phone)) == ["Choir"]


def test_a_device_that_sees_no_groups_changes_none(phone: Dav, dav: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid))
    token = dav.sync().token
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "choir")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
    assert phone.path("choir.vcf") not in dav.sync(token).hrefs
    assert dav.get("choir.vcf").status == 404
    assert dav.call("DELETE", "choir.vcf").status == 404
    assert dav.multiget(dav.path("choir.vcf")).gone() == [dav.path("choir.vcf")]
    assert dav.put("choir.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"), if_none_match="*").status == 412
    ned = make_card("FN:Ned", "N:;Ned;;;", uid="ned")
    dav.put("ned.vcf", ned)
    assert dav.call("MOVE", "ned.vcf", destination=dav.path("choir.vcf"), overwrite="F").status == 412
    assert list(groups(phone)) == ["Choir"]


@pytest.mark.parametrize("agent", ["khard/0.22", IOS])
def test_a_program_that_takes_a_group_for_a_person_keeps_it_one(
    phone: Dav, client: Client, world: World, agent: str
) -> None:
    program = new_device(client, world.database, world.alice, shows_groups=True).as_program(agent)
    made = phone.put("choir.vcf", group("Choir", world.marge.uuid, more=("X-ODD:kept",)))
    poor = make_card("FN:Singers", "N:Singers;;;;", "NOTE:x", uid="list-1")
    assert program.put("choir.vcf", poor, if_match=made.headers["etag"]).status == 204
    assert tags(world, world.marge.id) == ["Singers"]
    after = phone.get("choir.vcf").body.decode()
    assert "KIND:group" in after and world.marge.uuid in after and "X-ODD:kept" in after and "FN:Singers" in after


def test_a_device_that_writes_a_group_sees_all_from_then_on(phone: Dav, dav: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid))
    token = dav.sync().token
    dav.put("band.vcf", group("Band", world.homer.uuid, uid="list-2"))
    changed = dav.sync(token).changed()
    assert {dav.path("choir.vcf"), dav.path("band.vcf")} <= set(changed)
    assert set(groups(dav)) == set(groups(phone)) == {"Choir", "Band"}


def test_groups_are_switched_on_and_off(phone: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid))
    for shows_groups in (False, True):
        token = phone.sync().token
        with world.database.write() as tx:
            (device,) = [each for each in list_devices(tx, world.organization.id, limit=9) if each.name == "iPhone"]
            set_groups(tx, world.alice, device.id, shows_groups=shows_groups)
            set_groups(tx, world.alice, device.id, shows_groups=shows_groups)
        # the device lists the book again, and finds that its lists are gone or there
        body = f'<D:sync-collection xmlns:D="DAV:"><D:sync-token>{token}</D:sync-token><D:prop/></D:sync-collection>'
        assert phone.call("REPORT", phone.book, body).status == 403
        assert (phone.path("choir.vcf") in phone.sync().hrefs) == shows_groups
        assert phone.sync(phone.sync().token).hrefs == []


def test_two_lists_of_one_name_show_one_tag(phone: Dav, world: World) -> None:
    phone.put("a.vcf", group("Choir", world.marge.uuid, uid="a"))
    made = phone.put("b.vcf", group("choir", world.homer.uuid, uid="b"))
    assert made.status == 201 and "etag" not in made.headers
    for name in ("a.vcf", "b.vcf"):
        card = phone.get(name).body.decode()
        assert world.marge.uuid in card and world.homer.uuid in card and "FN:Choir\r\n" in card
    assert phone.call("DELETE", "b.vcf").status == 204
    assert tags(world, world.marge.id) == ["Choir"]
    assert phone.put("a.vcf", group("Choir", world.marge.uuid, uid="other")).status == 409


def test_a_device_that_does_not_name_the_etag_removes_nobody_it_did_not_see(
    phone: Dav, client: Client, world: World
) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid))
    other = new_device(client, world.database, world.bob, shows_groups=True)
    other.put("choir.vcf", group("Choir", world.homer.uuid))
    assert tags(world, world.marge.id) == tags(world, world.homer.id) == ["Choir"]


@pytest.mark.parametrize("name", ["", " ", "x" * 300])
def test_a_list_whose_name_no_tag_can_have_is_stored_as_it_came(phone: Dav, world: World, name: str) -> None:
    card = group(name, world.marge.uuid)
    assert phone.put("odd.vcf", card).status == 201
    assert phone.get("odd.vcf").body.decode() == card
    assert tags(world, world.marge.id) == []
    assert phone.call("DELETE", "odd.vcf").status == 204


def test_members_come_and_go_with_their_contacts(phone: Dav, world: World) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid, world.homer.uuid))
    for work, is_in in ((delete_contact, False), (restore_contact, True), (delete_contact, False)):
        with world.database.write() as tx:
            work(tx, world.alice, world.homer.id)
        phone.sync()
        assert (world.homer.uuid in phone.get("choir.vcf").body.decode()) == is_in
    with world.database.write() as tx:
        restore_contact(tx, world.alice, world.homer.id)
    phone.sync()
    with world.database.write() as tx:
        erase_contact(tx, world.alice, world.homer.id)
        left = tx.all("SELECT body FROM card_bodies WHERE organization_id = :o", {"o": world.organization.id})
    assert world.homer.uuid not in str(left)
    assert phone.get("choir.vcf").body.decode() == group("Choir", world.marge.uuid)


def test_groups_of_others_are_not_seen(phone: Dav, client: Client, world: World, r0: R0) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid, world.moe.uuid))
    theirs = new_device(client, world.database, world.charlie, shows_groups=True)
    assert groups(theirs) == {}
    assert len(r0.get("/contacts").json["contacts"]) == 2
    with world.database.read() as tx:
        assert list_terms_of(tx, world.charlie.organization_id, TAGS, [world.moe.id]) == {}


@pytest.mark.parametrize("is_group_first", [True, False])
def test_a_phone_that_deletes_everything_loses_no_list(phone: Dav, world: World, is_group_first: bool) -> None:
    phone.put("choir.vcf", group("Choir", world.marge.uuid, world.homer.uuid))
    people = [f"{contact.uuid}.vcf" for contact in (world.marge, world.homer)]
    for name in ["choir.vcf", *people] if is_group_first else [*people, "choir.vcf"]:
        assert phone.call("DELETE", name).status == 204
    assert phone.sync().hrefs == []
    with world.database.write() as tx:
        (bundle,) = list_bundles(tx, world.organization.id, limit=9)
        assert restore_deletions(tx, world.alice, bundle.id) == 2
    assert tags(world, world.marge.id) == tags(world, world.homer.id) == ["Choir"]
    assert list(groups(phone)) == ["Choir"]
