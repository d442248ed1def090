"""Two letters of a word find its contacts, also those that were indexed before PostgreSQL had lexemes for them."""

import pytest
from world import World

from coterie.actions.contacts import create_contact
from coterie.checks.run import run_checks
from coterie.search import search_contacts
from coterie.store.migrate import migrate

PEOPLE = {
    "Zoë Ångström": "zo an", "王小明": "王 小明", "Seán O'Brien": "sean ob", "4chan Łucja": "4chan lu",
    "Ælfric Ó": "aelfric o", "Жанна д'Арк": "zhanna ар", "Li Ma": "li ma",
}  # fmt: skip


@pytest.fixture
def people(fresh_world: World) -> World:
    with fresh_world.database.write() as tx:
        for name in PEOPLE:
            create_contact(tx, fresh_world.alice, {"real_name": name, "phone": "+12125550177"})
    return fresh_world


def found(world: World, text: str) -> list[str | None]:
    with world.database.read() as tx:
        return [contact.name for contact in search_contacts(tx, world.organization.id, text, limit=20).contacts]


def test_contacts_indexed_before_have_the_same_lexemes_and_are_found(people: World) -> None:
    database = people.database
    before = {text: found(people, text) for text in PEOPLE.values()}
    assert all(name in before[text] for name, text in PEOPLE.items())
    with database.write() as tx:
        if tx.engine == "postgresql":
            lexemes = "ARRAY(SELECT word FROM unnest(tsvector_to_array(words)) AS each (word) WHERE word LIKE '»%')"
            assert tx.run(f"UPDATE contact_words SET words = ts_delete(words, {lexemes})") > len(PEOPLE)
        assert tx.run("DELETE FROM schema_migrations WHERE name LIKE '%indexed_beginnings%'") == 1
    migrate(database)
    results = run_checks(database, database.settings, is_deep=False, is_repairing=False)
    assert [each.name for each in results if each.problem_count] == []
    assert {text: found(people, text) for text in PEOPLE.values()} == before
