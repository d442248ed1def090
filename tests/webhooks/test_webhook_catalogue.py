"""The catalogue of kinds: its examples and schemas are those of the messages that are sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from everything import add_everything
from jsonschema import Draft202012Validator
from verbs import steps
from world import World

from coterie.actions.webhook_deliveries import enqueue_page
from coterie.actions.webhooks import create_webhook
from coterie.model.webhook_messages import CHANGES, example_of, schema_of
from coterie.model.webhooks import SENT_KINDS, Webhook
from coterie.store.webhook_deliveries import list_deliveries


def bodies_of_every_verb(world: World, folder: Path) -> list[Any]:
    """What an endpoint of everything gets while every verb of every noun is done."""
    add_everything(world, folder)
    with world.database.write() as tx:
        new = Webhook(id="", url="https://hooks.example.org/", include_bulk=True)
        webhook = create_webhook(tx, world.alice, new, allowed="", own="")
    bodies: dict[str, str | None] = {}
    for _, work in steps(world, folder):
        with world.database.write() as tx:
            work(tx)
        with world.database.write() as tx:
            enqueue_page(tx, world.organization.id, webhook.id)
            # newest first, and before what was sent of an erased contact is scrubbed
            sent = list_deliveries(tx, world.organization.id, webhook.id, limit=50)
        bodies = {each.id: each.body for each in sent} | bodies
    return [json.loads(body) for body in bodies.values() if body is not None]


def test_every_message_is_as_its_schema_and_example_say(world: World, tmp_path: Path) -> None:
    bodies = bodies_of_every_verb(world, tmp_path)
    assert len({body["type"] for body in bodies}) > 80
    wrong = []
    for body in bodies:
        kind, data = body["type"], body["data"]
        example, schema = example_of(kind)["data"], schema_of(kind)
        wrong += [(kind, error.message) for error in Draft202012Validator(schema).iter_errors(body)]
        if unknown := data.keys() - schema["properties"]["data"]["properties"].keys():
            wrong.append((kind, f"has {unknown}"))
        if data["contact_ids"] and not example["contact_ids"]:
            wrong.append((kind, "names contacts"))
        if example["subject_id"].isdigit() != data["subject_id"].isdigit():
            wrong.append((kind, "has another subject"))
    assert not wrong, sorted(set(wrong))


@pytest.mark.parametrize("kind", SENT_KINDS)
def test_an_example_is_valid(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))
    Draft202012Validator(schema_of(kind)).validate(example_of(kind))
    assert not Draft202012Validator(schema_of(kind)).is_valid(example_of(kind) | {"type": "other.kind"})


def test_changes_are_of_kinds_that_are_sent() -> None:
    assert CHANGES.keys() <= SENT_KINDS.keys()
