"""A change of a contact in the lines that programs wrote: its line has the new value, all others stay as they are."""

from collections.abc import Callable

import pytest
from carddav.dav_client import make_card
from msgspec.structs import replace

from coterie.cards.draft_changes import read_lines
from coterie.drafts.normalize import normalize_draft
from coterie.model.imports import ContactDraft
from coterie.vcard.difference import compare
from coterie.vcard.patch import Patch
from coterie.vcard.raw import decode_card, join_lines, split_card
from coterie.vcard.write import write_card

Change = Callable[[ContactDraft], ContactDraft]
NAME = ("FN:Ned Flanders", "N:Flanders;Ned;;;")


def change(card: str, make: Change, version: str = "3.0") -> tuple[list[str], list[str]]:
    """(the lines that went, the lines that came) when the contact of a card changes."""
    lines = decode_card(card.encode())
    before = read_lines(lines, "US")
    after = normalize_draft(make(replace(before)), "US", keeps_rest=False)
    shown = [split_card(write_card(draft, version, with_extensions=False)) for draft in (before, after)]
    result = Patch(lines, "US", keeps_heads=True, whole=shown[1]).make(compare(*shown, "US"))
    old, new = [line.text for line in lines], [line.text for line in result]
    assert read_lines(split_card(join_lines(result)), "US").handles == after.handles
    gone, come = [text for text in old if text not in new], [text for text in new if text not in old]
    return [text.replace("\r\n ", "").strip() for text in gone], [text.replace("\r\n ", "").strip() for text in come]


def set_to(**fields: object) -> Change:
    return lambda draft: replace(draft, **fields)


def handle(number: int, **fields: object) -> Change:
    def make(draft: ContactDraft) -> ContactDraft:
        handles = list(draft.handles)
        handles[number] = replace(handles[number], normalized=None, **fields)
        return replace(draft, handles=handles)

    return make


def without_handle(number: int) -> Change:
    return lambda draft: replace(draft, handles=[each for n, each in enumerate(draft.handles) if n != number])


def prefer(number: int) -> Change:
    return lambda draft: replace(
        draft, handles=[replace(each, is_primary=place == number) for place, each in enumerate(draft.handles)]
    )


def address(number: int, **fields: object) -> Change:
    def make(draft: ContactDraft) -> ContactDraft:
        addresses = list(draft.addresses)
        addresses[number] = replace(addresses[number], **fields)
        return replace(draft, addresses=addresses)

    return make


