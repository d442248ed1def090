"""The feed of changes with a filter or segment: a mirror has what the list of the same filter has."""

import random
from pathlib import Path

import pytest
from client import Client
from everything import add_everything
from test_hub_changes import CHANGES, CONTACTS, Mirror, book
from verbs import steps
from world import World

from coterie.actions.segments import create_segment, update_segment
from coterie.actions.terms import create_term, put_on_contact
from coterie.model.filters.feed import check_feed_filter
from coterie.model.filters.fields import FIELDS
from coterie.model.filters.parse import parse_filter
from coterie.model.terms import TAGS

FILTERS = (
    "email:*", "phone:* OR nickname:*", "-tag:*", "folder:* -bio:none", "city:* -employer:*", "relation_to:*", "gift:*",
    "picture:yes", "birthday:* OR date.wedding:*", "anniversary:*", "expertise:*", "source:*", "status:subscribed",
    "grade:>2", "country:US", "created:>2020-01-01", "updated:>2020-01-01 -channel:phone", "simpson", "via:test",
)  # fmt: skip


@pytest.mark.slow
def test_a_mirror_of_a_filter_follows_every_verb(world: World, hub: Client, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    mirrors = {filter_: Mirror(hub, 4, filter=filter_) for filter_ in FILTERS}
    generator = random.Random(3)
    for name, work in steps(world, tmp_path):
        with world.database.write() as tx:
            work(tx)
        filter_ = generator.choice(FILTERS)
        mirrors[filter_].follow()
        assert mirrors[filter_].contacts == book(hub, filter=filter_), (name, filter_)
    for filter_, mirror in mirrors.items():
        mirror.follow()
        assert mirror.contacts == book(hub, filter=filter_), filter_


def test_a_contact_that_leaves_the_filter_is_removed_and_comes_back(world: World, hub: Client) -> None:
    query = {"filter": "phone:*"}
    first = hub.get(CHANGES, **query).json
    assert ([each["id"] for each in first["items"]], first["removed"]) == ([world.marge.id], [])
    hub.patch(f"{CONTACTS}/{world.marge.id}", {"phone": None})
    left = hub.get(CHANGES, cursor=first["next_cursor"], **query).json
    assert left["items"] == []
    assert [(each["uuid"], each["reason"]) for each in left["removed"]] == [(world.marge.uuid, "left_filter")]
    hub.patch(f"{CONTACTS}/{world.marge.id}", {"phone": "+1 555 0134"})
    back = hub.get(CHANGES, cursor=left["next_cursor"], **query).json
    assert [each["id"] for each in back["items"]] == [world.marge.id]


def test_a_cursor_is_valid_for_its_filter_only(world: World, hub: Client) -> None:
    with world.database.write() as tx:
        segment = create_segment(tx, world.alice, "Callable", "phone:*")
    cursor = hub.get(CHANGES, segment_id=segment.id).json["next_cursor"]
    assert hub.get(CHANGES, segment_id=segment.id, cursor=cursor).status == 200
    for other in ({}, {"filter": "email:*"}, {"segment_id": segment.id, "filter": "email:*"}):
        assert hub.get(CHANGES, cursor=cursor, **other).json["type"].endswith("/invalid-cursor")
    with world.database.write() as tx:
        update_segment(tx, world.alice, segment.id, filter_="email:*")
    assert hub.get(CHANGES, segment_id=segment.id, cursor=cursor).status == 400
    assert hub.get(CHANGES, segment_id=segment.id + 99).status == 404
    assert hub.get(CHANGES, filter="tag:nothing").status == 400


@pytest.mark.parametrize(
    "filter_",
    ["last_touch:>90d", "created:<7d", "birthday:next30d", "birthday:today", "age:>40", "created:this_week",
     "email:* OR note:cat", "-due:*", "followers:>10", "relation:friend", "updated:today", "date.wedding:next7d"],
)  # fmt: skip
def test_a_filter_that_the_feed_would_miss_is_refused(world: World, hub: Client, filter_: str) -> None:
    response = hub.get(CHANGES, filter=filter_)
    assert (response.status, response.json["errors"][0]["field"]) == (400, "filter")
    assert "GET /contacts" in response.json["detail"]
    assert hub.get(CONTACTS, filter=filter_).status == 200
    with world.database.write() as tx:
        segment = create_segment(tx, world.alice, "Segment", filter_)
    assert hub.get(CHANGES, segment_id=segment.id).status == 400


def test_each_field_of_filters_is_either_in_the_feed_or_refused() -> None:
    """A new field must say which; those that the walk above has are in the feed."""
    refused = {
        "note", "followers", "follower_growth", "messages_in", "messages_out", "comments", "mentions",
        "relation", "due", "overdue", "cadence", "last_touch", "last_message", "last_comment", "last_mention",
        "last_in", "last_out",
    }  # fmt: skip
    assert {name for name, field in FIELDS.items() if not field.moves_revision} == refused
    for filter_ in FILTERS:
        check_feed_filter(parse_filter(filter_))


def test_a_tag_is_put_on_taken_off_and_deleted(world: World, hub: Client) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
    mirror = Mirror(hub, filter="tag:friends")
    mirror.follow()
    assert set(mirror.contacts) == {world.homer.uuid}
    hub.patch(f"{CONTACTS}/{world.homer.id}", {"tags": []})
    hub.patch(f"{CONTACTS}/{world.marge.id}", {"tags": ["Friends"]})
    mirror.follow()
    assert set(mirror.contacts) == {world.marge.uuid}
