"""Random edits on both sides over many runs: nothing that anybody wrote is lost, nothing doubles, and both sides come
to the same."""

from typing import Any

import pytest
from carddav.dav_client import make_card
from copied_worlds import worlds_in
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from remote.books import Book, subscribe
from remote.scripted import Scripted
from world import World

from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.handles import add_handle
from coterie.model.subscriptions import OURS, REMOTE, TWO_WAY
from coterie.store.handles import list_handles
from coterie.vcard.raw import split_card

pytestmark = pytest.mark.slow
SINGLE = {"TITLE": "job_title", "NICKNAME": "nickname", "NOTE": "note"}
# without shrinking: an example takes seconds, and its steps are short as they are
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
STEP = st.tuples(
    st.sampled_from(["here", "there", "run", "new here", "new there", "lost response", "expired"]),
    st.sampled_from([*SINGLE, "EMAIL", "TEL", "X-ODD"]), st.integers(0, 3), st.integers(0, 9_999),
)  # fmt: skip


class Month:
    """One book with people, whose values are counted."""

    def __init__(self, world: World, server: Scripted, policy: str) -> None:
        self.world, self.server = world, server
        for name in list(server.cards):
            server.delete(name)
        for number in range(4):
            card = make_card(
                f"FN:Person {number}", f"N:{number};Person;;;", "X-KEEP;A=b:c", uid=f"p{number}-{id(self)}"
            )
            server.put(f"p{number}.vcf", card)
        # the small world's own contacts are in no folder
        self.book: Book = subscribe(world, server.url, direction=TWO_WAY, policy=policy, name=f"M{id(self)}")
        self.book.start()
        assert self.book.now.error is None
        self.several: dict[str, set[str]] = {}
        self.count = 4

    def step(self, who: str, name: str, person: int, number: int) -> None:
        target = f"Person {person}"
        if who == "run":
            self.book.run()
        elif who == "lost response":
            self._lose_answer()
        elif who == "expired":
            self.server.oldest = self.server.change
        elif who == "here":
            self._edit_here(target, name, number)
        elif who == "there":
            self._edit_there(target, name, number)
        elif who == "new here":
            with self.world.database.write() as tx:
                create_contact(tx, self.world.alice, {"real_name": f"Person {self.count}"})
            self.count += 1
        else:
            self.server.put(
                f"new {self.count}.vcf",
                make_card(f"FN:Person {self.count}", f"N:{self.count};Person;;;", uid=f"n{self.count}-{id(self)}"),
            )
            self.count += 1

    def _edit_here(self, target: str, name: str, number: int) -> None:
        contact = self.book.contacts()[target]
        with self.world.database.write() as tx:
            if name in SINGLE:
                update_contact(tx, self.world.alice, contact.id, {SINGLE[name]: f"{name} {number}"})
            elif name != "X-ODD":
                channel = "email" if name == "EMAIL" else "phone"
                add_handle(tx, self.world.alice, contact.id, channel, value_of(name, number), channel, None)
                self.several.setdefault(target, set()).add(value_of(name, number))

    def _edit_there(self, target: str, name: str, number: int) -> None:
        file = next((file for file, card in self.server.cards.items() if f"FN:{target}\r\n" in card), None)
        if file is None:
            return
        lines = [line for line in split_card(self.server.cards[file]) if name not in SINGLE or line.name != name]
        texts = [line.text for line in lines]
        self.server.put(file, "".join([*texts[:-1], f"{name}:{value_of(name, number)}\r\n", texts[-1]]))
        if name not in SINGLE:
            self.several.setdefault(target, set()).add(value_of(name, number))

    def _lose_answer(self) -> None:
        """The server stores the next card it is given, and its response is lost."""
        is_lost: list[bool] = []

        def answer(method: str, path: str, body: bytes) -> Any:
            if method != "PUT" or is_lost:
                return None
            is_lost.append(True)
            _, _, headers = self.server.requests[-1]
            self.server.answer = lambda *_: None
            self.server.respond(method, path, headers, body)
            return 503, {"Retry-After": "0"}, b""

        self.server.answer = answer
        self.book.run()
        self.server.answer = lambda *_: None

    def check(self) -> None:
        """Both sides are the same, each person is there once, with every value that somebody wrote."""
        self.book.run()
        self.book.run()
        before = len(self.server.written())
        counts = self.book.run()
        assert self.book.now.error is None
        assert (counts.taken, counts.written, counts.deleted_here, counts.deleted_there) == (0, 0, 0, 0)
        assert len(self.server.written()) == before, "a run without changes writes nothing"
        contacts = self.book.contacts()
        there = {card.split("FN:")[1].split("\r\n")[0]: card for card in self.server.cards.values()}
        assert len(there) == len(self.server.cards) and set(there) == set(contacts)
        assert {f"Person {number}" for number in range(self.count)} <= set(contacts)
        for name, contact in contacts.items():
            card = there[name]
            with self.world.database.read() as tx:
                handles = list_handles(tx, self.world.alice.organization_id, contact.id)
            plain = {handle.normalized for handle in handles} | {handle.value for handle in handles}
            for value in self.several.get(name, set()):
                assert value in card
                assert value.startswith("X-ODD") or value in plain or value.replace(" ", "") in plain
            for prop, column in SINGLE.items():
                found = [line.entry.value for line in split_card(card) if line.name == prop and line.entry]
                own = contact.pinned_note if column == "note" else getattr(contact, column)
                assert found == ([own] if own else []), (name, prop)
            if name in {f"Person {number}" for number in range(4)}:
                assert "X-KEEP;A=b:c" in card


def value_of(name: str, number: int) -> str:
    return {"TEL": f"+1 800 555 {number:04}", "EMAIL": f"p{number}@example.org"}.get(name, f"{name} {number}")


@pytest.mark.parametrize("policy", [REMOTE, OURS])
@pytest.mark.parametrize("has_sync", [True, False], ids=["token", "etags"])
@given(steps=st.lists(STEP, max_size=14))
@settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_sides_come_to_the_same(
    subscriber: World, scripted: Scripted, policy: str, has_sync: bool, steps: list[tuple[str, str, int, int]]
) -> None:
    scripted.has_sync, scripted.oldest = has_sync, 0
    month = Month(fresh(subscriber), scripted, policy)
    for step in steps:
        month.step(*step)
    month.check()


def fresh(world: World) -> World:
    """Another small world in the same database."""
    return worlds_in(world.database).next()


def test_deletions_in_a_month_are_no_loss(subscriber: World, scripted: Scripted) -> None:
    month = Month(subscriber, scripted, REMOTE)
    scripted.delete("p1.vcf")
    month.step("here", "EMAIL", 1, 7)
    with subscriber.database.write() as tx:
        delete_contact(tx, subscriber.alice, month.book.contacts()["Person 2"].id)
    month.step("there", "TITLE", 2, 7)
    month.check()
    assert month.book.contacts()["Person 2"].job_title == "TITLE 7"
