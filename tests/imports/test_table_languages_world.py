"""Columns of Outlook in Spanish, Polish and Japanese, and of tables in languages beyond Western Europe."""

from pathlib import Path

import pytest

from coterie.imports.formats.header_names import guess_mapping
from coterie.model.imports import AddressDraft
from tests.imports.tables import draft_of

OUTLOOK_SPANISH = (
    "Nombre,Apellidos,Puesto,Ciudad de residencia,Código postal de residencia,País o región de residencia,"
    "Provincia o estado de residencia,Calle particular,Número de teléfono 2 particular,Teléfono del automóvil,"
    "Número de centralita de la organización,Dirección del correo electrónico 2,Tipo de correo electrónico 2,"
    "Nombre de pantalla de correo electrónico,Iniciales\n"
    "Ana,Silva,Jefa,Toledo,45001,España,CM,Sol 4,061,062,063,b@example.org,SMTP,Ana Silva,A.S.\n"
)
OUTLOOK_POLISH = (
    "Imię,Nazwisko,Firma,Dział,Stanowisko,Adres służbowy — ulica,Adres służbowy — miasto,"
    "Adres służbowy — województwo,Adres służbowy — kod pocztowy,Adres służbowy — kraj/region,Faks służbowy,"
    "Telefon domowy,Telefon komórkowy,Inny telefon,Adres e-mail,Typ e-mail,Nazwa wyświetlana e-mail,Inicjały,"
    "Priorytet,Prywatne,Urodziny,Rocznica\n"
    "Ana,Silva,Huta,HR,Szefowa,Długa 3,Kraków,MP,30-001,Polska,061,062,063,064,a@example.org,SMTP,Ana Silva,A.S.,"
    "Normalny,Fałsz,12.05.1980,0.0.00\n"
)
OUTLOOK_JAPANESE = (
    "名,姓,会社名,部署,役職,番地 (自宅),市区町村 (自宅),都道府県 (自宅),郵便番号 (自宅),国 (自宅)/地域,会社 Fax,"
    "会社電話,自宅電話,携帯電話,その他の電話,電子メール アドレス,電子メールの種類,"
    "電子メール表示名,優先度,プライベート,誕生日,"
    "フリガナ(姓)\n"
    "花子,山田,桜,営業部,部長,神宮前1,渋谷区,東京都,150-0001,日本,061,062,063,064,065,h@example.jp,SMTP,山田 花子,標準,"
    "FALSE,1985/3/14,ヤマダ\n"
)


def test_outlook_in_spanish_has_the_places_and_phones_of_its_columns(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, OUTLOOK_SPANISH)
    assert draft.addresses == [
        AddressDraft("Sol 4", locality="Toledo", region="CM", postcode="45001", country="España", label="home")
    ]
    assert [(handle.value, handle.label) for handle in draft.handles] == [
        ("061", "home"), ("062", "car"), ("063", "company"), ("b@example.org", None),
    ]  # fmt: skip
    assert draft.note is None


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_a_file_of_outlook_in_polish_is_read(tmp_path: Path, encoding: str) -> None:
    draft = draft_of(tmp_path, OUTLOOK_POLISH, encoding)
    assert (draft.first_name, draft.last_name, draft.employer) == ("Ana", "Silva", "Huta")
    assert (draft.department, draft.job_title, draft.birthday) == ("HR", "Szefowa", "1980-05-12")
    assert draft.addresses == [AddressDraft("Długa 3", None, None, "Kraków", "MP", "30-001", "Polska", label="work")]
    assert [(handle.value, handle.label) for handle in draft.handles] == [
        ("061", "work fax"), ("062", "home"), ("063", "mobile"), ("064", "other"), ("a@example.org", None),
    ]  # fmt: skip
    assert draft.note is None


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_file_of_outlook_in_japanese_is_read(tmp_path: Path, encoding: str) -> None:
    draft = draft_of(tmp_path, OUTLOOK_JAPANESE, encoding)
    assert (draft.first_name, draft.last_name, draft.phonetic_last_name) == ("花子", "山田", "ヤマダ")
    assert (draft.employer, draft.department, draft.job_title) == ("桜", "営業部", "部長")
    assert draft.addresses == [
        AddressDraft("神宮前1", None, None, "渋谷区", "東京都", "150-0001", "日本", label="home")
    ]
    assert [(handle.value, handle.label) for handle in draft.handles] == [
        ("061", "work fax"), ("062", "work"), ("063", "home"), ("064", "mobile"), ("065", "other"),
        ("h@example.jp", None),
    ]  # fmt: skip
    assert (draft.birthday, draft.note) == ("1985-03-14", None)


