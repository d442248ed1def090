"""Properties as the parts of a draft."""

import pytest
from cards import card_of, draft_of

from coterie.model.handles import CHANNELS
from coterie.model.imports import AddressDraft, DateDraft, HandleDraft, PictureDraft, RowError
from coterie.vcard.channels import MESSENGERS, channel_of_service
from coterie.vcard.read import read_card


def _names(*lines: str, version: str = "3.0") -> tuple[str | None, ...]:
    draft = draft_of(*lines, version=version)
    return (
        draft.display_name, draft.name_prefix, draft.first_name, draft.middle_name, draft.last_name,
        draft.name_suffix,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["N:Silva;Ana;;;", "FN:Ana Silva"], (None, None, "Ana", None, "Silva", None)),
        (["N:Public;John;Q.;Mr.;Esq.", "FN:Mr. John  Q. Public, Esq."],
            (None, "Mr.", "John", "Q.", "Public", "Esq.")),
        (["N:Silva;Ana;;;", "FN:Aninha"], ("Aninha", None, "Ana", None, "Silva", None)),
        (["N:Silva;Ana;;;"], (None, None, "Ana", None, "Silva", None)),
        (["FN:Ana Maria Silva"], (None, None, "Ana", "Maria", "Silva", None)),
        (["FN:Silva, Ana", "N:;;;;"], (None, None, "Ana", None, "Silva", None)),
        (["FN:ana@example.com", "N:;;;;"], ("ana@example.com", None, None, None, None, None)),
        (["FN:+351 123", "N:"], ("+351 123", None, None, None, None, None)),
        (["FN:Acme Inc", "ORG:Acme Inc"], ("Acme Inc", None, None, None, None, None)),
        (["FN:The Band", "X-ABShowAs:COMPANY"], ("The Band", None, None, None, None, None)),
        (["FN:The Band", "KIND:org"], ("The Band", None, None, None, None, None)),
        (["N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D."],
            (None, "Dr.", "John", "Philip Paul", "Stevenson", "Jr., M.D.")),
        (["N:a\\;b;c\\,d;e\\\\;\\n f;"], (None, "f", "c,d", "e\\", "a;b", None)),
        (["N:Only"], (None, None, None, None, "Only", None)),
        (["N:;陽菜;;;", "FN:陽菜"], (None, None, "陽菜", None, None, None)),
        (["N:A\\nB;\x07C\0;;;"], (None, None, "C", None, "A B", None)),
    ],
)  # fmt: skip
def test_names_are_the_parts_and_a_display_name_only_where_it_differs(
    lines: list[str], names: tuple[str | None, ...]
) -> None:
    assert _names(*lines) == names


@pytest.mark.parametrize(
    ("lines", "formatted", "display"),
    [
        (["FN:Ana Silva", "N:Silva;Ana;;;"], None, None),
        (["FN:Silva, Ana"], "Silva, Ana", None),
        (["FN:Ana 🌻 Silva"], "Ana 🌻 Silva", None),
        (["FN:Ana 🌻 Silva", "N:Silva;Ana;;;"], "Ana 🌻 Silva", None),
        (["FN:Yamaguchi Momoe", "N:Yamaguchi;Momoe;;;"], "Yamaguchi Momoe", None),
        (["FN:山口百恵", "N:山口;百恵;;;"], None, None),
        (["FN:山口　百恵", "N:山口;百恵;;;"], "山口　百恵", None),
        (["FN:百恵 山口", "N:山口;百恵;;;"], "百恵 山口", None),
        (["FN:김민준"], None, None),
        (["FN:John Public, Esq.", "N:Public;John;;;Esq."], "John Public, Esq.", None),
        (["FN:Johnny", "N:Public;John;;;"], None, "Johnny"),
        (["FN:🌻🌻", "N:;;;;"], None, "🌻🌻"),
    ],
)
def test_fn_is_the_full_name_as_written_if_it_has_the_letters_of_n(
    lines: list[str], formatted: str | None, display: str | None
) -> None:
    draft = draft_of(*lines)
    assert (draft.formatted_name, draft.display_name, draft.full_name) == (
        formatted, display, (formatted or draft.composed_name)
    )  # fmt: skip
    assert (draft.display_name or draft.full_name) == lines[0][3:]


def test_a_comma_in_a_name_of_2_1_is_a_comma() -> None:
    assert _names("N:Silva, Lda;Ana", version="2.1")[2:5] == ("Ana", None, "Silva, Lda")


