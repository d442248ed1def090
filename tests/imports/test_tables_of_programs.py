"""Columns of customer lists and address books that name the common fields in their own way."""

from pathlib import Path

from coterie.model.imports import ContactDraft
from tests.imports.tables import draft_of


def handles_of(draft: ContactDraft) -> list[tuple[str, str, str | None]]:
    return [(handle.channel, handle.value, handle.label) for handle in draft.handles]


def test_columns_in_the_plural_have_several_values(tmp_path: Path) -> None:
    text = (
        "Full name,Email Addresses,Phone Numbers,Urls,Companies\n"
        'Ada Lund,"a@example.org, b@example.org",+33612345678; +33123456789,'
        '"https://ada.example, https://www.linkedin.com/in/ada",Acme\n'
    )
    draft = draft_of(tmp_path, text)
    assert [handle[:2] for handle in handles_of(draft)] == [
        ("email", "a@example.org"), ("email", "b@example.org"), ("phone", "+33612345678"), ("phone", "+33123456789"),
        ("website", "https://ada.example"), ("linkedin", "https://www.linkedin.com/in/ada"),
    ]  # fmt: skip
    assert draft.employer == "Acme"


def test_a_number_as_a_name_is_only_shown(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "Contact Name,Phone Number\n+91 98123 45679,919812345679\n")
    assert (draft.display_name, draft.first_name, draft.last_name) == ("+91 98123 45679", None, None)


def test_a_flag_of_privacy_is_no_phone_number(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, "Name,Work,Home,Fax,Other,Private\nVal Wolf,+12125550111,,,,0\n")
    assert (handles_of(draft), draft.note) == ([("phone", "+12125550111", "work")], None)
