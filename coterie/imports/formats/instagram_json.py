"""Parses the JSON files of Instagram's export. Every text is repaired here, and only here.

Unexpected values within an item are ignored; a file that is not JSON or of another kind raises ValueError.
"""

import re
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, field

from coterie.imports.formats.json_values import as_list, as_object, decode, objects_in

# Instagram's own lines, in the account's language and after the sender's name: something was sent or liked
_SENT = re.compile(
    r"(?:sent an attachment|sent a photo|sent a video|sent a voice message|hat einen Anhang gesendet"
    r"|a envoyé une pièce jointe|envió un archivo adjunto|ha inviato un allegato|heeft een bijlage verzonden"
    r"|enviou um anexo|started an? (?:audio|video) (?:call|chat)|missed an? (?:audio|video) (?:call|chat)"
    r"|named the group .*|changed the (?:theme|group photo|chat theme).*|set the quick reaction to .*)\.?",
    re.DOTALL,
)
_REACTED = re.compile(
    r"(?:liked a message|reacted \S{1,40} to your message|hat mit \S{1,40} auf deine nachricht reagiert"
    r"|gefällt eine nachricht|a aimé un message|a réagi avec \S{1,40} à votre message|le gustó un mensaje"
    r"|indicó que le gusta un mensaje|reaccionó con \S{1,40} a tu mensaje|curtiu uma mensagem"
    r"|vindt een bericht leuk|ha messo .mi piace. a un messaggio) *\.?",
    re.IGNORECASE,
)


# the heads of all threads are in memory at once; Instagram allows 250 people in a group
PARTICIPANTS_MAX = 1000
HEAD_TEXT_LENGTH_MAX = 1000


class ThreadHead(Struct):
    """The participants of a thread: display names, including repeated ones."""

    participants: list[str] = field(default_factory=list)
    title: str | None = None
    thread_path: str | None = None


class Message(Struct, frozen=True):
    """sender: a display name. at: a number as in the file. text: None if something else was sent. more: what was shared
    with the text."""

    sender: str
    at: Any
    text: str | None
    more: str | None = None


class _Head(Struct):
    participants: Any = None
    title: Any = None
    thread_path: Any = None


class _Message(Struct):
    # fields that are not listed are never decoded, which halves memory and time
    sender_name: Any = None
    timestamp_ms: Any = None
    timestamp: Any = None
    content: Any = None
    share: Any = None
    photos: Any = None
    videos: Any = None
    audio_files: Any = None
    call_duration: Any = None
    is_unsent: Any = None


class _Thread(Struct):
    messages: list[_Message] = field(default_factory=list)


def repair(text: str) -> str:
    """Repairs UTF-8 that was written as one character per byte ("cafÃ©" becomes "café"). Other text is unchanged."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def parse_head(data: bytes) -> ThreadHead:
    """The participants, title and path of a thread, without its messages."""
    head = decode(data, _Head)
    names = [_short(item.get("name")) for item in objects_in(head.participants)[:PARTICIPANTS_MAX]]
    return ThreadHead([name for name in names if name], _short(head.title), _short(head.thread_path))


def parse_messages(data: bytes) -> list[Message]:
    """The messages of one file, without unsent ones, calls and Instagram's own lines."""
    messages = []
    for item in decode(data, _Thread).messages:
        if item.is_unsent or item.call_duration is not None:
            continue
        sender = _text(item.sender_name) or ""
        text = _text(item.content)
        if text is not None and _REACTED.fullmatch(text):
            continue
        if text is not None and is_system_line(sender, text):
            if not (item.share or item.photos or item.videos or item.audio_files):
                continue
            text = None
        texts = list(dict.fromkeys(each for each in (text, *_shared(item.share)) if each))
        at = item.timestamp if item.timestamp_ms is None else item.timestamp_ms
        messages.append(Message(sender, at, texts[0] if texts else None, "\n".join(texts[1:]) or None))
    return messages


def _shared(share: Any) -> list[str | None]:
    """The link and the text of a post that was sent with a message."""
    return [_text(share.get("link")), _text(share.get("share_text"))] if isinstance(share, dict) else []


def is_system_line(sender: str, text: str) -> bool:
    """Whether Instagram wrote this line, not the sender: "Lisa sent an attachment."."""
    return any(text.startswith(f"{who} ") and _SENT.fullmatch(text[len(who) + 1 :]) for who in (sender, "You") if who)


def parse_people(data: bytes) -> list[tuple[str, Any]]:
    """(username in lower case, time as in the file) of each person in a list of followers or people followed.

    The list is an array, or an object that wraps one under any key: keys can be in the account's language.
    """
    people = decode(data, Any)
    if isinstance(people, dict):
        arrays = [value for value in people.values() if isinstance(value, list)]
        if not arrays:
            raise ValueError("no array")
        people = [item for array in arrays for item in array]
    if not isinstance(people, list):
        raise ValueError("no array")
    return [_person(item) for item in objects_in(people)]


def _person(item: dict[str, Any]) -> tuple[str, Any]:
    """The username is in string_list_data[0].value (older exports), or in the title and the link after _u/ (newer)."""
    entries = as_list(item.get("string_list_data"))
    entry = as_object(entries[0]) if entries else {}
    link = unquote((_text(entry.get("href")) or "").split("?")[0].rstrip("/").rpartition("/")[2])
    name = _text(entry.get("value")) or _text(item.get("title")) or link
    return name.lower().removeprefix("@"), entry.get("timestamp")


def _text(value: Any) -> str | None:
    """A text, repaired and stripped; None for anything else and for blank text."""
    return (repair(value).strip() or None) if isinstance(value, str) else None


def _short(value: Any) -> str | None:
    return (_text(value) or "")[:HEAD_TEXT_LENGTH_MAX] or None
