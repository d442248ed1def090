"""Who is one person, and what keeps families, twins, couples and namesakes apart."""

import pytest
from invented import book_of, compared, somebody

from coterie.identity.commonness import Commonness
from coterie.identity.fact_scores import handle_score
from coterie.identity.keys import number_of
from coterie.identity.people import Person
from coterie.identity.scoring import compare_people
from coterie.model.duplicates import POSSIBLE, SUGGESTED

HOME = {"street": "12 Elm Street", "town": "Springfield"}
PHONE, EMAIL = "phone:+12125550100", "email:hale@example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (somebody("Robert Ostrander", PHONE), somebody("Bob Ostrander", PHONE)),
        (somebody("Robert Ostrander", **HOME), somebody("Ostrander Robert", **HOME)),
        (somebody("Robert Ostrander", birthday="1980-07-12"), somebody("Robert Ostrandr", birthday="1980-07-12")),
        (somebody("Robert Ostrander", birthday="1980-07-12"), somebody("Robert Ostrander", birthday="1980-12-07")),
        (somebody("Сергей Иванов", PHONE), somebody("Sergey Ivanov", PHONE)),
        (somebody("Robert Ostrander", employer="Acme Inc."), somebody("Robert Ostrander", employer="ACME")),
        (somebody("Robert Ostrander", EMAIL), somebody("", EMAIL)),
        (
            somebody("Ruth Quill", PHONE, "email:ruth.quill@acme.example", employer="Acme"),
            somebody("Ruth Quill", PHONE, "email:ruthq@a.example", employer="Acme Inc."),
        ),
        (
            somebody("Ruth Quill", PHONE, "email:sales@acme.example"),
            somebody("Ruth Quill", PHONE, "email:ruthq@a.example"),
        ),
        (somebody("Дмитрий Козлов", PHONE), somebody("Dmitrii Kozlov", PHONE)),
        (
            somebody("Sofia Quill", PHONE, "email:s.quill86@a.example"),
            somebody("Sophia Quill", "email:s.quill86@a.example", "phone:+12125550101"),
        ),
        (
            somebody("Marge V", "instagram:vanderzeemarge94"),
            somebody("Maggie Vanderzee", "email:vanderzee.marge94@a.example"),
        ),
        (somebody("Ruth Quill", "email:ruthq@a.example"), somebody("Ruth Hale", "email:ruthq@a.example")),
        (somebody("Ruth Quill", "email:zorblax@a.example"), somebody("Ruth Quill", "instagram:zorblax_")),
        (somebody("Ruth", PHONE, last_name="Quill Quill"), somebody("Quill Quill Ruth", PHONE)),
        (somebody("Robert Ostrander", "instagram:bobo"), somebody("Bobo the Clown", "instagram:bobo")),
    ],
)
def test_one_person_is_suggested(one: Person, other: Person) -> None:
    assert compared(one, other).level == SUGGESTED
    assert compared(other, one).level == SUGGESTED


@pytest.mark.parametrize("surname", ["Quill Jr.", "Quill, Jr", "Quill Junior", "Quill jun."])
def test_a_generation_in_the_surname_is_that_of_the_suffix(surname: str) -> None:
    one = somebody("Otto", PHONE, last_name=surname, birthday="1980-07-12")
    other = somebody("Otto Quill", PHONE, name_suffix="Jr.", birthday="1980-07-12")
    score = compared(one, other)
    assert (score.level, score.contradicts) == (SUGGESTED, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (somebody("A Wang", birthday="1980-07-12"), somebody("Wang Hale", birthday="1980-07-12")),
        (
            somebody("Otto Paul", "email:pauls@a.example", PHONE, **HOME),
            somebody("Paul Quill", "email:pauls@a.example", PHONE, **HOME),
        ),
    ],
)
def test_a_given_name_that_is_the_surname_of_another_is_compared_alike_from_both_sides(
    one: Person, other: Person
) -> None:
    score, back = compared(one, other), compared(other, one)
    assert (score.bits, score.level, score.contradicts) == (back.bits, back.level, back.contradicts)
    assert score.level != SUGGESTED


