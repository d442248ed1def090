"""A preview of several files of one command is what applying them does. On both engines."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import counts, google, person, reason, rows_of
from world import World, make_world

from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.ids import new_id
from coterie.model.imports import CREATE, STAGED, UNCHANGED, UPDATE
from coterie.store.contacts import count_contacts
from coterie.store.database import Database
from coterie.store.imports import find_import

Counts = tuple[int, int, int, int, int]


def previewed(world: World, folder: Path, *files: Path) -> list[Run]:
    """The runs of files that one command staged."""
    group, runs = new_id(), []
    for path in files:
        import_ = start(world.database, world.alice, folder, path, group_id=group)
        runs.append(Run(world.database, folder, world.alice.organization_id, import_.id))
        stage(runs[-1])
    return runs


def counted(runs: list[Run]) -> list[Counts]:
    found = []
    for run in runs:
        outcomes = [row.outcome for row in rows_of(run)]
        found.append(tuple(map(outcomes.count, (CREATE, UPDATE, UNCHANGED, "match", "reject"))))
    return found  # type: ignore[return-value]


def test_a_later_file_counts_the_contacts_of_an_earlier_one(world: World, tmp_path: Path) -> None:
    first = google(tmp_path, person("Bart", "Simpson", "bart@example.org"), person("Lisa", "Simpson"), name="a.csv")
    second = google(
        tmp_path,
        person("Bart", "Simpson", "bart@example.org", employer="School"),
        person("Lisa", "Simpson"),
        person("Maggie", "Simpson", "maggie@example.org"),
        name="b.csv",
    )
    runs = previewed(world, tmp_path, first, second)
    assert counted(runs) == [(2, 0, 0, 0, 0), (1, 1, 1, 0, 0)]
    bart, lisa, _ = rows_of(runs[1])
    assert reason(bart) == "Same person as row 1 of a.csv; adds employer"
    assert reason(lisa) == "the same as row 2 of a.csv"
    assert [counts(apply(run)) for run in runs] == [(2, 0, 0, 0, 0), (1, 1, 1, 0, 0)]


def test_a_later_file_that_is_applied_alone_loses_nothing(world: World, tmp_path: Path) -> None:
    rows = [person("Bart", "Simpson", "bart@example.org"), person("Lisa", "Simpson")]
    runs = previewed(world, tmp_path, google(tmp_path, *rows, name="a.csv"), google(tmp_path, *rows, name="b.csv"))
    assert counted(runs)[1] == (0, 0, 2, 0, 0)
    assert counts(apply(runs[1])) == (2, 0, 0, 0, 0)
    assert counts(apply(runs[0])) == (0, 0, 2, 0, 0)
    with world.database.read() as tx:
        assert count_contacts(tx, world.alice.organization_id) == 4


def test_a_row_that_shares_what_this_file_adds_to_somebody_of_an_earlier_file_waits(
    world: World, tmp_path: Path
) -> None:
    bart = person("Bart", "Simpson", "", "+12125550101")
    added = person("Bart", "Simpson", "one@example.org", "+12125550101")
    check(world.database, tmp_path, [[bart], [added, bart, person("Lisa", "Simpson", "one@example.org")]])


def test_a_row_that_shares_what_its_file_adds_to_a_contact_waits(world: World, tmp_path: Path) -> None:
    bart = person("Bart", "Simpson", "", "+12125550101")
    [first] = previewed(world, tmp_path, google(tmp_path, bart, name="a.csv"))
    apply(first)
    added = person("Bart", "Simpson", "one@example.org", "+12125550101")
    lisa = person("Lisa", "Simpson", "one@example.org")
    [second] = previewed(world, tmp_path, google(tmp_path, added, lisa, name="b.csv"))
    assert counted([second]) == [(0, 1, 0, 1, 0)]
    assert counts(apply(second)) == (0, 1, 0, 1, 0)


def test_a_row_sees_everything_that_earlier_rows_say_about_its_person(world: World, tmp_path: Path) -> None:
    maggie = [
        person("Maggie", "Simpson", "two@example.org", "+12125550102"),
        person("Maggie", "Simpson", "", "+12125550102", birthday="1981-05-09"),
        person("Maggie", "Simpson", "two@example.org", "", birthday="1980-02-23"),
    ]
    check(world.database, tmp_path, [maggie])


def test_a_row_is_not_applied_before_earlier_rows_that_share_a_handle(world: World, tmp_path: Path) -> None:
    maggie = [
        person("Maggie", "Simpson", "two@example.org", "", birthday="1980-02-23"),
        person("Maggie", "Simpson", "two@example.org", "+12125550102"),
        person("Maggie", "Simpson", "", "+12125550102", birthday="1981-05-09"),
    ]
    check(world.database, tmp_path, [maggie])


def test_a_row_sees_what_earlier_rows_of_its_batch_add_to_its_contact(world: World, tmp_path: Path) -> None:
    first = [person("Bart", "Simpson"), person("Maggie", "Simpson", "", "+12125550101")]
    second = [
        person("Maggie", "Simpson", "one@example.org", "+12125550102"),
        person("Maggie", "Simpson", "", "+12125550102", birthday="1980-02-23"),
        person("Maggie", "Simpson", "one@example.org", "+12125550101", birthday="1981-05-09"),
    ]
    check(world.database, tmp_path, [first, second])


def test_how_common_a_telephone_is_in_the_files_of_one_command_decides_nothing(world: World, tmp_path: Path) -> None:
    bart = person("Bart", "Simpson", "one@example.org", "")
    shared = [person(name, "Simpson", "", "+12125550102") for name in ("Bart", "Lisa", "Maggie")]
    check(world.database, tmp_path, [[bart], shared, [person("Bart", "Simpson", "one@example.org", "+12125550102")]])


def test_two_files_of_one_name_are_two_files(world: World, tmp_path: Path) -> None:
    lisa, bart = (
        person("Lisa", "Simpson", "lisa@example.org"),
        person("Bart", "Simpson", "b@example.org", "+12125550101"),
    )
    paths = []
    for number, row in enumerate([lisa, bart, person("Lisa", "Simpson", "lisa@example.org", "+12125550101")]):
        (tmp_path / str(number)).mkdir()
        paths.append(google(tmp_path / str(number), row))
    runs = previewed(world, tmp_path, *paths)
    preview = counted(runs)
    assert preview == [(1, 0, 0, 0, 0), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0)]
    assert [counts(apply(run)) for run in runs] == preview


def test_a_file_may_name_a_row_of_one_that_was_applied_since(world: World, tmp_path: Path) -> None:
    bart = person("Bart", "Simpson", "b@example.org")
    more = person("Bart", "Simpson", "b@example.org", "+12125550101")
    first, _ = runs = previewed(
        world, tmp_path, google(tmp_path, bart, name="a.csv"), google(tmp_path, more, name="b.csv")
    )
    apply(first)
    with world.database.read() as tx:
        group = find_import(tx, world.alice.organization_id, first.import_id).group_id
    row = person("Bart", "Simpson", "", "+12125550101", "School")
    third = start(world.database, world.alice, tmp_path, google(tmp_path, row, name="c.csv"), group_id=group)
    runs.append(Run(world.database, tmp_path, world.alice.organization_id, third.id))
    assert stage(runs[2]).state == STAGED
    assert [counts(apply(run)) for run in runs[1:]] == [(0, 1, 0, 0, 0), (0, 1, 0, 0, 0)]


NAMES = st.sampled_from(["Bart", "Lisa", "Maggie"])
EMAILS = st.sampled_from(["", "one@example.org", "two@example.org", "marge@example.org"])
PHONES = st.sampled_from(["", "+12125550101", "+12125550102"])
ROWS = st.builds(
    person, NAMES, st.just("Simpson"), EMAILS, PHONES,
    st.sampled_from(["", "", "School"]), st.sampled_from(["", "", "1980-02-23", "1981-05-09"]),
)  # fmt: skip


def check(database: Database, folder: Path, files: list[list[tuple[str, ...]]]) -> None:
    """What a preview counts as created, updated, unchanged and waiting is what applying the files does."""
    world = make_world(database)
    paths = [google(folder, *rows, name=f"{number}.csv") for number, rows in enumerate(files)]
    runs = previewed(world, folder, *paths)
    preview = counted(runs)
    assert [counts(apply(run)) for run in runs] == preview


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(ROWS, min_size=1, max_size=4), min_size=2, max_size=3))
def test_a_preview_of_several_files_counts_what_applying_does(
    database: Database, tmp_path: Path, files: list[list[tuple[str, ...]]]
) -> None:
    check(database, tmp_path, files)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_a_preview_of_one_file_counts_what_applying_does(
    database: Database, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    check(database, tmp_path, [rows])
