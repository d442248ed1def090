"""How pages write numbers, dates and people. The functions are filters of the templates."""

import hashlib
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from coterie.model import times
from coterie.model.plurals import count

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
HUES = 10


# how the reason of a problem begins when its subject is the field
_PREDICATES = ("is ", "are ", "was ", "has ", "does ", "contains ", "exceeds ", "needs ", "refers ")


def sentence(text: str) -> str:
    """A reason as a sentence: with a subject, a capital letter and a full stop; names in it stay as they are."""
    if text.startswith(_PREDICATES):
        text = f"{'these' if text.startswith('are ') else 'this'} {text}"
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", "!")) else ".")


def day(date: str) -> str:
    """A stored date or the date of a moment for people: "12 May 1980", or "12 May" without a year."""
    if date.startswith("--"):
        return f"{int(date[5:7])} {_MONTHS[int(date[2:4]) - 1]}"
    return f"{int(date[8:10])} {_MONTHS[int(date[5:7]) - 1]} {int(date[:4])}"


def moment(at: str) -> str:
    """A stored moment for people, in UTC: "12 May 1980, 09:30 UTC"."""
    return f"{day(at)}, {at[11:16]} UTC"


def in_zone(at: str, time_zone: str) -> str:
    """A stored moment for people in their time zone: "12 May 1980, 09:30"."""
    local = times.parse(at).astimezone(ZoneInfo(time_zone))
    return f"{day(f'{local:%Y-%m-%d}')}, {local:%H:%M}"


def ago(at: str, now: str | None = None) -> str:
    """How long ago a moment was: "5 minutes ago", "yesterday"; the date if it is over four weeks away."""
    seconds = (datetime.now(UTC) if now is None else times.parse(now)).timestamp() - times.parse(at).timestamp()
    if seconds < 0 or seconds >= 28 * _DAY:
        return day(at)
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{count(int(seconds // _MINUTE), 'minute')} ago"
    if seconds < _DAY:
        return f"{count(int(seconds // _HOUR), 'hour')} ago"
    return "yesterday" if seconds < 2 * _DAY else f"{count(int(seconds // _DAY), 'day')} ago"


def initials(name: str | None) -> str:
    """The first letter of the first and of the last word of a name; "?" if it has no letter."""
    if not any(map(str.isalpha, name or "")):
        return "?"
    words = [letter for word in (name or "").split()[:50] if (letter := _first_letter(word))]
    return "".join(words[:1] + words[1:][-1:])


def _first_letter(word: str) -> str:
    """The first letter or digit with its marks, in upper case; "" if the word has none."""
    for position, char in enumerate(word[:100]):
        if char.isalnum():
            end = position + 1
            while end < min(len(word), position + 4) and unicodedata.combining(word[end]):
                end += 1
            return word[position:end].upper()[:4]
    return ""


def hue(uuid: str) -> int:
    """The colour of a contact's initials, 0 to 9."""
    return hashlib.sha256(uuid.encode()).digest()[0] % HUES