def test_a_nickname_a_handle_or_an_employer_is_enough_to_be_called_by() -> None:
    assert read_card(card_of("NICKNAME:Ana")).nickname == "Ana"
    assert read_card(card_of("TEL:1")).handles == [HandleDraft("phone", "1")]
    assert read_card(card_of("ORG:Acme")).display_name == "Acme"


def test_a_card_nobody_can_be_called_by_is_refused() -> None:
    found = read_card(card_of("N:;;;;", "FN: ", "NOTE:x", "ADR:;;a;;;;"))
    assert isinstance(found, RowError)
    assert found.reason == "has no name, phone, e-mail or other handle"
    assert found.source is not None and "NOTE:x" in found.source


@pytest.mark.parametrize("line", ["KIND:group", "X-ADDRESSBOOKSERVER-KIND:group", "KIND:Group"])
def test_a_group_is_refused(line: str) -> None:
    found = read_card(card_of("FN:Friends", line))
    assert isinstance(found, RowError)
    assert found.reason == "is a group, not a person"


def test_an_employer_is_the_first_component_and_its_units_are_the_department() -> None:
    draft = draft_of("ORG:Acme\\, Inc.;Sales;North", "TITLE:Buyer", "ROLE:Other")
    assert (draft.employer, draft.department, draft.job_title) == ("Acme, Inc.", "Sales, North", "Buyer")
    assert (draft.note, draft.warnings) == ("Role: Other", [])
    assert draft_of("ORG:;Sales", "ROLE:Buyer").employer == "Sales"
    assert draft_of("ROLE:Buyer").job_title == "Buyer"


@pytest.mark.parametrize(
    ("line", "birthday"),
    [
        ("BDAY:1980-05-12", "1980-05-12"), ("BDAY:19800512", "1980-05-12"),
        ("BDAY;VALUE=date:1980-05-12", "1980-05-12"),
        ("BDAY:1980-05-12T23:59:00Z", "1980-05-12"), ("BDAY:19800512T235900Z", "1980-05-12"),
        ("BDAY:--0512", "--05-12"),
        ("BDAY:--05-12", "--05-12"), ("BDAY:--0512T1000", "--05-12"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "--02-29"),
        ("BDAY:1604-05-12", "--05-12"), ("BDAY:1971-5-3", "1971-05-03"), ("BDAY:1971/05/03", "1971-05-03"),
        ("BDAY:3.5.1971", "1971-05-03"), ("BDAY:May 3\\, 1971", "1971-05-03"), ("BDAY:25/12/1980", "1980-12-25"),
        ("BDAY;X-APPLE-OMIT-YEAR=1900:1900-05-12", "--05-12"),
        ("BDAY;VALUE=text:1980-05-12", "1980-05-12"), ("BDAY: ", None),
    ],
)  # fmt: skip
def test_a_birthday_is_read_in_every_form(line: str, birthday: str | None) -> None:
    draft = draft_of(line)
    assert (draft.birthday, draft.warnings) == (birthday, [])


@pytest.mark.parametrize(
    "value",
    ["circa 1800", "1980", "1980-05", "---12", "2023-02-30", "--13-01", "12/05/1980", "9" * 400, "١٩٨٠٠٥١٢"]
)  # fmt: skip
def test_a_birthday_that_is_no_day_is_a_warning_and_a_line_of_the_note(value: str) -> None:
    draft = draft_of(f"BDAY;VALUE=text:{value}")
    assert (draft.birthday, draft.note) == (None, f"Birthday: {value}")
    assert draft.warnings == [f"BDAY: {value[:100]!r} is not a day of a year"]


