"""Messages, as Meta delivers them, become contacts with last_messages."""

from typing import Any

import pytest
from client import Client
from graph_server import GraphServer
from instagram_world import (
    contact,
    deliver,
    from_person,
    message,
    messaging,
    milliseconds,
    moment,
    newest,
    number,
    work,
)
from recorded import events_of
from world import World

from coterie.settings import Settings
from coterie.store import interactions
from coterie.store.database import Database


class Chat:
    """One person writing to one account."""

    def __init__(self, inro: Client, database: Database, settings: Settings, account: str, world: World) -> None:
        self.inro, self.database, self.settings, self.account, self.world = inro, database, settings, account, world
        self.person = number()

    def send(self, *items: dict[str, Any]) -> dict[str, Any]:
        """Deliver these, let the worker work; the newest contact."""
        assert deliver(self.inro, messaging(self.account, *items)).status == 200
        work(self.database, self.settings)
        return newest(self.inro)

    def message(self, text: str | None, at: int | None = None, **more: Any) -> dict[str, Any]:
        return message(self.account, self.person, text, at, **more)

    def event(self, at: int | None = None, **what: Any) -> dict[str, Any]:
        return from_person(self.account, self.person, at, **what)

    def kinds(self) -> list[str]:
        with self.database.read() as tx:
            events = events_of(tx, self.world.organization.id, newest(self.inro)["id"])
        return [event.kind for event in reversed(events)]

    def data(self, item: dict[str, Any]) -> dict[str, Any]:
        """What is kept of a message beside its text."""
        mid = item["message"]["mid"]
        with self.database.read() as tx:
            return interactions.find_stored(tx, self.world.organization.id, "instagram", [mid])[mid].data


@pytest.fixture
def chat(inro: Client, database: Database, settings: Settings, account: str, world: World) -> Chat:
    return Chat(inro, database, settings, account, world)


def texts(found: dict[str, Any]) -> list[str | None]:
    return [entry["content"] for entry in found["last_messages"]]


def test_a_message_makes_a_contact_with_its_last_message(chat: Chat) -> None:
    at = 1_760_000_000_123
    found = chat.send(chat.message("Hello 🎉 שלום", at))
    assert found["last_messages"] == [{"content": "Hello 🎉 שלום", "received_at": moment(at), "received": True}]
    assert (found["name"], found["username"], found["status"]) == (None, None, "subscribed")
    assert chat.kinds() == ["contact.created", "interaction.received"]


def test_the_newest_ten_are_shown_in_whatever_order_they_came(chat: Chat) -> None:
    at = milliseconds() - 100_000
    sent = [chat.message(f"number {n}", at + n * 1000) for n in range(15)]
    found = chat.send(*sent[::2], *reversed(sent[1::2]))
    assert texts(found) == [f"number {n}" for n in range(14, 4, -1)]


def test_an_echo_is_outgoing_and_belongs_to_the_recipient(chat: Chat) -> None:
    chat.send(chat.message("Hi"))
    echo = {
        "sender": {"id": chat.account},
        "recipient": {"id": chat.person},
        "timestamp": milliseconds() + 5,
        "message": {"mid": number(), "text": "Hello, how can we help?", "is_echo": True},
    }
    found = chat.send(echo)
    assert [(entry["content"], entry["received"]) for entry in found["last_messages"]] == [
        ("Hello, how can we help?", False),
        ("Hi", True),
    ]
    assert chat.kinds()[-1] == "interaction.sent"


def test_the_account_writing_to_itself_makes_no_contact(chat: Chat) -> None:
    before = newest(chat.inro)["id"]
    note = message(chat.account, chat.account, "a note to self", is_self=True, is_echo=True)
    assert chat.send(note)["id"] == before


def test_a_message_that_comes_twice_counts_once(chat: Chat) -> None:
    sent = chat.message("once")
    chat.send(sent, sent)
    found = chat.send(sent)
    assert texts(found) == ["once"]
    assert chat.kinds() == ["contact.created", "interaction.received"]


def test_an_edit_changes_the_text_and_an_older_one_does_not(chat: Chat) -> None:
    sent = chat.message("frist")
    mid = sent["message"]["mid"]
    found = chat.send(
        sent,
        chat.event(message_edit={"mid": mid, "text": "third", "num_edit": 2}),
        chat.event(message_edit={"mid": mid, "text": "second", "num_edit": "1"}),
    )
    assert texts(found) == ["third"]
    assert chat.kinds()[-1] == "interaction.updated"


