"""Whatever Instagram's export says is found again in a draft: a field, a message, a date or a line of the note.

Left out on purpose: calls, unsent messages, Instagram's own lines and reactions, and the files of photos and videos.
"""

import json
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from instagram_export import DAY, INBOX, LISTS, MS, drafts, errors, export, followed, follower, said, thread

from coterie.drafts.normalize import normalize_draft
from coterie.imports.formats.instagram_json import parse_messages
from coterie.model.imports import ContactDraft

WORDS = st.text(string.ascii_lowercase, min_size=6, max_size=9).map(lambda text: f"q{text}z")
NAMES = WORDS.map(str.capitalize) | st.tuples(WORDS, WORDS).map(lambda both: f"{both[0]} é❤️ {both[1]}")
USERNAMES = st.tuples(WORDS, st.sampled_from(["", ".x", "_1"])).map("".join)
OWNER = "Homer Jay"
DAYS = st.integers(0, 700).map(lambda day: DAY + day * 86_400)
LIST = st.lists(st.tuples(USERNAMES, DAYS), max_size=3, unique_by=lambda entry: entry[0])
MESSAGES = st.lists(
    st.tuples(st.booleans(), st.none() | WORDS, st.none() | WORDS, st.none() | WORDS, DAYS), min_size=1, max_size=3
)
THREADS = st.lists(st.tuples(USERNAMES, NAMES, st.none() | NAMES, MESSAGES), max_size=3)


def texts_of(draft: ContactDraft) -> str:
    """All texts of the draft as the database stores it."""
    draft = normalize_draft(draft, "US")
    texts: list[Any] = [draft.display_name, draft.first_name, draft.last_name, draft.note]
    texts += [handle.value for handle in draft.handles]
    texts += [text for date in draft.dates for text in (date.label, date.occurs_on)]
    texts += [text for each in draft.interactions for text in (each.text, each.happened_at)]
    return "\n".join(str(text) for text in texts if text)


def message(name: str, item: tuple[bool, str | None, str | None, str | None, int]) -> dict[str, Any]:
    is_own, text, link, share_text, at = item
    shared = {name: value for name, value in (("link", link), ("share_text", share_text)) if value}
    return said(OWNER if is_own else name, text, at * 1000, **({"share": shared} if shared else {}))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(followers=LIST, following=LIST, unfollowed=LIST, threads=THREADS)
def test_no_entry_of_an_export_vanishes(followers: Any, following: Any, unfollowed: Any, threads: Any) -> None:
    files: dict[str, Any] = {
        f"{LISTS}/followers_1.json": [follower(*each) for each in followers],
        f"{LISTS}/following.json": {"relationships_following": [followed(*each) for each in following]},
        f"{LISTS}/recently_unfollowed_profiles.json": {"x": [followed(*each) for each in unfollowed]},
        # a conversation that tells who the owner is
        f"{INBOX}/moe_1/message_1.json": thread("moe_1", ["Moe", OWNER], said("Moe", "hello")),
        f"{INBOX}/ned_2/message_1.json": thread("ned_2", ["Ned", OWNER], said("Ned", "hello")),
    }
    said_by: dict[str, list[str]] = {}
    for number, (username, name, title, items) in enumerate(threads, 10):
        folder = f"{username}_{number}"
        content = [message(name, item) for item in items]
        files[f"{INBOX}/{folder}/message_1.json"] = thread(folder, [name, OWNER], *content, title=title or name)
        said_by.setdefault(username, []).extend(
            text for text in (name, title, *(part for item in items for part in item[1:4])) if text
        )
    for username, _ in (*followers, *following, *unfollowed):
        said_by.setdefault(username, [])
    with tempfile.TemporaryDirectory() as folder_name:
        path = export(Path(folder_name), files)
        found, problems = drafts(path), errors(path)
    assert problems == []
    for username, texts in said_by.items():
        whole = texts_of(found[username])
        lost = [text for text in (username, *texts) if text not in whole]
        assert lost == [], (username, whole)
    for entries, label in ((followers, "follower on"), (following, "followed on"), (unfollowed, "unfollowed on")):
        for username, _ in entries:
            assert label in texts_of(found[username])


def test_a_text_and_the_post_it_was_sent_with_are_one_message(tmp_path: Path) -> None:
    sent = said("Lisa", "Look at this", MS, share={"link": "https://x.example/p/1", "share_text": "A saxophone"})
    path = export(tmp_path, {f"{INBOX}/lisa_1/message_1.json": thread("lisa_1", ["Lisa", "Homer"], sent)})
    (interaction,) = drafts(path)["lisa"].interactions
    assert interaction.text == "Look at this\nhttps://x.example/p/1\nA saxophone"


@pytest.mark.parametrize("share", [None, 7, [], {}, {"link": 7}, {"link": "  "}])
def test_what_is_no_shared_post_changes_nothing(share: Any) -> None:
    data = b'{"messages": [{"sender_name": "L", "content": "hi", "timestamp_ms": 1, "share": %s}]}'
    (message,) = parse_messages(data % json.dumps(share).encode())
    assert (message.text, message.more) == ("hi", None)
