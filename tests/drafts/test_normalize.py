"""What does not fit a part of a contact is a line of its note."""

from collections.abc import Callable

import pytest

from coterie.drafts.normalize import PARTS_MAX, normalize_draft
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft

LONG = "x" * 150 + " end"


def with_address(**texts: str) -> Callable[[], ContactDraft]:
    return lambda: ContactDraft(addresses=[AddressDraft(**({"address_line_1": "Gasse 1"} | texts))])


TOO_LONG = {
    "address label": with_address(label=LONG),
    "street": with_address(address_line_1=LONG * 3),
    "town": with_address(locality=LONG * 2),
    "postcode": with_address(postcode=LONG),
    "country": with_address(country=LONG),
    "phone label": lambda: ContactDraft(handles=[HandleDraft("phone", "+4312345678", LONG)]),
    "date label": lambda: ContactDraft(dates=[DateDraft(LONG, "2001-02-03")]),
    "tag": lambda: ContactDraft(tags=[LONG]),
    "folder": lambda: ContactDraft(folders=[LONG * 2]),
}


@pytest.mark.parametrize("kind", TOO_LONG)
def test_a_text_too_long_for_its_part_is_cut_there_and_whole_in_the_note(kind: str) -> None:
    draft = normalize_draft(TOO_LONG[kind](), "AT")
    assert (draft.note or "").endswith("end")
    assert [("was cut" in warning) for warning in draft.warnings] == [True]
    assert draft.addresses or draft.handles or draft.dates or draft.tags or draft.folders


def test_parts_over_the_limit_are_lines_of_the_note() -> None:
    numbers = range(PARTS_MAX + 2)
    draft = normalize_draft(
        ContactDraft(
            addresses=[AddressDraft(address_line_1=f"Gasse {number}", locality="Linz") for number in numbers],
            dates=[DateDraft(f"day {number}", "2001-02-03") for number in numbers],
            tags=[f"tag {number}" for number in numbers],
        ),
        "AT",
    )
    assert [len(each) for each in (draft.addresses, draft.dates, draft.tags)] == [PARTS_MAX] * 3
    last = [PARTS_MAX, PARTS_MAX + 1]
    expected = [f"Address: Gasse {n}, Linz" for n in last] + [f"Date: day {n}, 2001-02-03" for n in last]
    assert (draft.note or "").splitlines() == expected + [f"Tag: tag {n}" for n in last]
