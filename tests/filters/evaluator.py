"""What a filter means, in plain Python: whether a person matches."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import combining, normalize

from filter_person import CLOCK, NOW, ZONE, Person

from coterie.model import times
from coterie.model.filters.fields import CHANNEL_OF
from coterie.model.filters.spans import shifted
from coterie.model.filters.tree import All, AnyOf, Condition, Filter, Not


def matches(person: Person, filter_: Filter) -> bool:
    match filter_:
        case All(parts):
            return all(matches(person, part) for part in parts)
        case AnyOf(parts):
            return any(matches(person, part) for part in parts)
        case Not(part):
            return not matches(person, part)
        case Condition(field, op, values) if field.startswith("property."):
            return _property(field.removeprefix("property."), person, op, values)
        case Condition(field, op, values) if field.startswith("date."):
            label = field.removeprefix("date.").split("-")
            return _day(lambda each: [date for name, date in each.dates if _words(name) == label])(person, op, values)
        case Condition(field, op, values):
            return _FIELDS[field](person, op, values)
    raise AssertionError


def _choice(name: str) -> Callable[..., bool]:
    return lambda person, op, values: _present(op, getattr(person, name), lambda value: value.lower() in values)


def _present(op: str, value: Any, test: Callable[[Any], bool]) -> bool:
    if op in ("any", "none"):
        return (value is not None) == (op == "any")
    return value is not None and test(value)


def _number(name: str) -> Callable[..., bool]:
    return lambda person, op, values: _present(op, getattr(person, name), lambda number: _compare(number, op, values))


def _compare(number: float, op: str, values: Any) -> bool:
    return {
        "is": lambda: number in values,
        "gt": lambda: number > values[0],
        "gte": lambda: number >= values[0],
        "lt": lambda: number < values[0],
        "lte": lambda: number <= values[0],
        "between": lambda: values[0] <= number <= values[-1],
    }[op]()


def _follower(person: Person, op: str, values: Any) -> bool:
    return bool(person.is_follower) in values


def _tags(name: str) -> Callable[..., bool]:
    def test(person: Person, op: str, values: Any) -> bool:
        ids = getattr(person, name)
        return bool(ids) == (op == "any") if op in ("any", "none") else not ids.isdisjoint(values)

    return test


def _handle(channel: str | None) -> Callable[..., bool]:
    def test(person: Person, op: str, values: Any) -> bool:
        stored = [normalized for own, normalized in person.handles if channel in (None, own)]
        if op in ("any", "none"):
            return bool(stored) == (op == "any")
        return any(_handle_matches(each, channel, op, str(value)) for each in stored for value in values)

    return test


def _handle_matches(stored: str, channel: str | None, op: str, value: str) -> bool:
    plain = value.lower()
    if channel == "phone":
        digits = re.sub(r"[^0-9]", "", plain)
        plain = ("+" + digits if plain.startswith("+") else digits) or plain
        if op == "is":
            return stored == (plain if plain.startswith("+") else "+1" + plain)
    if channel in ("website", "linkedin"):
        plain = re.sub(r"^https?://", "", plain).removeprefix("www.").rstrip("/") or plain
    if op == "is":
        return stored == plain
    if op == "starts":
        return stored.startswith(plain)
    return stored.endswith(plain) if channel == "email" and plain.startswith("@") else plain in stored


def _moment(read: Callable[[Person], str | None]) -> Callable[..., bool]:
    return lambda person, op, values: _present(op, read(person), lambda at: _in_time(times.parse(at), op, values))


def _newest(kind: str | None = None, direction: str | None = None) -> Callable[[Person], str | None]:
    return lambda person: max(
        (at for each, way, at in person.interactions if kind in (None, each) and direction in (None, way)), default=None
    )


def _in_time(at: datetime, op: str, values: Any) -> bool:
    if op in ("older_than", "newer_than"):
        count, unit = int(values[0][:-1]), values[0][-1]
        if unit == "h":
            border = NOW - timedelta(hours=count)
        else:
            local = NOW.astimezone(ZONE).replace(tzinfo=None)
            border = shifted(local, -count, unit).replace(tzinfo=ZONE).astimezone(UTC)
        return at < border if op == "older_than" else at >= border
    spans = [_span(value) for value in values]
    return {
        "is": lambda: any(start <= at < end for start, end in spans),
        "gt": lambda: at >= spans[0][1],
        "gte": lambda: at >= spans[0][0],
        "lt": lambda: at < spans[0][0],
        "lte": lambda: at < spans[0][1],
        "between": lambda: spans[0][0] <= at < spans[-1][1],
    }[op]()


def _span(value: str) -> tuple[datetime, datetime]:
    today = CLOCK.today
    named = {"today": (0, 1), "yesterday": (-1, 0), "tomorrow": (1, 2)}
    if value in named:
        first, last = named[value]
        return _local(today + timedelta(days=first)), _local(today + timedelta(days=last))
    start = datetime(*(int(part) for part in f"{value}-01-01".split("-")[:3]))
    if len(value) == 10:
        return _local(start), _local(start + timedelta(days=1))
    later = start + timedelta(days=366 if len(value) == 4 else 31)
    return _local(start), _local(later.replace(day=1, month=1 if len(value) == 4 else later.month))


def _local(at: datetime) -> datetime:
    return at.replace(tzinfo=ZONE).astimezone(UTC)


def _any_of(read: Callable[[Person], Any]) -> Callable[..., bool]:
    """A set of texts, any of which may be among the values."""

    def test(person: Person, op: str, values: Any) -> bool:
        own = [each for each in read(person) if each is not None]
        return bool(own) == (op == "any") if op in ("any", "none") else not set(own).isdisjoint(values)

    return test


def _count(kind: str, direction: str | None = None) -> Callable[..., bool]:
    def number(person: Person) -> int | None:
        return sum(1 for each, way, _ in person.interactions if each == kind and direction in (None, way)) or None

    def test(person: Person, op: str, values: Any) -> bool:
        return (
            _present(op, number(person), bool) if op in ("any", "none") else _compare(number(person) or 0, op, values)
        )

    return test


def _age(person: Person, op: str, values: Any) -> bool:
    born = person.birthday if person.birthday and person.birthday[0] != "-" else None
    today = CLOCK.today
    age = None
    if born:
        year, month, day = map(int, born.split("-"))
        age = today.year - year - ((month, day) > (today.month, today.day))
    return _present(op, age, lambda number: _compare(number, op, values))


def _day(read: Callable[[Person], list[str]]) -> Callable[..., bool]:
    def test(person: Person, op: str, values: Any) -> bool:
        dates = read(person)
        if op in ("any", "none"):
            return bool(dates) == (op == "any")
        return any(_on_day(date[-5:], op, value) for date in dates for value in values)

    return test


def _on_day(month_day: str, op: str, value: Any) -> bool:
    if op == "month":
        return int(month_day[:2]) == value
    if op == "is" and value != "today":
        return month_day == value
    today = CLOCK.today
    last = shifted(today, int(value[:-1]), value[-1]) if op == "within_next" else today
    for number in range(min((last - today).days, 366) + 1):
        at = today + timedelta(days=number)
        if f"{at:%m-%d}" == month_day:
            return True
        if month_day == "02-29" and f"{at:%m-%d}" == "02-28" and (at + timedelta(days=1)).month == 3:
            return True
    return False


def _clamped(local: datetime) -> datetime:
    try:
        return local.replace(tzinfo=ZONE).astimezone(UTC)
    except OverflowError:  # the calendar ends
        return datetime.max.replace(tzinfo=UTC)


def _due(person: Person, op: str, values: Any) -> bool:
    if op in ("any", "none"):
        return bool(person.reminders or person.plan) == (op == "any")
    if op == "within_next":
        count, unit = int(values[0][:-1]), values[0][-1]
        if unit == "h":
            end = NOW + timedelta(hours=count)
        else:
            local = NOW.astimezone(ZONE).replace(tzinfo=None)
            end = _clamped(shifted(local, count, unit))
        is_due = person.plan is not None and _day_of(NOW) <= person.plan[0] <= _day_of(end)
        return is_due or any(NOW <= times.parse(at) < end for at in person.reminders)
    # a day is in a span of days if its noon is
    noon = datetime.fromisoformat(f"{person.plan[0]}T12:00").replace(tzinfo=ZONE) if person.plan else None
    is_due = noon is not None and _in_time(noon.astimezone(UTC), op, values)
    return is_due or any(_in_time(times.parse(at), op, values) for at in person.reminders)


def _day_of(at: datetime) -> str:
    return at.astimezone(ZONE).date().isoformat()


def _overdue(person: Person, op: str, values: Any) -> bool:
    is_late = person.plan is not None and person.plan[0] < _day_of(NOW)
    return (is_late or any(times.parse(at) < NOW for at in person.reminders)) in values


def _relation(person: Person, op: str, values: Any) -> bool:
    own = {name for name, _ in person.relations}
    if "Mother" in own:
        own.add("Parent")
    if "Wife" in own:
        own.add("Spouse")
    return bool(own) == (op == "any") if op in ("any", "none") else not own.isdisjoint(values)


def _words(text: str) -> list[str]:
    """The words of a text without case and accents; an apostrophe joins."""
    plain = "".join(char for char in normalize("NFKD", re.sub("['’]", "", text)) if not combining(char)).lower()
    return re.findall(r"[^\W_]+", plain)


def _text_matches(text: str | None, op: str, values: Any) -> bool:
    return any(_has_words(_words(text or ""), op, _words(str(value))) for value in values)


def _has_words(own: list[str], op: str, given: list[str]) -> bool:
    if op == "is":
        return own == given
    if op == "starts":
        return bool(own) and " ".join(own).startswith(" ".join(given))
    return all(any(each.startswith(word) or (word in each and not word.isascii()) for each in own) for word in given)


def _texts(read: Callable[[Person], list[str | None]]) -> Callable[..., bool]:
    """A contact's texts of a kind; words may be spread over them."""

    def test(person: Person, op: str, values: Any) -> bool:
        own = [text for text in read(person) if text]
        if op in ("any", "none"):
            return bool(own) == (op == "any")
        if op == "contains":
            return any(_has_words([w for t in own for w in _words(t)], op, _words(str(value))) for value in values)
        return any(_text_matches(text, op, values) for text in own)

    return test


