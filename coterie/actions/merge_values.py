"""The values of a survivor when one of several merges into it is undone: which come back, and what the others restore.

A merge stores for each value what it was before and after. Of merges into one contact these form a chain; undoing one
takes its link out. Nothing here is stored: the caller saves the other merges.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.actions.merge_fields import COLUMNS
from coterie.actions.merged_parts import Values
from coterie.model.contacts import Contact
from coterie.model.merges import Merge
from coterie.model.names import NAME_COLUMNS


def values_to_restore(merge: Merge, others: Sequence[Merge], returning: Collection[str]) -> Values:
    """The values that undoing a merge restores, if they are as the merge left them.

    others: the other merges into the same contact, oldest first; their values change. A value that a later one changed
    again is restored by that one from now on, to what it was before this merge. returning: keys of values of rows that
    go back to the loser: the other merges no longer restore them.
    """
    values = dict(merge.changes.values)
    for other in others:
        theirs = other.changes.values
        for key in [key for key in theirs if key in returning]:
            before, after = theirs.pop(key)
            values[key] = (values.get(key, (before, after))[0], after)
        if other.revision > merge.revision:
            for key in [key for key in theirs if key in values]:
                (before, after), (later_before, later_after) = values.pop(key), theirs[key]
                if later_before == after:
                    theirs[key] = (before, later_after)
    return values


def columns_to_restore(
    survivor: Contact, values: Values, others: Sequence[Merge], losers: Mapping[int, Contact]
) -> dict[str, Any]:
    """The columns of the survivor that get back their values: those that were not edited since.

    One that becomes empty is filled from the losers of the other merges, which record it, unless one of them chose
    its value. losers: contact id -> as it
    was.
    """
    columns = {
        name: before
        for name, (before, after) in values.items()
        if name in (*COLUMNS, "updated_at") and getattr(survivor, name) == after
    }
    decided = {key for other in others for key in other.changes.values}
    for name in [name for name, value in columns.items() if value is None and name not in (*NAME_COLUMNS, *decided)]:
        for other in others:
            value = getattr(losers[other.loser_id], name)
            if value is not None:
                columns[name], other.changes.values[name] = value, (None, value)
                break
    return columns


def note_moved(survivor: Contact, others: Sequence[Merge], now: str) -> None:
    """updated_at is now; the last of the other merges restores the one before all of them."""
    for other in others:
        before, after = other.changes.values.get("updated_at", (None, None))
        if after == survivor.updated_at:
            other.changes.values["updated_at"] = (before, now)


def note_rescheduled(changed: Values, others: Sequence[Merge]) -> None:
    """The reminders that were rescheduled because a merge was undone: the latest of the others restores them."""
    for key, (before, after) in changed.items() if others else ():
        other = next((o for o in reversed(others) if key in o.changes.values), others[-1])
        first = other.changes.values.get(key, (before, before))
        if first[1] == before:
            other.changes.values[key] = (first[0], after)
