"""Cards of version 4.0 are served as 3.0 to devices that write 3.0, and lose nothing when these write them back."""

import pytest
from carddav.dav_client import DAVX5, IOS, THUNDERBIRD, Dav, make_card
from client import Client
from r0_client import R0

RICH = (
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "KIND:individual", "BDAY:--0412", "ANNIVERSARY:20090808",
    "PHOTO:data:image/png;base64,iVBORw0KGgo=", 'TEL;VALUE=uri;PREF=1;TYPE="cell,voice":tel:+1-800-555-0101',
    "RELATED;TYPE=spouse:urn:uuid:53e374d9-337e-4727-8803-a1e9c14e0556", "GENDER:M", "PRONOUNS;LANGUAGE=en:he/him",
)  # fmt: skip
# N may be missing in 4.0
NAMED = ("FN:Ned Flanders",)
COMPANY = ("FN:Leftorium", "KIND:org", "ORG:Leftorium")


@pytest.mark.parametrize("lines", [RICH, NAMED, COMPANY], ids=["rich", "named", "company"])
@pytest.mark.parametrize("agent", [IOS, DAVX5, "vdirsyncer/0.19"])
def test_a_phone_changes_one_line_of_a_card_of_version_4(
    dav: Dav, bobs: Dav, r0: R0, lines: tuple[str, ...], agent: str
) -> None:
    card, href = make_card(*lines, uid="ned", version="4.0"), f"{dav.book}ned.vcf"
    dav.as_program(THUNDERBIRD).put("ned.vcf", card)
    names = [(each["first_name"], each["last_name"]) for each in r0.get("/contacts").json["contacts"]]
    phone = bobs.as_program(agent)
    served = phone.multiget(f"{phone.book}ned.vcf")
    text = served.text(f"{phone.book}ned.vcf", "C:address-data")
    assert "VERSION:3.0\r\n" in text and "\r\nN:" in text
    etag = served.text(f"{phone.book}ned.vcf", "D:getetag")
    same = phone.put("ned.vcf", text, if_match=etag)
    assert (same.status, dav.get("ned.vcf").body.decode()) == (204, card)
    written = phone.put("ned.vcf", text.replace("END:VCARD", "TITLE:Owner\r\nEND:VCARD"), if_match=etag)
    assert written.status == 204
    assert dav.get("ned.vcf").body.decode() == card.replace("END:VCARD", "TITLE:Owner\r\nEND:VCARD")
    assert [(each["first_name"], each["last_name"]) for each in r0.get("/contacts").json["contacts"]] == names
    assert dav.multiget(href).hrefs == [href]


def test_a_name_of_version_4_is_served_in_its_parts(dav: Dav, bobs: Dav) -> None:
    dav.as_program(THUNDERBIRD).put("ned.vcf", make_card(*NAMED, uid="ned", version="4.0"))
    dav.as_program(THUNDERBIRD).put("shop.vcf", make_card(*COMPANY, uid="shop", version="4.0"))
    href, shop = f"{bobs.book}ned.vcf", f"{bobs.book}shop.vcf"
    served = bobs.multiget(href, shop)
    assert "\r\nN:Flanders;Ned;;;\r\n" in served.text(href, "C:address-data")
    assert "\r\nN:;;;;\r\n" in served.text(shop, "C:address-data")


def test_a_phone_prefers_another_number(dav: Dav, bobs: Dav, hub: Client) -> None:
    numbers = ("TEL;TYPE=CELL,pref:+1 800 555 0101", "TEL;TYPE=HOME:+1 800 555 0102")
    made = dav.put("ned.vcf", make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", *numbers, "X-ODD:1", uid="ned"))
    phone = bobs.as_program(DAVX5)
    text = make_card(
        "FN:Ned Flanders", "N:Flanders;Ned;;;", "TEL;TYPE=CELL:+1 800 555 0101", "TEL;TYPE=HOME,pref:+1 800 555 0102",
        uid="ned",
    )  # fmt: skip
    assert phone.put("ned.vcf", text, if_match=made.headers["etag"]).status == 204
    stored = dav.get("ned.vcf")
    assert b"X-ODD:1\r\n" in stored.body and stored.body.lower().count(b"pref") == 1
    ned = next(each for each in hub.get("/api/hub/v1/contacts").json["items"] if each["first_name"] == "Ned")
    assert [each["value"] for each in ned["handles"] if each["is_primary"]] == ["+1 800 555 0102"]
    # a program that writes no preference at all keeps it
    plain = text.replace(",pref", "")
    assert phone.put("ned.vcf", plain, if_match=stored.headers["etag"]).status == 204
    assert dav.get("ned.vcf").body == stored.body
