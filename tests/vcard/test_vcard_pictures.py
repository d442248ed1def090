"""Pictures and preferences of cards as other programs write them."""

import base64

import pytest
from cards import draft_of

from coterie.model.imports import PictureDraft

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(120))
TEXT = base64.b64encode(PNG).decode()
PICTURE = [PictureDraft("image/png", PNG)]


@pytest.mark.parametrize(
    "lines",
    [
        [f"PHOTO;ENCODING=b;TYPE=PNG:{TEXT[:60]}", TEXT[60:120], TEXT[120:]],
        [f"PHOTO;ENCODING=BASE64:{TEXT}"],
        [f"PHOTO;TYPE=JPEG;ENCODING=b:{TEXT}"],
        [f"PHOTO:data:base64\\,{TEXT}"],
        [f"PHOTO:data:image/png;charset=x;base64,{TEXT}"],
        [f"PHOTO:{TEXT[:60]}", TEXT[60:120], TEXT[120:]],
    ],
)
def test_a_picture_is_complete_and_its_first_bytes_tell_its_type(lines: list[str]) -> None:
    draft = draft_of(*lines, "TEL:5558904")
    assert (draft.pictures, draft.note, len(draft.handles)) == (PICTURE, None, 1)


def test_a_link_is_a_link_also_where_the_card_says_it_is_encoded() -> None:
    draft = draft_of("PHOTO;ENCODING=b;TYPE=JPEG:https://example.org/ned.jpg")
    assert draft.pictures == [PictureDraft("image/jpeg", url="https://example.org/ned.jpg")]


def test_the_logo_of_a_company_is_its_picture_unless_it_has_another() -> None:
    logo, company = f"LOGO;ENCODING=b:{TEXT}", ("ORG:Leftorium", "X-ABShowAs:COMPANY")
    assert draft_of(logo, *company).pictures == PICTURE
    other = draft_of(logo, *company, "PHOTO;ENCODING=b;TYPE=GIF:YWJj")
    assert (len(other.pictures), other.warnings) == (1, ["LOGO is not text and was skipped"])
    assert draft_of(logo).pictures == []


def test_the_smallest_preference_is_the_primary_handle() -> None:
    draft = draft_of("TEL;PREF=50:1", "TEL;PREF=7:2", "TEL:3", "EMAIL:a@b.example", "EMAIL;PREF=100:c@d.example",
                     version="4.0")  # fmt: skip
    assert [handle.value for handle in draft.handles if handle.is_primary] == ["2", "c@d.example"]


def test_groups_that_programs_make_are_no_tags() -> None:
    assert draft_of("CATEGORIES:My Contacts,Starred,* myContacts,Bowling").tags == ["Bowling"]
