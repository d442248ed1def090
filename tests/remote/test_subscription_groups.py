"""Groups of a book elsewhere are tags here, and a deleted folder stops a subscription."""

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import Scripted
from world import World

from coterie.actions.folders import create_folder, delete_folder
from coterie.actions.terms import put_on_contact
from coterie.model.subscriptions import ACTIVE, TWO_WAY
from coterie.model.terms import TAGS
from coterie.store.terms import find_term_by_name, list_terms_of


def person(uid: str) -> str:
    return make_card(f"FN:Person {uid}", f"N:{uid};Person;;;", uid=uid)


def group(name: str, *uids: str) -> str:
    members = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}" for uid in uids]
    return make_card(f"FN:{name}", f"N:{name}", "X-ADDRESSBOOKSERVER-KIND:group", *members, uid="crew")


def tagged(book: Book) -> dict[str, list[str]]:
    """Last letter of a person -> their tags."""
    people = {name[-1]: contact.id for name, contact in book.contacts().items() if name.startswith("Person")}
    with book.database.read() as tx:
        tags = list_terms_of(tx, book.caller.organization_id, TAGS, people.values())
    return {name: [tag.name for tag in tags[each]] for name, each in sorted(people.items()) if each in tags}


@pytest.mark.parametrize("direction", ["mirror", TWO_WAY])
def test_members_of_a_group_there_have_its_tag(subscriber: World, scripted: Scripted, direction: str) -> None:
    for uid in "ab":
        scripted.put(f"{uid}.vcf", person(uid))
    scripted.put("crew.vcf", group("Crew", "a", "later", "of-nobody"))
    book = subscribe(subscriber, scripted.url, direction=direction)
    book.start()
    assert tagged(book) == {"a": ["Crew"]}
    scripted.put("crew.vcf", group("Crew", "b", "r", "of-nobody"))
    scripted.put("r.vcf", person("r"))
    book.run()
    assert tagged(book) == {"b": ["Crew"], "r": ["Crew"]}
    scripted.put("crew.vcf", group("Band", "b", "r"))
    book.run()
    assert tagged(book) == {"b": ["Band"], "r": ["Band"]}
    assert (book.run().taken, book.now.state) == (0, ACTIVE)
    scripted.delete("crew.vcf")
    book.run()
    assert tagged(book) == {}
    assert "crew.vcf" not in scripted.cards


def test_a_tag_given_here_stays_when_the_group_there_changes(subscriber: World, scripted: Scripted) -> None:
    for uid in "ab":
        scripted.put(f"{uid}.vcf", person(uid))
    scripted.put("crew.vcf", group("Crew", "a"))
    book = subscribe(subscriber, scripted.url)
    book.start()
    with book.database.write() as tx:
        tag = find_term_by_name(tx, book.caller.organization_id, TAGS, "Crew")
        assert tag is not None
        put_on_contact(tx, book.caller, TAGS, book.contacts()["Person b"].id, tag.id)
    scripted.put("crew.vcf", group("Crew"))
    book.run()
    assert tagged(book) == {"b": ["Crew"]}


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_a_group_whose_name_no_tag_can_have_stops_no_run(subscriber: World, scripted: Scripted, name: str) -> None:
    scripted.put("a.vcf", person("a"))
    scripted.put("crew.vcf", group(name, "a"))
    book = subscribe(subscriber, scripted.url)
    book.start()
    assert (tagged(book), book.now.error) == ({}, None)
    scripted.delete("crew.vcf")
    book.run()
    assert book.now.error is None


def test_a_deleted_folder_stops_the_subscription_and_writes_nothing(subscriber: World, scripted: Scripted) -> None:
    scripted.put("a.vcf", person("a"))
    with subscriber.database.write() as tx:
        folder = create_folder(tx, subscriber.alice, "Friends")
    book = subscribe(subscriber, scripted.url, direction=TWO_WAY, folder_id=folder.id)
    book.start()
    with subscriber.database.write() as tx:
        delete_folder(tx, subscriber.alice, folder.id)
    book.run()
    assert book.now.error_code == "no_folder"
    assert list(scripted.cards) == ["a.vcf"]
