"""The columns of People. A user chooses which ones this browser shows."""

from collections.abc import Mapping

from msgspec import Struct

from coterie.model.contact_sheets import Part


class Column(Struct, frozen=True):
    """sort: one of people.SORTS, "" for a column that cannot be sorted by. part: what its cells need besides the
    contact."""

    label: str
    sort: str = ""
    part: Part | None = None


COLUMNS: Mapping[str, Column] = {
    "reach": Column("Reach"),
    "email": Column("E-mail", "email"),
    "phone": Column("Phone", "phone"),
    "username": Column("Instagram", "username"),
    "work": Column("Work"),
    "tags": Column("Tags", part="tags"),
    "folders": Column("Folders", part="folders"),
    "birthday": Column("Birthday"),
    "followers": Column("Followers", "followers"),
    "growth": Column("Growth in 30 days", "growth"),
    "language": Column("Language", "language"),
    "status": Column("Messages", "status"),
    "added": Column("Added", "added"),
    "changed": Column("Changed", "changed"),
}
DEFAULT = ("reach", "work", "tags", "changed")
SHOWN_MAX = 6


def read_columns(text: str) -> tuple[str, ...]:
    """The columns of a cookie: at most six names joined by dots. Names that do not exist are ignored; none of them
    means the usual columns."""
    names = tuple(dict.fromkeys(name for name in text.split(".") if name in COLUMNS))
    return names[:SHOWN_MAX] or DEFAULT
