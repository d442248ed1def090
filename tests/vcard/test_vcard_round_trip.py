"""Whatever a card can hold comes back from one we wrote, in both versions."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.contacts import GENDERS
from coterie.model.handles import CHANNELS
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.vcard.cards import Card, read_cards
from coterie.vcard.read import read_card
from coterie.vcard.write import write_card

VERSIONS = ("3.0", "4.0")


def read_one(card_text: str) -> object:
    (card,) = read_cards(io.BytesIO(card_text.encode()))
    assert isinstance(card, Card), card
    return read_card(card)


def _texts(alphabet: st.SearchStrategy[str], size: int = 30) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=size).map(str.strip).filter(bool)


NASTY = st.sampled_from([*"\\,;:\"^='\t.", "ß", "ł", "漢", "🚀", "\u200d", "ר", "\u200f", "n", "N"])
LINE = _texts(NASTY | st.characters(exclude_categories=("Cs", "Cc")))
TEXT = _texts(NASTY | st.just("\n") | st.characters(exclude_categories=("Cs", "Cc")), 200)
# "tel:", "mailto:" and "x-apple:" in front of a value are schemes, not part of it
VALUE = LINE.filter(lambda value: ":" not in value)
DAYS = st.dates().filter(lambda day: day.year != 1604).map(str) | st.sampled_from(["--02-29", "--12-31"])
LABELS = st.none() | st.sampled_from(["home", "work", "mobile", "home fax", "work mobile", "other"]) | LINE
ADDRESS = st.builds(
    lambda lines, rest, label: AddressDraft(*(lines + [None] * 3)[:3], *rest, label),
    st.lists(LINE, min_size=1, max_size=3),
    st.tuples(*[st.none() | LINE] * 4),
    LABELS,
)
PICTURE = st.builds(
    # only the beginning of the bytes tells the type
    lambda start, rest: PictureDraft(start[0], data=start[1] + rest),
    st.sampled_from([(None, b"x"), ("image/jpeg", b"\xff\xd8\xff"), ("image/png", b"\x89PNG\r\n\x1a\n")]),
    st.binary(max_size=200),
) | st.builds(
    PictureDraft, st.sampled_from([None, "image/png"]), url=VALUE.map(lambda path: f"https://example.com/{path}")
)


def _one_primary(handles: list[HandleDraft]) -> list[HandleDraft]:
    seen: set[str] = set()
    kept = []
    for handle in handles:
        is_primary = handle.is_primary and handle.channel not in seen
        if is_primary:
            seen.add(handle.channel)
        kept.append(HandleDraft(handle.channel, handle.value, handle.label, is_primary))
    return kept


HANDLES = st.lists(
    st.builds(HandleDraft, st.sampled_from(CHANNELS), VALUE | st.just("ana_92"), LABELS, st.booleans())
    | st.builds(HandleDraft, st.sampled_from(["website", "linkedin"]), st.just("https://linkedin.com/in/a,b;c")),
    max_size=4,
).map(_one_primary)
DRAFTS = st.builds(
    ContactDraft,
    **dict.fromkeys(
        [
            "display_name",
            "name_prefix",
            "first_name",
            "middle_name",
            "last_name",
            "name_suffix",
            "nickname",
            "formatted_name",
            "phonetic_first_name",
            "phonetic_last_name",
            "maiden_name",
            "department",
        ],
        st.none() | LINE,
    ),
    gender=st.none() | st.sampled_from(GENDERS),
    birthday=st.none() | DAYS,
    employer=st.none() | LINE,
    job_title=st.none() | LINE,
    how_you_met=st.none() | TEXT,
    language=st.none() | st.sampled_from(["fr", "pt-BR"]),
    bio=st.none() | TEXT,
    is_follower=st.none() | st.booleans(),
    note=st.none() | TEXT,
    handles=HANDLES,
    addresses=st.lists(ADDRESS, max_size=2),
    dates=st.lists(st.builds(DateDraft, LINE | st.just("anniversary"), DAYS), max_size=3),
    pictures=st.lists(PICTURE, max_size=2),
    tags=st.lists(LINE, max_size=3, unique=True),
    folders=st.lists(LINE, max_size=2),
    external_ids=st.lists(st.tuples(st.just("vcard") | LINE, LINE), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(DRAFTS, st.sampled_from(VERSIONS))
def test_a_draft_that_is_written_is_read_again_as_it_was(draft: ContactDraft, version: str) -> None:
    if not (draft.display_name or draft.nickname or draft.handles or draft.first_name or draft.last_name):
        draft.first_name = "Ana"
    assert read_one(write_card(draft, version)) == draft


@settings(max_examples=100, deadline=None)
@given(TEXT, st.sampled_from(VERSIONS))
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(note: str, version: str) -> None:
    card = write_card(ContactDraft(first_name="Ana", note=note * 3), version)
    for line in card.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_name_alone_is_written_with_the_parts_it_must_have(version: str) -> None:
    card = write_card(ContactDraft(first_name="Ana", last_name="Silva"), version)
    assert card == (f"BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Ana Silva\r\nN:Silva;Ana;;;\r\nEND:VCARD\r\n")


def test_what_4_0_can_say_is_said_in_its_own_properties() -> None:
    draft = ContactDraft(
        first_name="Ana", gender="female", birthday="--05-12", language="pt",
        handles=[HandleDraft("phone", "+351 1", "mobile", is_primary=True)],
        dates=[DateDraft("anniversary", "2015-09-20")], pictures=[PictureDraft("image/png", data=b"abc")],
        external_ids=[("vcard", "0190d1f0-0000-7000-8000-000000000000")],
    )  # fmt: skip
    lines = write_card(draft, "4.0").replace("\r\n ", "").split("\r\n")
    assert {
        "GENDER:F", "BDAY:--0512", "LANG:pt", "TEL;TYPE=cell;PREF=1:+351 1", "ANNIVERSARY:20150920",
        "PHOTO:data:image/png;base64,YWJj", "UID:urn:uuid:0190d1f0-0000-7000-8000-000000000000",
    } <= set(lines)  # fmt: skip


def test_what_3_0_cannot_say_is_said_the_way_phones_know() -> None:
    draft = ContactDraft(
        first_name="Ana", gender="male", birthday="--05-12",
        handles=[
            HandleDraft("phone", "1", "cottage", is_primary=True), HandleDraft("instagram", "ana.silva"),
        ],
        pictures=[PictureDraft("image/png", data=b"abc")],
    )  # fmt: skip
    lines = write_card(draft, "3.0").replace("\r\n ", "").split("\r\n")
    assert {
        "X-GENDER:M", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-12", "item1.TEL;TYPE=pref:1",
        "item1.X-ABLabel:cottage",
        "X-SOCIALPROFILE;TYPE=instagram;X-USER=ana.silva:https://www.instagram.com/ana.silva",
        "PHOTO;ENCODING=b;TYPE=PNG:YWJj",
    } <= set(lines)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_what_no_card_may_hold_is_left_out_when_writing(version: str) -> None:
    draft = ContactDraft(first_name="A\0na", note="a\ud800b\r\nc\x07", handles=[HandleDraft("phone", "1\0")])
    read = read_one(write_card(draft, version))
    assert isinstance(read, ContactDraft)
    assert (read.first_name, read.note, read.handles[0].value) == ("Ana", "a\ufffdb\nc", "1")


def test_an_empty_draft_and_one_without_a_name_are_still_cards() -> None:
    assert "FN:?" in write_card(ContactDraft(), "4.0")
    draft = ContactDraft(handles=[HandleDraft("email", "ana@example.com")])
    assert read_one(write_card(draft, "3.0")) == draft
