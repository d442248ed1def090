"""Whole files as programs write them, made by hand in their manner."""

from pathlib import Path

from coterie.imports.formats.vcard_file import read
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft, RowError
from coterie.model.related_people import RelatedDraft

FILES = Path(__file__).parent / "files"
JPEG = PictureDraft("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01")


def _drafts(name: str) -> list[ContactDraft]:
    found = list(read(FILES / name))
    drafts = [draft for draft in found if isinstance(draft, ContactDraft)]
    assert len(drafts) == len(found), found
    return drafts


def test_a_file_of_google_contacts_is_read() -> None:
    marge, shop = _drafts("google.vcf")
    assert marge == ContactDraft(
        name_prefix="Dr.", first_name="Marge", middle_name="Jacqueline", last_name="Simpson",
        nickname="Midge",
        birthday="1956-03-19", employer="Springfield Elementary", department="Kitchen", job_title="Volunteer",
        note="Likes: painting, blue hair; and a quiet evening.\nSecond line.",
        handles=[
            HandleDraft("email", "marge@example.com", "home"),
            HandleDraft("email", "old@example.com", "Obsolete"),
            HandleDraft("phone", "+1 939-555-0113", "mobile"),
            HandleDraft("phone", "939-555-0114", "home fax"),
            HandleDraft("website", "http://www.google.com/profiles/1", "PROFILE"),
            HandleDraft("linkedin", "https://www.linkedin.com/in/marge"),
        ],
        addresses=[
            AddressDraft("742 Evergreen Terrace", "Behind the hedge", "Apt 3, PO 7", "Springfield", "OR",
                "97477",
                         "US", "home")
        ],
        dates=[DateDraft("anniversary", "1980-05-12")],
        pictures=[PictureDraft(url="https://lh3.example.com/contacts/abc=s100")],
        tags=["Family", "Springfield, OR"],
    )  # fmt: skip
    assert (shop.display_name, shop.first_name, shop.employer) == ("Kwik-E-Mart", None, "Kwik-E-Mart")


def test_a_file_of_an_iphone_is_read() -> None:
    (bart,) = _drafts("iphone.vcf")
    assert bart == ContactDraft(
        display_name="Bart", first_name="Bartholomew", middle_name="JoJo", last_name="Simpson",
        note="Related (sister): Lisa", related=[RelatedDraft("sister", "Lisa", line="Related (sister): Lisa")],
        nickname="El Barto", birthday="--04-01", employer="Class 4",
        handles=[
            HandleDraft("email", "bart@example.com", "home", True),
            HandleDraft("phone", "(939) 555-0113", "mobile", True),
            HandleDraft("phone", "(939) 555-0115", "home fax"),
            HandleDraft("phone", "(939) 555-0116", "Treehouse"),
            HandleDraft("website", "https://bart.example.com", "homepage", True),
            HandleDraft("skype", "el.barto", "home", True), HandleDraft("other", "elbarto", "aim"),
            HandleDraft("twitter", "elbarto"), HandleDraft("instagram", "el_barto"),
            HandleDraft("linkedin", "http://www.linkedin.com/in/bart"),
            HandleDraft("other", "barto", "flickr"),
        ],
        addresses=[
            AddressDraft("742 Evergreen Terrace", None, None, "Springfield", "OR", "97477", "United States",
                "home")
        ],
        dates=[DateDraft("First prank", "--02-29")], pictures=[JPEG],
    )  # fmt: skip


def test_outlook_with_2_1_and_quoted_printable() -> None:
    (joerg,) = _drafts("outlook_2_1.vcf")
    assert joerg == ContactDraft(
        name_prefix="Herr", first_name="Jörg", last_name="Müller", name_suffix="Jr.", birthday="1970-01-31",
        employer="Bier, Brot & Sohn", department="Einkauf", job_title="Käufer – Süd",
        note="Erste Zeile\nZweite Zeile mit Überlänge, und noch mehr",
        handles=[
            HandleDraft("phone", "+49 30 1234", "work"), HandleDraft("phone", "+49 170 1234", "mobile", True),
            HandleDraft("phone", "+49 30 1235", "work fax"), HandleDraft("phone", "+49 30 1236", "home fax"),
            HandleDraft("website", "http://www.example.com/a\\b", "work"),
            HandleDraft("email", "joerg@example.com", None, True),
        ],
        addresses=[
            AddressDraft("Hauptstraße 1", "Hinterhaus", None, "Berlin", None, "10115", "Deutschland", "work")
        ],
        pictures=[JPEG],
    )  # fmt: skip


