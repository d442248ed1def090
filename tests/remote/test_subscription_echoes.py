"""A value that the other server has from us, by a subscription of its own, is older than ours and no change there."""

from typing import Any

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import Scripted
from world import World

from coterie.actions.contacts import update_contact
from coterie.model.subscriptions import ASK, MIRROR, REMOTE, TWO_WAY

# field -> its first and its second value here, and the line that the first one is in a card
VALUES: dict[str, tuple[Any, Any, str]] = {
    "nickname": ("Neddy", "Neddie", "NICKNAME:Neddy"),
    "job_title": ("Owner, manager", "Owner", "TITLE:Owner\\, manager"),
    "birthday": ("1958-03-04", "1958-03-05", "BDAY:19580304"),
    "employer": ("Leftorium; Inc", "Leftorium", "ORG:Leftorium\\; Inc"),
    "note": ("First\nlines", "Second", "NOTE:First\\nlines"),
    "real_name": ("Edward Flanders", "Nedward Flanders", "N:Flanders;Edward;;;"),
}


def held(book: Book, field: str) -> Any:
    [contact] = [each for each in book.contacts().values() if "Flanders" in (each.full_name or "")]
    return {"note": contact.pinned_note, "real_name": contact.full_name}.get(field, getattr(contact, field, None))


