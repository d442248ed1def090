"""The filter language for models, made of the table of fields."""

from coterie.model.filters.fields import FIELDS, OPS

_SYNTAX = """\
a b: both. a OR b: either. -a: not. ( ): a group. OR, AND, NOT in capitals.
tag:friends | tag:friends,work (any of) | tag:"old friends" (quotes for spaces)
email:* has any | email:none has none
name:ann contains a word that begins so | name:^"ann sm" begins so | name:="ann smith" is exactly
followers:>100 | >= < <= | 100..500
created:>90d longer ago than 90 days (h d w m y) | created:<7d within the last 7 days
created:2026 | 2026-05 | 2026-05-12 | today | last_week | 2026-01..2026-03
birthday:next30d | birthday:05 (a month) | due:next14d
ann: a bare word finds a name, employer, job title or handle
last_touch:>90d leaves out contacts without any touch; stale:90d has them too
property.<slug> and date.<label> are fields too
Example: tag:friends -folder:VIP stale:90d (city:Berlin OR city:Paris)"""


def _fields() -> str:
    """The names of fields by their kind, one line for each."""
    by_kind: dict[str, list[str]] = {}
    for field in FIELDS.values():
        choices = f" ({', '.join(field.choices)})" if field.choices and len(field.choices) <= 6 else ""
        by_kind.setdefault(field.kind, []).append(field.name + choices)
    return "\n".join(f"{kind}: {', '.join(by_kind[kind])}" for kind in OPS if kind in by_kind)


FILTER_HELP = f"{_SYNTAX}\nFields by kind:\n{_fields()}"
