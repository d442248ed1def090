"""Telephone numbers are matched by E.164 where that is known, and by their digits elsewhere."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.model.phones import Phone, normalize_phone, parse_phone


def test_a_number_with_an_extension_keeps_it() -> None:
    assert normalize_phone("800-555-5555 ext. 123", None, "phone") == "8005555555;ext=123"
    assert parse_phone("800-555-5555 ext. 123", "US") == Phone("+18005555555", "123", "8005555555")


REFUSED = (
    "", " ", "+", "12", "+1", "string", "call me maybe", "call me at 2015550123", "<b>12345678</b>",
    "555\x00123456", "\ud800555123456", "📞", "هاتف", "911911911911911911911",
    "939 555 0100 zzz 5", "+1 939 555 0111 zimmer 5", "123 Fake Street",
    "742 Evergreen Terrace", "555-1234 or ask Moe", "5551234567 وَسَهْلاً مرحبا",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+49 30 901820", None, "+4930901820"),
        ("＋49 30 901820", None, "+4930901820"),
        ("030 901820", "de", "+4930901820"),
        *[
            (text, "DE", "+4930901820")
            for text in (
                "“+49 30 901820”",
                '"030 901820"',
                "'030 901820'",
                "„030 901820“",
                "«030 901820»",
                '="030 901820"',
                "<tel:+49-30-901820>",
                "’030 901820",
                "~030 901820",
                "_030 901820_",
            )
        ],
        ("٠٣٠٩٠١٨٢٠", "DE", "+4930901820"),
        ("030 901820", None, "030901820"),
        ("030 901820", "XX", "030901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("00 1 201 555 0123", "DE", "+12015550123"),
        ("(0)20 7946 0958", "GB", "+442079460958"),
        ("+39 06 6982", None, "+39066982"),
        ("(201) 555-0123 x7", "US", "+12015550123;ext=7"),
        ("+1 201-555-0123 #7", None, "+12015550123;ext=7"),
        ("tel:+1-201-555-0123", None, "+12015550123"),
        ("tel:+1-201-555-0123;ext=9", None, "+12015550123;ext=9"),
        (" Mobile: 201 555 0123", "US", "+12015550123"),
        ("201-555-0123 (home)", "US", "+12015550123"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1-800-FLOWERS ext 5", None, "18003569377;ext=5"),
        ("1-800-GO-FEDEX", "US", "+18004633339"),
        ("+1 800 FLOWERS extension 12", None, "+18003569377;ext=12"),
        ("939.555.0102 Durchwahl 3", "US", "+19395550102;ext=3"),
        ("030 901820 (DW 12)", "DE", "+4930901820;ext=12"),
        ("+1 939 555 0110, poste 4", None, "+19395550110;ext=4"),
        ("+48 22 555 01 11 wewn. 5", None, "+48225550111;ext=5"),
        ("+48 22 555 01 11 wewnętrzny 5", None, "+48225550111;ext=5"),
        ("+55 11 5550 1234 ramal: 77", None, "+551155501234;ext=77"),
        ("+31 20 555 0123 toestel 8", None, "+31205550123;ext=8"),
        ("+81 3-1234-5678 内線12", None, "+81312345678;ext=12"),
        ("+7 495 555-01-23 внутр. 6", None, "+74955550123;ext=6"),
        *[
            (f"+7 495 555-01-23{text}", None, "+74955550123;ext=6")
            for word in ("ext", "extn", "xtn", "int", "anexo", "доб", "ДОБ")
            for text in (f"{word}6", f" {word} 6", f" {word}. 6", f", {word}.6")
        ],
        *[
            (f"+1 800 FLOWERS {word}. 12", None, "+18003569377;ext=12")
            for word in ("ext", "extn", "xtn", "int", "anexo", "доб")
        ],
        ("253-0000", "US", "2530000"),
        ("911", "US", "911"),
        ("*100#", None, "100"),
        ("+999 123 4567", None, "9991234567"),
        ("0000", None, "0000"),
        ("1" * 20, "US", "1" * 20),
    ],
)
def test_every_spelling_has_one_matching_form(text: str, country: str | None, expected: str) -> None:
    assert normalize_phone(text, country, "phone") == expected


@pytest.mark.parametrize("text", ["+12015550123", "+12015550123;ext=7", "8005555555;ext=123", "2530000"])
def test_the_matching_form_matches_itself(text: str) -> None:
    assert normalize_phone(text, None, "phone") == text


@pytest.mark.parametrize(
    "text",
    REFUSED,
)
@pytest.mark.parametrize("country", [None, "US", "DE"])
def test_what_is_no_phone_number_is_refused_by_field(text: str, country: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        normalize_phone(text, country, "phone")
    assert [problem[:2] for problem in refused.value.problems] == [(("phone",), "invalid")]


def test_a_text_beyond_100_characters_is_too_long() -> None:
    with pytest.raises(Invalid) as refused:
        normalize_phone("5" + " " * 95 + "551234", None, "phone")
    assert refused.value.problems[0].kind == "too_long"


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=110), st.text("0123456789+()-x#*. ;=extFLOWERS", max_size=40)),
    st.sampled_from([None, "US", "DE", "GB", "ZZ", "", "\0"]),
)
def test_any_text_is_either_refused_or_normalized_within_its_limits(text: str, country: str | None) -> None:
    try:
        form = normalize_phone(text, country, "phone")
    except Invalid:
        return
    number, _, extension = form.partition(";ext=")
    assert number.removeprefix("+").isdecimal() and number.isascii()
    assert 3 <= len(number.removeprefix("+")) <= 20 and len(extension) <= 20


@pytest.mark.slow
def test_a_start_without_a_number_does_not_load_the_library() -> None:
    script = "import sys, coterie.model.phones; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


WRAPPED = (
    "\u202a+1 212 555 0147\u202c", "\u2068+12125550147\u2069", "\ufeff212 555 0147", "\u200e(212) 555\u20110147",
    "+1\ufe0e212 555 0147", "212·555·0147", "☎ 212 555 0147", "📞212 555 0147", "2\u00ad12\u200b5550147",
    "212\u2013555\u20130147", "212\u2212555\u22120147", "212\u3000555\u30000147", "+1\u00a0212\u00a0555\u202f0147",
)  # fmt: skip


@pytest.mark.parametrize("text", WRAPPED)
def test_signs_that_nobody_sees_or_types_do_not_hide_a_number(text: str) -> None:
    assert normalize_phone(text, "US", "phone") == "+12125550147"


@pytest.mark.parametrize(
    "text",
    [
        "ORDER2024B7XQ", "2024B7XQ55", "AB12CD34EF56", "12125550147.0", "2125550147.00", "1.2125550147E+10", "1,21e10",
        "212 555 0147\n212 555 0148", "212-555-0147 / 212-555-0148", "212 555 0147; 212 555 0148",
        "212 555 0147, 212 555 0148", "212 555 0147 or 212 555 0148", "2125550147/2125550148", "5550147/5550148",
        "212 555 0147 / 5550148",
        "+12125550147 +12125550148", "+12125550147+12125550148",
    ],
)  # fmt: skip
def test_a_code_a_quantity_and_two_numbers_are_no_number(text: str) -> None:
    assert parse_phone(text, "US") == Phone(None, None, None)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("0171/1234567", "DE", "+491711234567"),
        ("0049171/1234567", "DE", "+491711234567"),
        ("030 1234567/68", "DE", "+4930123456768"),
        ("212 555 0147x12", "US", "+12125550147;ext=12"),
        ("2125550147ext12", "US", "+12125550147;ext=12"),
        ("1-800-SEEDS-12", "US", "+18007333712"),
        ("+33 (0)1 70 18 99 00", "FR", "+33170189900"),
        ("02642 / 12345", "DE", "+49264212345"),
        ("(02642) /12345", "DE", "+49264212345"),
        ("+43 (0)316 / 82 55-12", "AT", "+43316825512"),
        ("+43 (0)316 / 82 55-12", None, "+43316825512"),
        ("0043 3862 / 22110", "AT", "+43386222110"),
        ("01234 / 567890", "GB", "+441234567890"),
        ("02642 / 12345", None, "0264212345"),
    ],
)
def test_a_slash_an_extension_and_letters_within_one_number_stay(text: str, country: str, expected: str) -> None:
    assert normalize_phone(text, country, "phone") == expected