def test_an_edit_that_comes_before_its_message_stands(chat: Chat) -> None:
    sent = chat.message("first")
    chat.send(chat.event(message_edit={"mid": sent["message"]["mid"], "text": "second", "num_edit": 1}))
    assert texts(chat.send(sent)) == ["second"]


def test_a_message_whose_edit_came_first_has_its_own_time(chat: Chat) -> None:
    now = milliseconds()
    early = chat.message("frist", now - 3_600_000)
    chat.send(chat.event(message_edit={"mid": early["message"]["mid"], "text": "first", "num_edit": 1}))
    found = chat.send(chat.message("second", now - 1_800_000), early)
    assert texts(found) == ["second", "first"]
    assert texts(chat.send(early)) == ["second", "first"]


def test_a_story_mention_whose_caption_was_edited_first_is_a_mention(chat: Chat) -> None:
    mention = chat.message("", milliseconds() - 60_000)
    mention["message"] |= {"attachments": [{"type": "story_mention", "payload": {"url": "https://cdn.example/s"}}]}
    chat.send(chat.event(message_edit={"mid": mention["message"]["mid"], "text": "look", "num_edit": 1}))
    found = chat.send(mention)
    assert [each["text"] for each in found["last_mentions"]] == ["look"]
    assert found["last_messages"] == []


def test_an_unsent_message_is_gone_with_its_text(chat: Chat) -> None:
    secret, kept = chat.message("my secret"), chat.message("hello", milliseconds() - 5000)
    mid = secret["message"]["mid"]
    chat.send(kept, secret)
    found = chat.send(chat.event(message={"mid": mid, "is_deleted": True}))
    assert texts(found) == ["hello"]
    with chat.database.read() as tx:
        stored = interactions.find_stored(tx, chat.world.organization.id, "instagram", [mid])[mid]
        events = events_of(tx, chat.world.organization.id, found["id"])
    assert (stored.text, stored.data, stored.deleted_at is None) == (None, {}, False)
    assert "secret" not in repr(events)
    assert chat.kinds()[-1] == "interaction.deleted"


def test_a_message_unsent_before_it_came_stays_unsent(chat: Chat) -> None:
    sent = chat.message("never mind")
    chat.send(chat.event(message={"mid": sent["message"]["mid"], "is_deleted": True}))
    assert texts(chat.send(sent)) == []


def test_an_unsent_message_makes_room_for_an_older_one(chat: Chat) -> None:
    at = milliseconds() - 100_000
    sent = [chat.message(f"{n}", at + n * 1000) for n in range(11)]
    chat.send(*sent)
    found = chat.send(chat.event(message={"mid": sent[10]["message"]["mid"], "is_deleted": True}))
    assert texts(found) == [f"{n}" for n in range(9, -1, -1)]


def test_reactions_are_kept_with_their_message(chat: Chat) -> None:
    sent = chat.message("nice?")
    mid = sent["message"]["mid"]
    love = {"mid": mid, "action": "react", "reaction": "love", "emoji": "❤️"}
    chat.send(sent, chat.event(reaction=love))
    assert chat.data(sent) == {"reactions": {"incoming": "❤️"}}
    chat.send(chat.event(reaction={"mid": mid, "action": "unreact"}))
    assert chat.data(sent) == {"reactions": {"incoming": None}}


def test_postbacks_and_quick_replies_are_messages(chat: Chat) -> None:
    quick = chat.message("Blue", milliseconds() - 10, quick_reply={"payload": "COLOR_BLUE"})
    found = chat.send(quick, chat.event(postback={"mid": number(), "title": "Get started", "payload": "START"}))
    assert texts(found) == ["Get started", "Blue"]
    assert chat.data(quick) == {"quick_reply": "COLOR_BLUE"}


def test_a_story_reply_is_a_message_that_knows_its_story(chat: Chat) -> None:
    story = {"id": "18", "url": "https://lookaside.example/story"}
    reply = chat.message("Wow", reply_to={"story": story})
    assert texts(chat.send(reply)) == ["Wow"]
    assert chat.data(reply) == {"story": story}


