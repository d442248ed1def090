"""What one cell of a table can say: parts of an address and of a date, no value at all, a name beside a name."""

from pathlib import Path

import pytest

from coterie.imports.formats import any_csv, google_csv
from coterie.imports.formats.cells import is_no_value, read_cell
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft
from coterie.model.names import split_name_in_parts


def drafts(folder: Path, text: str) -> list[ContactDraft]:
    path = folder / "any.csv"
    path.write_text(text, encoding="utf-8", newline="")
    found = list(any_csv.read(path))
    assert all(isinstance(draft, ContactDraft) for draft in found), found
    return [draft for draft in found if isinstance(draft, ContactDraft)]


@pytest.mark.parametrize(
    ("columns", "cells", "address"),
    [
        ("Address,City,Zip", "742 Evergreen Terrace,Springfield,49007",
            AddressDraft("742 Evergreen Terrace", locality="Springfield", postcode="49007")),
        ("Address,City", '"742 Evergreen Terrace\r\nRear house",Springfield',
            AddressDraft("742 Evergreen Terrace", "Rear house", locality="Springfield")),
        ("Address,City,Country", '"742 Evergreen Terrace, Springfield, USA",Springfield,USA',
            AddressDraft("742 Evergreen Terrace", locality="Springfield", country="USA")),
        ("Address,Street,City", '"742 Evergreen Terrace, Springfield",742 Evergreen Terrace,Springfield',
            AddressDraft("742 Evergreen Terrace", locality="Springfield")),
        ("Address,Street,City", '"Ring twice, 742 Evergreen Terrace",742 Evergreen Terrace,Springfield',
            AddressDraft("742 Evergreen Terrace", "Ring twice", locality="Springfield")),
        ("Home Address,Home Address 2,Home City", "742 Evergreen Terrace,Rear house,Springfield",
            AddressDraft("742 Evergreen Terrace", "Rear house", locality="Springfield", label="home")),
        ("Address,Address 2,Address 3", '"a\nb",c,d', AddressDraft("a", "b", "c, d")),
        ("Adresse,PLZ,Ort", "Baumweg 3,12345,Springfeld",
            AddressDraft("Baumweg 3", locality="Springfeld", postcode="12345")),
        ("City,Town", "Springfield,Springfield", AddressDraft(locality="Springfield")),
    ],
)  # fmt: skip
def test_a_whole_address_adds_what_its_parts_do_not_say(
    tmp_path: Path, columns: str, cells: str, address: AddressDraft
) -> None:
    (draft,) = drafts(tmp_path, f"Name,{columns}\nNed Flanders,{cells}\n")
    assert (draft.addresses, draft.note) == ([address], None)


