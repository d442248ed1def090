"""R0's template: what is downloaded can be filled in and read."""

from pathlib import Path

import pytest

from coterie.errors import Invalid
from coterie.imports.formats import r0_csv
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft

FILES = Path(__file__).parent / "files"


def test_a_filled_in_template_is_read_whole() -> None:
    (ned,) = r0_csv.read(FILES / "r0.csv")
    assert ned == ContactDraft(
        first_name="Ned",
        last_name="Flanders",
        nickname="Neddy",
        gender="male",
        birthday="--05-12",
        employer="The Leftorium",
        job_title="Owner",
        how_you_met="Over the fence",
        relationship_grade=3,
        note="Diddly",
        tags=["neighbour", "church"],
        handles=[
            HandleDraft("linkedin", "linkedin.com/in/ned"),
            HandleDraft("email", "ned@okily.example"),
            HandleDraft("email", "flanders@okily.example"),
            HandleDraft("phone", "555-8904"),
            HandleDraft("instagram", "@neddy"),
        ],
        addresses=[
            AddressDraft("744 Evergreen Terrace", locality="Springfield", postcode="97477", country="US", label=None)
        ],
    )


def test_the_template_is_one_line_and_reads_as_a_file_without_people(tmp_path: Path) -> None:
    assert r0_csv.TEMPLATE.count("\n") == 1
    path = tmp_path / "template.csv"
    path.write_text(r0_csv.TEMPLATE)
    assert list(r0_csv.read(path)) == []


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid):
        list(r0_csv.read(FILES / "german.csv"))


@pytest.mark.parametrize("grade", ["6", "-1", "close", "²", "9" * 400])
def test_a_grade_that_is_none_becomes_a_warning(tmp_path: Path, grade: str) -> None:
    path = tmp_path / "r0.csv"
    path.write_text(f"first_name,relationship_type,how_you_met\nNed,{grade},\n")
    (ned,) = r0_csv.read(path)
    assert isinstance(ned, ContactDraft)
    assert ned.relationship_grade is None
    assert len(ned.warnings) == 1
