"""Outlook's exports: of the desktop program in Windows-1252, of outlook.com in Unicode."""

from pathlib import Path

import pytest

from coterie.errors import Invalid
from coterie.imports.formats import outlook_csv
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, RowError

FILES = Path(__file__).parent / "files"


def drafts(name: str) -> list[ContactDraft]:
    return [draft for draft in outlook_csv.read(FILES / name) if isinstance(draft, ContactDraft)]


def test_everything_outlook_keeps_of_a_person_is_read() -> None:
    julius = drafts("outlook.csv")[0]
    assert [julius.name_prefix, julius.first_name, julius.middle_name, julius.last_name, julius.name_suffix] == [
        "Dr.", "Julius", "Michael", "Hibbert", "M.D."
    ]  # fmt: skip
    assert (julius.employer, julius.job_title, julius.gender) == ("Springfield General", "Physician", "male")
    assert julius.birthday == "1952-03-04"
    assert julius.dates == [DateDraft("anniversary", "1980-06-14")]
    assert julius.tags == ["Doctors", "Family friends"]
    assert set(julius.addresses) == {
        AddressDraft("5 Hospital Rd", "Wing B", locality="Springfield", country="United States", label="work"),
        AddressDraft("1 Medicine Lane", "Upper floor", "PO 12", "Springfield", None, "97477", None, "home"),
    }
    assert set(julius.handles) == {
        HandleDraft("email", "julius@hospital.example"),
        HandleDraft("email", "hibbert@home.example"),
        HandleDraft("phone", "(555) 010-0101", "work"),
        HandleDraft("phone", "555 010 0102", "work fax"),
        HandleDraft("phone", "555 010 0103", "mobile"),
        HandleDraft("website", "http://hospital.example"),
    }


def test_what_has_no_field_of_its_own_is_kept_in_the_note() -> None:
    note = drafts("outlook.csv")[0].note
    assert drafts("outlook.csv")[0].department == "Surgery"
    assert note is not None and "Chuckles\r\na lot" in note
    assert "Spouse: Bernice" in note.splitlines()


def test_nought_dates_and_unspecified_say_nothing() -> None:
    zoe = drafts("outlook.csv")[1]
    assert (zoe.first_name, zoe.last_name) == ("Zoë", "Größe – Weiß")
    assert (zoe.birthday, zoe.dates, zoe.gender, zoe.note, zoe.warnings) == (None, [], None, None, [])


def test_a_row_of_defaults_only_is_an_error() -> None:
    found = list(outlook_csv.read(FILES / "outlook.csv"))
    assert len(found) == 3
    assert isinstance(found[2], RowError)


def test_one_date_that_is_day_first_decides_for_the_whole_file() -> None:
    selma, patty = drafts("outlook_com.csv")
    assert (selma.birthday, patty.birthday) == ("1950-04-03", "1950-12-25")
    assert (selma.nickname, selma.note) == ("Sel", "Schools: Springfield High")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="names its columns"):
        list(outlook_csv.read(FILES / "linkedin.csv"))


def test_a_phones_export_with_some_of_outlooks_columns_has_its_own_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "phone.csv"
    path.write_text(
        '"First name";"Second name";"Last name";"General mobile";"Business phone";"General e-mail";"Web address";'
        '"General street";"General city";"Business street";"Business city";"Location"\n'
        '"Matti";"Juhani";"Virta";"061";"062";"m@example.org";"m.example";"Katu 1";"Turku";"Tie 2";"Espoo";"Hall"\n',
        "utf-16",
    )
    (draft,) = outlook_csv.read(path)
    assert isinstance(draft, ContactDraft)
    assert [(handle.channel, handle.value, handle.label) for handle in draft.handles] == [
        ("phone", "061", "mobile"), ("phone", "062", "work"), ("email", "m@example.org", None),
        ("website", "m.example", None),
    ]  # fmt: skip
    assert draft.addresses == [
        AddressDraft("Katu 1", locality="Turku"), AddressDraft("Tie 2", locality="Espoo", label="work"),
    ]  # fmt: skip
    assert (draft.middle_name, draft.note) == ("Juhani", "Location: Hall")