def test_similar_surnames_that_others_have_are_two_surnames() -> None:
    one = somebody("Anna Schmidt", street="46 Elm Street", town="Springfield")
    other = somebody("Anna Schmitz", street="86 Elm Street", town="Springfield")
    others = [somebody(f"{given} {surname}") for given in ("Bo", "Cy", "Di") for surname in ("Schmidt", "Schmitz")]
    assert compared(one, other).level == SUGGESTED
    assert compared(one, other, *others).level != SUGGESTED


@pytest.mark.parametrize("name", ["Na Ostrander", "No Ostrander"])
def test_na_and_no_are_given_names(name: str) -> None:
    assert somebody(name).given == name.split()[0].lower()


@pytest.mark.parametrize("text", ["n/a", "N/A", "NA", "na", "n.a.", "no name", "NO", "Unknown"])
def test_a_cell_without_a_name_has_no_given_name(text: str) -> None:
    assert somebody("", first_name=text, last_name="Ostrander").given == ""


TWINS = {"birthday": "1999-04-01", **HOME}
TRAPS = {
    "twins": (somebody("Anna Ostrander", **TWINS), somebody("Ruth Ostrander", **TWINS)),
    "twins with alike names": (somebody("Deanna Ostrander", **TWINS), somebody("Dana Ostrander", **TWINS)),
    "twins whose names are a letter apart": (
        somebody("Mario Ostrander", **TWINS), somebody("Maria Ostrander", **TWINS)
    ),
    "twins of one name in two languages": (
        somebody("Nikolay Ostrander", PHONE, **TWINS), somebody("Nikolaos Ostrander", PHONE, **TWINS)
    ),
    "a family's mailbox, one without a name": (
        somebody("", "email:quillfamily1@a.example"), somebody("Ruth Quill", "email:quillfamily1@a.example")
    ),
    "a family's mailbox, both without a surname": (
        somebody("", "email:familie.quill@a.example"), somebody("Ruth", "email:familie.quill@a.example")
    ),
    "a family's mailbox, given name and surname swapped": (
        somebody("Quill Otto", "email:quills@a.example"), somebody("", "email:quills@a.example")
    ),
    "two initials": (somebody("Xanthe I", "instagram:xanthe"), somebody("Xanthe I", "phone:+12125550101")),
    "neighbours in one street": (
        somebody("Anna Quill", PHONE, street="37 Elm Street", town="Springfield"),
        somebody("Anna Quill", street="35 Elm Street", town="Springfield"),
    ),
    "one house, only one has a middle name": (
        somebody("Otto Karl Quill", **HOME), somebody("Otto Quill", PHONE, **HOME)
    ),
    "couple on one e-mail address": (somebody("Anna Quill", EMAIL, **HOME), somebody("Peter Quill", EMAIL, **HOME)),
    "couple on one address": (somebody("Anna Quill", **HOME), somebody("Peter Quill", **HOME)),
    "family on one line": (somebody("Anna Quill", PHONE, **HOME), somebody("Ben Quill", PHONE, **HOME)),
    "siblings with alike names": (somebody("Melvin Quill", PHONE, **HOME), somebody("Kevin Quill", PHONE, **HOME)),
    "brother and sister": (somebody("Heath Quill", PHONE, **HOME), somebody("Heather Quill", PHONE, **HOME)),
    "another birthday": (
        somebody("Otto Quill", PHONE, birthday="1950-01-31", **HOME),
        somebody("Otto Quill", PHONE, birthday="1980-07-12", **HOME),
    ),
    "another year": (
        somebody("Otto Quill", PHONE, birthday="1950-01-31"), somebody("Otto Quill", PHONE, birthday="1978-01-31")
    ),
    "another day, years unknown": (
        somebody("Otto Quill", PHONE, birthday="--01-31"), somebody("Otto Quill", PHONE, birthday="--07-12")
    ),
    "junior": (somebody("Otto Quill", PHONE, **HOME), somebody("Otto Quill", PHONE, name_suffix="Jr.", **HOME)),
    "senior and junior": (
        somebody("Otto Quill", PHONE, name_suffix="Sr", **HOME), somebody("Otto Quill", PHONE, name_suffix="II", **HOME)
    ),
    "junior in the surname": (
        somebody("Otto Quill", PHONE, **HOME), somebody("Otto", PHONE, last_name="Quill Jr", **HOME)
    ),
    "mother and daughter with two surnames": (
        somebody("Maria", PHONE, last_name="Quill Ostrander", **HOME),
        somebody("Maria", PHONE, last_name="Hale Quill", **HOME),
    ),
    "cousins who share one of two surnames": (
        somebody("Maria", "email:maria@a.example", last_name="Quill Ostrander"),
        somebody("Maria", "phone:+12125550101", last_name="Quill Hale"),
    ),
    "a mailbox of the mother's name": (
        somebody("Anna Quill", PHONE), somebody("Janina Quill", PHONE, "email:annaquill@a.example")
    ),
    "a mailbox of the father's name": (
        somebody("Hans Quill", PHONE), somebody("Jan Quill", PHONE, "email:hans_quill72@a.example")
    ),
    "a misspelt name in one house, each with a handle": (
        somebody("Otto Quill", "phone:+12125550101", **HOME), somebody("Oto Quill", "email:oq@b.example", **HOME)
    ),
    "one birthday and one line, no given name": (
        somebody("", PHONE, last_name="Quill", birthday="1999-04-01"),
        somebody("Ruth Quill", PHONE, birthday="1999-04-01"),
    ),
    "initial of somebody at home": (somebody("O Quill", PHONE, **HOME), somebody("Otto Quill", PHONE, **HOME)),
    "no given name": (somebody("", PHONE, last_name="Quill", **HOME), somebody("Otto Quill", PHONE, **HOME)),
    "named after a parent": (somebody("Ruth Otto Quill", PHONE, **HOME), somebody("Otto Quill", PHONE, **HOME)),
    "other middle names": (somebody("Otto Karl Quill", PHONE), somebody("Otto Ludwig Quill", PHONE)),
    "two forms of one name": (somebody("Marge Quill", PHONE, **HOME), somebody("Maggie Quill", PHONE, **HOME)),
    "numbered": (somebody("Driver3 Quill", PHONE, **HOME), somebody("Driver4 Quill", PHONE, **HOME)),
    "one name on one line, each with a mailbox": (
        somebody("Otto Quill", PHONE, "email:otto@a.example"), somebody("Otto Quill", PHONE, "email:oq@b.example")
    ),
    "one name on one line, each with a mobile": (
        somebody("Otto Quill", PHONE, "phone:+12125550101", **HOME),
        somebody("Otto Quill", PHONE, "phone:+12125550102", **HOME),
    ),
    "one name and a family's mailbox, each with an account": (
        somebody("Otto Quill", "email:quill@a.example", "instagram:otto_q"),
        somebody("Otto Quill", "email:quill@a.example", "instagram:quill.o"),
    ),
    "one name in one house, each with a handle": (
        somebody("Otto Quill", "phone:+12125550101", **HOME), somebody("Otto Quill", "email:oq@b.example", **HOME)
    ),
    "a role's mailbox": (somebody("Otto Quill", "email:info@acme.example"), somebody("", "email:info@acme.example")),
    "other given name, shared middle initial": (somebody("Derek A Quill", **HOME), somebody("Olga A Quill", **HOME)),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_a_household_is_never_suggested(trap: str) -> None:
    one, other = TRAPS[trap]
    assert compared(one, other).level != SUGGESTED
    assert compared(other, one).level != SUGGESTED


@pytest.mark.parametrize(
    "trap",
    ["couple on one e-mail address", "couple on one address", "family on one line", "siblings with alike names",
     "other given name, shared middle initial"],
)  # fmt: skip
def test_people_with_other_given_names_are_not_even_possible(trap: str) -> None:
    assert compared(*TRAPS[trap]).level is None


def test_namesakes_are_not_suggested_where_the_name_is_common() -> None:
    one, other = somebody("Anna Quill"), somebody("Anna Quill")
    assert compared(one, other).level != SUGGESTED


def test_in_a_small_book_the_name_alone_is_not_enough() -> None:
    one, other = somebody("Anna Quill"), somebody("Anna Quill")
    assert compare_people(book_of([one, other]), one, other).level == POSSIBLE


def test_a_rare_name_alone_is_enough_in_a_large_book() -> None:
    one, other = somebody("Zebulon Quackenbush"), somebody("Zebulon Quackenbush")
    assert compare_people(book_of([one, other, *[somebody(f"Anna{n} Hale") for n in range(5000)]]), one, other).level


def test_a_phone_that_many_share_says_little() -> None:
    one, other = somebody("", PHONE, last_name="Quill"), somebody("Otto", PHONE)
    crowd = [somebody(f"Clerk{number}", PHONE) for number in range(20)]
    assert compared(one, other, *crowd).bits < compared(one, other).bits


def test_an_account_named_after_a_person_suggests_the_person() -> None:
    named = compared(somebody("R Vanderzee", "instagram:ruth.vanderzee"), somebody("Ruth Vanderzee", PHONE))
    assert named.login == "ruthvanderzee"
    assert named.level is not None


def test_a_birthday_or_a_handle_of_ones_own_outweighs_what_each_has_alone() -> None:
    one, other = (
        somebody("Otto Quill", PHONE, EMAIL, birthday="1950-01-31"),
        somebody("Otto Quill", PHONE, "email:o@b.example"),
    )
    assert compared(one, other).own_channel == "email"
    son = somebody("Otto Quill", PHONE, "email:o@b.example", birthday="--01-31")
    assert compared(one, son).level == SUGGESTED
    assert compared(one, somebody("Otto Quill", PHONE, EMAIL, "email:o@b.example")).level == SUGGESTED


def test_one_account_name_at_two_services_says_more_than_the_name() -> None:
    one = somebody("Ruth Vanderzee", "instagram:ruth.v_84")
    assert compared(one, somebody("Ruth Vanderzee", "email:ruthv84@a.example")).account == "ruthv84"
    invented = somebody("Ruth Vanderzee", "instagram:zorblax")
    assert compared(invented, somebody("Ruth Hale", "email:zorblax@a.example")).account == "zorblax"
    assert compared(one, somebody("Ruth Vanderzee", "email:ruthv85@a.example")).account == ""
    assert compared(one, somebody("Ruth Vanderzee", "instagram:ruthv84")).account == ""
    letters = (
        somebody("Ruth Vanderzee", "instagram:ruthvanderzee"),
        somebody("Ruth V", "email:ruth.vanderzee@a.example"),
    )
    assert compared(*letters).account == ""


def test_an_account_name_made_of_the_names_in_another_spelling_is_a_namesakes_too() -> None:
    """Each digit after the names makes it rarer."""
    one, other = somebody("Ahmad Salih", "instagram:ahmed_saleh"), "email:ahmed.saleh@a.example"
    assert compared(one, somebody("Ahmad Salih", other)).account == ""
    bits = [
        compared(
            somebody("Ahmad Salih", f"instagram:ahmed_saleh{digits}"),
            somebody("Ahmad Salih", f"email:ahmed.saleh{digits}@a.example"),
        ).account_bits
        for digits in ("4", "42", "420", "4201")
    ]
    assert bits == [4.0, 8.0, 12.0, 12.0]


def test_a_surname_of_two_words_is_as_common_as_it_is() -> None:
    """Al-Masri and Almasri are one surname; neither is rare because it is compared in one word."""
    one, other = somebody("Huda", last_name="Al-Masri"), somebody("Huda", last_name="Al-Masri")
    family = [somebody(f"Anna{number}", last_name="Al-Masri") for number in range(40)]
    assert compared(one, other).names.bits - compared(one, other, *family).names.bits > 4


def test_an_employer_is_as_rare_as_among_those_whose_employer_is_known() -> None:
    one = somebody("Ruth Quill", employer="Acme")
    colleagues = [somebody(f"Anna{number} Hale", employer="Acme") for number in range(30)]
    unemployed = [somebody(f"Olga{number} Hale") for number in range(2_000)]
    bits = compared(one, one, *colleagues).employer
    assert compared(one, one, *colleagues, *unemployed).employer == bits
    others = [somebody(f"Olga{number} Hale", employer=f"Globex {number}") for number in range(2_000)]
    assert compared(one, one, *colleagues, *others).employer > bits


def test_a_score_is_the_same_both_ways() -> None:
    for one, other in TRAPS.values():
        there, back = compared(one, other), compared(other, one)
        assert (round(there.bits, 9), there.contradicts) == (round(back.bits, 9), back.contradicts)


def test_of_two_handles_that_say_as_much_a_persons_own_counts() -> None:
    for number in range(40):
        handles = f"email:otto{number}@example.org", f"phone:+1212555{number:04d}"
        one = Person(given="otto", handles=handles)
        book = Commonness(1_000, {number_of(handle): 100 for handle in handles})
        assert handle_score(book, one, one).is_personal
