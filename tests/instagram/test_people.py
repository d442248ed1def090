"""Who someone is: the Instagram-scoped id stays, usernames come and go; comments, mentions, followers."""

from datetime import date, timedelta
from typing import Any

import pytest
from client import Client
from graph_server import GraphServer
from instagram_world import (
    changes,
    comment,
    contact,
    deliver,
    message,
    messaging,
    newest,
    number,
    work,
)
from recorded import events_of
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.instagram import enqueue_snapshots
from coterie.actions.interactions import add_snapshots
from coterie.actions.merges import merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.model import times
from coterie.model.interactions import FollowerSnapshot
from coterie.settings import Settings
from coterie.store import contacts as contact_store
from coterie.store.database import Database
from coterie.store.handles import list_handles
from coterie.store.instagram_people import find_people


class Audience:
    """People around one account, with the Graph that knows them."""

    def __init__(
        self, inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
    ) -> None:
        self.inro, self.database, self.settings, self.account = inro, database, settings, account
        self.world, self.graph = world, graph

    def receive(self, delivery: dict[str, Any]) -> dict[str, Any]:
        assert deliver(self.inro, delivery).status == 200
        work(self.database, self.settings)
        return newest(self.inro)

    def comment(self, person: str, username: str, text: str, **more: Any) -> dict[str, Any]:
        return self.receive(changes(self.account, "comments", comment(person, username, text, **more)))

    def message(self, person: str, text: str) -> dict[str, Any]:
        return self.receive(messaging(self.account, message(self.account, person, text)))

    def ask_again(self) -> None:
        """A day passes for everyone, and the schedule comes round."""
        with self.database.write() as tx:
            tx.run("UPDATE instagram_people SET asked_at = '2020-01-01T00:00:00.000000Z' WHERE asked_at IS NOT NULL")
            # the Graphs of other tests are gone
            others = "UPDATE instagram_accounts SET paused_until = '9999' WHERE account_id <> :account_id"
            tx.run(others, {"account_id": self.account})
            enqueue_snapshots(tx)
        work(self.database, self.settings)

    def total(self) -> int:
        return int(self.inro.get("/api/v1/contacts").headers["x-total"])


