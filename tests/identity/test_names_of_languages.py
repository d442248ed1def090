"""Names of many languages: no name is taken for a generation or a title."""

import pytest
from invented import somebody

from coterie.identity.people import Person

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
