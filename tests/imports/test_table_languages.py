"""Columns of programs in other languages, and of those that name them in their own way."""

from pathlib import Path

import pytest

from coterie.imports.formats.any_csv import read
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.imports import AddressDraft, ContactDraft
from tests.imports.tables import draft_of

GERMAN = (
    "Anrede,Vorname,Weitere Vornamen,Nachname,Firma,Straße privat,Ort privat,Bundesland/Kanton privat,"
    "Postleitzahl privat,Land/Region privat,E-Mail-Adresse,E-Mail-Typ,Privat,Vertraulichkeit,Priorität\n"
    "Frau,Ana,Maria,Silva,Bau AG,Weg 1,Linz,OÖ,4020,Österreich,a@example.org,SMTP,Falsch,Normal,Normal\n"
)
FRENCH = (
    "Prénom,Nom,Société,Rue (bureau),Ville (bureau),Dép/Région (bureau),Code postal (bureau),Pays/Région (bureau),"
    "Adresse de messagerie,Type de messagerie,Privé,Priorité\n"
    "Ana,Silva,Bau SA,1 rue Haute,Lyon,Rhône,69001,France,a@example.org,SMTP,Faux,Normale\n"
)
SPANISH = (
    "Nombre,Apellidos,Organización,Calle del trabajo,Ciudad del trabajo,País o región del trabajo,"
    "Dirección de correo electrónico,Tipo de correo electrónico,Privado,Prioridad\n"
    "Ana,Silva,Obra SA,Calle 1,Jerez,España,a@example.org,SMTP,Falso,Normal\n"
)


def test_outlook_in_german_french_and_spanish_has_no_lines_for_its_settings(tmp_path: Path) -> None:
    german, french, spanish = (draft_of(tmp_path, text) for text in (GERMAN, FRENCH, SPANISH))
    assert (german.name_prefix, german.middle_name, german.note) == ("Frau", "Maria", None)
    assert german.addresses == [
        AddressDraft("Weg 1", locality="Linz", region="OÖ", postcode="4020", country="Österreich", label="home")
    ]
    assert (french.handles[0].value, french.note) == ("a@example.org", None)
    assert french.addresses == [
        AddressDraft("1 rue Haute", None, None, "Lyon", "Rhône", "69001", "France", label="work")
    ]
    assert (spanish.addresses[0].country, spanish.addresses[0].label) == ("España", "work")
    assert "SMTP" not in (spanish.note or "") and "Falso" not in (spanish.note or "")


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_japanese_names_of_columns_are_known_also_in_shift_jis(tmp_path: Path, encoding: str) -> None:
    draft = draft_of(tmp_path, "姓,名,メール,電話,会社\n山口,百恵,momoe@example.jp,03-1234-5678,ホリプロ\n", encoding)
    assert (draft.last_name, draft.first_name, draft.employer) == ("山口", "百恵", "ホリプロ")
    assert [handle.value for handle in draft.handles] == ["momoe@example.jp", "03-1234-5678"]


@pytest.mark.parametrize("text", ["Name,Straße\nMüller,Grüße\n", "Prénom,Téléphone\nÉlodie,1\n"])
def test_western_text_is_not_taken_for_shift_jis(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, "cp1252")
    draft = next(iter(read(path)))
    assert isinstance(draft, ContactDraft)
    assert (draft.first_name or draft.last_name) in ("Müller", "Élodie")


def test_a_house_number_belongs_to_the_street(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "Name,Street,House Number,City\nAna Silva,Gasse,12a,Linz\n")
    assert (draft.addresses[0].address_line_1, draft.note) == ("Gasse 12a", None)


@pytest.mark.parametrize(
    ("title", "field"), [("Supervisor", "job_title"), ("Dr.", "name_prefix"), ("Mrs", "name_prefix")]
)
def test_a_title_is_the_job_unless_it_is_one_before_a_name(tmp_path: Path, title: str, field: str) -> None:
    draft = draft_of(tmp_path, f"First,Last,Company,Title\nLenny,Leonard,Plant,{title}\n")
    assert getattr(draft, field) == title


def test_hubspots_state_is_a_region() -> None:
    assert guess_mapping(["State/Region", "Country/Region"]) == {
        "State/Region": "address.region", "Country/Region": "address.country",
    }  # fmt: skip


@pytest.mark.parametrize("company", ["Company", "Firma", "Empresa", "Société"])
def test_a_company_between_columns_of_phones_is_not_one(company: str) -> None:
    mapping = guess_mapping(["Name", company, "Mobile", "Fax", "Home", "E-mail"])
    assert mapping == {
        "Name": "name", company: "employer", "Mobile": "phone:mobile", "Fax": "phone:fax", "Home": "phone:home",
        "E-mail": "email",
    }  # fmt: skip


