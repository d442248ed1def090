"""Merges: two contacts become one, so that both can come back exactly."""

from typing import Any

from msgspec import Struct, field


class MergeChanges(Struct):
    """The changes of a merge, apart from the rows it moved.

    values: key -> (before, after) of the survivor. A key is a column of the contact; or "card_state"; or "property:"
    and a slug; "primary:" and a channel, whose value is the id of the primary handle; "pinned", the id of the pinned
    note; "label:" or "is_former:" and the id of a handle; "reminder:" and the id of a reminder, [due_at, updated_at].
    primaries: the loser's primary handles by channel, and its pinned note as "pinned".
    notes, dates: the ids of those that the merge added to the survivor. status: the survivor's after the merge.
    """

    values: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    primaries: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    status: str = ""


class Merge(Struct, frozen=True):
    """The merge of one contact (the loser) into another (the survivor). revision: the survivor's after it."""

    id: str
    survivor_id: int
    loser_id: int
    user_id: str | None
    revision: int
    created_at: str
    unmerged_at: str | None
    changes: MergeChanges
