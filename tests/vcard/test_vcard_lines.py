"""Content lines, and how cards are found in a file."""

import base64
import io
import time
import tracemalloc

import pytest
from cards import card_of, cards_of, property_of
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.imports import ContactDraft, RowError
from coterie.vcard.cards import BrokenCard, Card, read_cards
from coterie.vcard.charsets import decode
from coterie.vcard.lines import parse_text
from coterie.vcard.read import read_card

CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD\n"


def _reasons(text: str | bytes) -> list[str]:
    return [card.reason if isinstance(card, BrokenCard) else "" for card in cards_of(text)]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_ending_ends_a_line(end: str) -> None:
    (card,) = cards_of(CARD.replace("\n", end))
    assert isinstance(card, Card)
    assert [(entry.name, entry.value) for entry in card.properties] == [("VERSION", "3.0"), ("FN", "Ana")]


def test_a_carriage_return_at_the_end_of_a_block_is_no_line_of_its_own() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    (card,) = read_cards(Slow(CARD.replace("\n", "\r\n").encode()))
    assert isinstance(card, Card)
    assert len(card.properties) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_part_of_the_first_line(encoding: str) -> None:
    (card,) = cards_of(CARD.replace("Ana", "Łucja").encode(encoding))
    assert isinstance(card, Card)
    assert card.properties[1].value == "Łucja"


def test_the_last_card_may_lack_its_last_line_end() -> None:
    assert _reasons(CARD.rstrip()) == [""]


def test_begin_and_end_are_read_in_any_case_and_with_spaces_after() -> None:
    assert _reasons("begin:vcard \nFN:Ana\nEnd:VCard  \n") == [""]


def test_a_fold_stands_for_nothing_even_within_a_character() -> None:
    entry = property_of(b"NOTE:caf\xc3", b" \xa9 cr", b"\teme")
    assert entry.value == "café creme"


def test_a_fold_of_2_1_stands_for_a_space() -> None:
    assert property_of("NOTE:one", " two", version="2.1").value == "one two"


def test_soft_line_breaks_of_quoted_printable_are_joined() -> None:
    entry = property_of("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:a =", "b=C3=A4 =", "c", version="2.1")
    assert entry.value == "a bä c"


def test_base64_that_is_not_indented_belongs_to_its_property() -> None:
    card = card_of("PHOTO;JPEG;BASE64:AAAA", "BBBB", "", "TEL:1", version="2.1")
    assert [entry.value for entry in card.properties[1:]] == ["AAAABBBB", "1"]


def test_a_group_parameters_and_a_value_with_colons_are_taken_apart() -> None:
    entry = property_of('item1.X-ABLabel;TYPE=a,b;type=c;X-Y="d;e:f,g":h:i;j')
    assert (entry.group, entry.name, entry.value) == ("item1", "X-ABLABEL", "h:i;j")
    assert entry.parameters == {"TYPE": ("a", "b", "c"), "X-Y": ("d;e:f,g",)}


def test_bare_parameters_of_2_1_are_types_and_encodings() -> None:
    entry = property_of("TEL;HOME;VOICE;QUOTED-PRINTABLE:=31", version="2.1")
    assert entry.parameters == {"TYPE": ("HOME", "VOICE"), "ENCODING": ("QUOTED-PRINTABLE",)}
    assert entry.value == "1"


def test_a_list_of_types_may_stand_in_one_pair_of_quotes() -> None:
    assert property_of('TEL;TYPE="cell,voice":1', version="4.0").parameters == {"TYPE": ("cell", "voice")}


def test_carets_in_parameters_stand_for_quotes_and_line_ends() -> None:
    assert property_of("ADR;LABEL=a^nb^'c^'^^n^x:;").first("LABEL") == 'a\nb"c"^n^x'


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("", "é".encode(), "é"), ("", b"\xe9", "é"), ("UTF-8", b"\xe9", "é"),
        ("ISO-8859-1", b"\xe9\x96", "é–"),
        ("windows-1251", "Аня".encode("cp1251"), "Аня"), ("KOI8-R", "Аня".encode("koi8-r"), "Аня"),
        ("Shift_JIS", "漢".encode("shift_jis"), "漢"), ("klingon", "é".encode(), "é"),
        ("klingon", b"\xe9", "é"),
        ("unicode_escape", b"\\ud800", "\\ud800"), ("hex", b"6162", "6162"), ("", b"\x81", "\x81"),
        ("a\0b", b"a", "a"), ("cp9999", b"a", "a"), ("utf-7", b"+2AA-", "+2AA-"),
    ],
)  # fmt: skip
def test_every_charset_comes_out_as_text(charset: str, raw: bytes, text: str) -> None:
    assert decode(raw, charset) == text


def test_a_charset_is_used_also_without_an_encoding() -> None:
    assert property_of(b"NOTE;CHARSET=windows-1250:" + "łą".encode("cp1250")).value == "łą"


def test_text_in_base64_is_decoded_and_broken_base64_is_kept() -> None:
    assert property_of("NOTE;ENCODING=B:" + base64.b64encode("né".encode()).decode()).value == "né"
    assert property_of("NOTE;ENCODING=B:!").value == "!"


def test_backslashes_and_commas_of_2_1_are_themselves() -> None:
    assert property_of(r"NOTE:C:\new, \; D", version="2.1").value == r"C:\\new\, \; D"


@pytest.mark.parametrize("line", ["no colon", ":no name", "A B:c", 'TEL;X="open:1', "ü:x", "TEL;;=:", "\x00"])
def test_what_is_no_content_line_is_a_problem_and_not_the_end_of_the_card(line: str) -> None:
    card = card_of(line, "FN:Ana")
    assert len(card.unread) + len(card.properties) == 3
    assert card.properties[-1].value == "Ana"


