"""Long work in batches: each commits by itself, stops between two, is run again where PostgreSQL asks for it."""

from collections.abc import Generator

import pytest
from world import World

from coterie.errors import Unavailable
from coterie.store.batches import ATTEMPTS, Batch, Batches, Control, Stopped, run_batches
from coterie.store.counters import count, next_number
from coterie.store.database import Tx


def counted(world: World) -> int:
    with world.database.read() as tx:
        return count(tx, world.organization.id, "tested")


def count_up(world: World) -> Batch[int]:
    return lambda tx: next_number(tx, world.organization.id, "tested")


def three(world: World) -> Batches[int, str]:
    for _ in range(3):
        yield count_up(world)
    return "done"


def test_each_batch_is_committed_with_its_progress_and_the_value_is_returned(world: World) -> None:
    seen: list[tuple[int, int]] = []

    def save(tx: Tx, result: int) -> None:
        seen.append((result, counted(world)))  # another transaction does not see the batch yet

    value = run_batches(world.database.write, three(world), Control(save=save))
    assert (value, counted(world)) == ("done", 3)
    assert [result for result, _ in seen] == [1, 2, 3]


def test_work_that_is_told_to_stop_stops_before_the_next_batch(world: World) -> None:
    ended: list[bool] = []

    def batches() -> Generator[Batch[int], int, None]:
        try:
            while True:
                yield count_up(world)
        finally:
            ended.append(True)

    with pytest.raises(Stopped):
        run_batches(world.database.write, batches(), Control(should_stop=lambda: counted(world) == 2))
    assert (counted(world), ended) == (2, [True])


def test_a_batch_that_gave_way_to_another_transaction_is_run_again(world: World) -> None:
    attempts: list[int] = []

    def give_way(tx: Tx) -> int:
        attempts.append(next_number(tx, world.organization.id, "tested"))
        if len(attempts) < 3:
            raise Unavailable("deadlock")
        return attempts[-1]

    def batches(batch: Batch[int]) -> Batches[int, int]:
        return (yield batch)

    assert run_batches(world.database.write, batches(give_way)) == 1
    assert attempts == [1, 1, 1]

    def always(tx: Tx) -> int:
        attempts.append(0)
        raise Unavailable("deadlock")

    with pytest.raises(Unavailable):
        run_batches(world.database.write, batches(always))
    assert len(attempts) == 3 + ATTEMPTS


def test_what_a_batch_raises_can_be_caught_where_it_was_yielded(world: World) -> None:
    def fail(tx: Tx) -> int:
        next_number(tx, world.organization.id, "tested")
        raise ValueError("cannot be written")

    def batches() -> Batches[int, list[int]]:
        try:
            yield fail
        except ValueError:
            return [(yield count_up(world))]
        return []

    assert run_batches(world.database.write, batches()) == [1]
    assert counted(world) == 1
