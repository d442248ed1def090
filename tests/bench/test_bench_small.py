"""The benches measure what they claim: on tiny data sets, with the responses of all three servers compared."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from bench import imports, pages, search, webhooks, writes  # noqa: E402
from bench.books import fill_book  # noqa: E402
from bench.data import Data, data_set  # noqa: E402
from bench.latencies import TimedClient, latency_rows, percentile  # noqa: E402
from bench.load import check_bodies, check_parts  # noqa: E402
from bench.paced import run_paced  # noqa: E402
from bench.parts import CONTACTS_MAX, paths_with_parts  # noqa: E402
from bench.plan import Plan  # noqa: E402
from bench.processes import Server, serving_coterie, serving_module  # noqa: E402
from bench.table import Row, at_least, at_most, markdown  # noqa: E402
from coterie.actions.organizations import create_organization  # noqa: E402
from coterie.checks.run import run_checks  # noqa: E402
from coterie.search import search_contacts  # noqa: E402
from coterie.settings import Settings  # noqa: E402
from coterie.store import cards  # noqa: E402
from coterie.store import contacts as store  # noqa: E402
from coterie.store.database import Parameters, Tx, open_database  # noqa: E402
from coterie.store.interactions import list_recent_of  # noqa: E402
from coterie.store.migrate import migrate  # noqa: E402

pytestmark = pytest.mark.slow

COUNT = 400


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return data_set(COUNT, folder=tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def coterie(data: Data) -> Iterator[Server]:
    with serving_coterie(data) as server:
        yield server


def test_a_data_set_holds_what_the_actions_would_have_kept(data: Data) -> None:
    database = open_database(Settings(data=data.folder, database_url=f"sqlite:///{data.file}"))
    with database.read() as tx:
        assert store.count_contacts(tx, data.organization_id) == COUNT
        everyone = store.list_contacts(tx, data.organization_id, limit=COUNT + 1)
        assert [contact.id for contact in everyone] == list(range(1, COUNT + 1))
        somebody = next(contact for contact in everyone if contact.email)
        assert somebody.email is not None
        found = search_contacts(tx, data.organization_id, somebody.email, limit=5).contacts
        assert [contact.id for contact in found] == [somebody.id]
        assert store.find_contact_by_handle(tx, data.organization_id, "email", somebody.email) == somebody
        recent = list_recent_of(tx, data.organization_id, range(1, COUNT + 1))
        assert max(Counter((contact_id, kind) for contact_id, kind, *_ in recent).values()) == 10
        sizes = tx.all("SELECT organization_id, count(*) FROM contacts GROUP BY organization_id")
        assert len(sizes) == 5
    database.close()


def test_a_data_set_is_built_once_and_again_when_the_schema_is_another(tmp_path: Path) -> None:
    first = data_set(40, folder=tmp_path)
    assert data_set(40, folder=tmp_path) == first
    note = Path(first.folder) / "bench.json"
    note.write_text(note.read_text().replace(first.stamp, "0" * 64))
    again = data_set(40, folder=tmp_path)
    assert again.stamp == first.stamp
    assert again.token != first.token


def test_the_floor_and_the_twin_answer_as_coterie_does(data: Data, coterie: Server) -> None:
    with ExitStack() as stack:
        others = [stack.enter_context(serving_module(name, data)) for name in ("floor", "twin")]
        check_bodies(data, coterie, others)


def test_the_floor_answers_a_contact_with_its_parts_as_coterie_does(data: Data, coterie: Server) -> None:
    paths = paths_with_parts(data)
    assert len(paths) == len({*paths}) == COUNT // 4 < CONTACTS_MAX
    assert paths_with_parts(data) == paths
    with serving_module("floor", data) as floor:
        check_parts(paths, coterie, floor)
    with pytest.raises(RuntimeError, match="is not"):
        check_parts([path.replace("/contacts/", "/pets/") for path in paths], coterie, coterie)


def test_an_import_is_measured_against_the_bare_insertion_and_a_peer(data: Data) -> None:
    rows = list(imports.measure(COUNT))
    assert rows[0].value == f"{COUNT} created"
    assert [row.bar for row in rows if row.bar] == ["≤ 0.204 s", "≤ 300 MB", "≤ 2.5 ×", "≤ 0.04 s", "≤ 300 MB"]
    assert next(row for row in rows if row.name.startswith("second run creates")).value == "0 and 0"


def test_an_answer_that_differs_stops_the_bench(data: Data, coterie: Server) -> None:
    class Wrong(Server):
        def call(self, method: str, path: str, body: object = None) -> tuple[int, object]:
            return 200, {"id": 1}

    with pytest.raises(RuntimeError, match="is not"):
        check_bodies(data, coterie, [Wrong("wrong", coterie.port, data.token, coterie.process)])


def test_pages_and_search_are_measured_under_every_order(data: Data, coterie: Server) -> None:
    plan = Plan(COUNT, COUNT, rounds=1, seconds=1, requests=2)
    client = TimedClient(coterie)
    rows = [*pages.measure_page(plan, client, 2, 1e9), *search.measure_search(plan, client)]
    client.close()
    assert [row.is_met for row in rows[:2]] == [None, True]
    assert "36 orders" in rows[0].name
    assert [row.name.partition(":")[2] for row in rows[2:]] == [" p50 of 2", " p95"] * 3


def test_bulk_updates_run_until_the_feeder_is_stopped(
    data: Data, coterie: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "BULK_SIZE", 100)
    feeder = writes.Feeder(coterie, COUNT)
    with feeder.feeding():
        pass
    tasks = [feeder.task(task) for task in feeder.tasks]
    assert {task["status"] for task in tasks} == {"completed"}
    assert {task["updated_count"] for task in tasks} == {100}


def test_requests_at_a_fixed_rate_count_from_when_they_are_due(coterie: Server) -> None:
    started = time.perf_counter()
    paced = run_paced(coterie, lambda: ("GET", "/api/v1/me", b""), rate=100, count=40, connections=4)
    assert time.perf_counter() - started > 0.35
    assert (len(paced.latencies), paced.failures) == (40, 0)
    missing = run_paced(coterie, lambda: ("PUT", "/api/v1/contacts/9999", b"{}"), rate=1e6, count=5)
    assert (missing.latencies, missing.failures) == ([], 5)


def test_a_filled_address_book_holds_what_the_actions_would_have_written(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), database_url=f"sqlite:///{tmp_path}/coterie.sqlite3")
    database = open_database(settings)
    migrate(database)
    with database.write() as tx:
        organization, _, _ = create_organization(
            tx, name="Bench", email="b@example.org", password_hash="x", username=None, country="US"
        )
    database.close()
    email = fill_book(tmp_path / "coterie.sqlite3", 40)
    database = open_database(settings)
    with database.read() as tx:
        assert len(cards.list_cards(tx, organization.id, with_groups=True)) == 40
        assert len(cards.find_cards_by_email(tx, organization.id, [email])) == 1
    results = run_checks(database, settings, is_deep=False, is_repairing=False)
    assert {result.name for result in results if result.problem_count} == {"search-index"}
    database.close()


def test_a_percentile_is_the_smallest_latency_that_this_share_does_not_exceed() -> None:
    latencies = [float(number) for number in range(100, 0, -1)]
    assert [percentile(latencies, each) for each in (1, 50, 95, 100)] == [1, 50, 95, 100]
    assert percentile([7.0], 95) == 7.0
    rows = latency_rows("search", "prefix", latencies, 90.0)
    assert rows[0] == Row("search", "prefix: p50 of 100", "50.0 ms")
    assert rows[1] == Row("search", "prefix: p95", "95.0 ms", "≤ 90 ms", False)


@pytest.mark.parametrize("order", store.ORDERS)
def test_a_page_of_every_order_is_found_in_an_index_alone(data: Data, order: str) -> None:
    database = open_database(Settings(data=data.folder, database_url=f"sqlite:///{data.file}"))
    with database.read() as tx:
        for descending in (False, True):
            plans = Plans(tx)
            store.list_contacts(plans, data.organization_id, order=order, descending=descending, limit=20)  # type: ignore[arg-type]
            assert "USING COVERING INDEX contacts_" in plans.found[0]
            assert "PRIMARY KEY (organization_id=? AND id=?)" in plans.found[0]
    database.close()


class Plans:
    """A transaction that answers with nothing and keeps how SQLite would have found it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.found: list[str] = []

    def all(self, sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        self.found.append("\n".join(row[3] for row in self._tx.all(f"EXPLAIN QUERY PLAN {sql}", parameters)))
        return []


def test_the_table_says_what_is_met_and_what_is_missed() -> None:
    rows = [
        at_least("GET one", "share", 71, 70, "71 %", " %"),
        at_most("GET one", "p99", 21, 20, " ms"),
        Row("start", "figure", "1"),
    ]
    lines = markdown(rows).splitlines()
    assert lines[2:] == [
        "| GET one | share | 71 % | ≥ 70 % | met |",
        "|  | p99 | 21.0 ms | ≤ 20 ms | **missed** |",
        "| start | figure | 1 |  |  |",
    ]


def test_webhooks_arrive_once_at_each_endpoint(tmp_path: Path) -> None:
    plan = Plan(COUNT, COUNT, rounds=1, seconds=1, requests=2, event_count=60, folder=tmp_path)
    rate, wrong = webhooks.measure_deliveries(plan, "small", hanging=("slow",))
    assert (rate.bar, wrong.is_met) == ("≥ 500/s", True)