def test_media_and_shares_are_messages_without_text(chat: Chat) -> None:
    media = chat.message(None, attachments=[{"type": "share", "payload": {"url": "https://cdn.example/1"}}])
    assert texts(chat.send(media)) == [None]
    assert chat.data(media) == {"attachments": [{"type": "share", "url": "https://cdn.example/1"}]}


def test_a_story_mention_is_a_mention_without_text(chat: Chat) -> None:
    at = 1_760_000_000_000
    mention = [{"type": "story_mention", "payload": {"url": "https://cdn.example/story"}}]
    found = chat.send(chat.message(None, at, attachments=mention))
    assert found["last_mentions"] == [{"text": None, "received_at": moment(at)}]
    assert found["last_messages"] == []


def test_what_was_seen_and_what_is_unknown_makes_nothing(chat: Chat) -> None:
    before = newest(chat.inro)["id"]
    odd = [chat.event(read={"mid": "x"}), chat.event(telepathy={"mid": "x"}), chat.event(message={"text": "no mid"})]
    assert chat.send(*odd, {"message": "text"}, {})["id"] == before


@pytest.mark.parametrize("text", ["STOP", " stop! ", "Arrêt", "ARRÊTER 🛑", "Unsubscribe.", "stopp", "стоп"])
def test_a_word_of_opting_out_sets_the_status_and_says_why(chat: Chat, text: str) -> None:
    assert chat.send(chat.message("hi"))["status"] == "subscribed"
    found = chat.send(chat.message(text))
    assert found["status"] == "optout"
    with chat.database.read() as tx:
        event = events_of(tx, chat.world.organization.id, found["id"])[0]
    assert (event.kind, event.via) == ("contact.updated", "instagram")
    assert '"opt_out_word":[null,' in (event.changes or "")


@pytest.mark.parametrize("text", ["Please stop by tomorrow", "nonstop", "stop stop stop and more of that", "🛑"])
def test_a_message_that_only_holds_the_word_opts_nobody_out(chat: Chat, text: str) -> None:
    assert chat.send(chat.message(text))["status"] == "subscribed"


def test_an_echo_of_the_word_opts_nobody_out(chat: Chat) -> None:
    echo = message(chat.account, chat.person, "STOP", is_echo=True)
    echo["sender"], echo["recipient"] = echo["recipient"], echo["sender"]
    assert chat.send(echo)["status"] == "subscribed"


def test_a_profile_fills_name_username_picture_and_followers(chat: Chat, graph: GraphServer) -> None:
    graph.person(chat.person, "bart.s", name="Bart 🛹", profile_pic="https://127.0.0.1/bart.jpg")
    chat.send(chat.message("ay caramba"))
    found = contact(chat.inro, username="bart.s")
    assert (found["name"], found["instagram_url"]) == ("Bart 🛹", "https://www.instagram.com/bart.s")
    assert found["profile_picture"] == "https://127.0.0.1/bart.jpg"
    assert (found["is_follower"], found["follower_count"], found["follower_growth"]) == (True, 100, None)
    assert not graph.token_seen_in_address


def test_a_message_to_another_account_is_nobodys(chat: Chat) -> None:
    before = chat.send(chat.message("hello"))
    stranger = from_person(number(), number(), message={"mid": f"m_{number()}", "text": "not for you"})
    echo = from_person(number(), number(), message={"mid": f"m_{number()}", "text": "not yours", "is_echo": True})
    assert chat.send(stranger, echo)["id"] == before["id"]


@pytest.mark.parametrize("text", [["a", "b"], {"a": 1}, 5, True])
def test_a_message_whose_text_is_none_is_kept_as_unsupported(chat: Chat, text: Any) -> None:
    item = chat.event(message={"mid": f"m_{number()}", "text": text})
    chat.send(item)
    assert chat.data(item) == {"is_unsupported": True}


def test_an_edit_whose_text_is_none_changes_nothing(chat: Chat) -> None:
    item = chat.message("hello")
    chat.send(item)
    mid = item["message"]["mid"]
    chat.send(chat.event(message_edit={"mid": mid, "text": ["a"], "num_edit": 1}))
    with chat.database.read() as tx:
        found = interactions.find_stored(tx, chat.world.organization.id, "instagram", [mid])[mid]
    assert (found.text, found.data) == ("hello", {})
