"""Cards: what a device writes it reads again, and the contact has it."""

import base64
from hashlib import sha256

import pytest
from carddav.dav_client import DAVX5, IOS, Dav, make_card, new_device
from client import Client
from msgspec.structs import replace
from r0_client import R0
from world import World

from coterie.actions.contacts import create_contact
from coterie.settings import Settings
from coterie.store.files import file_path

NED = make_card(
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "item1.TEL;type=CELL;type=pref:(800) 555-0101",
    "item1.X-ABLabel:_$!<Mobile>!$_", "EMAIL;type=INTERNET;type=HOME:ned@example.org", "X-UNKNOWN;X-A=\"b:c\":kept",
    "NOTE:Left-", " handed", "X-ABUID:ABC\\:ABPerson", uid="ned-1",
)  # fmt: skip


def test_a_card_is_read_as_it_was_written(dav: Dav) -> None:
    made = dav.put("ned.vcf", NED, if_none_match="*")
    assert made.status == 201
    got = dav.get("ned.vcf")
    assert got.body.decode() == NED
    assert got.headers["etag"] == made.headers["etag"]
    assert got.headers["content-type"] == "text/vcard; charset=utf-8"
    href = dav.path("ned.vcf")
    data = dav.multiget(href).text(href, "C:address-data")
    assert data == NED
    assert dav.put("ned.vcf", NED, if_none_match="*").status == 412


def test_the_contact_has_what_the_card_says(dav: Dav, r0: R0) -> None:
    dav.put("ned.vcf", NED)
    (contact,) = [each for each in r0.get("/contacts").json["contacts"] if each["first_name"] == "Ned"]
    assert contact["last_name"] == "Flanders"


def test_contacts_of_other_doors_are_cards(dav: Dav, world: World) -> None:
    listing = dav.propfind(dav.book, "D:getetag", "D:getcontenttype", "D:resourcetype", depth="1")
    hrefs = {dav.path(f"{contact.uuid}.vcf") for contact in (world.marge, world.homer)}
    assert set(listing.hrefs) == {dav.book, *hrefs}
    marge = dav.get(f"{world.marge.uuid}.vcf").body.decode()
    assert "FN:Marge Simpson\r\n" in marge
    assert f"UID:{world.marge.uuid}\r\n" in marge
    assert "X-COTERIE" not in marge


def test_audience_is_not_in_the_book(dav: Dav, world: World) -> None:
    with world.database.write() as tx:
        for door in ("instagram", "inro"):
            create_contact(tx, replace(world.alice, via=door), {"username": f"fan.{door}", "email": "fan@example.org"})
    assert len(dav.propfind(dav.book, "D:getetag", depth="1").hrefs) == 3
    assert len(dav.sync().hrefs) == 2


def test_a_change_through_another_door_changes_its_lines_only(dav: Dav, r0: R0, world: World) -> None:
    dav.put("ned.vcf", NED)
    token = dav.sync().token
    (contact,) = [each for each in r0.get("/contacts").json["contacts"] if each["first_name"] == "Ned"]
    r0.patch(f"/contacts/{contact['id']}", {"contact": {"last_name": "Flandres", "birthday": "1960-05-01"}})
    assert dav.sync(token).changed() == [dav.path("ned.vcf")]
    after = dav.get("ned.vcf").body.decode()
    expected = NED.replace("FN:Ned Flanders", "FN:Ned Flandres").replace("N:Flanders;", "N:Flandres;")
    assert after == expected.replace("END:VCARD", "BDAY;VALUE=date:1960-05-01\r\nEND:VCARD")


REPEATED = make_card(
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "EMAIL;TYPE=HOME:ned@example.org", "EMAIL;TYPE=WORK:NED@example.org",
    "TEL;TYPE=CELL:(800) 555-0101", "TEL;TYPE=WORK:+18005550101", "ADR;TYPE=HOME:;;744 Evergreen Terrace;;;;",
    "ADR;TYPE=WORK:;;744 Evergreen Terrace;;;;", uid="ned",
)  # fmt: skip


