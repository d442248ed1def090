"""Indexes the words of contacts and searches them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import ModuleType

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE, Handle
from coterie.model.names import CJK
from coterie.model.text import APOSTROPHES, stream_safe, words
from coterie.search import postgres, sqlite
from coterie.search.query import DIGITS_MIN, WORD_LENGTH_MAX, parse_query, reversed_digits
from coterie.store.contacts import ORDERS, list_contacts_by_id
from coterie.store.database import Tx

_ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
WORDS_PER_CONTACT_MAX = 400
# letters of a text in Han, Kana or Hangul that words begin at
ENDINGS_MAX = 40
_CJK_LETTERS = re.compile(f"[{CJK}]+")
# searchable columns of a contact, in addition to the parts of its name
INDEXED_TEXTS = (
    "display_name", "formatted_name", "nickname", "employer", "phonetic_first_name", "phonetic_last_name",
    "maiden_name", "department",
)  # fmt: skip
_texts_of = attrgetter(*INDEXED_TEXTS)
# Matches are counted up to this number: an exact count of more is not worth its time
COUNT_MAX = 100_000
# Matches read beyond the page. If they end within it they need no second query to count them; most of the time of a
# search goes into merging the words of its prefixes
LOOK_AHEAD = 1_000


class SearchPage(Struct, frozen=True):
    """A page of matches. total: the number of matches on all pages; 100,000 means that many or more."""

    contacts: list[Contact]
    total: int


def words_of(contact: Contact, handles: Iterable[Handle]) -> str:
    """The folded words of a contact, each once, separated by spaces."""
    return words_of_texts((contact.composed_name, *_texts_of(contact)), handles)


def words_of_texts(texts: Iterable[str | None], handles: Iterable[Handle]) -> str:
    """words_of for a contact of which only the composed name and INDEXED_TEXTS are loaded."""
    unique: dict[str, None] = {}
    for text in texts:
        if text:
            unique.update(dict.fromkeys(words(text)))
            if not text.isascii():
                unique.update(dict.fromkeys(_endings(text)))
            # the part after an apostrophe is found too: Ambrosi in D'Ambrosi
            parts = APOSTROPHES.split(text)
            unique.update(dict.fromkeys(word for part in parts[1:] for word in words(part)[:1]))
    for handle in handles:
        if handle.channel == PHONE:
            unique.update(dict.fromkeys(_phone_words(handle)))
        elif handle.channel in (EMAIL, INSTAGRAM):
            unique.update(dict.fromkeys(words(handle.value)))
    return " ".join([word[:WORD_LENGTH_MAX] for word in unique][:WORDS_PER_CONTACT_MAX])


def _endings(text: str) -> list[str]:
    """The text from each letter of Han, Kana or Hangul, without spaces: 小明 is found in 王小明, 백김 in 동백 김."""
    run = "".join(_CJK_LETTERS.findall(unicodedata.normalize("NFC", stream_safe(text[:ENDINGS_MAX]))))
    return [word for start in range(len(run)) for word in words(run[start:])]


def _phone_words(handle: Handle) -> list[str]:
    """The digits of a number in each form in which it may be typed: E.164, as written, without country code, and from
    its end."""
    international = re.sub(r"\D", "", handle.normalized.split(";")[0])
    written = re.sub(r"\D", "", handle.value)
    forms = [international, written, written.lstrip("0")]
    if handle.normalized.startswith("+"):
        # country codes have one to three digits: a caller's number may come without
        forms += [international[cut:] for cut in (1, 2, 3)]
    return [*(form for form in forms if len(form) >= DIGITS_MIN), reversed_digits(international)]


def index_contacts(tx: Tx, organization_id: int, entries: Mapping[int, str]) -> None:
    """Replaces the words of these contacts (contact id -> words)."""
    _ENGINES[tx.engine].index(tx, organization_id, entries)


def unindex_contact(tx: Tx, organization_id: int, contact_id: int) -> None:
    """Removes a contact from the index."""
    _ENGINES[tx.engine].unindex(tx, organization_id, contact_id)


def merge_index(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Merges up to so many pages of the search index, of all organizations; returns whether there is more to merge."""
    return bool(_ENGINES[tx.engine].merge(tx, pages, is_first=is_first))


def search_contacts(
    tx: Tx,
    organization_id: int,
    text: str,
    *,
    order: str | None = None,
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> SearchPage:
    """A page of the contacts that match every word of the text as a prefix, by default in the order of their ids.

    A text without letters and digits matches nothing.
    """
    query = parse_query(text)
    if query.is_empty:
        return SearchPage([], 0)
    engine, column = _ENGINES[tx.engine], ORDERS[order or "id"]
    ahead = limit + LOOK_AHEAD
    ids = engine.find(tx, organization_id, query, column=column, descending=descending, limit=ahead, offset=offset)
    is_end = len(ids) < ahead and (ids or offset == 0)
    total = offset + len(ids) if is_end else engine.count(tx, organization_id, query, COUNT_MAX)
    contacts = list_contacts_by_id(tx, organization_id, ids[:limit], order=order or "id", descending=descending)
    return SearchPage(contacts, min(total, COUNT_MAX))