def test_nextcloud_with_4_0() -> None:
    (lisa,) = _drafts("nextcloud_4_0.vcf")
    assert lisa == ContactDraft(
        display_name="Lisa Marie Simpson", name_prefix="Prof.", first_name="Lisa", middle_name="Marie Anne",
        last_name="Simpson", name_suffix="Jr., M.D.", nickname="Lis, Lizzy", gender="female",
        birthday="--05-09",
        employer="Springfield Elementary", job_title="Saxophonist", language="fr",
        note="One\n\nTwo\n\nGender: woman\nLanguage: en\nRelated (friend): urn:uuid:f81d4fae",
        related=[RelatedDraft("friend", uid="f81d4fae", line="Related (friend): urn:uuid:f81d4fae")],
        handles=[
            HandleDraft("phone", "+1-555-555-5555 ext. 5555", "work", True),
            HandleDraft("phone", "+1 555 0100", "mobile"),
            HandleDraft("email", "lisa@example.com", "work", True),
            HandleDraft("xmpp", "lisa@example.com", None, True), HandleDraft("telegram", "Lisa"),
            HandleDraft("mastodon", "https://mastodon.example/@lisa"), HandleDraft("telegram", "lisa"),
        ],
        addresses=[AddressDraft("Mr. John", "12 Rue:", label="home")],
        dates=[DateDraft("anniversary", "2009-08-08")], pictures=[JPEG], tags=["Jazz", "Vegetarians"],
        external_ids=[("vcard", "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1")],
    )  # fmt: skip


def test_a_broken_file_gives_what_it_holds_and_a_reason_for_the_rest() -> None:
    found = list(read(FILES / "broken.vcf"))
    assert [row.reason if isinstance(row, RowError) else row.first_name for row in found] == [
        "is text between cards", "First", "has no BEGIN:VCARD",
        "has no END:VCARD before the next card begins",
        "Second", "has no name, phone, e-mail or other handle", "is a group, not a person",
        "is text between cards", "has no END:VCARD",
    ]  # fmt: skip
    second = found[4]
    assert isinstance(second, ContactDraft)
    assert second.warnings == [
        "line 'this is not a line' is not a vCard property", "line 'NOTE' is not a vCard property",
        "BDAY: 'sometime in May' is not a day of a year", "PHOTO is not base64 and was skipped",
    ]  # fmt: skip


def test_icloud_and_contacts_on_a_mac() -> None:
    selma, tavern, group, robert = read(FILES / "icloud.vcf")
    assert isinstance(selma, ContactDraft) and isinstance(tavern, ContactDraft) and isinstance(robert, ContactDraft)
    assert selma == ContactDraft(
        name_prefix="Ms.", first_name="Selma", last_name="Bouvier",
        phonetic_first_name="SEL-ma", maiden_name="Bouvier",
        employer="Springfield DMV", department="Eye tests", job_title="Clerk",
        note="Jub-Jub the iguana, daily.\nSmokes.\n\nRelated (sister): Patty",
        related=[RelatedDraft("sister", "Patty", line="Related (sister): Patty")],
        handles=[
            HandleDraft("email", "selma@example.com", "other", True),
            HandleDraft("email", "s.bouvier@dmv.example", "work"),
            HandleDraft("phone", "+1 (939) 555-0117", "mobile", True),
            HandleDraft("phone", "+1 (939) 555-0100", "main"),
            HandleDraft("facebook", "http://www.facebook.com/selma.b"),
        ],
        addresses=[
            AddressDraft("1599 Spinster City", "Apartment 7", None, "Springfield", "OR", "97477", "USA", "home"),
            AddressDraft("Bahnhofstrasse 1", None, None, "Zürich", None, "8001", "Schweiz", "Ferien"),
        ],
        dates=[DateDraft("anniversary", "1999-11-14")],
        pictures=[JPEG],
        tags=["Family", "DMV"],
        external_ids=[("vcard", "0C2E6F4C-9A77-4F0B-8E2B-6C0A7A3E5D11")],
    )  # fmt: skip
    assert (tavern.display_name, tavern.first_name, tavern.employer) == ("Moe's Tavern", None, "Moe's Tavern")
    assert isinstance(group, RowError) and group.reason == "is a group, not a person"
    assert robert.handles == [HandleDraft("phone", "555-0199", "unknown")]
    assert (robert.pictures, robert.birthday, len(robert.warnings)) == ([], None, 3)