def _column(name: str) -> Callable[..., bool]:
    return _texts(lambda person: [person.texts.get(name)])


def _each(read: Callable[[Person], list[str | None]]) -> Callable[..., bool]:
    """Rows of which one must have all words."""

    def test(person: Person, op: str, values: Any) -> bool:
        own = [text for text in read(person) if text]
        if op in ("any", "none"):
            return bool(own) == (op == "any")
        return any(_text_matches(text, op, values) for text in own)

    return test


def _names(person: Person) -> list[str | None]:
    texts = person.texts
    full = " ".join(filter(None, (texts["first_name"], texts["last_name"])))
    return [full, texts["display_name"], texts["nickname"], texts["maiden_name"]]


def _anywhere(person: Person, op: str, values: Any) -> bool:
    if op in ("any", "none"):
        return _texts(_names)(person, op, values)
    if _texts(_names)(person, op, values):
        return True
    if _column("employer")(person, op, values) or _column("job_title")(person, op, values):
        return True
    return any(_handle_matches(stored, None, op, str(value)) for _, stored in person.handles for value in values)


def _address(op: str, values: Any, person: Person) -> bool:
    own = [[text for text in place.values() if text] for place in person.places]
    if op in ("any", "none"):
        return any(own) == (op == "any")
    if op == "contains":
        return any(_has_words([w for t in each for w in _words(t)], op, _words(v)) for each in own for v in values)
    return any(_text_matches(text, op, values) for each in own for text in each)