@pytest.mark.parametrize("parameters", [";A=" * 1_000_000, ';X="a' * 1_000_000, ";TYPE=b" * 500_000])
def test_parameters_without_end_are_a_problem_and_take_no_time(parameters: str) -> None:
    line = "TEL" + parameters + ":1"
    card = card_of(*("\r\n ".join(line[at : at + 60_000] for at in range(0, len(line), 60_000)), "FN:Ana"))
    assert [entry.name for entry in card.properties] == ["VERSION", "FN"]
    assert len(card.unread) == 1


@pytest.mark.parametrize(
    "line",
    ["TEL" + ';A="' * 99, "TEL" + ';A="' * 5_001 + ":1", f"TEL{' ' * 16_000}x", f"TEL{' ' * 2_400}x",
     f"EMAIL {'@' * 16_000} x", f"EMAIL {'@' * 2_400} x", "TEL" + ";A" * 1_200 + "@ x"],
    ids=["quotes", "odd", "spaces", "fewer", "signs", "fewer signs", "types"],
)  # fmt: skip
def test_a_line_without_a_colon_takes_no_time(line: str) -> None:
    begin = time.thread_time()
    assert parse_text(line) is None
    assert time.thread_time() - begin < 1


def test_text_around_cards_and_cards_cut_short_are_told_with_their_number() -> None:
    text = f"hello\n{CARD}FN:x\nEND:VCARD\nBEGIN:VCARD\nFN:y\n{CARD}\n\nmore\n"
    found = cards_of(text)
    assert _reasons(text) == [
        "is text between cards", "", "has no BEGIN:VCARD", "has no END:VCARD before the next card begins", "",
        "is text after the last card",
    ]  # fmt: skip
    assert [card.number for card in found] == [1, 2, 3, 4, 5, 6]
    assert isinstance(found[3], BrokenCard)
    assert found[3].source == "FN:y"


def test_a_card_in_a_card_costs_the_outer_one_only() -> None:
    text = "BEGIN:VCARD\nVERSION:2.1\nAGENT:\n" + CARD + "END:VCARD\n" + CARD
    assert _reasons(text) == [
        "has no END:VCARD before the next card begins", "", "has no BEGIN:VCARD", "",
    ]  # fmt: skip


def test_a_file_that_ends_within_a_card_says_so() -> None:
    assert _reasons(CARD + CARD[:-10]) == ["", "has no END:VCARD"]


@pytest.mark.parametrize("text", ["", "\r\n\r\n", "\ufeff"])
def test_a_file_with_nothing_in_it_has_no_cards(text: str) -> None:
    assert cards_of(text) == []


def test_a_line_of_64_kib_is_read_and_a_longer_one_costs_its_card() -> None:
    good = CARD.replace("Ana", "a" * (64 * 1024 - 3))
    bad = CARD.replace("Ana", "a" * (64 * 1024 - 2))
    huge = CARD.replace("Ana", "a" * 3_000_000)
    assert _reasons(good + bad + huge + CARD + "x" * 70_000) == [
        "", "has a line over 64 KiB", "has a line over 64 KiB", "", "has a line over 64 KiB",
    ]  # fmt: skip


def test_a_photo_of_10_mib_is_read_and_a_larger_property_costs_its_card() -> None:
    photo = "PHOTO;ENCODING=b:\n" + (" " + "A" * 60_000 + "\n") * 174
    (card,) = cards_of(CARD.replace("FN", photo + "FN"))
    assert isinstance(card, Card)
    assert len(card.properties[1].value) == 174 * 60_000
    assert _reasons(CARD.replace("FN", photo + " " + "A" * 60_000 + "\nFN")) == ["has a property over 10 MiB"]


def test_a_card_has_at_most_2000_properties() -> None:
    assert _reasons(CARD.replace("FN", "X-A:1\n" * 1_998 + "FN")) == [""]
    assert _reasons(CARD.replace("FN", "X-A:1\n" * 1_999 + "FN") + CARD) == [
        "has more than 2,000 properties",
        "",
    ]


def test_a_card_has_at_most_250000_lines() -> None:
    assert _reasons(CARD.replace("FN", "NOTE:\n" + " x\n" * 250_000 + "FN") + CARD) == [
        "is over 16 MiB or 250,000 lines", "",
    ]  # fmt: skip


def test_the_source_of_a_broken_card_is_short() -> None:
    (card,) = cards_of("é" * 20_000 + "\n" + "z\n" * 50_000)
    assert isinstance(card, BrokenCard)
    assert len(card.source) == 2_000


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(count: int) -> int:
        data = (CARD.replace("Ana", "a" * 900) * count + "junk " * 200 + "\n" * count).encode()
        tracemalloc.start()
        for card in read_cards(io.BytesIO(data)):
            assert card
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(6_000) < peak(1_500) + 1_000_000


PIECES = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "VERSION:4.0", "FN:A", "N:;", "TEL", ";", ":", '"', "=", "\\",
     ",", "^", "\n", "\r", "\r\n", " ", "\t", "\0", "é", "ENCODING=QUOTED-PRINTABLE", "BASE64", "CHARSET=",
     "=0D=0A=", "BDAY:", "ADR:", "PHOTO;", "X-SOCIALPROFILE;", "IMPP:", "item1.", "X-ABLabel:", "TYPE=",
     "data:", "N", "1604-02-29"]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=60).map(lambda pieces: "".join(pieces).encode()) | st.binary(max_size=300))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    found = list(read_cards(io.BytesIO(b"BEGIN:VCARD\n" + data + b"\nEND:VCARD\n" + data)))
    assert found
    for card in found:
        if isinstance(card, Card):
            assert isinstance(read_card(card), ContactDraft | RowError)