class Scene:
    """Ned is in sync. Then `field` changes here twice, and in between the other server reads the first value."""

    def __init__(self, world: World, server: Scripted, field: str, **options: Any) -> None:
        self.world, self.server, self.field = world, server, field
        server.put("ned.vcf", make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", uid="ned"))
        self.book = subscribe(world, server.url, **{"direction": TWO_WAY, "policy": REMOTE, **options})
        self.book.start()

    def here(self, *values: Any) -> None:
        [contact] = [each for each in self.book.contacts().values() if "Flanders" in (each.full_name or "")]
        for value in values:
            with self.world.database.write() as tx:
                update_contact(tx, self.world.alice, contact.id, {self.field: value})

    def there(self, line: str) -> None:
        name = line.partition(":")[0]
        lines = [each for each in self.server.cards["ned.vcf"].splitlines(True) if not each.startswith(f"{name}:")]
        if name == "N":
            lines = [line for line in lines if not line.startswith("FN:")]
            lines.insert(2, "FN:Edward Flanders\r\n")
        self.server.put("ned.vcf", "".join([*lines[:-1], f"{line}\r\n", lines[-1]]))

    def run_and_expect_ours(self, value: Any, *, not_there: str) -> None:
        """A run holds nothing and leaves our value; the other server has it too, so the next run writes nothing."""
        assert self.book.run().held == 0
        assert held(self.book, self.field) == value
        assert f"{not_there}\r\n" not in self.server.cards["ned.vcf"]
        assert self.book.run().written == 0


@pytest.mark.parametrize("policy", [REMOTE, ASK])
@pytest.mark.parametrize("field", VALUES)
def test_our_later_value_stays_and_is_written_there(
    subscriber: World, scripted: Scripted, field: str, policy: str
) -> None:
    first, second, line = VALUES[field]
    scene = Scene(subscriber, scripted, field, policy=policy)
    scene.here(first, second)
    scene.there(line)
    scene.run_and_expect_ours(second, not_there=line)


def test_a_value_that_was_cleared_here_does_not_come_back(subscriber: World, scripted: Scripted) -> None:
    scene = Scene(subscriber, scripted, "nickname")
    scene.here("Neddy", None)
    scene.there("NICKNAME:Neddy")
    scene.book.run()
    assert held(scene.book, "nickname") is None
    assert "NICKNAME" not in scripted.cards["ned.vcf"]


@pytest.mark.parametrize(
    ("field", "first", "second", "line"),
    [
        ("email", "ned@example.org", None, "EMAIL:NED@example.org"),
        ("email", "ned@example.org", "flanders@example.org", "EMAIL;TYPE=HOME:ned@example.org"),
        ("phone", "(800) 555-0101", None, "TEL:+18005550101"),
        ("website", "https://ned.example/", None, "URL:https://ned.example/"),
    ],
)
def test_a_handle_that_was_deleted_here_does_not_come_back(
    subscriber: World, scripted: Scripted, field: str, first: str, second: str | None, line: str
) -> None:
    scene = Scene(subscriber, scripted, field)
    scene.here(first, second)
    scene.there(line)
    scene.run_and_expect_ours(second, not_there=line)


def test_a_handle_that_was_deleted_and_added_again_here_stays(subscriber: World, scripted: Scripted) -> None:
    scene = Scene(subscriber, scripted, "email")
    scene.here("ned@example.org", None, "ned@example.org")
    scene.there("EMAIL:ned@example.org")
    scene.book.run()
    assert held(scene.book, "email") == "ned@example.org"
    assert "EMAIL:ned@example.org\r\n" in scripted.cards["ned.vcf"]


@pytest.mark.parametrize("line", ["EMAIL:ned@example.org", "TEL:(800) 555-0101"])
def test_a_repeated_value_that_was_deleted_here_goes_from_all_its_lines(
    subscriber: World, scripted: Scripted, line: str
) -> None:
    name, value = line.split(":")
    scene = Scene(subscriber, scripted, {"EMAIL": "email", "TEL": "phone"}[name])
    scene.there(line)
    card = scripted.cards["ned.vcf"]
    scripted.put("ned.vcf", card.replace(f"{line}\r\n", f"{line}\r\n{name};TYPE=WORK:{value}\r\n"))
    scene.book.run()
    assert held(scene.book, scene.field) == value
    scene.here(None)
    scene.book.run()
    assert value not in scripted.cards["ned.vcf"]
    scene.book.run()
    assert held(scene.book, scene.field) is None


def test_a_mirror_keeps_our_later_value_and_writes_nothing(subscriber: World, scripted: Scripted) -> None:
    scene = Scene(subscriber, scripted, "nickname", direction=MIRROR)
    scene.here("Neddy", "Neddie")
    scene.there("NICKNAME:Neddy")
    scene.book.run()
    assert held(scene.book, "nickname") == "Neddie"
    assert scripted.written() == []


@pytest.mark.parametrize("field", VALUES)
def test_a_value_that_we_never_had_is_a_change_there(subscriber: World, scripted: Scripted, field: str) -> None:
    _, second, line = VALUES[field]
    scene = Scene(subscriber, scripted, field)
    scene.here(second)
    scene.there(line)
    scene.book.run()
    assert held(scene.book, field) == VALUES[field][0]


def test_a_value_that_came_from_there_before_is_a_change_there(subscriber: World, scripted: Scripted) -> None:
    scene = Scene(subscriber, scripted, "nickname")
    for value in ("Neddy", "Neddie", "Neddy"):
        scene.there(f"NICKNAME:{value}")
        scene.book.run()
        assert held(scene.book, "nickname") == value


@pytest.mark.parametrize("direction", [MIRROR, TWO_WAY])
@pytest.mark.parametrize("last", [0, 2])
def test_a_handle_that_was_preferred_here_before_is_not_preferred_again(
    subscriber: World, scripted: Scripted, last: int, direction: str
) -> None:
    def preferring(number: int, *lines: str) -> str:
        emails = [f"EMAIL{';TYPE=pref' if each == number else ''}:{each}@example.org" for each in range(3)]
        return make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", *emails, *lines, uid="ned")

    scene = Scene(subscriber, scripted, "email", direction=direction)
    scripted.put("ned.vcf", preferring(0))
    scene.book.run()
    scene.here("1@example.org", f"{last}@example.org")
    scripted.put("ned.vcf", preferring(1, "TITLE:Owner"))
    scene.book.run()
    [ned] = [each for each in scene.book.contacts().values() if "Flanders" in (each.full_name or "")]
    assert (ned.email, ned.job_title) == (f"{last}@example.org", "Owner")
    if direction == TWO_WAY:
        assert set(scripted.cards["ned.vcf"].splitlines()) == set(preferring(last, "TITLE:Owner").splitlines())
    assert scene.book.run().written == 0
