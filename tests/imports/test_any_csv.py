"""Any CSV file: guesses of the columns, corrections, broken files."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.imports.formats import any_csv
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.fields import FIELDS, check_mapping
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft, PictureDraft, RowError

FILES = Path(__file__).parent / "files"


def written(folder: Path, text: str) -> Path:
    path = folder / "any.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("First Name", "first_name"), ("lastName", "last_name"), ("FULL_NAME", "name"), ("E-Mail 2", "email"),
        ("Work Email", "email:work"), ("Mobile", "phone:mobile"), ("Home City", "address:home.locality"),
        ("Address Line 2", "address.line_2"), ("Date of birth", "birthday"), ("zip", "address.postcode"),
        ("Vorname", "first_name"), ("E-Mail-Adresse", "email"), ("E-Mail 2: Adresse", "email"),
        ("Telefon geschäftlich", "phone:work"), ("Straße privat", "address:home.line_1"),
        ("PLZ", "address.postcode"),
        ("Prénom", "first_name"), ("Nom", "last_name"), ("Téléphone portable", "phone:mobile"),
        ("Code postal (bureau)", "address:work.postcode"), ("Date de naissance", "birthday"),
        ("Apellidos", "last_name"), ("Correo electrónico", "email"), ("Teléfono móvil", "phone:mobile"),
        ("Fecha de nacimiento", "birthday"), ("Cognome", "last_name"), ("Cellulare", "phone:mobile"),
        ("Data di nascita", "birthday"), ("CAP", "address.postcode"), ("Voornaam", "first_name"),
        ("Telefoon werk", "phone:work"), ("Woonplaats", "address.locality"), ("Sobrenome", "last_name"),
        ("Telemóvel", "phone:mobile"), ("Endereço", "address"), ("Data de nascimento", "birthday"),
        ("id", "ignore"), ("Created At", "ignore"), ("", "extra"), ("Favourite colour", "extra"),
        ("🎷", "extra"),
    ],
)  # fmt: skip
def test_a_header_is_understood(header: str, field: str) -> None:
    assert guess_mapping([header]) == {header: field}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_every_guess_is_a_field(header: str) -> None:
    guessed = guess_mapping([header])
    assert set(guessed) <= {header}
    check_mapping(guessed)


def test_a_german_file_of_a_windows_program_is_read() -> None:
    juergen, ana = any_csv.read(FILES / "german.csv")
    assert juergen == ContactDraft(
        first_name="Jürgen",
        last_name="Groß",
        employer="Groß & Söhne",
        birthday="1980-05-12",
        tags=["Freunde", "Verein"],
        note="Schuhgröße: 44",
        handles=[
            HandleDraft("email", "j@gross.example", "home"),
            HandleDraft("email", "juergen@gross.example", "home"),
            HandleDraft("phone", "+49 30 123456", "work"),
            HandleDraft("phone", "0171 1234567", "mobile"),
        ],
        addresses=[AddressDraft("Hauptstr. 1", locality="Dresden", postcode="01067")],
    )
    assert isinstance(ana, ContactDraft)
    assert ana.warnings == ["The birthday is not a date: irgendwann"]


def test_a_broken_file_loses_only_its_broken_rows() -> None:
    found = list(any_csv.read(FILES / "broken.csv"))
    people = [draft.first_name for draft in found if isinstance(draft, ContactDraft)]
    assert people == ["Ben", "Eve"]
    assert [(row.reason, row.source) for row in found if isinstance(row, RowError)] == [
        ("A quote is never closed", '"Ann,ann@example.com,1'),
        ("The row has 5 cells, the header only 3", "Cleo,cleo@example.com,3,4,5"),
        ("The row contains a NUL character", "Di\ufffdna,diana@example.com,4"),
    ]


def test_a_mapping_corrects_the_guess(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Wer,Ort,Mail,Foto,Link\nAna Lima,Office,a@b.example,http://p.example/1,https://instagram.com/ana\n",
    )
    (ana,) = any_csv.read(path, {"Wer": "name", "Ort": "date:met", "Mail": "email:Work", "Link": "link"})
    assert ana == ContactDraft(
        first_name="Ana",
        last_name="Lima",
        handles=[
            HandleDraft("email", "a@b.example", "work"),
            HandleDraft("instagram", "https://instagram.com/ana"),
        ],
        pictures=[PictureDraft(url="http://p.example/1")],
        note="Met: Office",
        warnings=["met is not a date: Office"],
    )


def test_wrong_mappings_and_files_without_people_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "name,phone\nAna,1\n")
    with pytest.raises(Invalid, match="not a column"):
        list(any_csv.read(path, {"nobody": "email"}))
    for field in ("nonsense", "phone:" + "x" * 100, "date", "address.planet", "address:home.planet", ""):
        with pytest.raises(Invalid, match="not a field"):
            list(any_csv.read(path, {"phone": field}))
    with pytest.raises(Invalid, match="no column with a name"):
        list(any_csv.read(path, {"name": "ignore", "phone": "ignore"}))
    with pytest.raises(Invalid, match=r"no column with a name.*: rename one of height, weight, such as to Name"):
        list(any_csv.read(written(tmp_path, "height,weight\n1,2\n")))


def test_every_documented_field_can_be_mapped() -> None:
    for field in FIELDS:
        check_mapping({"x": f"{field}:label" if field in ("date", "related", "unread") else field})


@pytest.mark.parametrize("path", ["", "shoe", "email:", "note:x", "unread"])
def test_what_is_no_field_cannot_be_mapped(path: str) -> None:
    with pytest.raises(Invalid, match="which is not a field"):
        check_mapping({"x": path})


def test_a_second_column_of_the_same_kind_adds_and_never_overwrites(tmp_path: Path) -> None:
    path = written(tmp_path, "name,email,email,company,company\nAna Lima,a@x.example,a@x.example; b@x.example,A,B\n")
    (ana,) = any_csv.read(path)
    assert isinstance(ana, ContactDraft)
    assert [handle.value for handle in ana.handles] == ["a@x.example", "b@x.example"]
    assert (ana.employer, ana.note) == ("A", "company: B")


def test_a_hostile_cell_costs_no_time_and_adds_no_more_than_the_limit(tmp_path: Path) -> None:
    many = ";".join(f"{i}@x.example" for i in range(50_000))
    blank = "a" + " " * 900_000 + "b"
    path = written(tmp_path, f"name,email,tags,folder,note\nAna,{many},{blank},{blank},\n")
    started = time.thread_time()
    (ana,) = any_csv.read(path)
    assert time.thread_time() - started < 5
    assert isinstance(ana, ContactDraft)
    assert (len(ana.handles), ana.tags, ana.folders) == (200, [blank], [blank])
    assert ana.warnings == ["More than 200 handles of one contact; the rest is in the note"]
    assert ana.note is not None and ana.note.endswith(", 49999@x.example")


def test_spreadsheet_formulas_and_strange_scripts_are_only_text(tmp_path: Path) -> None:
    path = written(tmp_path, "first name,note\n=cmd|'/c calc'!A1,\u202eשלום\n👩‍👩‍👧,“x”\n")
    formula, family = any_csv.read(path)
    assert isinstance(formula, ContactDraft) and isinstance(family, ContactDraft)
    assert (formula.first_name, formula.note) == ("=cmd|'/c calc'!A1", "\u202eשלום")
    assert family.first_name == "👩‍👩‍👧"


def test_a_title_above_the_columns_is_not_one(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Friends and family,,\n\nName,Email,Shoe\nAna Silva,ana@example.org,44\n")
    assert detect_format(path) == "csv" and any_csv.mapping_of(path)["Email"] == "email"
    (draft,) = any_csv.read(path)
    assert isinstance(draft, ContactDraft)
    assert (draft.first_name, draft.handles[0].value, draft.note) == ("Ana", "ana@example.org", "Shoe: 44")


def test_a_table_of_one_column_has_all_its_rows_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Foo\n" + "".join(f"p{number}@example.org\n" for number in range(60)))
    assert len(list(any_csv.read(path, {"Foo": "email"}))) == 60
