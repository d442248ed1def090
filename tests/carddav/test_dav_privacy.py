"""What never leaves by CardDAV, and what merges and erasures mean for phones."""

import pytest
from carddav.dav_client import DAVX5, Dav, make_card
from r0_client import R0
from world import World

from coterie.actions.contacts import erase_contact, update_contact
from coterie.actions.merges import merge_contacts
from coterie.store.contacts import find_contact

PERSONAL = ("personal-secret", "second-note", "gift-idea", "met-in-prison", "biography")


def test_only_the_pinned_team_note_is_on_phones(dav: Dav, r0: R0, world: World) -> None:
    uuid = world.homer.uuid
    for text, is_personal in (("personal-secret", True), ("second-note", False)):
        note = {"note": text, "personal_note": is_personal}
        assert r0.post("/notes", {"note": note, "contacts": [uuid]}).status == 201
    assert r0.post(f"/contacts/{uuid}/gifts", {"gift": {"name": "gift-idea", "status": "potential"}}).status == 201
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"how_you_met": "met-in-prison", "bio": "biography"})
    body = dav.get(f"{uuid}.vcf").body + dav.multiget(dav.path(f"{uuid}.vcf")).body
    assert b"Homer" in body
    assert [word for word in PERSONAL if word.encode() in body] == []
    # a phone that writes the card back does not delete them either
    phone = dav.as_program(DAVX5)
    assert phone.put(f"{uuid}.vcf", phone.get(f"{uuid}.vcf").body.replace(b"FN:Homer", b"FN:Homer J")).status == 204
    with world.database.read() as tx:
        contact = find_contact(tx, world.alice.organization_id, world.homer.id)
    assert contact is not None
    assert (contact.how_you_met, contact.bio, contact.display_name) == ("met-in-prison", "biography", "Homer J Simpson")


def test_a_merged_contact_leaves_phones_and_its_uid_means_the_survivor(dav: Dav, world: World) -> None:
    dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", "TEL:+1 800 555 0101", uid="ned"))
    token = dav.sync().token
    with world.database.write() as tx:
        row = tx.one("SELECT contact_id FROM card_bodies WHERE organization_id = :o AND uid = 'ned'",
                     {"o": world.alice.organization_id})  # fmt: skip
        assert row is not None
        merge_contacts(tx, world.alice, world.homer.id, [row[0]])
    homer = dav.path(f"{world.homer.uuid}.vcf")
    changes = dav.sync(token)
    assert (changes.changed(), changes.gone()) == ([homer], [dav.path("ned.vcf")])
    assert b"+1 800 555 0101" in dav.get(homer).body
    late = dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", "TITLE:Leftist", uid="ned"))
    assert late.status == 409
    assert homer.encode() in late.body


def test_nothing_of_an_erased_contact_stays(dav: Dav, world: World) -> None:
    dav.put("ned.vcf", make_card("FN:Ned-to-erase", "N:;Ned;;;", "X-SECRET:secret-line", uid="ned"))
    dav.put("ned.vcf", make_card("FN:Ned-to-erase", "N:;Ned;;;", "X-SECRET:other-line", uid="ned"))
    token = dav.sync().token
    with world.database.write() as tx:
        row = tx.one("SELECT contact_id FROM card_bodies WHERE organization_id = :o AND uid = 'ned'",
                     {"o": world.alice.organization_id})  # fmt: skip
        assert row is not None
        erase_contact(tx, world.alice, row[0])
        for table in ("card_bodies", "card_history"):
            left = tx.all(f"SELECT body FROM {table} WHERE organization_id = :o", {"o": world.alice.organization_id})
            assert left == []
    assert dav.sync(token).gone() == [dav.path("ned.vcf")]


@pytest.mark.parametrize("agent", ["", DAVX5])
def test_groups_of_an_iphone_are_stored_as_they_are(dav: Dav, r0: R0, agent: str) -> None:
    group = make_card(
        "FN:Family", "N:Family;;;;", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:x", uid="g"
    )
    before = len(r0.get("/contacts").json["contacts"])
    phone = dav.as_program(agent)
    token = phone.sync().token
    made = phone.put("g.vcf", group)
    assert made.status == 201
    assert phone.get("g.vcf").body.decode() == group
    assert phone.sync(token).changed() == [dav.path("g.vcf")]
    assert len(r0.get("/contacts").json["contacts"]) == before
    changed = group.replace("urn:uuid:x", "urn:uuid:y")
    assert phone.put("g.vcf", changed, if_match=made.headers["etag"]).status == 204
    assert phone.get("g.vcf").body.decode() == changed
    token = phone.sync().token
    assert phone.call("DELETE", "g.vcf").status == 204
    assert phone.sync(token).gone() == [dav.path("g.vcf")]
    assert dav.put("again.vcf", group).status == 201
