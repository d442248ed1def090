"""Every verb of every noun of contacts, done once, in an order in which each has something to do.

A step is (name of the verb, what it does). The steps are for the world that everything.furnish makes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from everything import PDF
from phone_verbs import steps_of_phones
from user_verbs import steps_of_users
from world import World

from coterie.actions import (
    addresses,
    attachments,
    contact_relationships,
    contacts,
    dates,
    folders,
    gifts,
    handles,
    interactions,
    labels,
    name_merges,
    notes,
    pets,
    properties,
    terms,
)
from coterie.actions.contact_equality import make_equal
from coterie.drafts.equality import ALL_FAMILIES
from coterie.model.imports import (
    AddressDraft,
    ContactDraft,
    DateDraft,
    HandleDraft,
    InteractionDraft,
    PictureDraft,
)
from coterie.model.interactions import FollowerSnapshot
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS, Vocabulary
from coterie.store.database import Tx
from coterie.store.files import save_file

Step = tuple[str, Callable[[Tx], Any]]
FRIEND, COLLEAGUE = type_id("Friend"), type_id("Colleague")
HOME = {"address_line_1": "742 Evergreen Terrace", "country": "US", "label": "home"}


def steps(world: World, folder: Path) -> Iterator[Step]:
    """The steps, one after another: what one made the next ones change."""
    made = Made(world)
    yield from _contacts(made)
    yield from _handles(made)
    yield from _parts(made)
    yield from _files(made, folder)
    yield from _related(made)
    for vocabulary in (TAGS, EXPERTISES):
        yield from _terms(made, vocabulary)
    yield from _folders(made)
    yield from _properties(made)
    yield from _notes(made)
    yield from _equal(made)
    yield from steps_of_users(made)
    yield from steps_of_phones(made)
    yield from _erased(made)


class Made:
    """The world, and what the steps made: by name."""

    def __init__(self, world: World) -> None:
        self.world, self.alice, self.bob = world, world.alice, world.bob
        self.marge, self.homer = world.marge, world.homer
        self.things: dict[str, Any] = {}

    def keep(self, name: str, work: Callable[[Tx], Any]) -> Callable[[Tx], Any]:
        def run(tx: Tx) -> None:
            self.things[name] = work(tx)

        return run

    def __getitem__(self, name: str) -> Any:
        return self.things[name]


def _contacts(made: Made) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    fields = {"real_name": "Lisa Simpson", "email": "lisa@example.org", "note": "Plays the saxophone"}
    yield "contacts.create_contact", made.keep("lisa", lambda tx: contacts.create_contact(tx, caller, fields))
    yield "contacts.update_contact", lambda tx: contacts.update_contact(tx, caller, marge, {"bio": "Paints"})
    for fields in (
        {"email": "second@example.org"}, {"email": None}, {"real_name": "Marjorie Bouvier"}, {"note": "Blue hair"},
        {"note": None}, {"username": "marge.3"}, {"properties": {"size": ["S"]}}, {"folder_ids": []},
        {"birthday": "1956-03-19", "phone": "+1 212 555 0199", "note": "again", "properties": {"size": ["M"]}},
    ):  # fmt: skip
        yield "contacts.update_contact", lambda tx, fields=fields: contacts.update_contact(tx, caller, marge, fields)
    yield "contacts.update_contact", lambda tx: contacts.update_contact(tx, caller, marge, {"bio": "Paints"})
    yield "contacts.delete_contact", lambda tx: contacts.delete_contact(tx, caller, marge)
    yield "contacts.delete_contact", lambda tx: contacts.delete_contact(tx, caller, marge)
    yield "contacts.restore_contact", lambda tx: contacts.restore_contact(tx, caller, marge)


def _handles(made: Made) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    of = {"channel": "email", "field": "email"}

    def add(tx: Tx) -> Any:
        return handles.add_handle(tx, caller, marge, "email", "third@example.org", "email", "work")

    yield "handles.add_handle", made.keep("handle", add)
    yield "handles.add_handle", add
    change = {"value": "fourth@example.org"}
    yield (
        "handles.update_handle",
        lambda tx: handles.update_handle(tx, caller, marge, made["handle"].id, **of, **change),
    )
    yield (
        "handles.delete_handle",
        lambda tx: handles.delete_handle(tx, caller, marge, made["handle"].id, channel="email"),
    )
    yield (
        "handles.update_handle",
        lambda tx: handles.update_handle(tx, caller, marge, made["handle"].id, **of, deleted=False),
    )
    yield "handles.erase_handle", lambda tx: handles.erase_handle(tx, caller, marge, made["handle"].id, channel="email")


def _parts(made: Made) -> Iterator[Step]:
    """Addresses, dates, gifts, pets."""
    caller, marge, homer = made.alice, made.marge.id, made.homer.uuid
    for noun, module, fields, change in (
        ("gift", gifts, {"name": "Vacuum", "status": "given"}, {"status": "received"}),
        ("date", dates, {"label": "Graduation", "occurs_on": "1974-06-01"}, {"occurs_on": "--06-02"}),
        ("pet", pets, {"name": "Santa's Little Helper"}, {"species": "dog", "second_owner": homer}),
    ):
        verb: Callable[[str], Any] = lambda name, module=module, noun=noun: getattr(module, f"{name}_{noun}")  # noqa: E731
        create = lambda tx, verb=verb, fields=fields: verb("create")(tx, caller, marge, fields)  # noqa: E731
        yield f"{noun}s.create_{noun}", made.keep(noun, create)
        for _ in range(2):  # the second changes nothing
            yield (
                f"{noun}s.update_{noun}",
                lambda tx, v=verb, n=noun, c=change: v("update")(tx, caller, marge, made[n].id, c),
            )
        for name in ("delete", "restore", "delete", "erase"):
            yield f"{noun}s.{name}_{noun}", lambda tx, v=verb, n=noun, name=name: v(name)(tx, caller, marge, made[n].id)
    for contact_id in (marge, None):
        create = lambda tx, contact_id=contact_id: addresses.add_address(tx, caller, contact_id, HOME)  # noqa: E731
        yield "addresses.add_address", made.keep("address", create)
        for name, arguments in (
            ("update", ({"postcode": "49007"},)), ("delete", ()), ("erase", ()),
        ):  # fmt: skip
            yield (
                f"addresses.{name}_address",
                lambda tx, name=name, c=contact_id, a=arguments: getattr(addresses, f"{name}_address")(
                    tx, caller, c, made["address"].id, *a
                ),
            )


def _files(made: Made, folder: Path) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    source = folder / "source.pdf"
    source.write_bytes(PDF)
    digest, _ = save_file(folder, PDF)
    details = {"filename": "a.pdf", "media_type": "application/pdf", "folder": folder, "source": source}
    yield "attachments.attach_file", made.keep(
        "file", lambda tx: attachments.attach_file(tx, caller, marge, digest=digest, **details)  # type: ignore[arg-type]
    )  # fmt: skip
    yield "attachments.erase_attachment", lambda tx: attachments.erase_attachment(tx, caller, marge, made["file"].id)
    picture = details | {"filename": "a.png", "media_type": "image/png"}
    yield "attachments.attach_file", made.keep(
        "picture", lambda tx: attachments.attach_file(tx, caller, marge, digest=digest, **picture)  # type: ignore[arg-type]
    )  # fmt: skip
    yield "attachments.set_picture", lambda tx: attachments.set_picture(tx, caller, marge, made["picture"].id)
    snapshots = [FollowerSnapshot("2026-01-01", 77)]
    yield "interactions.add_snapshots", lambda tx: interactions.add_snapshots(tx, caller, marge, snapshots)
    drafts = [
        InteractionDraft(
            kind="message",
            happened_at="2026-01-01T00:00:00.000000Z",
            external_id="new",
            text="hi",
            direction="incoming",
        )
    ]
    yield "interactions.add_interactions", lambda tx: interactions.add_interactions(tx, caller, marge, drafts)


def _equal(made: Made) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    draft = ContactDraft(
        first_name="Marge",
        birthday="--03-19",
        note="As on the card",
        handles=[HandleDraft("email", "marge@card.example", "home", True, "marge@card.example")],
        addresses=[AddressDraft(address_line_1="742 Evergreen Terrace", country="US", label="home")],
        dates=[DateDraft("Wedding", "1980-05-12")],
        tags=["On the card"],
        folders=["On the card"],
        pictures=[PictureDraft("image/png", digest="e" * 64, byte_count=3)],
    )
    for _ in range(2):  # the second changes nothing
        yield "contact_equality.make_equal", lambda tx: make_equal(tx, caller, marge, draft)
    for family in sorted(ALL_FAMILIES):
        yield (
            "contact_equality.make_equal",
            lambda tx, family=family: make_equal(tx, caller, marge, ContactDraft(), {family}),
        )


def _related(made: Made) -> Iterator[Step]:
    caller, marge, lisa = made.alice, made.marge.id, made.world.homer.uuid
    fields = {"second_contact": lisa, "type_id": COLLEAGUE}
    module = contact_relationships
    yield "contact_relationships.relate", made.keep("tie", lambda tx: module.relate(tx, caller, marge, fields))
    change = {"anniversary_on": "2001-01-01"}
    for _ in range(2):
        yield (
            "contact_relationships.update_contact_relationship",
            lambda tx: module.update_contact_relationship(tx, caller, made["tie"].id, change),
        )
    for name in ("delete", "restore", "erase"):
        yield (
            f"contact_relationships.{name}_contact_relationship",
            lambda tx, name=name: getattr(module, f"{name}_contact_relationship")(tx, caller, made["tie"].id),
        )
    # a deleted contact is not shown in relationships, and an erased one is not there
    yield (
        "contact_relationships.relate",
        lambda tx: module.relate(tx, caller, made["lisa"].id, {"second_contact": lisa, "type_id": FRIEND}),
    )
    yield (
        "pets.create_pet",
        lambda tx: pets.create_pet(
            tx, caller, made["lisa"].id, {"name": "Snowball II", "second_owner": made.marge.uuid}
        ),
    )
    yield "contacts.delete_contact", lambda tx: contacts.delete_contact(tx, caller, made["lisa"].id)
    yield "contacts.restore_contact", lambda tx: contacts.restore_contact(tx, caller, made["lisa"].id)


def _terms(made: Made, vocabulary: Vocabulary) -> Iterator[Step]:
    caller, marge, lisa = made.alice, made.marge.id, made["lisa"].id
    term_id: Callable[[], str] = lambda: made["term"].id  # noqa: E731
    yield "terms.create_term", made.keep("term", lambda tx: terms.create_term(tx, caller, vocabulary, "Chess"))
    for contact_id in (marge, marge, lisa):
        yield (
            "terms.put_on_contact",
            lambda tx, c=contact_id: terms.put_on_contact(tx, caller, vocabulary, c, term_id()),
        )
    for added, removed in (([marge], [lisa]), ([lisa], [])) if vocabulary is TAGS else ():
        yield (
            "terms.change_tagged",
            lambda tx, a=added, r=removed: terms.change_tagged(tx, caller, term_id(), added=a, removed=r),
        )
    yield "terms.update_term", lambda tx: terms.update_term(tx, caller, vocabulary, term_id(), "Go")
    yield "terms.delete_term", lambda tx: terms.delete_term(tx, caller, vocabulary, term_id())
    yield "terms.delete_term", lambda tx: terms.delete_term(tx, caller, vocabulary, term_id())
    yield "terms.create_term", lambda tx: terms.create_term(tx, caller, vocabulary, "go")
    yield "terms.take_off_contact", lambda tx: terms.take_off_contact(tx, caller, vocabulary, marge, term_id())
    yield "terms.delete_term", lambda tx: terms.delete_term(tx, caller, vocabulary, term_id())
    yield "terms.restore_term", lambda tx: terms.restore_term(tx, caller, vocabulary, term_id())
    yield "terms.create_term", made.keep("other", lambda tx: terms.create_term(tx, caller, vocabulary, "Board games"))
    yield (
        "name_merges.merge_terms",
        lambda tx: name_merges.merge_terms(tx, caller, vocabulary, term_id(), made["other"].id),
    )
    yield "terms.erase_term", lambda tx: terms.erase_term(tx, caller, vocabulary, term_id())


def _folders(made: Made) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    yield "folders.create_folder", made.keep("folder", lambda tx: folders.create_folder(tx, caller, "Neighbours"))
    for _ in range(2):
        yield "folders.set_folders", lambda tx: folders.set_folders(tx, caller, marge, [made["folder"].id])
    added = labels.Labels(add_tags=["neighbour"], add_folders=[made["folder"].id])
    removed = labels.Labels(remove_folders=[made["folder"].id])
    for change in (added, added, removed, added):
        yield "labels.change_labels", lambda tx, c=change: labels.change_labels(tx, caller, [made.homer.id, marge], c)
    for fields in ({"color": "blue"}, {"name": "Friends"}, {"name": "Friends"}):
        yield "folders.update_folder", lambda tx, f=fields: folders.update_folder(tx, caller, made["folder"].id, f)
    yield "folders.create_folder", made.keep("other", lambda tx: folders.create_folder(tx, caller, "All"))
    yield (
        "name_merges.merge_folders",
        lambda tx: name_merges.merge_folders(tx, caller, made["other"].id, made["folder"].id),
    )
    yield "folders.delete_folder", lambda tx: folders.delete_folder(tx, caller, made["folder"].id)


def _properties(made: Made) -> Iterator[Step]:
    caller, marge, lisa = made.alice, made.marge.id, made["lisa"].id
    yield "properties.create_definition", lambda tx: properties.create_definition(tx, caller, title="Shoes")
    for contact_id, value in ((marge, "42"), (marge, "42"), (lisa, "small")):
        yield (
            "properties.set_values",
            lambda tx, c=contact_id, v=value: properties.set_values(tx, caller, c, {"shoes": v}),
        )
    for fields in ({"description": "in inches"}, {"title": "Shoe size"}, {"property_type": "number"}):
        yield "properties.update_definition", lambda tx, f=fields: properties.update_definition(tx, caller, "shoes", f)
    yield "properties.delete_definition", lambda tx: properties.delete_definition(tx, caller, "shoes")


def _notes(made: Made) -> Iterator[Step]:
    caller, both = made.bob, [made.marge.uuid, made.homer.uuid]
    note = lambda: made["note"].id  # noqa: E731
    yield (
        "notes.create_note",
        made.keep("note", lambda tx: notes.create_note(tx, caller, {"text": "shared", "contacts": both})),
    )
    for fields in (
        {"text": "edited"}, {"text": "edited"}, {"contacts": both[:1]}, {"is_personal": True}, {"text": "secret"},
        {"contacts": both}, {"is_personal": False}, {"contacts": both[1:], "text": "open"}, {"contacts": both},
    ):  # fmt: skip
        yield "notes.update_note", lambda tx, f=fields: notes.update_note(tx, caller, note(), f)
    for name in ("delete", "delete", "restore", "erase"):
        yield f"notes.{name}_note", lambda tx, name=name: getattr(notes, f"{name}_note")(tx, caller, note())
    personal = {"text": "Bob's", "contacts": both, "is_personal": True}
    yield "notes.create_note", made.keep("note", lambda tx: notes.create_note(tx, caller, personal))
    for name in ("delete", "restore", "erase"):
        yield f"notes.{name}_note", lambda tx, name=name: getattr(notes, f"{name}_note")(tx, caller, note())
    # the pinned note is made by Inrō's field, and then is a note like others
    yield "contacts.update_contact", lambda tx: contacts.update_contact(tx, caller, made.homer.id, {"note": "Doh"})
    pinned = made.keep("note", lambda tx: notes.store.find_pinned_note(tx, caller.organization_id, made.homer.id))
    yield "", pinned
    for fields in ({"contacts": both}, {"text": "D'oh"}, {"is_personal": True}, {"is_personal": False}):
        yield "notes.update_note", lambda tx, f=fields: notes.update_note(tx, caller, note(), f)
    yield "contacts.update_contact", lambda tx: contacts.update_contact(tx, caller, made.marge.id, {"note": "Hers"})
    yield "notes.erase_note", lambda tx: notes.erase_note(tx, caller, note())
    imported = {"text": "Nice\nSpouse: Homer", "contacts": both[:1]}
    yield "notes.create_note", lambda tx: notes.create_note(tx, caller, imported)
    for lines in ({"Spouse: Homer"}, {"Nice"}, {"Nice"}):
        yield (
            "notes.remove_imported_lines",
            lambda tx, lines=lines: notes.remove_imported_lines(tx, caller, made.marge.id, lines),
        )


def _erased(made: Made) -> Iterator[Step]:
    """A contact that others are related to, share a pet and notes with."""
    caller = made.alice
    about = [made.marge.uuid, made["lisa"].uuid]
    yield "notes.create_note", lambda tx: notes.create_note(tx, caller, {"text": "about both", "contacts": about})
    yield "contacts.erase_contact", lambda tx: contacts.erase_contact(tx, caller, made["lisa"].id)
    yield "contacts.delete_contact", lambda tx: contacts.delete_contact(tx, caller, made.homer.id)
    yield "contacts.erase_contact", lambda tx: contacts.erase_contact(tx, caller, made.homer.id)