def test_dates_have_their_label() -> None:
    draft = draft_of(
        "ANNIVERSARY:20150920", "X-ANNIVERSARY:2001-01-01", "a.X-ABDATE:--0102",
        "a.X-ABLabel:_$!<Anniversary>!$_",
        "b.X-ABDATE;X-APPLE-OMIT-YEAR=1604:1604-03-04", "B.X-ABLabel:First kiss", "X-ABDATE:2000-01-01",
    )  # fmt: skip
    assert draft.dates == [
        DateDraft("anniversary", "2015-09-20"), DateDraft("anniversary", "2001-01-01"),
        DateDraft("anniversary", "--01-02"), DateDraft("First kiss", "--03-04"),
        DateDraft("other", "2000-01-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "gender"),
    [
        ("GENDER:M", "male"), ("GENDER:f", "female"), ("GENDER:O", "other"), ("GENDER:N", None),
        ("GENDER:U", None),
        ("GENDER:O;non-binary", "non-binary"), ("GENDER:;it's complicated", "other"),
        ("X-GENDER:Female", "female"),
        ("GENDER:", None), ("GENDER:F;grrrl", "female"),
    ],
)  # fmt: skip
def test_a_gender_is_one_of_ours(line: str, gender: str | None) -> None:
    assert draft_of(line).gender == gender


@pytest.mark.parametrize(
    ("lines", "handle"),
    [
        (["TEL:1"], HandleDraft("phone", "1")),
        (["TEL;CELL;VOICE;PREF:1"], HandleDraft("phone", "1", "mobile", True)),
        (["TEL;type=IPHONE;type=CELL:1"], HandleDraft("phone", "1", "mobile")),
        (["TEL;TYPE=work,fax:1"], HandleDraft("phone", "1", "work fax")),
        (["TEL;TYPE=x-Assistant:1"], HandleDraft("phone", "1", "assistant")),
        (["TEL;TYPE=pager;PREF=2:1"], HandleDraft("phone", "1", "pager")),
        (["TEL;VALUE=uri:tel:+1-5%205;ext=12;phone-context=x"], HandleDraft("phone", "+1-5 5 ext. 12")),
        (["TEL;VALUE=uri;PREF=1:tel:+15;ext="], HandleDraft("phone", "+15", None, True)),
        (["a.TEL;TYPE=home:1", "a.X-ABLabel:Cabin"], HandleDraft("phone", "1", "Cabin")),
        (["EMAIL;TYPE=INTERNET:a@b.example"], HandleDraft("email", "a@b.example")),
        (["EMAIL:mailto:a@b.example"], HandleDraft("email", "a@b.example")),
        (["URL;TYPE=work:https://a.example/?a=1;2,3"],
            HandleDraft("website", "https://a.example/?a=1;2,3", "work")),
        (["a.URL:https\\://a.example", "a.X-ABLabel:_$!<HomePage>!$_"],
            HandleDraft("website", "https://a.example", "homepage")),
        (["URL:https://pt.linkedin.com/in/ana"], HandleDraft("linkedin", "https://pt.linkedin.com/in/ana")),
        (["IMPP:skype:ana"], HandleDraft("skype", "ana")),
        (["IMPP;X-SERVICE-TYPE=Jabber;TYPE=home:xmpp:a%40b.example"],
            HandleDraft("xmpp", "a@b.example", "home")),
        (["IMPP;X-SERVICE-TYPE=GaduGadu:x-apple:123"], HandleDraft("other", "123", "gadugadu")),
        (["IMPP:just.me"], HandleDraft("other", "just.me")),
        (["IMPP:https://wa.example/1"], HandleDraft("other", "https://wa.example/1")),
        (["X-AIM;type=WORK;type=pref:ana"], HandleDraft("other", "ana", "aim", True)),
        (["X-JABBER;type=HOME:ana@b.example"], HandleDraft("xmpp", "ana@b.example", "home")),
        (["X-SKYPE-USERNAME:ana"], HandleDraft("skype", "ana")),
        (["X-SOCIALPROFILE;type=instagram;x-user=ana:https://instagram.com/ana"],
            HandleDraft("instagram", "ana")),
        (["X-SOCIALPROFILE;TYPE=pref;TYPE=twitter:https://twitter.com/ana"],
            HandleDraft("twitter", "https://twitter.com/ana", None, True)),
        (["X-SOCIALPROFILE;type=linkedin;x-user=ana:https://linkedin.com/in/ana"],
            HandleDraft("linkedin", "https://linkedin.com/in/ana")),
        (["X-SOCIALPROFILE;type=myspace:x-apple:ana"], HandleDraft("other", "ana", "myspace")),
        (["X-SOCIALPROFILE:https://a.example"], HandleDraft("other", "https://a.example")),
        (["SOCIALPROFILE;SERVICE-TYPE=Mastodon;USERNAME=@a@b.example:https://b.example/@a"],
            HandleDraft("mastodon", "@a@b.example")),
    ],
)  # fmt: skip
def test_each_way_to_reach_someone_is_a_handle_on_its_channel(lines: list[str], handle: HandleDraft) -> None:
    assert draft_of(*lines).handles == [handle]


def test_an_empty_handle_is_none() -> None:
    assert draft_of("TEL:", "EMAIL: ", "IMPP:", "URL:\\n").handles == []


def test_one_handle_of_a_channel_is_primary_whatever_the_card_prefers() -> None:
    draft = draft_of("TEL;PREF:1", "TEL;PREF:2", "EMAIL;PREF:a@b.example", version="2.1")
    assert [handle.is_primary for handle in draft.handles] == [True, False, True]


def test_every_messenger_has_a_channel_we_know() -> None:
    assert {channel_of_service(service) or "other" for service in MESSENGERS.values()} <= set(CHANNELS)


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (
            "ADR;TYPE=home:;;1 Way;Town;RG;12;PT",
            AddressDraft("1 Way", None, None, "Town", "RG", "12", "PT", "home"),
        ),
        ("ADR:PO 1;Flat 2;1 Way\\nYard;;;;", AddressDraft("1 Way", "Yard", "Flat 2, PO 1")),
        ("ADR:;;1 Way,Yard;Town", AddressDraft("1 Way, Yard", locality="Town")),
        ("ADR:;;\\n\\n1 Way\\n\\n;;;;;x;y;z", AddressDraft("1 Way")),
        ('ADR;LABEL="1 Way^nTown":;;;;;;', AddressDraft("1 Way", "Town")),
    ],
)
def test_an_address_fills_its_lines_from_the_top(line: str, address: AddressDraft) -> None:
    assert draft_of(line).addresses == [address]