ITALIAN = (
    "Titolo,Nome,Secondo nome,Cognome,Società,Reparto,Posizione,Via (uff.),Città (uff.),Provincia (uff.),CAP (uff.),"
    "Paese (uff.),Fax (uff.),Telefono (uff.),Telefono (ab.),Cellulare,Altro telefono,Compleanno,Coniuge,"
    "Indirizzo posta elettronica,Tipo posta elettronica,Nome visualizzato posta elettronica,Priorità,Privato,"
    "Riservatezza,Note\n"
    "Dott.ssa,Ana,Maria,Silva,Opera SpA,Vendite,Capo,Via Alta 1,Roma,RM,00100,Italia,061,062,063,064,065,1980-05-12,"
    "Ugo Silva,a@example.org,SMTP,Ana Silva (a@example.org),Normale,Falso,Normale,Nota\n"
)
DUTCH = (
    'Titel,Voornaam,Middelste naam,Achternaam,Bedrijf,Afdeling,Functie,"Werkadres, straat","Werkadres, plaats",'
    '"Werkadres, provincie","Werkadres, postcode","Werkadres, land/regio",Fax op werk,Telefoon op werk,Telefoon thuis,'
    'Mobiele telefoon,Andere telefoon,Verjaardag,E-mailadres,E-mailtype,"E-mail, weergegeven naam",Prioriteit,'
    "Persoonlijk,Gevoeligheid,Notities\n"
    "Dr.,Ana,Maria,Silva,Bouw BV,Verkoop,Chef,Straat 1,Utrecht,UT,3500 AA,Nederland,061,062,063,064,065,1980-05-12,"
    "a@example.org,SMTP,Ana Silva (a@example.org),Normaal,Onwaar,Normaal,Nota\n"
)
PORTUGUESE = (
    "Título,Nome,Segundo nome,Sobrenome,Empresa,Departamento,Cargo,Rua do endereço comercial,"
    "Cidade do endereço comercial,Estado do endereço comercial,CEP do endereço comercial,"
    "País/região do endereço comercial,Fax comercial,Telefone comercial,Telefone residencial,Telefone celular,"
    "Outro telefone,Aniversário,Cônjuge,Endereço de email,Tipo de email,Nome para exibição do email,Prioridade,"
    "Particular,Sensibilidade,Anotações\n"
    "Dra.,Ana,Maria,Silva,Obra SA,Vendas,Chefe,Rua 1,Lisboa,LX,1000,Portugal,061,062,063,064,065,1980-05-12,"
    "Ugo Silva,a@example.org,SMTP,Ana Silva (a@example.org),Normal,Falso,Normal,Nota\n"
)


@pytest.mark.parametrize("text", [ITALIAN, DUTCH, PORTUGUESE], ids=["italian", "dutch", "portuguese"])
def test_outlook_in_italian_dutch_and_portuguese(tmp_path: Path, text: str) -> None:
    draft = draft_of(tmp_path, text)
    assert (draft.first_name, draft.middle_name, draft.last_name) == ("Ana", "Maria", "Silva")
    assert draft.employer and draft.department and draft.job_title and draft.birthday == "1980-05-12"
    (address,) = draft.addresses
    assert address.label == "work" and None not in (
        address.address_line_1, address.locality, address.region, address.postcode, address.country,
    )  # fmt: skip
    handles = {handle.value: (handle.channel, handle.label) for handle in draft.handles}
    assert handles == {
        "a@example.org": ("email", None), "061": ("phone", "work fax"), "062": ("phone", "work"),
        "063": ("phone", "home"), "064": ("phone", "mobile"), "065": ("phone", "other"),
    }  # fmt: skip
    lines = {"Nota", ""} if draft.related else {"Nota"}
    lines |= {f"{related.label.capitalize()}: {related.name}" for related in draft.related}
    assert set((draft.note or "").splitlines()) == lines


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        (["Service", "Prénom"], "department"), (["Service", "First name"], "extra"),
        (["Particular", "Apellidos"], "phone:home"), (["Particular", "Sobrenome"], "extra"),
        (["Contact", "Number"], "name"), (["Kunde", "Telefon"], "name"), (["Client", "Name"], "extra"),
    ],
)  # fmt: skip
def test_a_word_of_several_meanings_is_understood_by_the_other_columns(headers: list[str], field: str) -> None:
    assert guess_mapping(headers)[headers[0]] == field


def test_outlook_in_french_and_spanish(tmp_path: Path) -> None:
    french = draft_of(
        tmp_path,
        "Titre,Prénom,Nom,Service,Titre1,Télécopie (bureau),Conjoint(e),Page Web\n"
        "Mme,Ana,Roy,Achats,Cheffe,061,Luc,a.fr\n",
    )
    assert (french.name_prefix, french.department, french.job_title) == ("Mme", "Achats", "Cheffe")
    assert [(handle.value, handle.label) for handle in french.handles] == [("061", "work fax"), ("a.fr", None)]
    spanish = draft_of(tmp_path, "Tratamiento,Nombre,Apellidos,Fax del trabajo,Particular\nSra.,Ana,Paz,061,062\n")
    assert spanish.name_prefix == "Sra."
    assert [(handle.value, handle.label) for handle in spanish.handles] == [("061", "work fax"), ("062", "home")]
