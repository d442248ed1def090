"""Lines that programs write wrong: blank ones, raw line breaks, odd names, missing colons. No text is lost."""

import io

import pytest
from cards import cards_of, draft_of

from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft
from coterie.vcard.cards import Card, read_cards
from coterie.vcard.charsets import decode
from coterie.vcard.read import read_card

LINES = ["BEGIN:VCARD", "VERSION:3.0", "FN:Ned Flanders", "N:Flanders;Ned;;;",
         "NOTE:has a left-handed st", " ore in the mall", "END:VCARD"]  # fmt: skip


def only_draft(data: bytes) -> ContactDraft:
    (card,) = cards_of(data)
    assert isinstance(card, Card)
    draft = read_card(card)
    assert isinstance(draft, ContactDraft)
    return draft


@pytest.mark.parametrize("end", ["\r\n\r\n", "\n\n", "\r\r\n", "\n \n"])
def test_blank_lines_and_doubled_line_ends_within_a_card_mean_nothing(end: str) -> None:
    draft = only_draft((end.join(LINES) + end).encode())
    assert (draft.last_name, draft.note, draft.warnings) == ("Flanders", "has a left-handed store in the mall", [])


@pytest.mark.parametrize("end", ["\r\n\r\n", "\r\r\n"])
def test_blank_lines_are_no_end_of_encoded_text(end: str) -> None:
    lines = ["BEGIN:VCARD", "VERSION:2.1", "N:Flanders;Ned", "NOTE;ENCODING=QUOTED-PRINTABLE:a left=", "-handed store",
             "END:VCARD", ""]  # fmt: skip
    assert only_draft(end.join(lines).encode()).note == "a left-handed store"


def test_a_soft_line_break_before_a_blank_line_ends_the_property() -> None:
    draft = draft_of("NOTE;ENCODING=QUOTED-PRINTABLE:okily=0D=0A=", "", "TEL:5558904", version="2.1")
    assert (draft.note, draft.handles) == ("okily", [HandleDraft("phone", "5558904")])


def test_a_carriage_return_may_be_doubled_at_the_end_of_a_block() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    (card,) = read_cards(Slow("\r\r\n".join([*LINES, ""]).encode()))
    assert isinstance(card, Card)
    assert [entry.name for entry in card.properties] == ["VERSION", "FN", "N", "NOTE"]


def test_a_line_that_is_no_property_goes_on_with_the_note_or_address_above_it() -> None:
    draft = draft_of(
        "NOTE:Left-handed", "neighbour of Homer", "", "and a good one: okily", "dokily",
        "ADR;TYPE=home:;;744 Evergreen Terrace", "Rear house;Springfield;;49007;USA", "TEL:5558904",
    )  # fmt: skip
    assert draft.note == "Left-handed\nneighbour of Homer\nand a good one: okily\ndokily"
    assert draft.addresses == [
        AddressDraft("744 Evergreen Terrace", "Rear house", None, "Springfield", None, "49007", "USA", "home")
    ]
    assert draft.handles == [HandleDraft("phone", "5558904")]


def test_any_other_line_that_is_no_property_is_a_line_of_the_note() -> None:
    draft = draft_of("TITLE:Owner", "of the Leftorium", "see http://example.org")
    assert (draft.job_title, draft.note) == ("Owner", "of the Leftorium\nsee http://example.org")
    assert draft.warnings == [f"line {line!r} is not a vCard property" for line in draft.note.splitlines()]


@pytest.mark.parametrize(
    ("line", "handle"),
    [
        ("X-GOOGLE TALK;TYPE=HOME:ned", HandleDraft("xmpp", "ned", "home")),
        ("X-messaging/xmpp-All:ned@example.org", HandleDraft("xmpp", "ned@example.org")),
        ("X-messaging/skype-All:ned.f", HandleDraft("skype", "ned.f")),
        ("X-messaging/pager-All:ned", HandleDraft("other", "ned", "pager")),
        ("my.own.group.TEL;TYPE=CELL:5558904", HandleDraft("phone", "5558904", "mobile")),
        ("EMAIL ned@example.org", HandleDraft("email", "ned@example.org")),
        ('TEL;TYPE="HOME";+1 555 8904', HandleDraft("phone", "+1 555 8904", "home")),
        ("TEL;CELL 555-8904", HandleDraft("phone", "555-8904", "mobile")),
        ("URL=https://example.org", HandleDraft("website", "https://example.org")),
    ],
)
def test_odd_names_and_missing_colons_are_understood(line: str, handle: HandleDraft) -> None:
    draft = draft_of(line)
    assert (draft.handles, draft.note, draft.warnings) == ([handle], None, [])


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("ISO-8859-1", "Jürgen".encode(), "Jürgen"), ("windows-1252", "Ærø".encode(), "Ærø"),
        ("ISO-8859-1", "Jürgen".encode("latin-1"), "Jürgen"), ("GB2312", "模".encode("gb2312"), "模"),
        ("windows-1251", "Недд".encode(), "Недд"), ("Big5", "弗蘭德斯先生".encode(), "弗蘭德斯先生"),
    ],
)  # fmt: skip
def test_text_that_is_utf_8_is_read_as_such_whatever_the_card_says(charset: str, raw: bytes, text: str) -> None:
    assert decode(raw, charset) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str) -> None:
    draft = only_draft("\r\n".join(LINES).replace("Ned", "Łucja").encode(encoding))
    assert draft.first_name == "Łucja"


def test_a_card_of_many_broken_lines_takes_no_time() -> None:
    photo = "PHOTO;ENCODING=b:" + "A" * 60_000
    draft = draft_of(photo, *["x y"] * 1_900, *["NOTE:a", *["b c"] * 15_000])
    assert draft.note is not None
    assert draft.note.startswith("a\nb c")
