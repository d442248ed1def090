"""Names of many languages: no name is taken for a generation or a title, and a spelling is no other surname."""

import pytest
from invented import compared, somebody

from coterie.identity.names import latin_words
from coterie.identity.people import Person
from coterie.model.duplicates import SUGGESTED

PHONE = "phone:+12125550100"
HOME = {"street": "12 Elm Street", "town": "Springfield"}
# (given name, surname) as written -> the given names, the surname, the generation
WHOLE = {
    ("Min-Jun", "Kim"): ("min jun", "kim", ""),
    ("Min Jun", "Kim"): ("min jun", "kim", ""),
    ("Min jun", "Kim"): ("min jun", "kim", ""),
    ("min jun", "kim"): ("min jun", "kim", ""),
    ("Xiao\u2010Jun", "Li"): ("xiao jun", "li", ""),
    ("Ho Sen", "Tan"): ("ho sen", "tan", ""),
    ("Raj", "Gupta Sen"): ("raj", "gupta sen", ""),
    ("raj", "gupta sen"): ("raj", "gupta sen", ""),
    ("RAJ", "GUPTA SEN"): ("raj", "gupta sen", ""),
    ("Raj", "Gupta-Sen"): ("raj", "gupta sen", ""),
    ("Olivia", "Smith-Senior"): ("olivia", "smith senior", ""),
    ("Olivia", "Senior"): ("olivia", "senior", ""),
    ("Olivia Senior", ""): ("olivia senior", "", ""),
    ("Ana", "Costa-Neto"): ("ana", "costa neto", ""),
    ("João Neto", "Silva"): ("joao neto", "silva", ""),
    ("Srey Iv", "Chea"): ("srey iv", "chea", ""),
    ("Dr. Anna", "Quill"): ("anna", "quill", ""),
    ("Anna", "Frau Dr. Quill"): ("anna", "quill", ""),
    ("Papa", "Diouf"): ("papa", "diouf", ""),
    ("Lady", "Gómez"): ("lady", "gomez", ""),
    ("Papa", ""): ("", "", ""),
    ("Mr and Mrs", "Quill"): ("", "quill", ""),
    ("Dr.", "Quill"): ("", "quill", ""),
    ("Hans", "Berg jun."): ("hans", "berg", "jr"),
    ("Hans", "Berg sen"): ("hans", "berg", "sr"),
    ("Hans", "Berg, Sen."): ("hans", "berg", "sr"),
    ("Otto", "Quill (Jr.)"): ("otto", "quill", "jr"),
    ("Otto Jr.", "Quill"): ("otto", "quill", "jr"),
    ("Carlos Júnior", "Silva"): ("carlos", "silva", "jr"),
    ("João", "Silva Neto"): ("joao", "silva", "neto"),
    ("Jean", "Dupont fils"): ("jean", "dupont", "jr"),
    ("Otto", "Quill III"): ("otto", "quill", "iii"),
}
SHOWN = {
    "Olivia Senior": ("olivia", "senior", ""),
    "Ana Neto": ("ana", "neto", ""),
    "Kim Min-Jun": ("kim", "min jun", ""),
    "Raj Gupta Sen": ("raj", "gupta sen", ""),
    "João Silva Neto": ("joao", "silva", "neto"),
    "Hans Berg jun.": ("hans", "berg", "jr"),
    "Otto Quill Jr": ("otto", "quill", "jr"),
}


def _facts(person: Person) -> tuple[str, str, str]:
    return " ".join(filter(None, (person.given, *person.middle))), " ".join(person.surname), person.suffix


@pytest.mark.parametrize(("first", "last"), WHOLE)
def test_only_what_is_certainly_a_generation_is_cut_off(first: str, last: str) -> None:
    assert _facts(somebody("", first_name=first, last_name=last)) == WHOLE[first, last]


@pytest.mark.parametrize("text", SHOWN)
def test_a_whole_name_loses_no_name(text: str) -> None:
    assert _facts(somebody("", display_name=text)) == SHOWN[text]


