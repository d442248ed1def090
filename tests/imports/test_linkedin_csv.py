"""LinkedIn's Connections.csv with the remark it begins with."""

from pathlib import Path

from coterie.imports.formats import linkedin_csv
from coterie.model.imports import ContactDraft, DateDraft, HandleDraft, RowError

FILES = Path(__file__).parent / "files"


def test_connections_are_read_behind_the_remark() -> None:
    lisa, milhouse, nobody = linkedin_csv.read(FILES / "linkedin.csv")
    assert lisa == ContactDraft(
        first_name="Lisa",
        last_name="Simpson, PhD",
        employer="Yale, Inc.",
        job_title="Saxophonist",
        handles=[
            HandleDraft("linkedin", "https://www.linkedin.com/in/lisa-simpson"),
            HandleDraft("email", "lisa@yale.example"),
        ],
        dates=[DateDraft("connected on LinkedIn", "2026-11-22")],
    )
    assert isinstance(milhouse, ContactDraft)
    assert milhouse.handles == [HandleDraft("linkedin", "https://www.linkedin.com/in/milhouse")]
    assert isinstance(nobody, RowError)


def test_the_remark_may_be_missing_and_dates_may_be_american(tmp_path: Path) -> None:
    path = tmp_path / "Connections.csv"
    path.write_text(
        "First Name,Last Name,Email Address,Company,Position,Connected On\n"
        'Ada,Lovelace,,,,"11/22/18, 3:42 PM"\nNeha,,,,,7-Feb-22\n'
    )
    ada, neha = linkedin_csv.read(path)
    assert isinstance(ada, ContactDraft) and isinstance(neha, ContactDraft)
    assert ada.dates == [DateDraft("connected on LinkedIn", "2018-11-22")]
    assert neha.dates == [DateDraft("connected on LinkedIn", "2022-02-07")]
