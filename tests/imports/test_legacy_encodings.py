"""Tables in encodings from before Unicode: recognized by the names of their columns, or by their letters."""

from pathlib import Path

import pytest

from coterie.imports.formats.any_csv import read
from coterie.imports.formats.csv_layout import find_encoding
from coterie.model.imports import ContactDraft

HEADERS = {
    "cp1250": ("Imię;Nazwisko;Miasto;Notatki", "Małgorzata;Wiśniewska;Łódź;żółw"),
    "iso8859-2": ("Jméno;Příjmení;Město;Poznámka", "Jiří;Dvořák;Plzeň;kůň"),
    "cp1251": ("Имя;Фамилия;Город;Заметки", "Анна;Петрова;Москва;привет"),
    "koi8-u": ("Имя;Фамилия;Город;Заметки", "Анна;Петрова;Москва;привет"),
    "cp1253": ("Όνομα;Επώνυμο;Πόλη;Σημειώσεις", "Ελένη;Παππά;Αθήνα;γεια"),
    "cp1254": ("Adı;Soyadı;Şehir;Açıklama", "Işıl;Şahin;Eskişehir;değil"),
    "cp932": ("名;姓;市区町村;メモ", "花子;山田;渋谷区;一行"),
    "gb18030": ("名;姓氏;城市;备注", "小明;王;北京;你好"),
    "big5": ("名;姓氏;城市;備註", "小明;王;臺北;你好"),
    "cp949": ("이름;성;도시;메모", "민준;김;서울;안녕"),
}


@pytest.mark.parametrize("encoding", HEADERS)
def test_the_names_of_the_columns_decide(tmp_path: Path, encoding: str) -> None:
    header, row = HEADERS[encoding]
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n{row}\n", encoding)
    (draft,) = read(path)
    assert isinstance(draft, ContactDraft)
    assert [draft.first_name, draft.last_name, draft.addresses[0].locality, draft.note] == row.split(";")


@pytest.mark.parametrize(
    ("header", "line_end"),
    [
        ("Prénom;Nom;Ville;Notes", "\r"), ("Prénom;Nom;Ville;Notes", "\n"), ("First name;Last name;City;Notes", "\r"),
    ],
)  # fmt: skip
def test_excel_on_a_mac(tmp_path: Path, header: str, line_end: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(f"{header}{line_end}Zoë;Crête;Nîmes;où{line_end}".encode("mac_roman"))
    (draft,) = read(path)
    assert isinstance(draft, ContactDraft)
    assert (draft.first_name, draft.last_name, draft.note) == ("Zoë", "Crête", "où")


LETTERS = {
    "cp1250": "Małgorzata Wiśniewska\nPaweł Kąkol\nStanisław Żak\n",
    "iso8859-2": "Małgorzata Wiśniewska\nPaweł Kąkol\nStanisław Żak\nBożena Śliwa\n",
    "cp1251": "Анна Петрова\nИван Сидоров\nЮлия Щукина\n",
    "koi8-u": "Анна Петрова\nИван Сидоров\nЮлия Щукина\n",
    "cp1253": "Ελένη Παπαδοπούλου\nΓιώργος Νικολάου\nΜαρία Κωνσταντίνου\n",
    "cp1254": "Ayşe Yıldız\nOğuz Işık\nUğur Kılıç\nYağmur Taşçı\n",
    "cp932": "山田 花子\nさくら すずき\nヤマダ ハナコ\n",
    "gb18030": "王小明\n李丽华\n张伟国\n",
    "big5": "王小明\n陳美麗\n林志玲\n張學友\n",
    "cp949": "김민준\n이서연\n박지훈\n",
}


@pytest.mark.parametrize("encoding", LETTERS)
def test_letters_that_no_western_language_writes_so_decide(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"Name\n" + LETTERS[encoding].encode(encoding))
    assert path.read_text(find_encoding(path)) == f"Name\n{LETTERS[encoding]}"


@pytest.mark.parametrize("encoding", LETTERS)
def test_lines_that_end_with_cr_hide_no_letters_of_an_encoding_of_windows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    text = f"Name\n{LETTERS[encoding]}".replace("\n", "\r")
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(find_encoding(path)) == text


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252"])
@pytest.mark.parametrize(
    "names",
    [
        "José Müller", "Zoë Crête", "Lucja Größe", "Jørgen Ångström", "Noël\rHélène Lefèvre",
        "Ólafur Tór Ægisson", "François\rÉmile Çelik", "Señora Núñez", "João Conceição", "Straße",
    ],
)  # fmt: skip
def test_western_names_with_lines_that_end_with_cr(tmp_path: Path, names: str, encoding: str) -> None:
    path = tmp_path / "table.csv"
    text = f"Name,E-mail\r{names},x@example.org\r"
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(find_encoding(path)) == text


def test_czech_names_below_english_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Name\nJiří Dvořák\nOndřej Svěrák\nZdeněk Černý\n", "cp1250")
    assert find_encoding(path) == "cp1250"


WESTERN = (
    "Name\nJosé Muñoz\nÁngela Peña\nIñigo Núñez\n", "Name\nJürgen Größe\nKäthe Weiß\nÖzgür Müller\n",
    "Name\nHélène Béraud\nFrançois Lefèvre\nŒdipe L'Haÿ\nZoë Noël\n", "Name\nJoão Simões\nInês Gonçalves\nConceição\n",
    "Name\nSøren Ærø\nBjørn Århus\nKåre Ødegård\nMärta Sjöström\n",
    "Name\nÞóra Guðmundsdóttir\nSigurður Þórsson\nÆgir Ýmir Björk\nDaði Freyr Pétursson\n",
    "Name\nNiccolò Dandì\nLibertà Forlì\nÈlia Carrù\n", "Name,Note\nA,½ m² at 20°C ±1\nB,£20 or ¥30 © ³\n",
    "Name\nJOSÉ MUÑOZ\nHÉLÈNE\nGRÖßE\nÅSE\n", "Name,Size\nZoé,10 m³\nNoé,5 cm³\nChloé,2 dm³\n",
)  # fmt: skip


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_stays_western(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, "cp1252")
    assert find_encoding(path) == "cp1252"
