"""A search lists every contact that matches and counts them: among many surnames, and in the words of notes."""

import itertools

from world import World

from coterie.actions.contacts import create_contact
from coterie.search import search_contacts

# more surnames than an engine may replace a beginning by, each of several people
SURNAMES = ["gerl", *(f"gerl{first}{second}" for first, second in itertools.product("abcdefgh", "lmno"))]
OF_EACH = {"gerl": 30}
PEOPLE = [f"Freya {name.title()}" for name in SURNAMES for _ in range(OF_EACH.get(name, 11))]
ALONE = "Freya Gerlzwick"
NOTED = "Freya Moss"
QUERIES = ("freya g", "freya ge", "freya ger", "freya gerl", "ger freya", "fre ge", "fr gerl", "g f")


def fill(world: World) -> None:
    with world.database.write() as tx:
        for name in [*PEOPLE, ALONE]:
            create_contact(tx, world.alice, {"real_name": name})
        create_contact(tx, world.alice, {"real_name": NOTED, "bio": "knows the Gerlings, who garden"})
        create_contact(tx, world.alice, {"real_name": "Olga Gerlach"})


def test_every_match_is_counted_and_is_in_a_page(world: World) -> None:
    fill(world)
    names = sorted([*PEOPLE, ALONE, NOTED])
    for text, order in itertools.product(QUERIES, (None, "name")):
        with world.database.read() as tx:
            pages = [
                search_contacts(tx, world.organization.id, text, order=order, limit=150, offset=offset)
                for offset in (0, 150, 300)
            ]
        assert {(page.total, page.is_capped) for page in pages} == {(len(names), False)}, (text, order)
        assert sorted(contact.name or "" for page in pages for contact in page.contacts) == names, (text, order)


def test_more_contacts_than_a_misspelt_query_lists_are_not_called_all(world: World) -> None:
    fill(world)
    for order, (text, is_cut) in itertools.product((None, "name"), {"fryea gerl": True, "olgs gerlach": False}.items()):
        with world.database.read() as tx:
            page = search_contacts(tx, world.organization.id, text, order=order, limit=500)
        assert (page.is_capped, page.is_cut) == (is_cut, is_cut), (text, order)
        assert len(page.contacts) == page.total
