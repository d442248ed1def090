"""Which cards a filter can match at all, found without parsing any: the filter itself decides about the rest.

A search of a phone names a text that must occur. Most cards do not have it, which their stored text shows quickly; an
e-mail address is found among the handles of contacts and the addresses that only cards have.
"""

from collections.abc import Iterator, Sequence

from coterie.carddav.context import Context
from coterie.carddav.filters import CardFilter, PropertyFilter
from coterie.model.cards import CardRef
from coterie.store import cards as store

_PIECE = 500
# escaped in cards, so the text of a card need not contain them as they are
_ESCAPED = frozenset(",;\\\r\n")


def candidates(context: Context, condition: CardFilter) -> Sequence[CardRef]:
    """The cards of the book that may match, in the order of their changes."""
    texts = _texts(condition)
    is_for_emails = all(each.name == "EMAIL" for each in condition.properties)
    if texts and is_for_emails and all(map(str.isascii, texts)) and context.request_book is None:
        refs = store.find_cards_by_email(context.tx, context.organization_id, [text.lower() for text in texts])
        return list(context.without_hidden({ref.href: ref for ref in refs}).values())
    refs = context.list_cards()
    return refs if texts is None else list(_with_text(context, refs, [text.casefold() for text in texts]))


def _texts(condition: CardFilter) -> list[str] | None:
    """Texts of which a matching card must have one; None if a card may match without any."""
    texts: list[str] = []
    for each in condition.properties:
        own = _text_of(each)
        if own is None:
            return None
        texts += own
    return texts or None


def _text_of(each: PropertyFilter) -> list[str] | None:
    is_plain = each.texts and not each.parameters and not each.is_absent
    if not is_plain or any(text.is_negated or _ESCAPED & set(text.text) for text in each.texts):
        return None
    return [text.text for text in each.texts]


def _with_text(context: Context, refs: Sequence[CardRef], texts: Sequence[str]) -> Iterator[CardRef]:
    """The cards whose stored text has one of these texts, and those that are not served as they are stored."""
    for start in range(0, len(refs), _PIECE):
        part = refs[start : start + _PIECE]
        stored = store.find_stored(context.tx, context.organization_id, part)
        for ref in part:
            card = stored.get(ref.href)
            if card is None or card.revision != ref.revision:
                yield ref
                continue
            plain = card.body.replace("\r\n ", "").replace("\n ", "").replace("\n\t", "").casefold()
            if any(text in plain for text in texts):
                yield ref