@pytest.fixture
def audience(
    inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> Audience:
    return Audience(inro, database, settings, account, world, graph)


def test_a_comment_makes_a_contact_with_its_username(audience: Audience) -> None:
    found = audience.comment(number(), "Lisa.S", "Nice saxophone 🎷")
    assert (found["username"], found["name"], found["is_follower"]) == ("lisa.s", None, None)
    assert [entry["text"] for entry in found["last_comments"]] == ["Nice saxophone 🎷"]


def test_the_comment_id_may_be_called_either_and_counts_once(audience: Audience) -> None:
    person = number()
    first = comment(person, "lisa", "once")
    second = {name: value for name, value in first.items() if name != "id"} | {"comment_id": first["id"]}
    audience.receive(changes(audience.account, "comments", first, second))
    found = audience.receive(changes(audience.account, "comments", second))
    assert [entry["text"] for entry in found["last_comments"]] == ["once"]


def test_a_live_comment_is_a_comment(audience: Audience) -> None:
    found = audience.receive(changes(audience.account, "live_comments", comment(number(), "ralph", "hi live")))
    assert [entry["text"] for entry in found["last_comments"]] == ["hi live"]


def test_ones_own_comment_makes_no_contact(audience: Audience) -> None:
    before = audience.total()
    audience.comment(audience.account, "evergreen", "Thank you all!", parent_id="17")
    assert audience.total() == before


def test_ones_own_comment_under_another_id_makes_no_contact(audience: Audience) -> None:
    before = audience.total()
    own = comment(number(), "somebody.else", "Thank you all!")
    own["from"]["self_ig_scoped_id"] = number()
    with audience.database.write() as tx:
        tx.run(
            "UPDATE instagram_accounts SET username = 'our.shop' WHERE account_id = :account_id",
            {"account_id": audience.account},
        )
    by_name = comment(number(), "Our.Shop", "Thank you too!")
    marker = comment(number(), f"marker{number()}", "hi")
    audience.receive(changes(audience.account, "comments", own, by_name, marker))
    assert audience.total() == before + 1


def test_a_comment_without_an_author_or_with_an_odd_username_harms_nobody(audience: Audience) -> None:
    before = audience.total()
    nobody = {"id": number(), "text": "who?"}
    odd = comment(number(), "not a name!\0", "odd")
    assert audience.receive(changes(audience.account, "comments", nobody, odd))["username"] is None
    assert audience.total() == before + 1


def test_a_new_username_keeps_the_person_and_the_old_one_finds_them(audience: Audience) -> None:
    person = number()
    before = audience.comment(person, "bart", "one")
    after = audience.comment(person, "el.barto", "two")
    assert (after["id"], after["username"]) == (before["id"], "el.barto")
    assert contact(audience.inro, username="bart")["id"] == before["id"]
    assert audience.inro.get("/api/v1/contacts/search", query="bart").json[0]["id"] == before["id"]


def test_a_duplicate_of_an_old_comment_brings_no_old_username_back(audience: Audience) -> None:
    person = number()
    old = changes(audience.account, "comments", comment(person, "bart", "one"))
    audience.receive(old)
    audience.comment(person, "el.barto", "two")
    assert audience.receive(old)["username"] == "el.barto"


def test_a_username_that_moved_to_another_person_is_theirs_now(audience: Audience) -> None:
    first, second = number(), number()
    old = audience.comment(first, "duff", "I had it first")
    new = audience.comment(second, "duff", "now it is mine")
    assert new["id"] != old["id"]
    assert contact(audience.inro, username="duff")["id"] == new["id"]
    assert contact(audience.inro, id=old["id"])["username"] is None
    with audience.database.read() as tx:
        handles = list_handles(tx, audience.world.organization.id, old["id"])
    assert [(handle.value, handle.is_former, handle.is_primary) for handle in handles] == [("duff", True, False)]


def test_two_people_may_swap_their_usernames(audience: Audience) -> None:
    first, second = number(), number()
    a, b = audience.comment(first, "patty", "1"), audience.comment(second, "selma", "2")
    audience.receive(changes(audience.account, "comments", comment(first, "selma", "3"), comment(second, "patty", "4")))
    assert contact(audience.inro, username="selma")["id"] == a["id"]
    assert contact(audience.inro, username="patty")["id"] == b["id"]


def test_who_was_known_by_the_username_is_not_added_again(audience: Audience) -> None:
    """Marge was typed in; her comment tells that it is she."""
    before = audience.total()
    audience.comment(number(), "marge", "Hello, it is me")
    assert audience.total() == before
    found = contact(audience.inro, username="marge")
    assert (found["id"], found["real_name"]) == (audience.world.marge.id, "Marge Simpson")
    assert [entry["text"] for entry in found["last_comments"]] == ["Hello, it is me"]


def test_a_message_of_someone_known_by_username_finds_its_way_with_the_profile(audience: Audience) -> None:
    before, person = audience.total(), number()
    audience.graph.person(person, "marge", follower_count=12)
    audience.message(person, "A message tells no username")
    assert audience.total() == before
    found = contact(audience.inro, username="marge")
    assert found["id"] == audience.world.marge.id
    assert [entry["content"] for entry in found["last_messages"]] == ["A message tells no username"]
    assert (found["follower_count"], found["name"], found["real_name"]) == (12, "Name of marge", "Marge Simpson")
    audience.message(person, "and again")
    assert len(contact(audience.inro, username="marge")["last_messages"]) == 2


def test_opting_out_before_the_profile_came_counts_for_the_person(audience: Audience) -> None:
    person = number()
    audience.graph.person(person, "marge")
    audience.message(person, "STOP")
    assert contact(audience.inro, username="marge")["status"] == "optout"


def test_a_contact_somebody_worked_on_is_not_taken_away(audience: Audience) -> None:
    person = number()
    audience.graph.says(person, {})
    made = audience.message(person, "hi")
    with audience.database.write() as tx:
        update_contact(tx, audience.world.alice, made["id"], {"note": "wants blue"})
    audience.graph.person(person, "marge")
    audience.ask_again()
    found = contact(audience.inro, username="marge")
    assert (found["id"], found["notes"]) == (made["id"], "wants blue")
    assert contact(audience.inro, id=audience.world.marge.id)["username"] is None


def test_a_deleted_contact_stays_deleted_and_an_erased_one_comes_anew(audience: Audience) -> None:
    first, second = number(), number()
    deleted, erased = audience.comment(first, "fat.tony", "1"), audience.comment(second, "legs", "2")
    with audience.database.write() as tx:
        delete_contact(tx, audience.world.alice, deleted["id"])
        erase_contact(tx, audience.world.alice, erased["id"])
    audience.ask_again()
    before = audience.total()
    audience.comment(first, "fat.tony", "still here")
    found = audience.comment(second, "legs", "who are you?")
    assert audience.total() == before + 1
    assert found["id"] > erased["id"]
    assert [entry["text"] for entry in found["last_comments"]] == ["who are you?"]


# Mentions -------------------------------------------------------------------------------------------------------------


def test_a_mention_in_a_comment_gets_its_text_and_author_from_the_graph(audience: Audience) -> None:
    comment_id, media_id = number(), number()
    said = {"text": "@evergreen look!", "username": "ned", "timestamp": "2026-05-03T16:09:08+0000", "id": comment_id}
    audience.graph.says(audience.account, {"mentioned_comment": said, "id": audience.account})
    mention = changes(audience.account, "mentions", {"comment_id": comment_id, "media_id": media_id})
    audience.receive(mention)
    found = audience.receive(mention)
    assert found["username"] == "ned"
    assert found["last_mentions"] == [{"text": "@evergreen look!", "received_at": "2026-05-03T16:09:08.000000Z"}]


def test_a_mention_in_a_caption_belongs_to_the_contact_of_that_username(audience: Audience) -> None:
    said = {"caption": "With @evergreen", "username": "marge", "timestamp": "2026-05-03T16:09:08+0000"}
    audience.graph.says(audience.account, {"mentioned_media": said, "id": audience.account})
    audience.receive(changes(audience.account, "mentions", {"media_id": number()}))
    found = contact(audience.inro, id=audience.world.marge.id)
    assert [entry["text"] for entry in found["last_mentions"]] == ["With @evergreen"]


@pytest.mark.parametrize(
    "answer", [{}, {"mentioned_media": {}}, {"mentioned_media": []}, {"mentioned_media": {"username": "no name!"}}]
)
def test_a_mention_nobody_stands_behind_makes_nothing(audience: Audience, answer: dict[str, Any]) -> None:
    before = audience.total()
    audience.graph.says(audience.account, answer)
    odd = [{"media_id": number()}, {"media_id": "1){evil}"}, {}, {"media_id": None}]
    audience.receive(changes(audience.account, "mentions", *odd))
    assert audience.total() == before


# Profiles and followers -----------------------------------------------------------------------------------------------


def test_who_does_not_consent_is_not_asked_about_again_until_a_message_comes(audience: Audience) -> None:
    person = number()
    audience.graph.says(person, {"error": {"message": "User consent is required", "code": 230}}, 403)
    audience.comment(person, "moleman", "one")
    audience.comment(person, "moleman", "two")
    audience.ask_again()
    assert audience.graph.asked.count(person) == 1
    audience.graph.person(person, "moleman", name="Hans Moleman")
    found = audience.message(person, "now I write")
    assert audience.graph.asked.count(person) == 2
    assert (found["name"], found["is_follower"]) == ("Hans Moleman", True)


def test_a_profile_is_asked_for_once_a_day(audience: Audience) -> None:
    person = number()
    audience.graph.person(person, "apu")
    audience.message(person, "one")
    audience.message(person, "two")
    assert audience.graph.asked.count(person) == 1
    audience.ask_again()
    assert audience.graph.asked.count(person) == 2


def test_growth_is_the_change_over_thirty_days(audience: Audience) -> None:
    person = number()
    audience.graph.person(person, "krusty", follower_count=1500)
    found = audience.message(person, "hey hey")
    assert (found["follower_count"], found["follower_growth"]) == (1500, None)
    days = [(date.fromisoformat(times.now()[:10]) - timedelta(days=ago)).isoformat() for ago in (60, 31, 10)]
    with audience.database.write() as tx:
        past = [FollowerSnapshot(day, count) for day, count in zip(days, (100, 1000, 2000), strict=True)]
        add_snapshots(tx, audience.world.alice, found["id"], past)
    audience.graph.person(person, "krusty", follower_count=1400, is_user_follow_business=False)
    audience.ask_again()
    after = contact(audience.inro, username="krusty")
    assert (after["follower_count"], after["follower_growth"], after["is_follower"]) == (1400, 400, False)


@pytest.mark.parametrize(
    "odd",
    [
        {"follower_count": "many", "is_user_follow_business": "yes", "name": 5, "username": ["x"]},
        {"follower_count": -1, "name": None, "username": None},
        {"follower_count": 10**30, "username": "x" * 500, "profile_pic": "y" * 9000},
        {"follower_count": True, "name": "nul \0 and \ud83d", "username": "ok\0"},
    ],
)
def test_an_odd_profile_fills_what_can_be_read(audience: Audience, odd: dict[str, Any]) -> None:
    person = number()
    audience.graph.person(person, "x", **odd)
    found = audience.message(person, "hi")
    assert found["follower_count"] is None
    assert [entry["content"] for entry in found["last_messages"]] == ["hi"]


def test_everything_of_the_entity_is_filled_from_one_delivery_of_every_kind(audience: Audience) -> None:
    person, comment_id = number(), number()
    said = {"text": "see @evergreen", "username": "sideshow.bob", "timestamp": "2026-05-03T16:09:08+0000"}
    audience.graph.says(audience.account, {"mentioned_comment": said, "id": audience.account})
    audience.graph.person(person, "sideshow.bob", name="Bob", follower_count=50)
    story = [{"type": "story_mention", "payload": {"url": "https://cdn.example/s"}}]
    entries = [
        messaging(
            audience.account,
            message(audience.account, person, "Good evening"),
            message(audience.account, person, None, attachments=story),
        )["entry"][0],
        changes(audience.account, "comments", comment(person, "sideshow.bob", "Die Bart, die"))["entry"][0],
        changes(audience.account, "mentions", {"comment_id": comment_id, "media_id": number()})["entry"][0],
    ]
    audience.receive({"object": "instagram", "entry": entries})
    found = contact(audience.inro, username="sideshow.bob")
    yesterday = (date.fromisoformat(times.now()[:10]) - timedelta(days=1)).isoformat()
    with audience.database.write() as tx:
        add_snapshots(tx, audience.world.alice, found["id"], [FollowerSnapshot(yesterday, 45)])
    found = contact(audience.inro, username="sideshow.bob")
    assert [entry["content"] for entry in found["last_messages"]] == ["Good evening"]
    assert [entry["text"] for entry in found["last_comments"]] == ["Die Bart, die"]
    assert {entry["text"] for entry in found["last_mentions"]} == {None, "see @evergreen"}
    assert (found["is_follower"], found["follower_count"], found["follower_growth"]) == (True, 50, 5)
    assert (found["name"], found["status"]) == ("Bob", "subscribed")
    with audience.database.read() as tx:
        via = {event.via for event in events_of(tx, audience.world.organization.id, found["id"])}
        known = contact_store.find_external_ids(tx, audience.world.organization.id, "instagram", [person])
        asked = find_people(tx, audience.world.organization.id, [person])[person]
    assert via == {"instagram"}
    assert known == {person: found["id"]}
    assert asked.asked_at is not None


def test_a_person_of_two_organizations_is_two_contacts(audience: Audience) -> None:
    """The same username in Charlie's book stays Charlie's."""
    with audience.database.write() as tx:
        theirs = create_contact(tx, audience.world.charlie, {"username": "otto"})
    found = audience.comment(number(), "otto", "hi")
    charlie = audience.inro.with_token(audience.world.charlie_token)
    assert contact(charlie, username="otto")["last_comments"] == []
    assert contact(charlie, username="otto")["id"] == theirs.id
    assert found["last_comments"] != []


def test_messages_of_both_accounts_arrive_at_a_merged_contact(audience: Audience, world: World) -> None:
    first, second = number(), number()
    one = audience.comment(first, "first.account", "hi")
    other = audience.comment(second, "second.account", "hello")
    with audience.database.write() as tx:
        (merge,) = merge_contacts(tx, world.alice, one["id"], [other["id"]])
    for _ in range(2):
        audience.comment(second, "second.account", f"again {number()}")
        audience.comment(first, "first.account", f"again {number()}")
        assert contact(audience.inro, id=one["id"])["username"] == "first.account"
    merged = contact(audience.inro, id=other["id"])
    assert merged["id"] == one["id"] and len(merged["last_comments"]) == 6
    with audience.database.write() as tx:
        unmerge_contact(tx, world.alice, merge.id)
    assert contact(audience.inro, username="second.account")["id"] == other["id"]
    audience.comment(second, "second.account", "alone")
    assert contact(audience.inro, id=other["id"])["last_comments"][0]["text"] == "alone"
