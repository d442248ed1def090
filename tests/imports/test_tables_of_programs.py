"""Columns of customer lists and address books that name the common fields in their own way."""

from pathlib import Path

import pytest

from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.imports import AddressDraft, ContactDraft
from tests.imports.tables import draft_of


def handles_of(draft: ContactDraft) -> list[tuple[str, str, str | None]]:
    return [(handle.channel, handle.value, handle.label) for handle in draft.handles]


def test_a_word_that_all_columns_begin_with_says_nothing(tmp_path: Path) -> None:
    text = (
        "Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Mobile,Person - Open deals\n"
        "Tony Turner,Tony Design,tony@example.org,+49 170 1234567,2\n"
    )
    draft = draft_of(tmp_path, text)
    assert (draft.first_name, draft.employer, draft.note) == ("Tony", "Tony Design", "Person - Open deals: 2")
    assert handles_of(draft) == [("email", "tony@example.org", "work"), ("phone", "+49 170 1234567", "mobile")]


@pytest.mark.parametrize("prefix", ["Home - ", "Work: "])
def test_a_place_that_all_columns_begin_with_is_their_label(prefix: str) -> None:
    label = prefix[:4].lower()
    assert guess_mapping([f"{prefix}Phone", f"{prefix}City"]) == {
        f"{prefix}Phone": f"phone:{label}", f"{prefix}City": f"address:{label}.locality",
    }  # fmt: skip


@pytest.mark.parametrize("header", ["Last Contact", "First Contact", "Last Value", "First primary"])
def test_first_and_last_are_names_only_alone(header: str) -> None:
    assert guess_mapping([header, "First", "Last"]) == {header: "extra", "First": "first_name", "Last": "last_name"}


@pytest.mark.parametrize(
    ("columns", "prefix", "job"),
    [("Salutation,Title", "Ms.", "SVP"), ("Title,Account Name", "Dr.", None), ("Anrede,Titel", "Frau Dr.", None)],
)
def test_a_title_next_to_a_salutation_or_an_employer_may_be_the_job(
    tmp_path: Path, columns: str, prefix: str, job: str | None
) -> None:
    cells = {"Salutation": "Ms.", "Anrede": "Frau", "Account Name": "Pak", "Titel": "Dr.", "Title": job or "Dr."}
    draft = draft_of(tmp_path, f"{columns},Name\n{','.join(cells[name] for name in columns.split(','))},Oda Pak\n")
    assert (draft.name_prefix, draft.job_title, draft.note) == (prefix, job, None)


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ("Mailing Street,Mailing City,Mailing Zip/Postal Code", None),
        ("Billing Street,Billing City,Billing Zip", "billing"),
        ("Address Street (Office),City (Office),Zip (Office)", "work"),
        ("Address : home (Street),Address : home (City),Address : home (ZIP)", "home"),
        ("OfficeStreetAddress,OfficeCity,OfficeZIP", "work"),
        ("Straße Nr.,Wohnort,PLZ", None),
        ("General street,General city,General postal/ZIP code", None),
    ],
)
def test_parts_of_an_address_make_one(tmp_path: Path, columns: str, label: str | None) -> None:
    draft = draft_of(tmp_path, f"Name,{columns}\nOda Pak,Ring 2,Linz,4020\n")
    assert draft.addresses == [AddressDraft("Ring 2", locality="Linz", postcode="4020", label=label)]
    assert draft.note is None


def test_a_column_of_types_labels_the_value_next_to_it(tmp_path: Path) -> None:
    text = (
        "Name,Phone 1 - type,Phone 1 - value,Email,Email Type,Address 1 - type,Address 1 - value,Contact Type\n"
        'Bo Fink,Mobile,+61412345678,a@example.org;b@example.org,Personal,Work,"1 Dock Rd, London",Customer\n'
    )
    draft = draft_of(tmp_path, text)
    assert handles_of(draft) == [
        ("phone", "+61412345678", "mobile"), ("email", "a@example.org", "personal"),
        ("email", "b@example.org", "personal"),
    ]  # fmt: skip
    assert draft.addresses == [AddressDraft("1 Dock Rd, London", label="work")]
    assert draft.note == "Contact Type: Customer"


def test_a_value_has_one_type_and_a_number_of_its_own(tmp_path: Path) -> None:
    text = (
        "Name,Phone,Phone Type,Phone Label,Phone 2,Phone 2 Type,"
        "Address 1 - value,Address 1 - type,Address 2 - Street,Address 2 - City\n"
        'Bo Fink,+61412345678,Mobile,Night,+61412345679,Work,"1 Dock Rd, London",Work,Ring 2,Linz\n'
    )
    draft = draft_of(tmp_path, text)
    assert handles_of(draft) == [("phone", "+61412345678", "mobile"), ("phone", "+61412345679", "work")]
    assert draft.note == "Phone Label: Night"
    assert draft.addresses == [
        AddressDraft("1 Dock Rd, London", label="work"), AddressDraft("Ring 2", locality="Linz"),
    ]  # fmt: skip