@pytest.mark.parametrize(
    ("lines", "make", "gone", "come"),
    [
        # the encoding and the charset are those of the old value
        (
            ["NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1;X-A=b:Caf=E9"], set_to(note="1+1=41 é"),
            ["NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1;X-A=b:Caf=E9"], ["NOTE;X-A=b:1+1=41 é"],
        ),
        (
            ["TITLE;LANGUAGE=de;QUOTED-PRINTABLE:B=C3=BCro"], set_to(job_title="x=41"),
            ["TITLE;LANGUAGE=de;QUOTED-PRINTABLE:B=C3=BCro"], ["TITLE;LANGUAGE=de:x=41"],
        ),
        # a number in place of a tel: URI
        (
            ["TEL;VALUE=uri;TYPE=home;PID=1.1:tel:+1-800-555-0101"], handle(0, value="+1 800 555 0199"),
            ["TEL;VALUE=uri;TYPE=home;PID=1.1:tel:+1-800-555-0101"], ["TEL;TYPE=home;PID=1.1:+1 800 555 0199"],
        ),
        # units of an organization
        (["ORG:Leftorium;Sales;Shop"], set_to(department="Ops"), ["ORG:Leftorium;Sales;Shop"], ["ORG:Leftorium;Ops"]),
        (["ORG:Leftorium;Sales;Shop"], set_to(department=None), ["ORG:Leftorium;Sales;Shop"], ["ORG:Leftorium"]),
        (["ORG:Leftorium;Sales;Shop"], set_to(employer="Acme"), ["ORG:Leftorium;Sales;Shop"], ["ORG:Acme;Sales;Shop"]),
        (["ORG:;Leftorium"], set_to(employer="Acme"), ["ORG:;Leftorium"], ["ORG:;Acme"]),
        # a line that was empty or could not be read is where the value belongs
        (["BDAY;VALUE=text:circa 1800"], set_to(birthday="1800-02-03"), ["BDAY;VALUE=text:circa 1800"],
         ["BDAY;VALUE=date:1800-02-03"]),
        (["ORG:;", "TITLE:"], set_to(employer="Acme"), ["ORG:;"], ["ORG:Acme"]),
        (["NOTE:", "TITLE:"], set_to(note="x", job_title="y"), ["NOTE:", "TITLE:"], ["NOTE:x", "TITLE:y"]),
        # what other programs have in properties of their own, or in two lines
        (["X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Neddy;1"], set_to(nickname="Nick"),
         ["X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Neddy;1"], ["NICKNAME:Nick"]),
        (["X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Neddy;1"], set_to(nickname=None),
         ["X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Neddy;1"], []),
        (["X-MS-ANNIVERSARY:20090808"], set_to(dates=[]), ["X-MS-ANNIVERSARY:20090808"], []),
        (["X-MS-IMADDRESS:ned@im", "X-A:b"], without_handle(0), ["X-MS-IMADDRESS:ned@im"], []),
        (["NICKNAME:Neddy", "NICKNAME;TYPE=work:Boss"], set_to(nickname="Nick"),
         ["NICKNAME:Neddy", "NICKNAME;TYPE=work:Boss"], ["NICKNAME:Nick"]),
        (["ROLE:Owner"], set_to(job_title=None), ["ROLE:Owner"], []),
        # the preferred one of several
        (["TEL;TYPE=WORK,pref:+1 800 555 0101", "TEL;TYPE=HOME:+1 800 555 0102"], prefer(1),
         ["TEL;TYPE=WORK,pref:+1 800 555 0101", "TEL;TYPE=HOME:+1 800 555 0102"],
         ["TEL;TYPE=WORK:+1 800 555 0101", "TEL;TYPE=HOME;TYPE=pref:+1 800 555 0102"]),
        (["TEL:+1 800 555 0101", "TEL:+1 800 555 0102"], without_handle(0), ["TEL:+1 800 555 0101"], []),
        (["item1.EMAIL;PREF:a@example.org", "item1.X-ABLabel:Shop", "EMAIL:b@example.org"], prefer(1),
         ["item1.EMAIL;PREF:a@example.org", "EMAIL:b@example.org"],
         ["item1.EMAIL:a@example.org", "EMAIL;TYPE=pref:b@example.org"]),
        # a label of two lines
        (["item1.TEL:+1 800 555 0101", "item1.EMAIL:a@example.org", "item1.X-ABLabel:Shop"], without_handle(0),
         ["item1.TEL:+1 800 555 0101"], []),
        (["item1.TEL:+1 800 555 0101", "item1.EMAIL:a@example.org", "item1.X-ABLabel:Shop"], handle(0, label="Boat"),
         ["item1.TEL:+1 800 555 0101"], ["item2.TEL;TYPE=pref:+1 800 555 0101", "item2.X-ABLabel:Boat"]),
        # what stands on an envelope, and where it is, is that of the old address
        (['ADR;LABEL="1 Mall^nShelby";GEO="geo:1,2";CC=US;TZ=UTC;TYPE=work:;;1 Mall;Shelby;OR;9;USA'],
         address(0, locality="Ogden"),
         ['ADR;LABEL="1 Mall^nShelby";GEO="geo:1,2";CC=US;TZ=UTC;TYPE=work:;;1 Mall;Shelby;OR;9;USA'],
         ["ADR;CC=US;TZ=UTC;TYPE=work:;;1 Mall;Ogden;OR;9;USA"]),
        (["ADR;TYPE=work:;;1 Mall;Shelby;OR;;", "LABEL;TYPE=work:1 Mall\\nShelby\\, OR",
          "ADR;TYPE=home:;;2 Way;Shelby;OR;;", "LABEL;TYPE=home:2 Way\\nShelby\\, OR"],
         lambda draft: replace(draft, addresses=draft.addresses[1:]),
         ["ADR;TYPE=work:;;1 Mall;Shelby;OR;;", "LABEL;TYPE=work:1 Mall\\nShelby\\, OR"], []),
        # RFC 9554 has more parts of an address
        (["ADR:;;1 Mall;Shelby;OR;9;USA;;;;;;;;;;;corner"], address(0, locality="Ogden"),
         ["ADR:;;1 Mall;Shelby;OR;9;USA;;;;;;;;;;;corner"], ["ADR:;;1 Mall;Ogden;OR;9;USA;;;;;;;;;;;corner"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_a_value_change(lines: list[str], make: Change, gone: list[str], come: list[str]) -> None:
    assert change(make_card(*NAME, *lines, uid="ned"), make) == (gone, come)


def test_the_preferred_one_of_a_card_of_version_4() -> None:
    lines = ['TEL;PREF=1;TYPE="cell,voice":+1 800 555 0101', "TEL;PREF=2:+1 800 555 0102", "TEL:+1 800 555 0103"]
    gone, come = change(make_card(*NAME, *lines, uid="ned", version="4.0"), prefer(2), "4.0")
    assert (gone, come) == (
        [lines[0], lines[2]],
        ['TEL;TYPE="cell,voice":+1 800 555 0101', "TEL;PREF=1:+1 800 555 0103"],
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("a@example.org", "b@example.org"), ("X-ABLabel:Shop", "X-ABLabel:Mall"), ("item1.TEL:+1 800 555 0101\r\n", "")],
)
def test_a_device_changes_one_of_two_lines_with_one_label(old: str, new: str) -> None:
    before = make_card(
        *NAME, "item1.TEL:+1 800 555 0101", "item1.EMAIL:a@example.org", "item1.X-ABLabel:Shop", "X-ODD:1", uid="ned"
    )
    lines, written = decode_card(before.encode()), decode_card(before.replace(old, new).encode())
    result = Patch(lines, "US", keeps_heads=False).make(compare(lines, written, "US"))
    assert read_lines(result, "US") == read_lines(written, "US")
    assert [line.text for line in result if line.name == "X-ODD"] == ["X-ODD:1\r\n"]