def test_a_value_that_a_card_repeats_goes_from_all_its_lines_with_the_contacts(dav: Dav, hub: Client) -> None:
    dav.put("ned.vcf", REPEATED)
    [ned] = hub.get("/api/hub/v1/contacts", filter="last_name:Flanders").json["items"]
    path = f"/api/hub/v1/contacts/{ned['id']}"
    home, _ = ned["addresses"]
    address = {name: value for name, value in home.items() if name not in ("id", "country_code")}
    assert hub.patch(path, {"email": None, "phone": "(800) 555-0199", "addresses": [address]}).status == 200
    lines = dav.get("ned.vcf").body.decode().splitlines()
    assert [line for line in lines if line[:3] in ("EMA", "TEL", "ADR")] == [
        "TEL;TYPE=CELL:(800) 555-0199", "ADR;TYPE=HOME:;;744 Evergreen Terrace;;;;",
    ]  # fmt: skip
    dav.put("ned.vcf", "\r\n".join([*lines[:-1], "NICKNAME:Neddy", lines[-1], ""]))
    assert [each["value"] for each in hub.get(path).json["handles"]] == ["(800) 555-0199"]


@pytest.mark.parametrize("agent", [DAVX5, IOS, "poor/1.0"])
def test_a_poor_client_does_not_flatten_a_rich_card(client: Client, world: World, dav: Dav, agent: str) -> None:
    dav.put("ned.vcf", NED)
    phone = new_device(client, world.database, world.alice, "poor").as_program(agent)
    etag = phone.get("ned.vcf").headers["etag"]
    poor = make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", "EMAIL:ned@example.com", "TITLE:Leftist", uid="ned-1")
    assert phone.put("ned.vcf", poor, if_match=etag).status == 204
    after = dav.get("ned.vcf").body.decode()
    assert 'X-UNKNOWN;X-A="b:c":kept\r\n' in after
    assert "X-ABUID:ABC\\:ABPerson\r\n" in after
    assert "TITLE:Leftist\r\n" in after
    assert "ned@example.com" in after
    assert "ned@example.org" not in after


def test_a_program_that_shows_less_deletes_nothing_of_what_it_cannot_show(
    client: Client, world: World, dav: Dav
) -> None:
    dav.put("ned.vcf", NED)
    phone = new_device(client, world.database, world.alice, "poor").as_program("poor/1.0")
    poor = make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", "TEL:(800) 555-0101", "TITLE:Leftist", uid="ned-1")
    assert phone.put("ned.vcf", poor).status == 204
    assert dav.get("ned.vcf").body.decode() == NED.replace("END:VCARD", "TITLE:Leftist\r\nEND:VCARD")


def test_a_write_of_another_version_is_refused(dav: Dav) -> None:
    etag = dav.put("ned.vcf", NED).headers["etag"]
    changed = NED.replace("Ned", "Todd")
    assert dav.put("ned.vcf", changed, if_match='"0-x"').status == 412
    assert dav.put("ned.vcf", changed, if_match=etag).status == 204
    assert dav.put("missing.vcf", NED, if_match=etag).status == 412
    assert dav.call("DELETE", "ned.vcf", if_match=etag).status == 412
    assert dav.call("DELETE", "ned.vcf").status == 204
    assert dav.call("DELETE", "ned.vcf").status == 404
    assert dav.get("ned.vcf").status == 404


def test_a_uid_is_at_one_name_only(dav: Dav) -> None:
    dav.put("ned.vcf", NED)
    response = dav.put("other.vcf", NED)
    assert response.status == 409
    assert f"<C:no-uid-conflict><D:href>{dav.path('ned.vcf')}</D:href></C:no-uid-conflict>".encode() in response.body


