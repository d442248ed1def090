"""Names of a card: FN, N and NICKNAME.

Several nicknames become one text. FN becomes the display name only if it differs from N.
"""

from coterie.model.contacts import join_name, split_name
from coterie.model.imports import ContactDraft
from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

NAME_LENGTH_MAX = 1_000


def read_formatted(reading: Reading, entry: Property) -> None:
    reading.formatted = reading.formatted or values.line(entry.value)


def read_name(reading: Reading, entry: Property) -> None:
    draft = reading.draft
    if has_name(draft):
        return
    last, first, middle, prefix, suffix = values.components(entry.value, 5)
    draft.last_name = values.list_line(last, " ")
    draft.first_name = values.list_line(first, " ")
    draft.middle_name = values.list_line(middle, " ")
    draft.name_prefix = values.list_line(prefix, " ")
    draft.name_suffix = values.list_line(suffix, ", ")


def read_nickname(reading: Reading, entry: Property) -> None:
    nickname = values.list_line(entry.value, ", ")
    if nickname:
        before = reading.draft.nickname
        joined = f"{before}, {nickname}" if before else nickname
        if before is None or len(joined) <= NAME_LENGTH_MAX:
            reading.draft.nickname = joined


def finish_name(reading: Reading) -> None:
    """Splits FN into a name if the card has no N, and sets the display name. Needs the whole card."""
    draft, formatted = reading.draft, reading.formatted
    if reading.has_own_display:
        draft.display_name = reading.own_display
        return
    if formatted and not has_name(draft) and _is_like_a_person(formatted, reading):
        for part, value in split_name(formatted).items():
            setattr(draft, part, value)
    if formatted and not is_same_name(formatted, full_name(draft)):
        draft.display_name = formatted
    if not formatted and not has_name(draft) and not draft.nickname and not draft.handles:
        draft.display_name = draft.employer


def full_name(draft: ContactDraft) -> str | None:
    """The parts of a draft's name as one text."""
    return join_name(draft.name_prefix, draft.first_name, draft.middle_name, draft.last_name, draft.name_suffix)


def has_name(draft: ContactDraft) -> bool:
    return full_name(draft) is not None


def is_same_name(formatted: str, joined: str | None) -> bool:
    """Whether FN only repeats N. Commas and spaces are ignored: programs add them on their own."""
    return joined is not None and (
        formatted == joined or formatted.replace(",", " ").split() == joined.replace(",", " ").split()
    )


def _is_like_a_person(formatted: str, reading: Reading) -> bool:
    is_a_handle = "@" in formatted or "://" in formatted or not any(c.isalpha() for c in formatted)
    is_too_long = len(formatted) > NAME_LENGTH_MAX
    return not (is_a_handle or is_too_long or reading.is_company or formatted == reading.draft.employer)
