"""The handles of a draft once they are normalized: single values, one primary of each channel, nothing lost."""

import pytest

from coterie.drafts.normalize import normalize_draft
from coterie.model.imports import ContactDraft, HandleDraft


def normalized(*handles: HandleDraft, first_name: str = "Ned") -> ContactDraft:
    return normalize_draft(ContactDraft(first_name=first_name, last_name="Flanders", handles=list(handles)), "US")


def phone(value: str, label: str | None = None, *, is_primary: bool = False) -> HandleDraft:
    return HandleDraft("phone", value, label, is_primary)


def test_a_value_with_several_numbers_or_addresses_becomes_several_handles() -> None:
    draft = normalized(
        phone("+15558904 555, +1 555 890 4556", "home", is_primary=True),
        HandleDraft("email", "ned@example.org; maude@example.org", "work"),
    )
    assert [(h.value, h.label, h.is_primary) for h in draft.handles] == [
        ("+15558904 555", "home", True), ("+1 555 890 4556", "home", False),
        ("ned@example.org", "work", True), ("maude@example.org", "work", False),
    ]  # fmt: skip
    assert draft.note is None


def test_the_name_around_an_address_goes_to_the_note_only_if_it_is_another() -> None:
    own = normalized(HandleDraft("email", "Ned Flanders <ned@example.org>"))
    assert ([h.value for h in own.handles], own.note, own.warnings) == (["ned@example.org"], None, [])
    other = normalized(HandleDraft("email", "Maude <maude@example.org>"))
    assert ([h.value for h in other.handles], other.note) == (["maude@example.org"], "Email: Maude <maude@example.org>")
    assert other.warnings == ["Email contains other text: Maude <maude@example.org>"]


@pytest.mark.parametrize("mark", ["\u202a", "\u202c", "\ufeff", "\u200b", "\u2060", "\u200e"])
def test_invisible_characters_around_a_value_are_dropped(mark: str) -> None:
    draft = normalized(phone(f"{mark}+15558904555{mark}"), HandleDraft("email", f"{mark}ned@example.org"))
    assert [h.value for h in draft.handles] == ["+15558904555", "ned@example.org"]
    assert draft.note is None


def test_a_fax_is_primary_only_if_there_is_nothing_else() -> None:
    draft = normalized(phone("+15558904555", "work fax", is_primary=True), phone("+15558904556"), phone("+15558904557"))
    assert [h.is_primary for h in draft.handles] == [False, True, False]
    draft = normalized(phone("+15558904555", "Télécopieur"), phone("+15558904556", "mobile", is_primary=True))
    assert [h.is_primary for h in draft.handles] == [False, True]
    assert [h.is_primary for h in normalized(phone("+15558904555", "fax")).handles] == [True]


def test_a_repeated_handle_stands_once_and_is_primary_if_either_is() -> None:
    draft = normalized(phone("+15558904550"), phone("+15558904556"), phone("+1 555 890 4556", is_primary=True))
    assert [(h.value, h.is_primary) for h in draft.handles] == [("+15558904550", False), ("+15558904556", True)]


def test_what_is_no_number_and_handles_over_the_limit_are_lines_of_the_note() -> None:
    draft = normalized(phone("ask Maude"), *[phone(f"+1555890{n:04}") for n in range(201)])
    assert len(draft.handles) == 199
    assert draft.note == "Phone: ask Maude\nPhone: +15558900199\nPhone: +15558900200"
