"""The verbs of reminders, relationships of users, and being in touch, in an order in which each has work to do."""

from collections.abc import Callable, Iterator
from typing import Any

from coterie.actions import cadences, reminders, touches, user_relationships
from coterie.model import times
from coterie.model.cadences import Target
from coterie.model.relationships import type_id
from coterie.store.database import Tx

Step = tuple[str, Callable[[Tx], Any]]


def steps_of_users(made: Any) -> Iterator[Step]:
    """made: verbs.Made."""
    yield from _of_users(made)
    yield from _in_touch(made)


def _of_users(made: Any) -> Iterator[Step]:
    """What is a user's own: no other client sees it."""
    caller, marge = made.bob, made.marge
    fields = {"title": "Call", "due_at": "2030-01-01T10:00:00Z"}
    yield (
        "reminders.create_reminder",
        made.keep("reminder", lambda tx: reminders.create_reminder(tx, caller, fields, marge.id)),
    )
    yield (
        "reminders.update_reminder",
        lambda tx: reminders.update_reminder(tx, caller, made["reminder"].id, {"title": "Write"}),
    )
    yield "reminders.finish_reminder", lambda tx: reminders.finish_reminder(tx, caller, made["reminder"].id)
    yield "reminders.delete_reminder", lambda tx: reminders.delete_reminder(tx, caller, made["reminder"].id)
    tie = {"contact": marge.uuid, "type_id": type_id("Friend")}
    yield (
        "user_relationships.create_user_relationship",
        made.keep("tie", lambda tx: user_relationships.create_user_relationship(tx, caller, tie)),
    )
    yield (
        "user_relationships.update_user_relationship",
        lambda tx: user_relationships.update_user_relationship(
            tx, caller, made["tie"].id, {"anniversary_on": "2001-01-01"}
        ),
    )
    for name in ("delete", "restore", "erase"):
        yield (
            f"user_relationships.{name}_user_relationship",
            lambda tx, name=name: getattr(user_relationships, f"{name}_user_relationship")(tx, caller, made["tie"].id),
        )


def _in_touch(made: Any) -> Iterator[Step]:
    """Conversations and rules for them, which contacts are not shown with."""
    caller, homer = made.alice, made.homer.id
    target = Target("contact", homer)
    for every in ("3w", "3w", "2m"):
        set_ = made.keep("cadence", lambda tx, every=every: cadences.set_cadence(tx, caller, target, every))
        yield "cadences.set_cadence", set_
    for every in ("1y", "1y"):
        yield (
            "cadences.update_cadence",
            lambda tx, every=every: cadences.update_cadence(tx, caller, made["cadence"].id, every),
        )
    yield "cadences.snooze", lambda tx: cadences.snooze(tx, caller, homer, times.now()[:10])
    yield "cadences.unsnooze", lambda tx: cadences.unsnooze(tx, caller, homer)
    log = made.keep("touches", lambda tx: touches.log_touch(tx, caller, [homer], kind="call", text="hello"))
    yield "touches.log_touch", log
    yield "touches.delete_touch", lambda tx: touches.delete_touch(tx, caller, homer, made["touches"][homer])
    yield "cadences.delete_cadence", lambda tx: cadences.delete_cadence(tx, caller, made["cadence"].id)