def test_addresses_with_and_without_a_label_are_two(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "Name,Work Address,Work City,Home Address\nNed,Ring 9,Capital City,Lane 1\n")
    assert draft.addresses == [
        AddressDraft("Ring 9", locality="Capital City", label="work"), AddressDraft("Lane 1", label="home"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [("5/12/80 9am", "1980-05-12"), ("1980-05-12 11:30 p.m.", "1980-05-12"), ("12.05.1980 14 Uhr", "1980-05-12")],
)
def test_a_time_of_day_after_a_date_is_dropped(tmp_path: Path, text: str, day: str) -> None:
    assert drafts(tmp_path, f"Name,Birthday\nNed,{text}\n")[0].birthday == day


def test_what_is_no_date_is_a_warning_and_a_line_of_the_note(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "Name,Birthday,Anniversary\nNed,spring 1980,2023-02-30\n")
    assert (draft.birthday, draft.dates, draft.note) == (None, [], "Birthday: spring 1980\nAnniversary: 2023-02-30")
    assert len(draft.warnings) == 2


def test_a_second_birthday_is_a_line_of_the_note(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "Name,Birthday,Date of birth\nNed,1980-05-12,1981-05-12\n")
    assert (draft.birthday, draft.note) == ("1980-05-12", "Date of birth: 1981-05-12")


@pytest.mark.parametrize(
    ("header", "cells", "birthday", "note"),
    [
        ("Birth Year,Birth Month,Birth Day", "1980,5,12", "1980-05-12", None),
        ("Birth Day,Birth Month,Birth Year", "12,May,", "--05-12", None),
        ("Geburtsjahr,Geburtsmonat,Geburtstag", "1980,Mai,12", "1980-05-12", None),
        ("Birth Year,Birth Month,Birth Day", "1980,,", None, "Birth Year: 1980"),
        ("Birth Year,Birth Month,Birth Day", "1980,2,31", None, "Birth Year: 1980\nBirth Month: 2\nBirth Day: 31"),
        ("Birth Year,Birth Month,Birth Day", ",,7", None, "Birth Day: 7"),
        ("Birthday,Birth Month,Birth Day", "1980-05-12,5,12", "1980-05-12", "Birth Month: 5\nBirth Day: 12"),
    ],
)
def test_year_month_and_day_of_a_birthday_may_have_columns_of_their_own(
    tmp_path: Path, header: str, cells: str, birthday: str | None, note: str | None
) -> None:
    (draft,) = drafts(tmp_path, f"Name,{header}\nNed,{cells}\n")
    assert (draft.birthday, draft.note) == (birthday, note)


def test_dates_of_googles_table_that_cannot_be_read_are_lines_of_the_note(tmp_path: Path) -> None:
    path = tmp_path / "google.csv"
    path.write_text(
        "First Name,Last Name,Labels,E-mail 1 - Value,Birthday,Event 1 - Label,Event 1 - Value,Event 2 - Label,"
        "Event 2 - Value\nNed,Flanders,,,1980,Baptism,some spring,Wedding,2001-02-03\n"
    )
    (draft,) = google_csv.read(path)
    assert isinstance(draft, ContactDraft)
    assert draft.dates == [DateDraft("wedding", "2001-02-03")]
    assert draft.note == "Birthday: 1980\nBaptism: some spring"


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="01067"', "01067"), ('= "+1555"', "+1555"), ('="a ""b"""', 'a "b"'), ("'=1+1", "=1+1"), ("=1+1", "=1+1"),
     ("'=\"x\"", '="x"'), (" a ", "a")],
)  # fmt: skip
def test_what_spreadsheets_add_to_a_text_is_removed(cell: str, text: str) -> None:
    assert read_cell(cell) == text


@pytest.mark.parametrize("cell", ["NULL", "n/a", "N/A", "none", "(none)", "-", "--", "—", "NaN", "#N/A", "nil"])
def test_what_stands_for_no_value_is_nothing(tmp_path: Path, cell: str) -> None:
    (draft,) = drafts(tmp_path, f"Name,Email,Phone,Company,Birthday,Hat size\nNed,{','.join([cell] * 5)}\n")
    assert draft == ContactDraft(first_name="Ned")


