"""UUIDv7."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from coterie.model.ids import iter_ids, new_id, new_ids, parse_id, parse_number
from coterie.remote.xml import status_of


def test_ids_are_version_7_and_ascend() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert {uuid.UUID(text).version for text in ids} == {7}
    assert {uuid.UUID(text).variant for text in ids} == {uuid.RFC_4122}


def test_many_ids_at_once_ascend_among_those_made_one_by_one() -> None:
    ids = [new_id(), *new_ids(3000), new_id(), *new_ids(1), *new_ids(0), new_id(), *islice(iter_ids(), 1200), new_id()]
    assert len(set(ids)) == 4205
    assert ids == sorted(ids)
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in ids} == {(7, uuid.RFC_4122)}
    assert {str(uuid.UUID(text)) for text in ids} == set(ids)


def test_ids_of_several_threads_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: new_id(), range(8000)))
    assert len(set(ids)) == 8000


def test_a_uuid_is_read_in_any_case_and_anything_else_is_none() -> None:
    text = new_id()
    assert parse_id(f" {text.upper()} ") == text
    assert [parse_id(wrong) for wrong in ("", "5", text[:-1], text + "0", "g" + text[1:])] == [None] * 5


@pytest.mark.parametrize("text", ["", "9" * 19, "9" * 5_000, "²", "٣", "-1", " 1", "1\n", "1_0"])
def test_only_digits_that_a_database_stores_are_a_number(text: str) -> None:
    assert parse_number(text) is None
    assert status_of(f"HTTP/1.1 {text} OK") is None


def test_numbers_are_read() -> None:
    assert [parse_number(text) for text in ("0", "007", "9" * 18)] == [0, 7, 10**18 - 1]
    assert status_of("HTTP/1.1 207 Multi-Status") == 207
