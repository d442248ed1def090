"""What Android and Outlook write where vCard has no property, and what a card says twice."""

import pytest
from cards import draft_of

from coterie.model.imports import DateDraft, HandleDraft

ANDROID = "X-ANDROID-CUSTOM:vnd.android.cursor.item/"


def test_nicknames_and_dates_of_android_are_fields() -> None:
    draft = draft_of(
        f"{ANDROID}nickname;Jupp;1;;;;;;;;;;;;;",
        f"{ANDROID}contact_event;--05-17;3;;;;;;;;;;;;;",
        f"{ANDROID}contact_event;2009-8-8;1;;;;;;;;;;;;;",
        f"{ANDROID}contact_event;2001-02-03;0;Erster Tag;;;;;;;;;;;;",
    )
    assert (draft.nickname, draft.birthday, draft.note) == ("Jupp", "--05-17", None)
    assert draft.dates == [DateDraft("anniversary", "2009-08-08"), DateDraft("Erster Tag", "2001-02-03")]


def test_other_lines_of_android_are_lines_of_the_note() -> None:
    draft = draft_of(
        f"{ANDROID}relation;Maggie;3;;;;;;;;;;;;;",
        f"{ANDROID}relation;Ned;0;Neighbour;;;;;;;;;;;;",
        f"{ANDROID}contact_event;someday;1;;;;;;;;;;;;;",
        f"{ANDROID}vnd.com.example.shoes;42;;wide",
        "X-ANDROID-CUSTOM:;;something else",
    )
    assert draft.note is not None
    assert draft.note.splitlines() == [
        "Related (child): Maggie", "Related (Neighbour): Ned", "Anniversary: someday", "Shoes: 42, wide",
        "Android: something else",
    ]  # fmt: skip


def test_the_name_in_kana_of_a_japanese_phone_is_how_it_is_pronounced() -> None:
    lines = ("N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=93c;=91=BE=98Y", "TEL:0312345678",
             "SOUND;X-IRMC-N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=D4=CF=C0=DE;=C0=DB=B3;;;")  # fmt: skip
    draft = draft_of(*lines, version="2.1")
    assert (draft.phonetic_last_name, draft.phonetic_first_name, draft.note) == ("ﾔﾏﾀﾞ", "ﾀﾛｳ", None)
    assert draft_of("FN:Ann", "SOUND;TYPE=WAVE;ENCODING=b:AAAA").warnings == ["SOUND is not text and was skipped"]


def test_a_custom_label_of_android_is_the_label() -> None:
    draft = draft_of(
        "TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=42=C3=BC=72=6F):+15550001",
        "TEL;X-CUSTOM(Ferienhaus):+15550002",
        "ADR;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=48=C3=BC=74=74=65):;;Weg 1;Linz;;4020;",
        version="2.1",
    )
    assert [handle.label for handle in draft.handles] == ["Büro", "Ferienhaus"]
    assert draft.addresses[0].label == "Hütte"


def test_properties_of_outlook_are_fields_or_named_lines() -> None:
    draft = draft_of("X-MS-ANNIVERSARY:19950512", "X-MS-SPOUSE;N=1:Edna", "X-MS-IMADDRESS:ned@im.example")
    assert (draft.dates, draft.note) == ([DateDraft("anniversary", "1995-05-12")], "Spouse: Edna")
    assert draft.handles == [HandleDraft("other", "ned@im.example", "im")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["FN:Ana Silva", "FN:Anita"], "Name: Anita"),
        (["N:Silva;Ana", "N:Costa;Bia"], "Name: Costa, Bia"),
        (["N:Silva;Ana;;;;Costa;III"], "Name: Costa\nName: III"),
        (["BDAY:1980-05-12", "BDAY:1981-06-13"], "Birthday: 1981-06-13"),
        (["ROLE:Cook", "ROLE:Driver"], "Role: Driver"),
        (["GENDER:O;witch"], "Gender: witch"),
        (["LANG:de", "LANG:en"], "Language: en"),
        (["LANG:de", "LANG;PREF=1:en"], "Language: de"),
    ],
)
def test_a_second_value_of_a_field_is_a_line_of_the_note(lines: list[str], said: str) -> None:
    assert draft_of(*lines).note == said


def test_a_value_that_is_repeated_is_no_line_of_the_note() -> None:
    again = ["FN:Ana Silva", "N:Silva;Ana", "BDAY:1980-05-12", "ROLE:Cook", "GENDER:F;female", "LANG:de"]
    assert draft_of(*again, *again).note is None
