"""Members of a group, in the text of its card: how an erased contact is removed from it."""

import re
from collections.abc import Collection

# a line with the lines folded into it, and its end
_LINE = re.compile(r"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_FOLD = re.compile(r"\r?\n[ \t]")
_NAMES = ("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")


def without_members(body: str, uids: Collection[str]) -> str:
    """The text of a card without the lines that name these members. uids: in lower case."""
    return "".join([line for line in _LINE.findall(body) if _member(line) not in uids])


def _member(line: str) -> str | None:
    head, _, value = _FOLD.sub("", line).partition(":")
    if head.partition(";")[0].rpartition(".")[2].strip().upper() not in _NAMES:
        return None
    return value.strip().lower().removeprefix("urn:uuid:").replace("\\", "")