def test_a_deleted_card_that_comes_again_is_restored(dav: Dav, r0: R0) -> None:
    dav.put("ned.vcf", NED)
    before = len(r0.get("/contacts").json["contacts"])
    dav.call("DELETE", "ned.vcf")
    assert dav.put("again.vcf", NED).status == 201
    assert dav.get("again.vcf").body.decode() == NED
    assert dav.get("ned.vcf").status == 404
    assert len(r0.get("/contacts").json["contacts"]) == before


def test_a_second_contact_is_never_made_of_audience(dav: Dav, world: World, r0: R0) -> None:
    with world.database.write() as tx:
        fan = create_contact(tx, replace(world.alice, via="instagram"), {"username": "n.f", "email": "ned@example.org"})
    assert dav.put("ned.vcf", NED).status == 201
    contacts = [each for each in r0.get("/contacts").json["contacts"] if each["first_name"] == "Ned"]
    assert [each["id"] for each in contacts] == [fan.uuid]


def test_an_etag_is_given_only_for_the_bytes_that_came(dav: Dav) -> None:
    without = NED.replace("UID:ned-1\r\n", "")
    made = dav.put("ned.vcf", without)
    assert made.status == 201
    assert "etag" not in made.headers
    assert "UID:" in dav.get("ned.vcf").body.decode()


def photo(byte_count: int, mark: bytes) -> str:
    data = b"\xff\xd8\xff\xe0" + mark * byte_count
    return f"PHOTO;ENCODING=b;TYPE=JPEG:{base64.b64encode(data).decode()}"


def test_a_picture_that_a_phone_compressed_again_is_not_a_new_one(dav: Dav) -> None:
    lines = ["FN:Ned", "N:;Ned;;;"]
    dav.put("ned.vcf", make_card(*lines, photo(4_000, b"a"), uid="ned"))
    phone = dav.as_program(DAVX5)
    worse = make_card(*lines, "TITLE:Leftist", photo(2_000, b"b"), uid="ned")
    assert phone.put("ned.vcf", worse).status == 204
    assert photo(4_000, b"a") in dav.get("ned.vcf").body.decode()
    alone = make_card(*lines, "TITLE:Leftist", photo(2_000, b"c"), uid="ned")
    assert phone.put("ned.vcf", alone).status == 204
    assert photo(2_000, b"c") in dav.get("ned.vcf").body.decode()


def test_a_picture_is_a_file_of_the_contact(dav: Dav, r0: R0) -> None:
    dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", photo(1_000, b"a"), uid="ned"))
    (contact,) = [each for each in r0.get("/contacts").json["contacts"] if each["first_name"] == "Ned"]
    assert len(r0.get(f"/contacts/{contact['id']}/attachments").json["attachments"]) == 1
    dav.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"))
    assert r0.get(f"/contacts/{contact['id']}/attachments").json["attachments"] == []


@pytest.mark.parametrize("byte_count", [1_000, 1_100_000])
def test_a_picture_that_is_deleted_elsewhere_goes_from_its_card(
    dav: Dav, r0: R0, settings: Settings, byte_count: int
) -> None:
    before = make_card("FN:Ned", "N:;Ned;;;", "X-ODD:1", uid="ned")
    picture = photo(byte_count, b"a")
    dav.put("ned.vcf", before.replace("X-ODD", f"{picture}\r\nX-ODD"))
    (contact,) = [each for each in r0.get("/contacts").json["contacts"] if each["first_name"] == "Ned"]
    path = f"/contacts/{contact['id']}/attachments"
    (file,) = r0.get(path).json["attachments"]
    assert r0.delete(f"{path}/{file['id']}").status in (200, 204)
    # the worker deletes files that nothing refers to
    file_path(settings.data_folder, sha256(b"\xff\xd8\xff\xe0" + b"a" * byte_count).hexdigest()).unlink()
    assert dav.get("ned.vcf").body.decode() == before
