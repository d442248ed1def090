"""Instagram's export: followers, following and messages, in the layouts it was seen in."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from instagram_export import (
    DAY,
    INBOX,
    LISTS,
    MS,
    damage,
    drafts,
    errors,
    export,
    followed,
    follower,
    said,
    springfield,
    thread,
)
from runs import applied, counts, reason, rows_of, staged
from world import World

from coterie.imports.formats import instagram_zip
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.instagram_export import moment_of
from coterie.imports.formats.instagram_json import repair
from coterie.imports.formats.names import INSTAGRAM
from coterie.model.imports import ContactDraft, DateDraft, HandleDraft
from coterie.model.interactions import INCOMING, OUTGOING

# What is read -----------------------------------------------------------------------------------------------------


def test_one_person_is_one_draft_of_lists_and_messages_together(tmp_path: Path) -> None:
    lisa = drafts(export(tmp_path, springfield()))["lisa.s"]
    assert lisa.display_name == "Lisa ❤️"
    assert lisa.is_follower is True
    assert lisa.handles == [HandleDraft("instagram", "lisa.s", is_primary=True)]
    assert lisa.dates == [
        DateDraft("followed on Instagram", "2023-11-14"),
        DateDraft("follower on Instagram", "2023-11-14"),
    ]
    assert [(i.direction, i.text, i.happened_at) for i in lisa.interactions] == [
        (INCOMING, "Un café?", "2023-11-14T22:13:21.000000Z"),
        (OUTGOING, "D'oh", "2023-11-14T22:13:20.000000Z"),
    ]


def test_everybody_is_found_and_only_followers_are_said_to_follow(tmp_path: Path) -> None:
    found = drafts(export(tmp_path, springfield()))
    assert {name: draft.is_follower for name, draft in found.items()} == {
        "bart_simpson": True, "lisa.s": True, "krusty": None, "moes_tavern": None,
    }  # fmt: skip


@pytest.mark.parametrize("top", ["", "instagram-homer-2026-11-22/", "a/b/c/"])
def test_an_extra_folder_on_top_changes_nothing(tmp_path: Path, top: str) -> None:
    assert len(drafts(export(tmp_path, springfield(), top=top))) == 4


def test_older_exports_have_messages_at_the_top(tmp_path: Path) -> None:
    older = {name.replace("your_instagram_activity/", ""): value for name, value in springfield().items()}
    assert drafts(export(tmp_path, older)) == drafts(export(tmp_path, springfield(), name="newer.zip"))


def test_the_same_files_unpacked_in_a_folder_say_the_same(tmp_path: Path) -> None:
    path = export(tmp_path, springfield())
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert detect_format(path) == detect_format(tmp_path / "unpacked") == INSTAGRAM
    assert drafts(tmp_path / "unpacked") == drafts(path)


def test_a_folder_is_not_left_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps([follower("secret")]))
    folder = tmp_path / "export" / LISTS
    folder.mkdir(parents=True)
    (folder / "followers_1.json").write_text(json.dumps([follower("lisa")]))
    (folder / "followers_2.json").symlink_to(tmp_path / "secret.json")
    assert list(drafts(tmp_path / "export")) == ["lisa"]


def test_all_parts_are_read_in_their_order(tmp_path: Path) -> None:
    files: dict[str, Any] = {f"{LISTS}/followers_{n}.json": [follower(f"fan{n}")] for n in (1, 2, 10)}
    for n in (10, 2, 1):
        files[f"{INBOX}/lisa_1/message_{n}.json"] = thread(
            "lisa_1", ["Lisa", "Homer"], said("Lisa", f"part {n}", MS - n)
        )
    found = drafts(export(tmp_path, files))
    assert list(found) == ["fan1", "fan2", "fan10", "lisa"]
    assert [i.text for i in found["lisa"].interactions] == ["part 1", "part 2", "part 10"]


@pytest.mark.parametrize(
    "content",
    [
        [follower("lisa")],
        {"relationships_followers": [follower("lisa")]},
        {"relations_abonnés": [follower("lisa")]},
        [followed("lisa")],
        [{"string_list_data": [{"href": "https://www.instagram.com/_u/lisa", "timestamp": DAY}]}],
        [follower("Lisa"), "?", None, 7],
    ],
)
def test_a_list_is_read_whichever_its_layout(tmp_path: Path, content: Any) -> None:
    for name in ("followers_1.json", "following.json", "recently_unfollowed_profiles.json"):
        assert list(drafts(export(tmp_path, {f"{LISTS}/{name}": content}))) == ["lisa"]


@pytest.mark.parametrize(
    "entry", [{}, {"string_list_data": None}, {"string_list_data": [{"value": "no such name!"}]}, {"title": 7}]
)
def test_an_entry_that_names_nobody_is_told(tmp_path: Path, entry: dict[str, Any]) -> None:
    path = export(tmp_path, {f"{LISTS}/followers_1.json": [entry, follower("lisa")]})
    assert list(drafts(path)) == ["lisa"]
    assert len(errors(path)) == 1


def test_mangled_text_is_repaired_and_other_text_kept() -> None:
    for text in ("café", "Привет", "مرحبا", "🎉🎷", "plain"):
        assert repair(damage(text)) == text
        assert repair(text) == text
    assert repair("Zoë\ud83d") == "Zoë\ud83d"


def test_seconds_and_milliseconds_are_told_apart() -> None:
    assert moment_of(DAY) == moment_of(MS) == moment_of(str(DAY)) == "2023-11-14T22:13:20.000000Z"
    for nothing in (None, True, "yesterday", -5, 0, 10**30, float("nan"), float("inf"), [], "9" * 5000):
        assert moment_of(nothing) is None


# Messages -----------------------------------------------------------------------------------------------------------


def test_a_handle_may_hold_underscores_and_digits(tmp_path: Path) -> None:
    folder = "x_23_y_1_987654321"
    path = export(tmp_path, {f"{INBOX}/{folder}/message_1.json": thread(folder, ["X", "Homer"], said("X", "hi"))})
    assert list(drafts(path)) == ["x_23_y_1"]


def test_with_a_single_thread_its_title_says_who_the_other_is(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        {
            f"{INBOX}/lisa_1/message_1.json": thread(
                "lisa_1", ["Homer", "Lisa"], said("Homer", "hi"), said("Lisa", "dad"), title="Lisa"
            )
        },
    )
    lisa = drafts(path)["lisa"]
    assert lisa.display_name == "Lisa"
    assert [i.direction for i in lisa.interactions] == [OUTGOING, INCOMING]


def test_what_instagram_wrote_itself_is_no_message(tmp_path: Path) -> None:
    messages = [
        said("Lisa", "Liked a message"),
        said("Lisa", "Reacted 😂 to your message "),
        said("Lisa", "Lisa sent an attachment."),
        said("Lisa", "Lisa hat einen Anhang gesendet."),
        said("Lisa", "You missed a video call", call_duration=0),
        said("Lisa", "regret", is_unsent=True),
        said("Lisa", "Lisa sent an attachment.", MS + 1, share={"link": "https://example.org/sax"}),
        said("Lisa", None, MS + 2, photos=[{"uri": "x.jpg"}]),
        said("Lisa", "Bart sent an attachment.", MS + 3),
    ]
    path = export(tmp_path, {f"{INBOX}/lisa_1/message_1.json": thread("lisa_1", ["Lisa", "Homer"], *messages)})
    assert [i.text for i in drafts(path)["lisa"].interactions] == [
        "https://example.org/sax",
        None,
        "Bart sent an attachment.",
    ]


def test_groups_are_left_out_and_told(tmp_path: Path) -> None:
    files = springfield()
    files[f"{INBOX}/pinpals_9/message_1.json"] = thread(
        "pinpals_9", ["Moe", "Apu", "Homer"], said("Apu", "strike"), title="Pin Pals"
    )
    path = export(tmp_path, files)
    assert [(e.reason, e.source) for e in errors(path)] == [
        ("is a group of 3 people, not a conversation with one person", "Pin Pals")
    ]
    assert len(drafts(path)) == 4


def test_two_people_of_one_name_are_told_and_the_person_kept(tmp_path: Path) -> None:
    files = springfield() | {
        f"{INBOX}/homer2_9/message_1.json": thread("homer2_9", ["Homer", "Homer"], said("Homer", "who"))
    }
    path = export(tmp_path, files)
    assert drafts(path)["homer2"].interactions == []
    assert "same name" in errors(path)[0].reason


def test_a_deleted_account_is_known_by_its_thread_alone(tmp_path: Path) -> None:
    files = springfield()
    for number in (5, 6):
        files[f"{INBOX}/instagramuser_{number}/message_1.json"] = thread(
            f"instagramuser_{number}", ["Instagram User", "Homer"], said("Instagram User", "bye")
        )
    gone = [r for r in instagram_zip.read(export(tmp_path, files)) if isinstance(r, ContactDraft) and not r.handles]
    assert [draft.external_ids for draft in gone] == [[("instagram_thread", "5")], [("instagram_thread", "6")]]


def test_messages_without_a_time_are_counted(tmp_path: Path) -> None:
    messages = [said("Lisa", "late", 10**30), {"content": "never"}, said("Lisa", "now")]
    path = export(tmp_path, {f"{INBOX}/lisa_1/message_1.json": thread("lisa_1", ["Lisa", "Homer"], *messages)})
    assert [i.text for i in drafts(path)["lisa"].interactions] == ["now"]
    assert errors(path)[0].reason.startswith("2 messages without a time")


def test_a_long_thread_goes_on_in_further_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instagram_zip, "MESSAGES_OF_DRAFT_MAX", 4)
    messages = [said("Lisa", str(n), MS + n) for n in range(10)]
    path = export(tmp_path, {f"{INBOX}/lisa_1/message_1.json": thread("lisa_1", ["Lisa", "Homer"], *messages)})
    found = [row for row in instagram_zip.read(path) if isinstance(row, ContactDraft)]
    assert [len(draft.interactions) for draft in found] == [4, 4, 2]
    assert {draft.handles[0].value for draft in found} == {"lisa"}


def test_a_message_keeps_its_name_when_its_person_takes_another(tmp_path: Path) -> None:
    ids = []
    for folder in ("lisa_1", "saxlisa_1"):
        files = {f"{INBOX}/{folder}/message_1.json": thread(folder, ["Lisa", "Homer"], said("Lisa", "hi"))}
        (draft,) = drafts(export(tmp_path, files, name=f"{folder}.zip")).values()
        ids.append(draft.interactions[0].external_id)
    assert ids[0] == ids[1] and ids[0] is not None and ids[0].startswith("export:")


# Into the list ------------------------------------------------------------------------------------------------------


def test_a_second_import_of_a_longer_export_adds_only_what_is_new(world: World, tmp_path: Path) -> None:
    files = springfield()
    _, first = applied(world.database, world.alice, tmp_path, export(tmp_path, files))
    assert counts(first) == (4, 0, 0, 0, 0)
    assert _messages(world) == 3
    _, again = applied(world.database, world.alice, tmp_path, export(tmp_path, files, name="again.zip"))
    assert counts(again) == (0, 0, 4, 0, 0)
    files[f"{INBOX}/lisa.s_1234567/message_1.json"]["messages"].insert(0, said("Lisa ❤️", "New!", MS + 9000))
    files[f"{LISTS}/followers_1.json"].append(follower("krusty", DAY + 86400))
    run, third = applied(world.database, world.alice, tmp_path, export(tmp_path, files, name="later.zip"))
    assert counts(third) == (0, 2, 2, 0, 0), [reason(row) for row in rows_of(run)]
    assert _messages(world) == 4


def test_a_thread_in_several_drafts_becomes_one_contact(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instagram_zip, "MESSAGES_OF_DRAFT_MAX", 10)
    messages = [said("Lisa\0\ud83d", f"{n} \0 \u202e🎷", MS + n) for n in range(25)]
    path = export(tmp_path, {f"{INBOX}/lisa_1/message_1.json": thread("lisa_1", ["Lisa", "Homer"], *messages)})
    run, record = applied(world.database, world.alice, tmp_path, path)
    assert counts(record) == (1, 2, 0, 0, 0), [reason(row) for row in rows_of(run)]
    assert _messages(world) == 25


def test_a_truncated_archive_fails_the_import_with_its_reason(world: World, tmp_path: Path) -> None:
    path = export(tmp_path, springfield() | {"../x": []})
    _, record = staged(world.database, world.alice, tmp_path, path)
    assert record.state == "failed"
    assert "outside" in (record.error or "")


def _messages(world: World) -> int:
    with world.database.read() as tx:
        row = tx.one(
            "SELECT count(*) FROM interactions WHERE organization_id = :id", {"id": world.alice.organization_id}
        )
    return int(row[0]) if row else 0


@pytest.mark.parametrize("inbox", ["message_requests", "archived_threads", "filtered_threads", "e2ee_cutover"])
def test_conversations_of_other_inboxes_are_read(tmp_path: Path, inbox: str) -> None:
    path = tmp_path / "export.zip"
    head = {"participants": [{"name": "Marge"}, {"name": "Ned"}], "title": "Ned", "thread_path": f"{inbox}/ned_17"}
    messages = [{"sender_name": "Ned", "timestamp_ms": 1_600_000_000_000, "content": "Okily dokily"}]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("followers_and_following/followers_1.json", "[]")
        archive.writestr(f"messages/{inbox}/ned_17/message_1.json", json.dumps(head | {"messages": messages}))
    (draft,) = [item for item in instagram_zip.read(path) if isinstance(item, ContactDraft)]
    assert [handle.value for handle in draft.handles] == ["ned"]
    assert [interaction.text for interaction in draft.interactions] == ["Okily dokily"]
