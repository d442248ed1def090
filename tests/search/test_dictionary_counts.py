"""The dictionary is exact after every change: each term counts the contacts that have it, and none is left over."""

from collections import Counter

from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, restore_contact, update_contact
from coterie.actions.search_index import index_all
from coterie.actions.terms import create_term, delete_term, put_on_contact, restore_term
from coterie.model.terms import TAGS
from coterie.search.documents import document_of
from coterie.search.spelling import keys_of
from coterie.search.texts import load_texts
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx


def check(tx: Tx, world: World) -> None:
    """The dictionary, its spellings and the fields are those of the contacts as they are stored."""
    organization_id = world.organization.id
    texts = load_texts(tx, organization_id, list_ids_after(tx, organization_id, 0, limit=1000))
    documents = {contact_id: document_of(one) for contact_id, one in texts.items()}
    counts = Counter(term for document in documents.values() for term in document.terms)
    bound = {"o": organization_id}
    assert dict(tx.all("SELECT term, contact_count FROM terms WHERE organization_id = :o", bound)) == counts
    keys = set(tx.all("SELECT term, key FROM term_spellings WHERE organization_id = :o", bound))
    assert keys == {(term, key) for term in counts for key in keys_of(term)}
    fields = dict(tx.all("SELECT contact_id, fields FROM contact_terms WHERE organization_id = :o", bound))
    assert fields == {contact_id: document.fields for contact_id, document in documents.items()}


def test_counts_follow_every_change(world: World) -> None:
    database, alice = world.database, world.alice
    with database.write() as tx:
        check(tx, world)
        lisa = create_contact(tx, alice, {"real_name": "Lisa Simpson", "employer": "Springfield Elementary"}).id
        check(tx, world)
        update_contact(tx, alice, lisa, {"real_name": "Lisa Marie Šimpson", "employer": None})
        check(tx, world)
        tag = create_term(tx, alice, TAGS, "Saxophone")
        put_on_contact(tx, alice, TAGS, lisa, tag.id)
        check(tx, world)
        delete_term(tx, alice, TAGS, tag.id)
        check(tx, world)
        restore_term(tx, alice, TAGS, tag.id)
        delete_contact(tx, alice, lisa)
        check(tx, world)
        restore_contact(tx, alice, lisa)
        check(tx, world)
        erase_contact(tx, alice, lisa)
        check(tx, world)
        erase_contact(tx, alice, world.homer.id)
        erase_contact(tx, alice, world.marge.id)
        check(tx, world)
        assert tx.all("SELECT 1 FROM terms WHERE organization_id = :o", {"o": world.organization.id}) == []


def test_counts_of_many_at_once_and_of_the_index_built_again(world: World) -> None:
    with world.database.write() as tx:
        for number in range(3):
            create_contact(tx, world.alice, {"real_name": f"Clerk Number{'abc'[number]}"})
        index_all(tx, world.organization.id)
        check(tx, world)
        index_all(tx, world.organization.id)
        check(tx, world)


def test_a_rolled_back_change_leaves_no_term(world: World) -> None:
    class Regret(Exception):
        pass

    try:
        with world.database.write() as tx:
            create_contact(tx, world.alice, {"real_name": "Zebulon Quark"})
            raise Regret
    except Regret:
        pass
    with world.database.read() as tx:
        check(tx, world)
