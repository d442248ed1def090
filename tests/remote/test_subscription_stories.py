"""Random stories on both sides of a subscription: nothing is lost, nobody is there twice, and nothing echoes."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from carddav.programs import serving
from copied_worlds import worlds_in
from databases import make_settings
from hypothesis import HealthCheck, Phase, given, settings
from remote.books import Book, allowing, subscribe
from remote.scripted import Scripted
from remote.sides import FIRST, PEOPLE, SECOND, STEPS, Ours, Step, Story, Theirs
from remote.test_subscription_pairs import book_of
from world import World, make_world

from coterie.model.subscriptions import MIRROR, TWO_WAY
from coterie.store.database import open_database

pytestmark = pytest.mark.slow
# without shrinking: an example takes a second, and its steps are short as they are
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
FIXTURES = [HealthCheck.function_scoped_fixture]
ROUNDS = 4


def settle(books: list[Book]) -> None:
    """Runs until nothing moves, which it must come to."""
    for _ in range(ROUNDS):
        if not any(_moves(book) for book in books):
            return
    raise AssertionError("the sides do not come to rest")


def _moves(book: Book) -> bool:
    counts = book.run()
    assert (book.now.error, book.now.held) == (None, None)
    return bool(counts.taken or counts.written or counts.deleted_here or counts.deleted_there)


@pytest.mark.parametrize("direction", [MIRROR, TWO_WAY])
@given(steps=STEPS)
@settings(max_examples=10, phases=PHASES, suppress_health_check=FIXTURES)
def test_a_book_and_its_subscriber(subscriber: World, scripted: Scripted, direction: str, steps: list[Step]) -> None:
    world = worlds_in(subscriber.database).next()
    story = Story({FIRST: Ours(world), SECOND: Theirs(scripted)})
    for name in (*PEOPLE, "Anchor 99"):
        story.sides[SECOND].create(name)
    book = subscribe(world, scripted.url, direction=direction)
    book.start()
    for who, what, number in steps:
        if what == "run":
            book.run()
        else:
            story.act(who, what, number)
    settle([book])
    before = len(scripted.written())
    settle([book])
    assert len(scripted.written()) == before, "a run without changes writes nothing"
    assert direction == TWO_WAY or not scripted.written()
    story.check(is_mirror=direction == MIRROR)
    assert all("X-KEEP;A=b:c" in card for card in scripted.cards.values() if "X-KEEP" in card)


@pytest.fixture
def instances(
    subscriber: World, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, tuple[World, str]]]:
    """Two instances with their addresses."""
    with ExitStack() as stack:
        database = open_database(allowing(make_settings(engine, tmp_path, request)))
        stack.callback(database.close)
        worlds = {FIRST: subscriber, SECOND: make_world(database)}
        yield {side: (world, stack.enter_context(serving(world.database.settings))) for side, world in worlds.items()}


@given(steps=STEPS)
@settings(max_examples=10, phases=PHASES, suppress_health_check=FIXTURES)
def test_two_instances_that_subscribe_to_each_other(instances: dict[str, tuple[World, str]], steps: list[Step]) -> None:
    worlds = {side: (worlds_in(world.database).next(), url) for side, (world, url) in instances.items()}
    story = Story({side: Ours(world) for side, (world, _) in worlds.items()})
    for number, name in enumerate(PEOPLE):
        story.sides[(FIRST, SECOND)[number % 2]].create(name)
    books = {}
    for side, other in ((FIRST, SECOND), (SECOND, FIRST)):
        address, user, password = book_of(*worlds[other])
        books[side] = subscribe(worlds[side][0], address, username=user, password=password, direction=TWO_WAY)
    for book in books.values():
        book.start()
    for who, what, number in steps:
        if what == "run":
            books[who].run()
        else:
            story.act(who, what, number)
    settle(list(books.values()))
    settle(list(books.values()))
    story.check(is_mirror=False)
