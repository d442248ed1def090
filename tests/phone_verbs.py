"""The verbs of devices, books, deletions by devices and subscriptions, in an order in which each has work to do."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from coterie.actions import books, contacts, deletions, devices, subscriptions, terms
from coterie.model import times
from coterie.model.books import Book
from coterie.model.deletions import Bundle
from coterie.model.organizations import Caller
from coterie.model.subscriptions import APPLY, HELD, MANY, REMOTE, HeldRun, Subscription
from coterie.model.terms import TAGS
from coterie.store import deletions as deletion_store
from coterie.store import devices as device_store
from coterie.store import subscriptions as subscription_store
from coterie.store.database import Tx

Step = tuple[str, Callable[[Tx], Any]]


def steps_of_phones(made: Any) -> Iterator[Step]:
    """made: verbs.Made."""
    yield from _shown(made)
    yield from _books(made)
    yield from _deletions(made)
    yield from _subscriptions(made)


def _shown(made: Any) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    for is_shown in (False, False, True, True):  # the second of each changes nothing
        yield (
            "books.set_on_phones",
            lambda tx, is_shown=is_shown: books.set_on_phones(tx, caller, marge, is_shown=is_shown),
        )


def _books(made: Any) -> Iterator[Step]:
    caller, marge = made.alice, made.marge.id
    yield "books.add_folder_book", made.keep("of_folder", lambda tx: books.add_folder_book(tx, caller, "camp", "Camp"))
    yield "", made.keep("tag", lambda tx: terms.create_term(tx, caller, TAGS, "Choir"))
    yield "books.add_book", made.keep("of_tag", lambda tx: books.add_book(tx, caller, "tag", "Choir"))
    yield "books.add_book", made.keep("own", lambda tx: books.add_book(tx, caller, "personal"))
    for name in ("of_folder", "of_tag", "own"):
        book: Callable[[str], Book] = lambda name=name: made[name]  # noqa: E731
        for verb in ("put_in_book", "take_out_of_book", "put_in_book"):
            yield (
                f"books.{verb}",
                lambda tx, book=book, verb=verb: getattr(books, verb)(tx, caller, book(), marge, "m.vcf"),
            )
        yield "books.refresh_book", lambda tx, book=book: books.refresh_book(tx, caller, book())
        yield "books.remove_book", lambda tx, book=book: books.remove_book(tx, caller, book())


def _add_families(tx: Tx, caller: Caller, device_id: str) -> None:
    device = device_store.find_device(tx, caller.organization_id, device_id)
    assert device is not None
    devices.add_families(tx, caller, device, {"nickname"})


def _deletions(made: Any) -> Iterator[Step]:
    """Homer is deleted by a device, and comes back in each of the ways."""
    caller, homer = made.alice, made.homer.id
    add = made.keep("device", lambda tx: devices.add_device(tx, caller, user_id=caller.user_id, name="Phone")[0])
    yield "devices.add_device", add
    for verb in ("set_groups", "show_groups"):
        more: dict[str, Any] = {"shows_groups": True} if verb == "set_groups" else {}
        yield (
            f"devices.{verb}",
            lambda tx, verb=verb, more=more: getattr(devices, verb)(tx, caller, made["device"], **more),
        )
    yield "devices.add_families", lambda tx: _add_families(tx, caller, made["device"])
    seen = {"user_agent": "Phone/1", "revision": 1}
    organization_id = caller.organization_id
    yield (
        "devices.save_last_seen",
        lambda tx: devices.save_last_seen(tx, organization_id, made["device"], **seen),
    )
    phone: Callable[[], Caller] = lambda: replace(caller, via="carddav", token_id=made["device"])  # noqa: E731

    def bundle(tx: Tx) -> Bundle:
        newest = deletion_store.find_newest_bundle(tx, caller.organization_id, made["device"])
        assert newest is not None
        return newest

    def hold(tx: Tx) -> None:
        """As if the device had deleted most of the book."""
        held = replace(bundle(tx), deleted_count=1_000, card_count=1_000, allowed_at=None, restored_at=None)
        deletion_store.save_bundle(tx, caller.organization_id, held)

    for name, more in (("restore_deletions", ()), ("restore_or_start", ()), ("restore_batch", (0,))):
        yield "deletions.note_deletion", lambda tx: deletions.note_deletion(tx, phone(), homer)
        yield "contacts.delete_contact", lambda tx: contacts.delete_contact(tx, phone(), homer)
        yield (
            f"deletions.{name}",
            lambda tx, name=name, more=more: getattr(deletions, name)(tx, caller, bundle(tx).id, *more),
        )
    yield "deletions.restore_batch", lambda tx: deletions.restore_batch(tx, caller, bundle(tx).id, homer)
    yield "deletions.start_restoring", lambda tx: deletions.start_restoring(tx, caller, bundle(tx).id)
    yield "", hold
    yield "deletions.allow_deletions", lambda tx: deletions.allow_deletions(tx, caller, bundle(tx).id)
    yield "devices.revoke_device", lambda tx: devices.revoke_device(tx, caller, made["device"])


def _subscriptions(made: Any) -> Iterator[Step]:
    caller, verbs = made.alice, subscriptions
    new = Subscription(id="", user_id=None, name="Friends", url="https://y.example/", username="u", password_sealed="s")
    add = made.keep("subscription", lambda tx: verbs.add_subscription(tx, caller, new))
    yield "subscriptions.add_subscription", add
    id_: Callable[[], str] = lambda: made["subscription"].id  # noqa: E731
    for fields in ({"name": "Neighbours"}, {"name": "Neighbours"}, {"password_sealed": "t"}):
        yield (
            "subscriptions.update_subscription",
            lambda tx, fields=fields: verbs.update_subscription(tx, caller, id_(), fields),
        )
    for is_paused in (True, True, False):
        yield (
            "subscriptions.pause_subscription",
            lambda tx, is_paused=is_paused: verbs.pause_subscription(tx, caller, id_(), is_paused=is_paused),
        )
    held = {"state": HELD, "held": HeldRun(MANY, removed=11), "updated_at": times.now()}
    yield (
        "",
        lambda tx: subscription_store.update_subscription(tx, caller.organization_id, id_(), held),
    )
    yield "subscriptions.decide_run", lambda tx: verbs.decide_run(tx, caller, id_(), APPLY)
    yield "subscriptions.decide_cards", lambda tx: verbs.decide_cards(tx, caller, id_(), REMOTE)
    yield "subscriptions.remove_subscription", lambda tx: verbs.remove_subscription(tx, caller, id_())
