"""Time zones by their names in the IANA database, such as Europe/Berlin."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from coterie.errors import invalid

DEFAULT = "UTC"
# names that are not places: files of the database itself, and links kept for old programs
_PREFIXES = ("posix/", "right/", "Etc/", "SystemV/", "US/")
_NO_ZONES = frozenset(("localtime", "Factory", "posixrules"))


@cache
def time_zone_names() -> tuple[str, ...]:
    """The names to choose from, sorted: UTC and those of the form Area/City."""
    names = available_timezones()
    return tuple(sorted({DEFAULT, *(name for name in names if "/" in name and not name.startswith(_PREFIXES))}))


def parse_time_zone(text: str, field: str) -> str:
    """A name as the database spells it, in any case. Raises Invalid if there is none such."""
    name = _by_folded_name().get(text.strip().casefold())
    if name is None:
        raise invalid(field, f"{text[:100]!r} is not a time zone: use a name such as Europe/Berlin", "choice")
    return name


@cache
def _by_folded_name() -> dict[str, str]:
    names = available_timezones() - _NO_ZONES
    return {name.casefold(): name for name in names if not name.startswith(("posix/", "right/"))}


def zone_of(name: str) -> ZoneInfo:
    """The zone of a stored name; UTC if this machine's database does not have it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(DEFAULT)
