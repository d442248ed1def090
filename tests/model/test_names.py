"""Names: composed in the order of their script, split into parts, and stored as written where the parts say less."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.model.names import (
    NAME_PARTS,
    columns_of_name,
    is_inverted,
    is_same_name,
    join_name,
    split_name,
    split_name_in_parts,
)


@pytest.mark.parametrize(
    ("parts", "full"),
    [
        ((None, "Ole", None, "Berg", None), "Ole Berg"),
        (("Dr", "Zoë", "K.", "Łuczak", "Jr"), "Dr Zoë K. Łuczak Jr"),
        ((None, "민준", None, "김", None), "김민준"),
        ((None, "百恵", None, "山口", None), "山口百恵"),
        ((None, "さくら", None, "佐々木", None), "佐々木さくら"),
        ((None, "小明", None, "王", None), "王小明"),
        ((None, "志明", None, "𠮷", None), "𠮷志明"),
        ((None, "小明", None, None, None), "小明"),
        (("Dr", "小明", None, "王", "先生"), "Dr 王小明 先生"),
        ((None, "David", None, "陳", None), "David 陳"),
        ((None, "Анна", None, "Каренина", None), "Анна Каренина"),
        ((None, "สมชาย", None, "ใจดี", None), "สมชาย ใจดี"),
        ((None, None, None, None, None), None),
    ],
)
def test_a_name_is_composed_in_the_order_of_its_script(parts: tuple[str | None, ...], full: str | None) -> None:
    assert join_name(*parts) == full


@pytest.mark.parametrize(
    ("text", "first", "middle", "last"),
    [
        ("Ole 👩‍🍳 Berg", "Ole", None, "Berg"),
        ("Ole ❤️ Berg", "Ole", None, "Berg"),
        ("Ole 👍🏽 Berg", "Ole", None, "Berg"),
        ("Tove ✨", "Tove", None, None),
        ("🇳🇴 Tove Dahl", "Tove", None, "Dahl"),
        ("Ole1️⃣ Berg", "Ole1️⃣", None, "Berg"),
        ("🌻🌻", "🌻🌻", None, None),
        ("ශ්‍රී ලංකා", "ශ්‍රී", None, "ලංකා"),
        ("김민준", "민준", None, "김"),
        ("Berg, Ole", "Ole", None, "Berg"),
    ],
)
def test_emoji_are_in_no_part_of_a_name(text: str, first: str, middle: str | None, last: str | None) -> None:
    parts = split_name(text).parts
    assert (parts["first_name"], parts["middle_name"], parts["last_name"]) == (first, middle, last)


NAMES = st.lists(
    st.sampled_from(
        [
            "Ole",
            "Berg",
            "(Tennis)",
            '"Olli"',
            "王",
            "小明",
            "김",
            "민준",
            "さくら",
            "👩‍🍳",
            "✨",
            ",",
            "(geb. Falk)",
            "Dr",
            "  ",
            "’",
            "・",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join) | st.text(max_size=40)


@given(NAMES)
def test_the_columns_of_a_name_give_the_text_again(text: str) -> None:
    plain = text.strip()
    columns = columns_of_name(plain)
    assert (columns["formatted_name"] or join_name(*(columns[name] for name in NAME_PARTS)) or "") == plain


def test_names_are_the_same_by_their_letters() -> None:
    same = ("Ole Berg", "Berg, Ole", "OLE BERG", "Ole ✨ Berg", "Olé  Berg")
    assert all(is_same_name(one, other) for one, other in product(same, same))
    assert not is_same_name("Ole Berg", "Dr Ole Berg")
    assert not is_same_name("🌻", "")
    assert is_inverted("Berg, Ole", "Berg") and not is_inverted("Ole Berg, PhD", "Berg")


@pytest.mark.parametrize("text", ["Anne Wold (geb. Falk)", "Anne Wold geb. Falk", "Anne Wold (née Falk)"])
def test_a_whole_name_has_the_maiden_name_too(text: str) -> None:
    columns = columns_of_name(text)
    assert (columns["first_name"], columns["last_name"], columns["maiden_name"]) == ("Anne", "Wold", "Falk")
    assert columns["formatted_name"] == text
    assert "maiden_name" not in columns_of_name("Anne Wold")
    assert "maiden_name" not in columns_of_name(f"Anne Wold (geb. {'x' * 201})")


@pytest.mark.parametrize(
    ("text", "first", "last", "nickname"),
    [
        ('John "Jack" Kennedy', "John", "Kennedy", "Jack"),
        ("John 'Jack' Kennedy", "John", "Kennedy", "Jack"),
        ("Hans „Hansi“ Berg", "Hans", "Berg", "Hansi"),
        ("Jean « Jeannot » Roux", "Jean", "Roux", "Jeannot"),
        ('Ann "Annie" Wold (geb. Falk)', "Ann", "Wold", "Annie"),
        ("Hans »Hansi« Berg", "Hans", "Berg", "Hansi"),
        ("Hans ‚Hansi‘ Berg", "Hans", "Berg", "Hansi"),
        ("Jean ‹Jeannot› Roux", "Jean", "Roux", "Jeannot"),
        ("John ‘Jack’ Kennedy", "John", "Kennedy", "Jack"),
        ('John "Jack" "JFK" Kennedy', "John", "Kennedy", "Jack, JFK"),
        ("Ann »Annie« Wold (née Falk)", "Ann", "Wold", "Annie"),
        ("D’Arcy “Dee” Smith", "D’Arcy", "Smith", "Dee"),
        ("Sean O'Brien", "Sean", "O'Brien", None),
        ("Sean O’Brien D’Arcy", "Sean", "D’Arcy", None),
        ('"Annie"', '"Annie"', None, None),
    ],
)
def test_a_nickname_in_quotation_marks_is_no_part_of_the_name(
    text: str, first: str, last: str | None, nickname: str | None
) -> None:
    split = split_name(text)
    assert (split.parts["first_name"], split.parts["last_name"], split.nickname) == (first, last, nickname)
    # without a field for it, the nickname stays in the name
    assert nickname is None or split_name_in_parts(text)["first_name"] == text
    assert nickname is None or columns_of_name(text)["first_name"] == text
