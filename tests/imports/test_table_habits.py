"""Habits of countries and programs in tables: the order of dates, labels, quotes around tags, names of countries."""

from pathlib import Path

import pytest
from runs import applied, counts
from world import World

from coterie.drafts.merge import existing_of_draft, plan_merge
from coterie.imports.formats.readers import COUNTRY, READERS
from coterie.model.imports import AddressDraft, ContactDraft


def draft_of(folder: Path, text: str, country: str | None = None, kind: str = "csv") -> ContactDraft:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    (draft,) = READERS[kind](path, {COUNTRY: country})
    assert isinstance(draft, ContactDraft)
    return draft


@pytest.mark.parametrize(
    ("country", "day", "order"),
    [("FR", "1990-02-03", "day/month"), ("GB", "1990-02-03", "day/month"), ("US", "1990-03-02", "month/day"),
     (None, "1990-03-02", "month/day")],
)  # fmt: skip
def test_the_country_decides_how_an_ambiguous_date_is_read(
    tmp_path: Path, country: str | None, day: str, order: str
) -> None:
    text = "Prénom,Nom,Date de naissance,Anniversary\nÉlodie,Lefèvre,03/02/1990,04/04/2000\n"
    draft = draft_of(tmp_path, text, country)
    assert (draft.birthday, draft.warnings) == (day, [f"The date 03/02/1990 was read as {order}"])
    outlook = "First Name,Last Name,E-mail Address,E-mail 2 Address,Birthday\nÉlodie,Lefèvre,,,03/02/1990\n"
    assert draft_of(tmp_path, outlook, country, "outlook").birthday == day


def test_a_date_of_the_file_decides_before_the_country(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Name,Birthday\nAna,03/02/1990\nBo,12/25/1990\n", "utf-8")
    drafts = [draft for draft in READERS["csv"](path, {COUNTRY: "FR"}) if isinstance(draft, ContactDraft)]
    assert [(draft.birthday, draft.warnings) for draft in drafts] == [("1990-03-02", []), ("1990-12-25", [])]


def test_a_free_label_is_kept_as_written_and_a_usual_one_in_lower_case(tmp_path: Path) -> None:
    text = (
        "First Name,Last Name,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,E-mail 1 - Label,"
        "E-mail 1 - Value\nAna,Silva,,Ferienhaus,+15550100,Work Fax,+15550101,* Portería,a@example.org\n"
    )
    draft = draft_of(tmp_path, text, kind="google")
    assert {handle.label for handle in draft.handles} == {"Ferienhaus", "work fax", "Portería"}


def test_quotes_around_tags_are_removed(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, 'Email Address,First Name,TAGS\na@example.org,Ana,"""VIP"",""Press, TV"""\n')
    assert draft.tags == ["VIP", "Press, TV"]


def test_one_address_with_the_name_and_the_code_of_its_country_is_one() -> None:
    spain, es = (
        ContactDraft(first_name="Ana", addresses=[AddressDraft("Calle 1", locality="Jerez", country=country)])
        for country in ("Spain", "ES")
    )
    assert plan_merge(es, existing_of_draft(spain)).addresses == []


def test_one_address_in_two_files_is_one(world: World, tmp_path: Path) -> None:
    for number, country in enumerate(("Spain", "España", "ES")):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"Name,Email,Address,City,Country\nAna Silva,a@example.org,Calle 1,Jerez,{country}\n", "utf-8")
        _, record = applied(world.database, world.alice, tmp_path, path)
        assert counts(record)[:2] == ((1, 0) if number == 0 else (0, 0))
