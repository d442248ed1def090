"""What many contacts have, in one statement: for lists, exports and cards."""

from world import World

from coterie.actions.pets import create_pet, delete_pet
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.expertises import list_expertises_of
from coterie.store.pets import list_pets_of
from coterie.store.tags import list_tags_of


def test_tags_and_expertises_of_many_contacts_are_by_name_and_without_the_deleted(world: World) -> None:
    wanted = [world.marge.id, world.homer.id]
    with world.database.write() as tx:
        for vocabulary, list_of in ((TAGS, list_tags_of), (EXPERTISES, list_expertises_of)):
            for name in ("Éclairs", "beer", "Gone"):
                term = create_term(tx, world.alice, vocabulary, name)
                put_on_contact(tx, world.alice, vocabulary, world.homer.id, term.id)
            delete_term(tx, world.alice, vocabulary, term.id)
            found = list_of(tx, world.organization.id, wanted)
            assert {key: [each.name for each in terms] for key, terms in found.items()} == {
                world.homer.id: ["beer", "Éclairs"]
            }
            assert list_of(tx, world.charlie.organization_id, wanted) == {}
            assert list_of(tx, world.organization.id, []) == {}


def test_a_pet_of_two_contacts_stands_under_both(world: World) -> None:
    marge, homer = world.marge, world.homer
    with world.database.write() as tx:
        shared = create_pet(tx, world.alice, marge.id, {"name": "Snowball", "second_owner": homer.uuid})
        own = create_pet(tx, world.alice, homer.id, {"name": "Pinchy"})
        gone = create_pet(tx, world.alice, homer.id, {"name": "Stampy"})
        delete_pet(tx, world.alice, homer.id, gone.id)
        assert list_pets_of(tx, world.organization.id, [marge.id, homer.id]) == {
            marge.id: [shared],
            homer.id: [shared, own],
        }
        assert list_pets_of(tx, world.organization.id, [homer.id]) == {homer.id: [shared, own]}
        assert list_pets_of(tx, world.charlie.organization_id, [marge.id]) == {}
