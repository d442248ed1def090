"""Which filters the feed of changes can have: those whose result for a contact moves with its revision only.

A contact that enters or leaves another filter without a change of its own would never come up in the feed.
"""

from coterie.model.filters import fields
from coterie.model.filters.fields import find_field
from coterie.model.filters.problems import problem
from coterie.model.filters.spans import NAMED_DAYS
from coterie.model.filters.tree import Condition, Filter, conditions_of

_RELATIVE_OPS = ("older_than", "newer_than", "within_next")
_WITH_DAYS = (fields.MOMENT, fields.DAY, fields.PROPERTY)


def check_feed_filter(filter_: Filter) -> None:
    """Raises Invalid if a condition depends on the present time, or on what does not move the revision of a contact.

    filter_: without references to segments.
    """
    for condition in conditions_of(filter_):
        field = find_field(condition.field)
        assert field is not None
        if not field.moves_revision:
            reason = f"{field.name} changes without a change of the contact, so the feed would miss it"
        elif is_relative(condition):
            reason = f"{field.name} is compared with the present time; use a date such as 2026-05-12"
        else:
            continue
        raise problem(f"{reason}; GET /contacts takes it", kind="unknown")


def is_relative(condition: Condition) -> bool:
    """Whether the condition matches other contacts on another day."""
    field = find_field(condition.field)
    if condition.field == "age" or condition.op in _RELATIVE_OPS:
        return True
    return field is not None and field.kind in _WITH_DAYS and any(value in NAMED_DAYS for value in condition.values)
