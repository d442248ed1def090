"""Builds Instagram's own export, file by file, and reads it back as drafts."""

import json
import zipfile
from pathlib import Path
from typing import Any

from coterie.imports.formats import instagram_zip
from coterie.model.imports import ContactDraft, RowError

LISTS = "connections/followers_and_following"
INBOX = "your_instagram_activity/messages/inbox"
DAY = 1_700_000_000
MS = DAY * 1000


def damage(text: str) -> str:
    """As Instagram writes it: a character for each byte."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def follower(name: str, at: int = DAY) -> dict[str, Any]:
    entry = {"href": f"https://www.instagram.com/{name}", "value": name, "timestamp": at}
    return {"title": "", "media_list_data": [], "string_list_data": [entry]}


def followed(name: str, at: int = DAY) -> dict[str, Any]:
    """The newer layout."""
    return {"title": name, "string_list_data": [{"href": f"https://www.instagram.com/_u/{name}", "timestamp": at}]}


def said(sender: str, text: str | None, at: int = MS, **more: Any) -> dict[str, Any]:
    message = {"sender_name": damage(sender), "timestamp_ms": at, "is_geoblocked_for_viewer": False, **more}
    return message | ({"content": damage(text)} if text is not None else {})


def thread(folder: str, people: list[str], *messages: dict[str, Any], title: str | None = None) -> dict[str, Any]:
    return {
        "participants": [{"name": damage(name)} for name in people],
        "messages": list(messages),
        "title": damage(title or people[0]),
        "is_still_participant": True,
        "thread_path": f"inbox/{folder}",
        "magic_words": [],
    }


def export(folder: Path, files: dict[str, Any], *, top: str = "", name: str = "instagram.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, value in files.items():
            archive.writestr(top + file, value if isinstance(value, bytes) else json.dumps(value))
    return path


def drafts(path: Path) -> dict[str, ContactDraft]:
    found = [row for row in instagram_zip.read(path) if isinstance(row, ContactDraft)]
    return {draft.handles[0].value if draft.handles else "": draft for draft in found}


def errors(path: Path) -> list[RowError]:
    return [row for row in instagram_zip.read(path) if isinstance(row, RowError)]


def springfield() -> dict[str, Any]:
    return {
        f"{LISTS}/followers_1.json": [follower("lisa.s"), follower("bart_simpson")],
        f"{LISTS}/following.json": {"relationships_following": [followed("lisa.s"), followed("krusty")]},
        f"{INBOX}/lisa.s_1234567/message_1.json": thread(
            "lisa.s_1234567",
            ["Lisa ❤️", "Homer"],
            said("Lisa ❤️", "Un café?", MS + 1000),
            said("Homer", "D'oh", MS),
        ),
        f"{INBOX}/moes_tavern_77/message_1.json": thread("moes_tavern_77", ["Moe", "Homer"], said("Moe", "Your tab")),
    }
