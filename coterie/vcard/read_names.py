"""Names of a card: FN, N, NICKNAME, phonetic names and the maiden name.

Several nicknames become one text. FN is the full name as written if it has the letters of N or there is no N, otherwise
the display name. SORT-AS of a name in Han, Kana or Hangul (RFC 6350, section 5.9) is how it is pronounced.
"""

from collections.abc import Callable

from coterie.model.imports import ContactDraft
from coterie.model.names import NAME_PARTS, formatted_name, is_family_first, is_same_name, split_name_in_parts
from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

NAME_LENGTH_MAX = 1_000


def read_formatted(reading: Reading, entry: Property) -> None:
    formatted = values.line(entry.value)
    if formatted and reading.formatted not in (None, formatted):
        reading.add_extra(f"Name: {formatted}")
    reading.formatted = reading.formatted or formatted


def read_name(reading: Reading, entry: Property) -> None:
    draft = reading.draft
    if has_name(draft):
        pieces = [piece for piece in map(values.line, values.split(entry.value, ";")) if piece]
        if pieces and set(pieces) - {getattr(draft, field) for field in NAME_PARTS}:
            reading.add_extra(f"Name: {', '.join(pieces)}")
        return
    last, first, middle, prefix, suffix, *more = values.split(entry.value, ";") + [""] * 5
    for piece in more:  # RFC 9554: a second surname and the generation, which usually repeat the others
        text = values.list_line(piece, " ")
        if text and text.casefold() not in f"{last} {suffix}".casefold():
            reading.add_extra(f"Name: {text}")
    draft.last_name = values.list_line(last, " ")
    draft.first_name = values.list_line(first, " ")
    draft.middle_name = values.list_line(middle, " ")
    draft.name_prefix = values.list_line(prefix, " ")
    draft.name_suffix = values.list_line(suffix, ", ")
    if is_family_first(draft.composed_name or ""):
        reading.sort_as = values.split(entry.first("SORT-AS"), ",")


def read_text(field: str, label: str) -> Callable[[Reading, Property], None]:
    """The reader of a property of one line. A second, different value becomes a line of the note."""

    def read(reading: Reading, entry: Property) -> None:
        value, before = values.line(entry.value), getattr(reading.draft, field)
        if value and before is None:
            setattr(reading.draft, field, value)
        elif value and value != before:
            reading.add_extra(f"{label}: {value}")

    return read


def read_nickname(reading: Reading, entry: Property) -> None:
    if nickname := values.list_line(entry.value, ", "):
        add_nickname(reading, nickname)


def add_nickname(reading: Reading, nickname: str) -> None:
    """Joins a nickname to those before it. One that does not fit is a line of the note."""
    before = reading.draft.nickname
    joined = f"{before}, {nickname}" if before else nickname
    if before is None or len(joined) <= NAME_LENGTH_MAX:
        reading.draft.nickname = joined
    else:
        reading.add_extra(f"Nickname: {nickname}")


def finish_name(reading: Reading) -> None:
    """Splits FN into a name if the card has no N; sets the full and the display name. Needs the whole card."""
    draft, formatted = reading.draft, reading.formatted
    for field, text in zip(("phonetic_last_name", "phonetic_first_name"), reading.sort_as, strict=False):
        if getattr(draft, field) is None:
            setattr(draft, field, values.line(text))
    if reading.own_full:
        draft.formatted_name = reading.own_full
    if reading.has_own_display:
        draft.display_name = reading.own_display
    elif formatted and draft.full_name is None and _is_like_a_person(formatted, reading):
        for part, value in split_name_in_parts(formatted).items():
            setattr(draft, part, value)
        draft.formatted_name = formatted_name(formatted, draft.composed_name)
    elif formatted and not draft.formatted_name and is_same_name(formatted, draft.composed_name or ""):
        draft.formatted_name = formatted_name(formatted, draft.composed_name)
    elif formatted and formatted != draft.formatted_name and not is_same_name(formatted, draft.composed_name or ""):
        draft.display_name = formatted
    if not formatted and draft.full_name is None and not draft.nickname and not draft.handles:
        draft.display_name = draft.employer


def has_name(draft: ContactDraft) -> bool:
    return draft.full_name is not None


def _is_like_a_person(formatted: str, reading: Reading) -> bool:
    is_a_handle = "@" in formatted or "://" in formatted or not any(c.isalpha() for c in formatted)
    is_too_long = len(formatted) > NAME_LENGTH_MAX
    return not (is_a_handle or is_too_long or reading.is_company or formatted == reading.draft.employer)