ONE_PERSON = [
    (("Min-Jun", "Kim"), ("Minjun", "Kim")),
    (("Xiao Jun", "Li"), ("Xiaojun", "Li")),
    (("Anna-Maria", "Quill"), ("Annamaria", "Quill")),
    (("Min-Jun", "Kim"), ("Kim", "Minjun")),
    (("Raj", "Gupta Sen"), ("Raj", "Sen")),
    (("Raj", "Gupta Sen"), ("Raj", "Gupta-Sen")),
    (("Anna", "van der Berg"), ("Anna", "van den Berg")),
    (("Anna", "van der Berg"), ("Anna", "v.d. Berg")),
    (("Anna", "van der Berg"), ("Anna", "Vanderberg")),
    (("Anna", "van den Berg"), ("Anna", "Vanden Berg")),
    (("Anna", "von der Tann"), ("Anna", "v. d. Tann")),
    (("Anna", "zu Tann"), ("Anna", "zur Tann")),
    (("Ana", "de la Cruz"), ("Ana", "dela Cruz")),
    (("Ana", "de la Cruz"), ("Ana", "del Cruz")),
    (("Ana", "Vega de la Torre"), ("Ana", "Vega Delatorre")),
    (("Ana", "Vega y Torre"), ("Ana", "Vega e Torre")),
    (("Ana", "da Vega"), ("Ana", "de Vega")),
    (("Ana", "dos Santos"), ("Ana", "de Santos")),
    (("Gina", "dalla Vega"), ("Gina", "dal Vega")),
    (("Anna", "St. Clair"), ("Anna", "Saint Clair")),
    (("Anna", "Ste. Marie"), ("Anna", "Sainte Marie")),
    (("Anna", "Mac Donald"), ("Anna", "Mc Donald")),
    (("Anna", "Mac Donald"), ("Anna", "McDonald")),
    (("Omar", "al Rashid"), ("Omar", "el Rashid")),
    (("Omar", "al-Nasser"), ("Omar", "an-Nasser")),
    (("Omar", "bin Salman"), ("Omar", "ibn Salman")),
    (("Omar", "Abdul Rahman"), ("Omar", "Abd el-Rahman")),
    (("Omar", "Abu Salman"), ("Omar", "Abou Salman")),
    (("Ana", "Costa Neto"), ("Ana", "Neto")),
    (("Rui", "Alves Sobrinho"), ("Rui", "Sobrinho")),
    (("José", "Silva Filho"), ("José", "Filho")),
    (("Otto", "Quill Junior"), ("Otto", "Junior")),
    (("Ana Quill", ""), ("Ana", "Quill")),
    (("Татьяна", "Васильева"), ("Tatyana", "Vasileva")),
    (("Ольга", "Объедкова"), ("Olga", "Obedkova")),
    (("עלי", "כהן"), ("עלי", "כהן")),
]


@pytest.mark.parametrize("name", ["Татьяна", "Объедков", "علي", "עלי", "Հայկ", "D’Angelo"])
def test_a_letter_without_a_latin_one_divides_no_name(name: str) -> None:
    assert len(latin_words(name)) == 1
    assert latin_words(f"{name} «{name}»") == latin_words(name) * 2


@pytest.mark.parametrize(("one", "other"), ONE_PERSON)
def test_a_particle_or_a_spelling_is_no_other_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    people = [somebody("", PHONE, first_name=first, last_name=last) for first, last in (one, other)]
    assert compared(*people).level == compared(*people[::-1]).level == SUGGESTED


APART = [
    (("Maria", "Quill Hale"), ("Maria", "Rask Quill")),
    (("Maria", "de la Cruz Quill"), ("Maria", "de los Santos Quill")),
    (("Maria", "Gil Quill"), ("Maria", "Paz Quill")),
    (("Maria", "da Silva Quill"), ("Maria", "da Costa Quill")),
    (("Omar", "bin Salman"), ("Omar", "bin Rashid")),
    (("Anna", "van Berg"), ("Anna", "van Dijk")),
    (("Anh", "Do Van"), ("Anh", "Le Van")),
    (("Wei", "Li Chan"), ("Wei", "Lo Chan")),
    (("Min-Jun", "Kim"), ("Min-Seo", "Kim")),
    (("Hans", "Berg"), ("Hans", "Berg jun.")),
    (("Hans", "Berg"), ("Hans", "Berg sen")),
    (("Hans", "Berg"), ("Hans", "Berg Jun")),
    (("Hans", "Berg Sen"), ("Hans", "Berg Jun")),
    (("Otto", "Quill"), ("Otto", "Quill Junior")),
    (("Otto", "Quill"), ("Otto Jr.", "Quill")),
    (("João", "Silva"), ("João", "Silva Neto")),
    (("Rui", "Alves Sobrinho"), ("Rui", "Alves")),
    (("Rui", "Alves Filho"), ("Rui", "Alves Neto")),
    (("Otto", "Quill Sr"), ("Otto", "Quill III")),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_relatives_who_share_a_line_and_a_house_stay_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    people = [somebody("", PHONE, first_name=first, last_name=last, **HOME) for first, last in (one, other)]
    assert compared(*people).level != SUGGESTED
    assert compared(*people[::-1]).level != SUGGESTED
