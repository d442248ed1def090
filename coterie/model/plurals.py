"""Numbers with their nouns."""


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 person", "1,234 people". many: the plural, by default the noun with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: int) -> str:
    """For people: "40 seconds", from two minutes on in minutes and never too short."""
    return count(seconds, "second") if seconds < 120 else count(-(-seconds // 60), "minute")
