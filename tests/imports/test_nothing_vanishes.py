"""Whatever a file says is found again in its draft: in a field, or as a line of the note.

Normalized on purpose: labels of columns, words that stand for no value, settings of the program, ids of rows.
"""

import string
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.drafts.normalize import normalize_draft
from coterie.imports.formats import google_csv, linkedin_csv, outlook_csv, r0_csv
from coterie.imports.formats.readers import READERS
from coterie.model.imports import ContactDraft

# a word that no field changes, cuts or takes for a date, a number or no value
WORDS = st.text(string.ascii_lowercase, min_size=6, max_size=9).map(lambda text: f"q{text}z")
YAHOO = ("First", "Middle", "Last", "Nickname", "Email", "Category", "Home", "Work", "Pager", "Fax", "Mobile", "Other",
         "Alternate Email 1", "Personal Website", "Title", "Company", "Work Address", "Work City", "Work State",
         "Work ZIP", "Work Country", "Home Address", "Home City", "Birthday", "Comments")  # fmt: skip
THUNDERBIRD = ("First Name", "Last Name", "Display Name", "Nickname", "Primary Email", "Secondary Email",
               "Screen Name", "Work Phone", "Home Phone", "Fax Number", "Pager Number", "Mobile Number",
               "Home Address", "Home Address 2", "Home City", "Home State", "Home ZipCode", "Home Country",
               "Work Address", "Work City", "Job Title", "Department", "Organization", "Web Page 1", "Web Page 2",
               "Birth Year", "Birth Month", "Birth Day", "Custom 1", "Notes")  # fmt: skip
GOOGLE = ("First Name", "Middle Name", "Last Name", "Nickname", "File As", "Organization Name", "Organization Title",
          "Organization Department", "Birthday", "Notes", "Labels", "E-mail 1 - Label", "E-mail 1 - Value",
          "Phone 1 - Label", "Phone 1 - Value", "Address 1 - Label", "Address 1 - Formatted", "Address 1 - Street",
          "Address 1 - City", "Address 1 - PO Box", "Address 1 - Region", "Website 1 - Label", "Website 1 - Value",
          "Relation 1 - Label", "Relation 1 - Value", "Event 1 - Label", "Event 1 - Value", "Custom Field 1 - Label",
          "Custom Field 1 - Value")  # fmt: skip
OUTLOOK = (*(name.title() for name, path in outlook_csv._MAPPING.items() if path != "ignore"), "Spouse", "Profession")
LINKEDIN = ("First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On", "Tags", "More")
R0 = (*r0_csv.TEMPLATE.strip().split(","), "shoe_size")
ANY = ("Name", "Anschrift", "PLZ", "Ort", "Telefon", "E-Mail", "Geburtstag", "Hobby", "Verein", "House Number",
       "Instagram", "Website", "Gender", "Language", "Bio", "Tags", "Gruppe", "Notiz")  # fmt: skip
TABLES = {
    "yahoo": ("csv", YAHOO), "thunderbird": ("csv", THUNDERBIRD), "any": ("csv", ANY), "google": ("google", GOOGLE),
    "outlook": ("outlook", OUTLOOK), "linkedin": ("linkedin", LINKEDIN), "r0": ("r0", R0),
}  # fmt: skip


def texts_of(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(texts_of(item) for name, item in value.items() if name != "warnings")
    if isinstance(value, list | tuple):
        return " ".join(map(texts_of, value))
    return value if isinstance(value, str) else ""


def everything(draft: ContactDraft) -> str:
    """All texts of the draft as the database stores it."""
    return texts_of(msgspec.to_builtins(normalize_draft(draft, "US"), builtin_types=(bytes,))).lower()


def read_only_one(kind: str, text: str) -> ContactDraft:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, "utf-8", newline="")
        (draft,) = READERS[kind](path, {})
    assert isinstance(draft, ContactDraft), draft
    return draft


def test_the_tables_are_those_of_their_products() -> None:
    assert google_csv.is_header(GOOGLE) and outlook_csv.is_header(OUTLOOK)
    assert linkedin_csv.is_header(LINKEDIN) and r0_csv.is_header(R0)


@pytest.mark.parametrize("product", TABLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_cell_of_a_table_vanishes(product: str, data: st.DataObject) -> None:
    kind, headers = TABLES[product]
    cells = data.draw(st.lists(st.just("") | WORDS, min_size=len(headers), max_size=len(headers), unique_by=id))
    cells[0] = cells[0] or "qsomebodyz"
    draft = read_only_one(kind, ",".join(headers) + "\r\n" + ",".join(cells) + "\r\n")
    said = everything(draft)
    lost = {header: cell for header, cell in zip(headers, cells, strict=True) if cell not in said}
    # a label alone says nothing
    assert {header for header in lost if not header.endswith(" - Label")} == set()


def test_a_name_that_only_a_label_repeats_is_in_the_note() -> None:
    cells = {"First Name": "Ada", "File As": "Countess", "Phone 1 - Label": "Countess", "Phone 1 - Value": "none yet"}
    row = ",".join(cells.get(header, "") for header in GOOGLE)
    assert "file as: countess" in everything(read_only_one("google", ",".join(GOOGLE) + "\r\n" + row + "\r\n"))


LINES = (
    "FN", "N:;;;", "N", "NICKNAME", "EMAIL", "EMAIL;TYPE=work", "TEL", "TEL;TYPE=CELL", "TEL;X-CUSTOM(Hut)", "URL",
    "ADR;TYPE=home:;;", "ADR", "LABEL", "ORG", "TITLE", "ROLE", "BDAY", "ANNIVERSARY", "X-ABDATE", "GENDER", "NOTE",
    "CATEGORIES", "LANG", "IMPP", "X-JABBER", "X-SKYPE", "X-SOCIALPROFILE;TYPE=twitter", "X-UNKNOWN", "TZ", "GEO",
    "KEY", "RELATED;VALUE=text", "X-ABRELATEDNAMES", "X-SPOUSE", "X-MS-IMADDRESS", "X-MS-SPOUSE", "X-MS-ANNIVERSARY",
    "X-PHONETIC-FIRST-NAME", "X-MAIDENNAME", "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;",
    "X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;", "X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;",
    "X-EVOLUTION-MANAGER", "X-COTERIE-HOW-YOU-MET", "X-COTERIE-BIO", "X-COTERIE-FOLDER", "AGENT", "SOUND", "LOGO",
    "HOBBY", "X-ASSISTANT", "no property at all",
)  # fmt: skip


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
@settings(max_examples=150, deadline=None)
@given(lines=st.lists(st.tuples(st.sampled_from(LINES), WORDS), min_size=1, max_size=25))
def test_no_line_of_a_card_vanishes(version: str, lines: list[tuple[str, str]]) -> None:
    written = [head + ("" if ":" in head else " " if " " in head else ":") + value for head, value in lines]
    card = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", "FN:Qana Silvaz", *written, "END:VCARD", ""])
    draft = read_only_one("vcard", card)
    said = everything(draft) + " ".join(draft.warnings)
    # keys, sounds and logos as bytes are reported only, as LABELs that only repeat an address are
    assert [(head, value) for head, value in lines if value not in said and head not in ("KEY", "SOUND", "LOGO")] == []
