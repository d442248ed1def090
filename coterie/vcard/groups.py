"""Group cards of a vCard file (RFC 6350, section 6.6.5, and Apple's): their members get the group's name as a tag."""

from collections.abc import Iterable

from coterie.model.imports import UID_SOURCE, ContactDraft
from coterie.vcard import values
from coterie.vcard.cards import BrokenCard, Card

_KINDS = ("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-KIND")
_MEMBERS = ("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")
MEMBERS_MAX = 1_000_000


def read_groups(cards: Iterable[Card | BrokenCard]) -> dict[str, list[str]]:
    """Member, by UID or e-mail address in lower case -> the names of its groups. At most 1,000,000 members."""
    groups: dict[str, list[str]] = {}
    for card in cards:
        name = group_of(card)
        if isinstance(card, BrokenCard) or name is None:
            continue
        for entry in card.properties:
            if entry.name in _MEMBERS and len(groups) < MEMBERS_MAX:
                groups.setdefault(_key(values.line(entry.value) or ""), []).append(name)
    return groups


def group_of(card: Card | BrokenCard) -> str | None:
    """The name of a card that is a group; None for any other card, and for a group without a name."""
    if isinstance(card, BrokenCard) or not any(
        entry.name in _KINDS and entry.value.strip().lower() == "group" for entry in card.properties
    ):
        return None
    return next((text for entry in card.properties if entry.name == "FN" and (text := values.line(entry.value))), None)


def tag_member(draft: ContactDraft, groups: dict[str, list[str]]) -> None:
    """Adds the groups of a draft to its tags."""
    keys = [_key(uid) for source, uid in draft.external_ids if source == UID_SOURCE]
    keys += [_key(handle.value) for handle in draft.handles if handle.channel == "email"]
    for name in dict.fromkeys(name for key in keys for name in groups.get(key, ())):
        if name not in draft.tags:
            draft.tags.append(name)


def _key(member: str) -> str:
    return member.strip().lower().removeprefix("urn:uuid:").removeprefix("mailto:")