def test_words_that_are_also_names_stay_in_names() -> None:
    assert [is_no_value(word, is_name=True) for word in ("Null", "None", "Nil", "Nan", "N/A", "-")] == [
        False, False, False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_quoted_cell_may_follow_a_separator_and_a_space(tmp_path: Path, separator: str) -> None:
    header = f"{separator} ".join(["Email", "First Name", "Last Name"])
    row = f"{separator} ".join(["ned@example.org", "Ned", f'"Flanders{separator} Jr"'])
    (draft,) = drafts(tmp_path, f"{header}\n{row}\n")
    assert (draft.first_name, draft.last_name) == ("Ned", f"Flanders{separator} Jr")


def test_quotes_within_a_cell_after_a_space_stay(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, 'Name,Note\nNed, "Hi" he said\n')
    assert draft.note == '"Hi" he said'


@pytest.mark.parametrize(
    ("header", "cells", "first", "last"),
    [
        ("Name,First Name", "Flanders,Ned", "Ned", "Flanders"),
        ("Name,Vorname", "van Houten,Milhouse", "Milhouse", "van Houten"),
        ("Naam,Voornaam", "de Groot,Ned", "Ned", "de Groot"),
        ("First Name,Name", "Ned,Flanders", "Ned", "Flanders"),
        ("Name,First Name", "Flanders,", None, "Flanders"),
        ("Name,First Name", "Ned Flanders,Ned", "Ned", "Flanders"),
        ("Name,Surname", "Ned,Flanders", "Ned", "Flanders"),
        ("Name,Surname", "Ned Flanders,Flanders", "Ned", "Flanders"),
        ("Name,First Name,Last Name", "Ned Flanders,Ned,Flanders", "Ned", "Flanders"),
        ("Name,First Name,Last Name", '"Flanders, Ned",Ned,Flanders', "Ned", "Flanders"),
    ],
)
def test_name_is_whatever_the_columns_beside_it_leave(
    tmp_path: Path, header: str, cells: str, first: str | None, last: str
) -> None:
    (draft,) = drafts(tmp_path, f"{header},Phone\n{cells},5551234\n")
    assert (draft.first_name, draft.last_name, draft.display_name, draft.note) == (first, last, None, None)


def test_a_whole_name_that_says_more_than_its_parts_is_the_display_name(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "Name,First Name,Last Name\nStupid Ned Flanders,Ned,Flanders\n")
    assert (draft.first_name, draft.last_name, draft.display_name) == ("Ned", "Flanders", "Stupid Ned Flanders")


@pytest.mark.parametrize("name", ["Edna Flanders (née Krabappel)", "Flanders, Edna (geb. Krabappel)",
                                  "Edna Flanders geb. Krabappel"])  # fmt: skip
def test_a_maiden_name_has_its_own_field(tmp_path: Path, name: str) -> None:
    (draft,) = drafts(tmp_path, f'Name,Phone\n"{name}",5551234\n')
    assert (draft.first_name, draft.last_name, draft.maiden_name) == ("Edna", "Flanders", "Krabappel")
    assert (draft.formatted_name, draft.note) == (name, None)
    assert split_name_in_parts(name)["first_name"] == name


def test_columns_called_home_and_work_are_phone_numbers_if_there_are_several(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "First,Last,Home,Work,Mobile\nNed,Flanders,5551,5552,5553\n")
    assert [(handle.value, handle.label) for handle in draft.handles] == [
        ("5551", "home"), ("5552", "work"), ("5553", "mobile"),
    ]  # fmt: skip
    assert drafts(tmp_path, "Name,Work\nNed,The Leftorium\n")[0].note == "Work: The Leftorium"


def test_initials_go_to_the_note_unless_they_are_those_of_the_name(tmp_path: Path) -> None:
    own, other = drafts(tmp_path, "First Name,Last Name,Initials\nNed,Flanders,N.F.\nNed,Flanders,XY\n")
    assert (own.note, other.note) == (None, "Initials: XY")


def test_a_column_without_a_name_is_a_line_of_the_note_unless_it_counts_rows(tmp_path: Path) -> None:
    counted, other = drafts(tmp_path, ",Name\n0,Ned\nleft-handed,Rod\n")
    assert (counted.note, other.note) == (None, "left-handed")


@pytest.mark.parametrize(
    ("word", "gender"),
    [("Vrouw", "female"), ("weiblich", "female"), ("Mężczyzna", "male"), ("男", "male"), ("M", "male"),
     ("Sin especificar", None), ("指定なし", None), ("nicht angegeben", None)],
)  # fmt: skip
def test_a_gender_is_known_in_many_languages(tmp_path: Path, word: str, gender: str | None) -> None:
    (draft,) = drafts(tmp_path, f"Name,Gender\nAna Silva,{word}\n")
    assert (draft.gender, draft.note) == (gender, None)


def test_the_extension_of_a_number_in_a_cell_stays_with_it(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, "Name,Phone\nAna Silva,tel:+1-939-555-0104;ext=9;+1 939 555 0105\n")
    assert [handle.value for handle in draft.handles] == ["tel:+1-939-555-0104;ext=9", "+1 939 555 0105"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'+491515550215", "+491515550215"), ("'01067", "01067"), ("'(0351) 555-0101", "(0351) 555-0101"),
     ("'90s", "'90s"), ("'tis", "'tis"), ("'90", "'90")],
)  # fmt: skip
def test_the_apostrophe_that_makes_a_number_a_text_is_no_part_of_it(cell: str, text: str) -> None:
    assert read_cell(cell) == text


def test_the_whole_name_may_begin_with_the_last_one(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, '"Name (Last, First)",Email\n"Silva, Ana",a@example.org\n')
    assert (draft.first_name, draft.last_name) == ("Ana", "Silva")