@pytest.mark.parametrize("columns", ["Address,Address Type,City", "Address,Address Type,Address - City"])
def test_a_type_does_not_separate_an_address_from_its_parts(tmp_path: Path, columns: str) -> None:
    draft = draft_of(tmp_path, f"Name,{columns}\nBo Fink,Ring 2,Work,Linz\n")
    assert draft.addresses == [AddressDraft("Ring 2", locality="Linz")]
    assert draft.note == "Address Type: Work"


def test_columns_in_the_plural_have_several_values(tmp_path: Path) -> None:
    text = (
        "Full name,Email Addresses,Phone Numbers,Urls,Companies\n"
        'Ada Lund,"a@example.org, b@example.org",+33612345678; +33123456789,'
        '"https://ada.example, https://www.linkedin.com/in/ada",Acme\n'
    )
    draft = draft_of(tmp_path, text)
    assert [handle[:2] for handle in handles_of(draft)] == [
        ("email", "a@example.org"), ("email", "b@example.org"), ("phone", "+33612345678"), ("phone", "+33123456789"),
        ("website", "https://ada.example"), ("linkedin", "https://www.linkedin.com/in/ada"),
    ]  # fmt: skip
    assert draft.employer == "Acme"


def test_capitals_separate_words_and_a_place_joins_a_kind_of_phone() -> None:
    assert guess_mapping(["CellPhoneNumber", "HomeFAXPhoneNumber", "Mobiltelefon (privat)", "Work Job Title"]) == {
        "CellPhoneNumber": "phone:mobile", "HomeFAXPhoneNumber": "phone:home fax",
        "Mobiltelefon (privat)": "phone:home mobile", "Work Job Title": "job_title",
    }  # fmt: skip


def test_a_number_as_a_name_is_only_shown(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "Contact Name,Phone Number\n+91 98123 45679,919812345679\n")
    assert (draft.display_name, draft.first_name, draft.last_name) == ("+91 98123 45679", None, None)


def test_a_flag_of_privacy_is_no_phone_number(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "Name,Work,Home,Fax,Other,Private\nVal Wolf,+12125550111,,,,0\n")
    assert (handles_of(draft), draft.note) == ([("phone", "+12125550111", "work")], None)


def test_numbered_addresses_of_other_programs_than_google_are_read_with_the_rest(tmp_path: Path) -> None:
    text = (
        "First Name,Last Name,Labels,Email 1,Address 1 - Street,Address 1 - City,Address 2 - City,Address 2 - Town\n"
        "Di,Eck,Customers,di@example.org,5 Elm,Reno,Troy,Ilion\n"
    )
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    assert detect_format(path) == "csv"
    draft = draft_of(tmp_path, text)
    assert draft.addresses == [AddressDraft("5 Elm", locality="Reno"), AddressDraft(locality="Troy")]
    assert (handles_of(draft), draft.note) == ([("email", "di@example.org", None)], "Address 2 - Town: Ilion")


def test_parts_of_a_birthdate_are_one(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "name,birthdate_day,birthdate_month,birthdate_year\nCy Dow,3,4,1980\n")
    assert (draft.birthday, draft.note) == ("1980-04-03", None)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Date of Birth (DOB)", "birthday"), ("Birthday (MM/DD/YYYY)", "birthday"),
        ("Geburtsdatum [TT.MM.JJJJ]", "birthday"), ("geb.", "birthday"), ("Geb.-Datum", "birthday"),
        ("geb. am", "birthday"), ("Notes / Comments", "note"), ("Tags|Labels", "tags"),
        ("Company / Account", "employer"), ("Twitter/X", "twitter"), ("LinkedIn Profile URL", "linkedin"),
        ("X handle", "twitter"), ("Facebook-Profil", "facebook"), ("Street Address 2", "address.line_2"),
        ("Phone / E-mail", "extra"), ("Name (Spouse)", "extra"), ("Birthday (wife)", "extra"),
        ("Name / Company", "extra"), ("Instagram followers", "extra"), ("Company URL", "link:work"), ("/()", "extra"),
    ],
)  # fmt: skip
def test_the_pieces_of_a_header_must_mean_the_same(header: str, field: str) -> None:
    assert guess_mapping([header, "Favourite colour"])[header] == field


def test_the_columns_of_sales_programs_are_fields_or_lines_of_the_note(tmp_path: Path) -> None:
    columns = "Record ID,First Name,Contact owner,Associated Company,Direct Line,Husband,Owner,Met at"
    draft = draft_of(tmp_path, f"{columns}\n77,Oda,Max,Pak Ltd,+43 1 234567,Bo Pak,Ida,the fair\n")
    assert (draft.first_name, draft.employer, draft.how_you_met) == ("Oda", "Pak Ltd", "the fair")
    assert handles_of(draft) == [("phone", "+43 1 234567", None)]
    assert draft.note == "Record ID: 77\nContact owner: Max\nSpouse: Bo Pak\nOwner: Ida"
