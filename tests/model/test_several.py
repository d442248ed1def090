"""Several phone numbers or e-mail addresses in one text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.model.several import split_emails, split_phones


@pytest.mark.parametrize("country", ["DE", "US", None])
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+4930111222 / +4930333444", ["+4930111222", "+4930333444"]),
        ("030 111222, 0171 3334445", ["030 111222", "0171 3334445"]),
        ("089/123456, 0171/1234567", ["089/123456", "0171/1234567"]),
        ("030 111222 oder 0171 3334445", ["030 111222", "0171 3334445"]),
        ("+4930111222 +4930333444", ["+4930111222", "+4930333444"]),
        ("030 111222\n030 333444 | 030 555666", ["030 111222", "030 333444", "030 555666"]),
        ("0171/1234567", ["0171/1234567"]),
        ("033204/123456", ["033204/123456"]),
        ("0711 123456/57", ["0711 123456/57"]),
        ("+1 (555) 011-0071 x 12", ["+1 (555) 011-0071 x 12"]),
        ("ask for Ned / in the evening", ["ask for Ned / in the evening"]),
    ],
)
def test_a_text_is_split_only_into_whole_numbers(text: str, numbers: list[str], country: str | None) -> None:
    assert split_phones(text, country) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("030 123456 / 654321", ["030 123456", "654321"]),
        ("02642 / 12345", ["02642 / 12345"]),
        ("02642 / 0171 1234567", ["02642", "0171 1234567"]),
        ("04121 / 81234 / 81235", ["04121 / 81234", "81235"]),
        ("04121/ 81234 / 0171 1234567", ["04121/ 81234", "0171 1234567"]),
    ],
)
def test_an_area_code_before_a_slash_is_not_a_number_of_its_own(text: str, numbers: list[str]) -> None:
    assert split_phones(text, "DE") == numbers


@pytest.mark.parametrize(
    ("text", "addresses", "rest"),
    [
        ("Ned Flanders <ned@example.org>", ["ned@example.org"], "Ned Flanders"),
        ('"Flanders, Ned" <ned@example.org>', ["ned@example.org"], "Flanders Ned"),
        ("Ned (ned@example.org)", ["ned@example.org"], "Ned"),
        ("mailto:ned@example.org?subject=Hi%20Ned", ["ned@example.org"], ""),
        ("ned@example.org maude@example.org", ["ned@example.org", "maude@example.org"], ""),
        ("ned@example.org or maude@example.org.", ["ned@example.org", "maude@example.org"], ""),
        ("ned@example.org/maude@example.org", ["ned@example.org", "maude@example.org"], ""),
        ("'ned@example.org'", ["ned@example.org"], ""),
        ("a/b@example.org", ["a/b@example.org"], ""),
        ("E-mail: ned@example.org (home)", ["ned@example.org"], "E-mail home"),
        ("okily dokily", [], "okily dokily"),
    ],
)
def test_addresses_are_found_within_a_text(text: str, addresses: list[str], rest: str) -> None:
    assert split_emails(text) == (addresses, rest)


@given(st.text(alphabet="ab1@+.,;/<> \n:|", max_size=200))
def test_what_is_found_in_a_text_stands_in_it(text: str) -> None:
    numbers = split_phones(text, "US")
    assert numbers == [text] or (len(numbers) > 1 and all(number in text for number in numbers))
    addresses, rest = split_emails(text)
    assert all(address in text for address in addresses)
    assert set(rest) <= {*text, " "}


@pytest.mark.parametrize("text", ["@" * 100_000, "a@" * 50_000, "1 /" * 50_000, "mailto:" * 20_000, "(" * 100_000])
def test_long_texts_take_no_time(text: str) -> None:
    assert split_phones(text, "US") == [text]
    split_emails(text)


def test_a_text_without_an_address_takes_no_more_time_than_its_length() -> None:
    """Four times as long takes four times as long, and with the square of the time sixteen times."""
    short, long = (min(_seconds("a" * length) for _ in range(9)) for length in (500, 2000))
    assert long < 9 * short


def _seconds(text: str) -> float:
    begin = time.thread_time()
    split_emails(text)
    return time.thread_time() - begin
