"""The two sides of a subscription in random stories: people are edited on either side, and then compared."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from carddav.dav_client import make_card
from hypothesis import strategies as st
from remote.scripted import Scripted
from world import World

from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.handles import add_handle
from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts
from coterie.store.handles import list_handles_of
from coterie.vcard.raw import join_lines, make_line, split_card

FIRST, SECOND = "first", "second"
# property of a card that it has once -> field of a contact
SINGLE = {"TITLE": "job_title", "NICKNAME": "nickname"}
EDITS = (*SINGLE, "EMAIL")
PEOPLE = tuple(f"Person {number}" for number in range(4))
# whose turn it is; an edit, a new or a deleted person, or a run; the number of the person
Step = tuple[str, str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from((FIRST, SECOND)), st.sampled_from((*EDITS, *EDITS, "new", "delete", "run", "run")),
              st.integers(0, 5)),
    max_size=14,
)  # fmt: skip


@dataclass
class Person:
    """A person as a side has them. single: property -> value."""

    single: dict[str, str]
    emails: set[str]


class Side(Protocol):
    """edit and delete return whether the side has the person."""

    def create(self, name: str) -> None: ...
    def edit(self, name: str, prop: str, value: str) -> bool: ...
    def delete(self, name: str) -> bool: ...
    def people(self) -> list[tuple[str, Person]]: ...


class Ours:
    """The contacts of an instance."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _contacts(self, tx: Any) -> list[Contact]:
        return list_contacts(tx, self.world.alice.organization_id, limit=1_000)

    def _find(self, tx: Any, name: str) -> Contact | None:
        return next((contact for contact in self._contacts(tx) if contact.full_name == name), None)

    def create(self, name: str) -> None:
        with self.world.database.write() as tx:
            create_contact(tx, self.world.alice, {"real_name": name})

    def edit(self, name: str, prop: str, value: str) -> bool:
        with self.world.database.write() as tx:
            contact = self._find(tx, name)
            if contact is not None and prop in SINGLE:
                update_contact(tx, self.world.alice, contact.id, {SINGLE[prop]: value})
            elif contact is not None:
                add_handle(tx, self.world.alice, contact.id, "email", value, "email", None)
        return contact is not None

    def delete(self, name: str) -> bool:
        with self.world.database.write() as tx:
            contact = self._find(tx, name)
            if contact is not None:
                delete_contact(tx, self.world.alice, contact.id)
        return contact is not None

    def people(self) -> list[tuple[str, Person]]:
        with self.world.database.read() as tx:
            contacts = self._contacts(tx)
            handles = list_handles_of(tx, self.world.alice.organization_id, [contact.id for contact in contacts])
        return [
            (
                contact.full_name or "",
                Person(
                    {prop: value for prop, column in SINGLE.items() if (value := getattr(contact, column))},
                    {handle.value for handle in handles.get(contact.id, []) if handle.channel == "email"},
                ),
            )
            for contact in contacts
        ]


class Theirs:
    """The cards of another server."""

    def __init__(self, server: Scripted) -> None:
        self.server = server
        for name in list(server.cards):
            server.delete(name)

    def _find(self, name: str) -> str | None:
        return next((file for file, card in self.server.cards.items() if f"FN:{name}\r\n" in card), None)

    def create(self, name: str) -> None:
        given, number = name.split()
        card = make_card(f"FN:{name}", f"N:{number};{given};;;", "X-KEEP;A=b:c", uid=f"{id(self)}-{number}")
        self.server.put(f"{self.server.change}.vcf", card)

    def edit(self, name: str, prop: str, value: str) -> bool:
        file = self._find(name)
        if file is not None:
            lines = [line for line in split_card(self.server.cards[file]) if prop not in SINGLE or line.name != prop]
            self.server.put(file, join_lines([*lines[:-1], make_line(f"{prop}:{value}"), lines[-1]]))
        return file is not None

    def delete(self, name: str) -> bool:
        file = self._find(name)
        if file is not None:
            self.server.delete(file)
        return file is not None

    def people(self) -> list[tuple[str, Person]]:
        return [_read(card) for card in self.server.cards.values()]


def _read(card: str) -> tuple[str, Person]:
    values: dict[str, list[str]] = {}
    for line in split_card(card):
        values.setdefault(line.name, []).append(line.entry.value if line.entry else "")
    assert all(len(values.get(prop, [])) < 2 for prop in SINGLE), card
    single = {prop: values[prop][0] for prop in SINGLE if values.get(prop)}
    return values["FN"][0], Person(single, set(values.get("EMAIL", [])))


@dataclass
class Story:
    """What was done on the sides. written: (name, property) -> (side, value) in their order."""

    sides: dict[str, Side]
    written: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    emails: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: set(PEOPLE))
    deleted: set[str] = field(default_factory=set)

    def act(self, who: str, what: str, number: int) -> None:
        """An edit, a new or a deleted person; of a person there is not, nothing."""
        side, name = self.sides[who], f"Person {number}"
        value = f"{who}-{len(self.written)}-{len(self.emails)}-{number}"
        if what == "new":
            name = f"Person {len(self.names)}"
            side.create(name)
            self.names.add(name)
        elif what == "delete":
            if side.delete(name):
                self.deleted.add(name)
        elif what == "EMAIL":
            if side.edit(name, what, f"{value}@example.org"):
                self.emails.setdefault((name, who), set()).add(f"{value}@example.org")
        elif side.edit(name, what, value):
            self.written.setdefault((name, what), []).append((who, value))

    def check(self, *, is_mirror: bool) -> None:
        """Nobody is there twice; nobody whom no side deleted is lost, nor a value that only one side wrote; and unless
        it is a mirror, which never writes to the second side, both sides are the same."""
        first, second = ({name: each for name, each in side.people()} for side in self.sides.values())
        for side, people in zip(self.sides.values(), (first, second), strict=True):
            assert len(side.people()) == len(people), "somebody is there twice"
        if not is_mirror:
            assert first == second
            assert self.names - self.deleted <= set(first)
        assert set(second) - self.deleted <= set(first)
        for name, person in first.items():
            if name in self.deleted:
                continue
            sides = (FIRST, SECOND)
            assert person.emails >= set().union(*(self.emails.get((name, who), set()) for who in sides))
            for prop in SINGLE:
                self._check_value(name, prop, person)

    def _check_value(self, name: str, prop: str, person: Person) -> None:
        written = self.written.get((name, prop), [])
        if len({who for who, _ in written}) == 1:
            assert person.single.get(prop) == written[-1][1], (name, prop, written)
        else:
            assert person.single.get(prop) in ([value for _, value in written] or [None])
