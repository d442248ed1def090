"""Reads comments and mentions from Meta's JSON.

Source: Meta's webhook reference for Instagram, "comments", "live_comments" and "mentions".
"""

import re
from typing import Any

from coterie.model.instagram_updates import ADD, MENTIONED, Update
from coterie.model.instagram_values import (
    NAME_LENGTH_MAX,
    Unreadable,
    clean_text,
    object_at,
    read_id,
    require_id,
    texts_at,
)
from coterie.model.interactions import COMMENT, MENTION

_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)


def read_comment(name: str, value: dict[str, Any], account_id: str, at: str) -> Update | None:
    """A comment, or None if the account itself wrote it: it is not its own contact. Raises Unreadable."""
    comment_id = require_id(value.get("id") or value.get("comment_id"), f"{name} without id")
    author = object_at(value, "from")
    person_id = require_id(author.get("id"), f"{name} without author")
    # self_ig_scoped_id: the id the account's owner has as a commenter
    if person_id == account_id or author.get("self_ig_scoped_id"):
        return None
    media = object_at(value, "media")
    data: dict[str, Any] = texts_at(value, "parent_id") | {
        f"media_{key.removeprefix('media_')}": text
        for key, text in texts_at(media, "id", "media_product_type", "ad_id", "ad_title", "original_media_id").items()
    }
    if name == "live_comments":
        data["is_live"] = True
    return Update(
        what=ADD,
        external_id=comment_id,
        happened_at=at,
        person_id=person_id,
        username=clean_text(author.get("username"), NAME_LENGTH_MAX),
        kind=COMMENT,
        text=clean_text(value.get("text")),
        data=data,
    )


def read_mention(name: str, value: dict[str, Any], account_id: str, at: str) -> Update | None:
    """A mention: ids only. Raises Unreadable."""
    media_id, comment_id = read_id(value.get("media_id")), read_id(value.get("comment_id"))
    external_id = require_id(comment_id or media_id, "mentions without id")
    # the ids become part of a request to the Graph API
    if not all(part is None or _PLAIN_ID.fullmatch(part) for part in (media_id, comment_id)):
        raise Unreadable("mentions without id")
    # the same comment may also arrive as a comment, which is another interaction: hence the prefix
    data = {"media_id": media_id, "comment_id": comment_id}
    return Update(what=MENTIONED, external_id=f"mention:{external_id}", happened_at=at, kind=MENTION, data=data)