def test_an_empty_address_is_none() -> None:
    assert draft_of("ADR;TYPE=HOME:;;;;;;", "ADR:").addresses == []


def test_notes_are_joined_and_tags_gathered() -> None:
    draft = draft_of("NOTE:a\\nb", "NOTE:", "NOTE:c", "CATEGORIES:x\\,y,z", "CATEGORIES:z, ,myContacts")
    assert (draft.note, draft.tags) == ("a\nb\n\nc", ["x,y", "z"])


def test_the_preferred_language_and_every_uid_are_kept() -> None:
    draft = draft_of("LANG:en", "LANG;PREF=1:fr", "UID:URN:UUID:1", "UID:a:ABPerson", version="4.0")
    assert draft.language == "fr"
    assert draft.external_ids == [("vcard", "1"), ("vcard", "a:ABPerson")]


@pytest.mark.parametrize(
    ("line", "picture"),
    [
        ("PHOTO;ENCODING=b;TYPE=PNG:/9j/", PictureDraft("image/jpeg", b"\xff\xd8\xff")),
        ("PHOTO;ENCODING=b:YW Jj ZA", PictureDraft(None, b"abcd")),
        ("PHOTO;BASE64;PNG:YWJj", PictureDraft(None, b"abc")),
        ("PHOTO:data:image/png;base64,R0lGODlh", PictureDraft("image/gif", b"GIF89a")),
        ("PHOTO:data:image/svg+xml,%3Csvg", PictureDraft(None, b"<svg")),
        ("PHOTO;VALUE=uri:http\\://a.example/b", PictureDraft(None, None, "http://a.example/b")),
        (
            "PHOTO;MEDIATYPE=image/png:https://a.example/b",
            PictureDraft("image/png", None, "https://a.example/b"),
        ),
    ],
)
def test_a_picture_is_data_or_a_link(line: str, picture: PictureDraft) -> None:
    assert draft_of(line).pictures == [picture]


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO;ENCODING=b:?", "PHOTO;ENCODING=b:A", "PHOTO:file:///etc/passwd",
        "PHOTO:data:image/png;base64,?",
        "PHOTO:data:", "PHOTO:https://a.example/" + "x" * 2_000, "PHOTO;ENCODING=b:é",
    ],
)  # fmt: skip
def test_a_picture_that_is_none_is_a_warning(line: str) -> None:
    draft = draft_of(line)
    assert draft.pictures == []
    assert len(draft.warnings) == 1 and draft.warnings[0].startswith("PHOTO")


def test_a_text_beyond_100000_characters_is_left_out_with_a_warning() -> None:
    folded = ["NOTE:"] + [" " + "x" * 50_000] * 3
    draft = draft_of(*folded, "TITLE:Buyer")
    assert (draft.note, draft.job_title) == (None, "Buyer")
    assert draft.warnings == ["NOTE is longer than 100,000 characters and was skipped"]


def test_a_draft_has_at_most_50_warnings() -> None:
    assert len(draft_of(*["junk"] * 500, *["BDAY:x"] * 500).warnings) == 50


def test_a_card_gives_at_most_500_tags() -> None:
    draft = draft_of("CATEGORIES:" + ",".join(map(str, range(8_000))))
    assert len(draft.tags) == 500
    assert draft.warnings == ["CATEGORIES: more than 500 tags; the rest is in the note"]
    assert draft.note is not None and draft.note.endswith(", 7999")