def _property(slug: str, person: Person, op: str, values: Any) -> bool:
    value = person.properties.get(slug)
    if op in ("any", "none"):
        return (value is not None) == (op == "any")
    if value is None:
        return False
    if isinstance(value, bool):
        return value in [{"yes": True, "no": False}[each] for each in values]
    if isinstance(value, int | float):
        return _compare(value, "is" if op == "contains" else op, [float(each) for each in values])
    if slug == "since":
        return value[0] != "-" and _in_time(
            _local(datetime.fromisoformat(value)), "is" if op == "contains" else op, values
        )
    items = value if isinstance(value, list) else [value]
    if slug in ("plan", "kinds") and op == "contains":
        op = "is"
    if op == "contains":
        return any(_has_words([w for item in items for w in _words(item)], op, _words(each)) for each in values)
    return any(_text_matches(item, op, values) for item in items)


_FIELDS: dict[str, Callable[..., bool]] = {
    **{name: _handle(channel) for name, channel in CHANNEL_OF.items()},
    "text": _anywhere,
    "name": _texts(_names),
    **{
        name: _column(name)
        for name in ("first_name", "last_name", "nickname", "employer", "department", "job_title", "bio")
    },
    "how_met": _column("how_you_met"),
    "note": _each(lambda person: [*person.notes]),
    "city": _each(lambda person: [place["locality"] for place in person.places]),
    "region": _each(lambda person: [place["region"] for place in person.places]),
    "postcode": _each(lambda person: [place["postcode"] for place in person.places]),
    "address": lambda person, op, values: _address(op, values, person),
    "anniversary": _day(
        lambda person: [date for name, date in person.dates if "anniversary" in _words(name)] + person.anniversaries
    ),
    "tag": _tags("tags"),
    "folder": _tags("folders"),
    "expertise": _tags("expertises"),
    "age": _age,
    "messages_in": _count("message", "incoming"),
    "messages_out": _count("message", "outgoing"),
    "comments": _count("comment"),
    "mentions": _count("mention"),
    "picture": lambda person, op, values: person.picture in values,
    "country": _any_of(lambda person: person.countries),
    "channel": _any_of(lambda person: [channel for channel, _ in person.handles]),
    "birthday": _day(lambda person: [person.birthday] if person.birthday else []),
    "relation": _relation,
    "relation_to": _any_of(lambda person: [other or None for _, other in person.relations]),
    "gift": _any_of(lambda person: person.gifts),
    "due": _due,
    "overdue": _overdue,
    "cadence": _any_of(lambda person: [person.plan[1] if person.plan else None]),
    "import": _any_of(lambda person: [f"#{person.import_id}" if person.import_id else None]),
    "via": _any_of(lambda person: [person.via]),
    "source": _any_of(lambda person: person.sources),
    "status": _choice("status"),
    "gender": _choice("gender"),
    "language": _choice("language"),
    "follower": _follower,
    "followers": _number("follower_count"),
    "follower_growth": _number("follower_growth"),
    "grade": _number("relationship_grade"),
    "created": _moment(lambda person: person.created_at),
    "updated": _moment(lambda person: person.updated_at),
    "last_touch": _moment(_newest()),
    "last_message": _moment(_newest("message")),
    "last_comment": _moment(_newest("comment")),
    "last_mention": _moment(_newest("mention")),
    "last_in": _moment(_newest(None, "incoming")),
    "last_out": _moment(_newest(None, "outgoing")),
}