TABLES = {
    "swedish": "Förnamn,Efternamn,E-postadress,Mobilnummer,Födelsedag,Företag,Gatuadress,Postnummer,Ort",
    "danish": "Fornavn,Efternavn,E-mailadresse,Mobil,Fødselsdag,Virksomhed,Gade,Postnr.,By",
    "norwegian": "Fornavn,Etternavn,E-postadresse,Mobiltelefon,Fødselsdato,Bedrift,Gateadresse,Postnummer,Poststed",
    "finnish": "Etunimi,Sukunimi,Sähköposti,Matkapuhelin,Syntymäpäivä,Yritys,Katuosoite,Postinumero,Kaupunki",
    "czech": "Jméno,Příjmení,E-mail,Mobil,Datum narození,Firma,Ulice,PSČ,Město",
    "slovak": "Meno,Priezvisko,E-mail,Mobil,Dátum narodenia,Spoločnosť,Ulica,PSČ,Mesto",
    "hungarian": "Keresztnév,Vezetéknév,E-mail cím,Mobiltelefon,Születésnap,Cég,Utca,Irányítószám,Város",
    "russian": "Имя,Фамилия,Эл. почта,Мобильный телефон,День рождения,Организация,Улица,Индекс,Город",
    "ukrainian": "Ім'я,Прізвище,Ел. пошта,Мобільний,День народження,Компанія,Вулиця,Поштовий індекс,Місто",
    "greek": "Όνομα,Επώνυμο,E-mail,Κινητό,Ημερομηνία γέννησης,Εταιρεία,Οδός,ΤΚ,Πόλη",
    "turkish": "Ad,Soyad,E-posta,Cep Telefonu,Doğum Tarihi,Şirket,Sokak,Posta Kodu,Şehir",
    "chinese": "名,姓,电子邮件,手机,生日,公司,街道,邮编,城市",
    "taiwanese": "名,姓氏,電子郵件,手機,生日,公司,街道,郵遞區號,城市",
    "korean": "이름,성,이메일,휴대폰,생년월일,회사,도로명,우편번호,도시",
}


@pytest.mark.parametrize("language", TABLES)
def test_tables_in_other_languages(tmp_path: Path, language: str) -> None:
    draft = draft_of(tmp_path, f"{TABLES[language]}\nAna,Silva,a@example.org,061,1980-05-12,Huta,Haupt 1,1000,Linz\n")
    assert (draft.first_name, draft.last_name, draft.employer) == ("Ana", "Silva", "Huta")
    assert [(handle.channel, handle.value, handle.label) for handle in draft.handles] == [
        ("email", "a@example.org", None), ("phone", "061", "mobile"),
    ]  # fmt: skip
    assert draft.addresses == [AddressDraft("Haupt 1", locality="Linz", postcode="1000")]
    assert (draft.birthday, draft.note) == ("1980-05-12", None)


def test_thunderbird_in_german_has_both_e_mail_addresses(tmp_path: Path) -> None:
    header = (
        "Vorname,Nachname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse,Mobil-Tel.-Nr.,Arbeitstitel,Organisation\n"
    )
    draft = draft_of(tmp_path, f"{header}Ute,Lang,a@example.org,b@example.org,061,Chefin\n")
    assert [handle.value for handle in draft.handles] == ["a@example.org", "b@example.org", "061"]
    assert (draft.job_title, draft.note) == ("Chefin", None)


@pytest.mark.parametrize("header", ["Né(e) le", "Née le", "Geboren am", "Nato il", "Born on", "Nascido em"])
def test_born_on_is_a_birthday_and_not_a_maiden_name(header: str) -> None:
    assert guess_mapping(["Name", header])[header] == "birthday"