def test_phonetic_names_and_the_maiden_name_are_fields() -> None:
    names = ("X-PHONETIC-FIRST-NAME:ももえ", "X-PHONETIC-LAST-NAME:やまぐち")
    draft = draft_of("N:山口;百恵;;;", *names, "X-MAIDENNAME:三浦", "X-MAIDENNAME:三浦", "X-MAIDEN-NAME:他")
    assert (draft.phonetic_first_name, draft.phonetic_last_name) == ("ももえ", "やまぐち")
    assert (draft.maiden_name, draft.note) == ("三浦", "Maiden name: 他")
    draft = draft_of('N;SORT-AS="やまぐち,ももえ":山口;百恵;;;', version="4.0")
    assert (draft.phonetic_first_name, draft.phonetic_last_name) == ("ももえ", "やまぐち")
    draft = draft_of('N;SORT-AS="ヤマグチ":山口;百恵;;;', names[0], version="4.0")
    assert (draft.phonetic_first_name, draft.phonetic_last_name) == ("ももえ", "ヤマグチ")
    draft = draft_of('N;SORT-AS="Harten,Rene":van der Harten;Rene;;;', version="4.0")
    assert (draft.phonetic_first_name, draft.phonetic_last_name, draft.last_name) == (None, None, "van der Harten")


def test_a_name_or_nickname_without_end_takes_no_time() -> None:
    draft = draft_of("FN:" + "Ana " * 15_000, *["NICKNAME:" + "a," * 30_000] * 5)
    assert draft.display_name == ("Ana " * 15_000).strip()
    assert draft.nickname == ", ".join("a" * 30_000)


def test_what_has_no_field_is_a_line_of_the_note() -> None:
    draft = draft_of(
        "NOTE:Nice", "RELATED;TYPE=spouse;VALUE=text:Maggie", "X-FOO:barbaz", "TZ:Europe/Rome",
        "GEO:geo:1,2", "HOBBY:chess",
        "item1.X-ABRELATEDNAMES:Lisa", "item1.X-ABLabel:_$!<Sister>!$_", "ORG:Acme", "ORG:Other;Unit",
        "TITLE:A", "TITLE:B",
        "item2.X-ABDATE:some day", "item2.X-ABLabel:Graduation", "X-EMPTY:", "X-BLANK:;;",
    )  # fmt: skip
    assert draft.note == (
        "Nice\n\nRelated (spouse): Maggie\nFoo: barbaz\nTime zone: Europe/Rome\nPosition: geo:1,2\nHobby: chess\n"
        "Related (sister): Lisa\nOrganization: Other, Unit\nTitle: B\nDate (Graduation): some day"
    )


def test_what_programs_write_for_themselves_is_nothing() -> None:
    draft = draft_of(
        "PRODID:x", "REV:20200101", "CLIENTPIDMAP:1;urn:uuid:1", "X-ABUID:1", "X-ABLABEL:alone", "X-COTERIE-REASON:y"
    )
    assert (draft.note, draft.warnings) == (None, [])


def test_bytes_without_a_field_are_a_warning() -> None:
    draft = draft_of(
        "KEY:data:,x", "LOGO;ENCODING=b:AAAA", "X-THING;ENCODING=b;VALUE=binary:AAAA", "KEY:https://example.org/k"
    )
    assert draft.warnings == [f"{name} is not text and was skipped" for name in ("KEY", "LOGO", "X-THING")]
    assert draft.note == "Key: https://example.org/k"


@pytest.mark.parametrize(
    ("line", "channel", "value", "label"),
    [
        ("IMPP:xmpp:a@b.c", "xmpp", "a@b.c", None), ("IMPP:skype:el.barto", "skype", "el.barto", None),
        ("IMPP:foo:bar", "other", "bar", "foo"),
    ],
)  # fmt: skip
def test_a_messenger_is_a_handle_on_its_channel_or_another(
    line: str, channel: str, value: str, label: str | None
) -> None:
    (handle,) = draft_of(line).handles
    assert (handle.channel, handle.value, handle.label) == (channel, value, label)


def test_a_card_has_at_most_200_lines_for_what_has_no_field() -> None:
    draft = draft_of(*[f"X-A{n}:{n}" for n in range(300)])
    assert draft.note is not None
    assert len(draft.note.splitlines()) == 200
    assert draft.warnings == ["More than 200 properties without a field; the rest was skipped"]
