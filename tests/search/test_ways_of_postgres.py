"""However PostgreSQL finds the contacts of a query, they are the same; SQLite finds them too."""

import pytest
from crowds import add_people
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.search import plans, search_contacts
from coterie.search.candidates import RANKED_MAX
from coterie.search.groups import Group
from coterie.search.index import ENGINES
from coterie.store.database import Database

PEOPLE = {
    "Freya Gerlach": "", "Freya Gerhard": "met in Gerona", "Freya Moss": "plays the gerbil", "Gerd Freyason": "",
    "Olga Gerlach": "knows Freya", "Gerlach Freya": "", "Freyja Gerlich": "",
}  # fmt: skip
QUERIES = ("freya ge", "ge freya", "freya gerl", "gerlach freya", "freya ger", "gerb freya", "gerl", "frey", "moss ger")


def found(world: World, text: str) -> tuple[int, list[str]]:
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=20)
    return page.total, [contact.name or "" for contact in page.contacts]


def fill(world: World) -> None:
    with world.database.write() as tx:
        for name, note in PEOPLE.items():
            create_contact(tx, world.alice, {"real_name": name, "how_you_met": note or None})


def test_an_organization_with_a_small_or_a_large_share_finds_the_same(fresh_database: Database) -> None:
    small, large = make_world(fresh_database), make_world(fresh_database)
    fill(small)
    fill(large)
    with fresh_database.write() as tx:
        add_people(tx, large.charlie, [f"Freya Gerlach {number}" for number in range(60)])
        if tx.engine == "postgresql":
            tx.run("ANALYZE contact_words")
    alone = [(total, sorted(names)) for total, names in (found(small, text) for text in QUERIES)]
    with fresh_database.write() as tx:
        add_people(tx, small.alice, [f"Nobody {number}" for number in range(200)])
    # rarer words weigh more in a larger book, so the order may differ
    for world in (small, large):
        assert [(total, sorted(names)) for total, names in (found(world, text) for text in QUERIES)] == alone


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("cost", [0.0, 1e9])
def test_a_beginning_is_found_the_same_by_the_index_and_contact_by_contact(
    world: World, text: str, cost: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    cheapest = found(world, text)
    assert cheapest[1]
    monkeypatch.setattr(plans, "CHECK_COST", cost)
    assert found(world, text) == cheapest


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("words", [("freya",), ("gerlach", "gerd"), ()])
def test_contacts_of_one_word_are_counted_up_to_a_number(world: World, most: int, words: tuple[str, ...]) -> None:
    fill(world)
    names = [f"{name} {note}".lower().split() for name, note in PEOPLE.items()]
    number = sum(1 for name in names if any(word in words or word.startswith("mo") for word in name))
    with world.database.read() as tx:
        counted = ENGINES[tx.engine].count(tx, world.organization.id, (Group(words, ("mo",)),), most)
    assert counted == min(number, most)


def test_of_many_beginnings_the_index_is_asked_for_few(world: World) -> None:
    """Twelve letters with hundreds of names each took PostgreSQL seconds in a large book."""
    with world.database.write() as tx:
        for letter in "abcdefghijkl":
            create_contact(tx, world.alice, {"real_name": " ".join(f"{letter}{end}" for end in "abcdefghijklmnop")})
        create_contact(tx, world.alice, {"real_name": " ".join(f"{letter}a" for letter in "abcdefghijkl")})
        if tx.engine == "postgresql":
            groups = tuple(Group((letter,), (letter,)) for letter in "abcdefghijkl")
            assert len(plans.plan(tx, world.organization.id, groups).indexed) <= 2
    assert found(world, "a b c d e f g h i j k l")[0] == 1


@pytest.mark.parametrize("text", ["freya", "freya ge", "gerlach freya"])
def test_of_more_contacts_than_are_ranked_both_engines_rank_the_newest(world: World, text: str) -> None:
    with world.database.write() as tx:
        ids = add_people(tx, world.alice, ["Freya Gerlach"] * (RANKED_MAX + 30))
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=3)
    assert (page.total, [contact.id for contact in page.contacts]) == (len(ids), ids[-RANKED_MAX:][:3])


@pytest.mark.parametrize("text", ["f", "fre", "ge"])
def test_of_an_incomplete_word_both_engines_rank_the_newest_of_all_words(world: World, text: str) -> None:
    """Not the first in the order of their words."""
    with world.database.write() as tx:
        names = ["Freyz Gerya", "Fredy Gerxa"] * (RANKED_MAX // 2 + 15)
        ids = add_people(tx, world.alice, names)
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=3)
    assert (page.total, [contact.id for contact in page.contacts]) == (len(ids), ids[-RANKED_MAX:][:3])
