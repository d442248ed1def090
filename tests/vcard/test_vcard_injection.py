"""No value of a contact starts a line or a card of its own in an export."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.http.responses import Response, encode_response, file_headers
from coterie.model.attachments import clean_media_type
from coterie.model.handles import CHANNELS
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.vcard.cards import Card, read_cards
from coterie.vcard.read import read_card
from coterie.vcard.write import VERSIONS, write_card

ATTACK = "a\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bank\r\nTEL:+19005550123"
BREAKS = st.sampled_from(
    [ATTACK, "\r", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", ":", ";", '"', "^n", "\\n", "\\"]
)
ANY = st.lists(BREAKS | st.text(max_size=20), max_size=5).map("".join)
NONE_OR_ANY = st.none() | ANY
TEXTS = [name for name, kind in ContactDraft.__annotations__.items() if kind == (str | None)]
DRAFTS = st.builds(
    ContactDraft,
    **dict.fromkeys(TEXTS, NONE_OR_ANY),
    handles=st.lists(st.builds(HandleDraft, st.sampled_from(CHANNELS), ANY, NONE_OR_ANY), max_size=3),
    addresses=st.lists(st.builds(AddressDraft, *[NONE_OR_ANY] * 8), max_size=2),
    dates=st.lists(st.builds(DateDraft, ANY, ANY), max_size=2),
    pictures=st.lists(
        st.builds(PictureDraft, NONE_OR_ANY, st.binary(max_size=20))
        | st.builds(lambda kind, url: PictureDraft(kind, url=url), NONE_OR_ANY, ANY),
        max_size=2,
    ),
    tags=st.lists(ANY, max_size=2),
    folders=st.lists(ANY, max_size=2),
    external_ids=st.lists(st.tuples(st.just("vcard") | ANY, ANY), max_size=2),
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(DRAFTS, min_size=1, max_size=2), st.sampled_from(VERSIONS))
def test_every_contact_is_exactly_one_card(drafts: list[ContactDraft], version: str) -> None:
    text = "".join([write_card(draft, version) for draft in drafts])
    assert text.count("\r") == text.count("\n") == text.count("\r\n")
    assert len(list(read_cards(io.BytesIO(text.encode())))) == len(drafts)
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VCARD") == lines.count("END:VCARD") == len(drafts)


def test_a_media_type_of_a_card_is_found_by_content_alone() -> None:
    for head in (
        f'PHOTO;ENCODING=b;TYPE="{ATTACK.replace(chr(13) + chr(10), "^n")}"', "PHOTO;ENCODING=b;TYPE=text/html",
        "PHOTO;ENCODING=b;TYPE=svg+xml",
    ):  # fmt: skip
        (card,) = read_cards(
            io.BytesIO(f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\n{head}:eHh4eA==\r\nEND:VCARD\r\n".encode())
        )
        assert isinstance(card, Card)
        draft = read_card(card)
        assert isinstance(draft, ContactDraft)
        assert [(each.media_type, each.data) for each in draft.pictures] == [(None, b"xxxx")]


@given(ANY)
def test_a_media_type_from_outside_is_a_token_or_nothing(text: str) -> None:
    cleaned = clean_media_type(f"image/{text}")
    assert cleaned is None or (cleaned.isascii() and cleaned.isprintable() and not set(cleaned) & set(' ;,:"\\'))


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\n", "a\x00", "a\x7f"])
def test_a_header_with_a_control_character_is_never_sent(value: str) -> None:
    for response in (Response(headers=(("X-A", value),)), Response(media_type=value)):
        with pytest.raises(ValueError, match="control characters"):
            encode_response(response)
    encode_response(Response(headers=file_headers(value)))
