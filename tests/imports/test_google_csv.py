"""Google's exports, of today and older, as files of their real shape."""

from pathlib import Path

import pytest

from coterie.errors import Invalid
from coterie.imports.formats import google_csv
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft, RowError

FILES = Path(__file__).parent / "files"


def drafts(name: str) -> list[ContactDraft | RowError]:
    return list(google_csv.read(FILES / name))


def one(found: list[ContactDraft | RowError], index: int) -> ContactDraft:
    draft = found[index]
    assert isinstance(draft, ContactDraft)
    return draft


def test_everything_google_keeps_of_a_person_is_read() -> None:
    marge = one(drafts("google.csv"), 0)
    assert (marge.name_prefix, marge.first_name, marge.middle_name, marge.last_name, marge.nickname) == (
        "Mrs",
        "Marjorie",
        "Jacqueline",
        "Simpson",
        "Marge",
    )
    assert (marge.employer, marge.job_title, marge.birthday) == (
        "Springfield Elementary",
        "Substitute teacher",
        "1956-10-01",
    )
    assert marge.handles == [
        HandleDraft("email", "marge@simpson.example", "home", True),
        HandleDraft("email", "m.simpson@simpson.example", "home"),
        HandleDraft("email", "marge@school.example", "work"),
        HandleDraft("phone", "+1 555-0113", "mobile"),
        HandleDraft("phone", "(555) 0199 ext. 4", "work"),
        HandleDraft("phone", "+1 555 0198", "work"),
        HandleDraft("linkedin", "https://www.linkedin.com/in/marge", "work"),
        HandleDraft("website", "marge.example", "blog"),
    ]
    assert marge.addresses == [
        AddressDraft("742 Evergreen Terrace", "Garage", "PO 7", "Springfield", "OR", "97477", "US", "home")
    ]
    assert marge.dates == [DateDraft("anniversary", "1980-06-14")]
    assert marge.pictures == [PictureDraft(url="https://lh3.googleusercontent.com/contacts/marge")]
    assert marge.tags == ["Family", "Book club"]


def test_what_has_no_field_of_its_own_is_kept_in_the_note() -> None:
    marge = one(drafts("google.csv"), 0)
    assert (marge.department, marge.phonetic_first_name) == ("Third grade", "marj")
    note = marge.note
    assert note is not None
    assert 'Paints.\nLoves "Ringo", still.' in note
    for line in (
        "Sister: Patty Bouvier",
        "Shoe size: 13A",
    ):
        assert line in note.splitlines()


def test_a_birthday_without_a_year_and_a_group_beside_the_system_ones_survive() -> None:
    bart = one(drafts("google.csv"), 1)
    assert (bart.birthday, bart.tags) == ("--04-01", ["coworkers"])
    assert bart.handles == [HandleDraft("email", "bart@simpson.example", None, True)]


def test_someone_known_by_an_address_alone_is_kept() -> None:
    anonymous = one(drafts("google.csv"), 2)
    assert (anonymous.first_name, anonymous.tags) == (None, [])
    assert anonymous.handles[0].value == "anonymous@example.com"


def test_a_company_goes_by_what_it_is_filed_as_and_keeps_a_formatted_address() -> None:
    shop = one(drafts("google.csv"), 3)
    assert (shop.display_name, shop.employer) == ("The Kwik-E-Mart", "Kwik-E-Mart")
    assert shop.addresses == [AddressDraft("Springfield Plaza", "Springfield", "OR, US")]


def test_an_unreadable_birthday_is_a_warning_and_the_person_stays() -> None:
    lisa = one(drafts("google.csv"), 4)
    assert (lisa.first_name, lisa.last_name, lisa.birthday) == ("Лиза", "Симпсон 🎷", None)
    assert lisa.warnings == ["The birthday is not a date: some day in May"]


def test_a_row_with_nothing_to_call_a_person_by_is_an_error_with_its_text() -> None:
    found = drafts("google.csv")
    assert len(found) == 6
    nobody = found[5]
    assert isinstance(nobody, RowError)
    assert nobody.reason == "The row has no name and no phone, e-mail or other handle"
    assert nobody.source is not None and "Nobody at all" in nobody.source


def test_the_older_header_is_read_the_same() -> None:
    homer = one(drafts("google_older.csv"), 0)
    assert (homer.first_name, homer.middle_name, homer.last_name) == ("Homer", "Jay", "Simpson")
    assert (homer.gender, homer.birthday, homer.employer, homer.job_title) == (
        "male",
        "1956-05-12",
        "Nuclear Plant",
        "Inspector",
    )
    assert homer.tags == ["Bowling", "Plant"]
    assert homer.handles == [
        HandleDraft("email", "chunkylover53@aol.example", None, True),
        HandleDraft("email", "homer@plant.example", "work"),
        HandleDraft("skype", "homer.j", "home"),
        HandleDraft("phone", "555-0199", "work fax"),
        HandleDraft("instagram", "http://instagram.com/homer", "profile"),
    ]
    assert homer.addresses == [
        AddressDraft("742 Evergreen Terrace", locality="Springfield", label="home"),
        AddressDraft("100 Industrial Way", "Gate 7", locality="Springfield", label="work"),
    ]
    assert (homer.note, homer.department) == ("Occupation: Safety inspector\n\nDoughnuts", "Sector 7G")


def test_a_name_in_one_text_is_taken_apart() -> None:
    burns = one(drafts("google_older.csv"), 1)
    assert (burns.first_name, burns.last_name) == ("Montgomery", "Burns")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("first,last\nAna,Lima\n")
    with pytest.raises(Invalid, match="names its columns"):
        list(google_csv.read(other))


def test_a_web_address_has_no_backslash_before_its_colon(tmp_path: Path) -> None:
    path = tmp_path / "google.csv"
    header = "First Name,Last Name,Labels,Phone 1 - Label,Phone 1 - Value,Website 1 - Label,Website 1 - Value"
    path.write_text(f"{header}\nNed,Flanders,* myContacts,Mobile,061,Profile,http\\://ned.example\n")
    (draft,) = google_csv.read(path)
    assert isinstance(draft, ContactDraft)
    assert [handle.value for handle in draft.handles] == ["061", "http://ned.example"]
