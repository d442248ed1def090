"""The words of contacts, kept and asked."""

import re
from collections.abc import Iterable, Mapping
from types import ModuleType

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE, Handle
from coterie.model.text import words
from coterie.search import postgres, sqlite
from coterie.search.query import WORD_LENGTH_MAX, parse_query
from coterie.store.contacts import ORDERS, list_contacts_by_id
from coterie.store.database import Tx

_ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
WORDS_PER_CONTACT_MAX = 400
# A count beyond this is not worth its time: it is given as this
COUNT_MAX = 100_000
# So many matches are read beyond the page: where they end among them they are counted already, and the search, most
# of whose time goes into bringing the prefixes' words together, is not done a second time
LOOK_AHEAD = 1_000


class Found(Struct, frozen=True):
    """A page of matches. total: how many there are on all pages; 100,000 stands for that many or more."""

    contacts: list[Contact]
    total: int


def words_of(contact: Contact, handles: Iterable[Handle]) -> str:
    """The folded words a contact is found by, separated by spaces, each once."""
    texts = [contact.display_name, contact.full_name, contact.nickname, contact.employer]
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(words(text)))
    for handle in handles:
        if handle.channel == PHONE:
            found.update(dict.fromkeys(_phone_words(handle)))
        elif handle.channel in (EMAIL, INSTAGRAM):
            found.update(dict.fromkeys(words(handle.value)))
    return " ".join([word[:WORD_LENGTH_MAX] for word in found][:WORDS_PER_CONTACT_MAX])


def _phone_words(handle: Handle) -> list[str]:
    """A number in each form it is typed in: as E.164 without +, as written, and without its country code."""
    international = re.sub(r"\D", "", handle.normalized.split(";")[0])
    written = re.sub(r"\D", "", handle.value)
    forms = [international, written, written.lstrip("0")]
    if handle.normalized.startswith("+"):
        # country codes have one to three digits: a caller's number may come without
        forms += [international[cut:] for cut in (1, 2, 3)]
    return [form for form in forms if len(form) >= 3]


def index_contacts(tx: Tx, organization_id: int, entries: Mapping[int, str]) -> None:
    """contact id -> its words: from now on each is found by these and no others."""
    _ENGINES[tx.engine].index(tx, organization_id, entries)


def unindex_contact(tx: Tx, organization_id: int, contact_id: int) -> None:
    """A contact is not found any more."""
    _ENGINES[tx.engine].unindex(tx, organization_id, contact_id)


def search_contacts(
    tx: Tx,
    organization_id: int,
    text: str,
    *,
    order: str | None = None,
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> Found:
    """A page of the contacts that hold every word of the text (each as a prefix), by id or the order asked for.

    A text without a letter or digit finds nobody.
    """
    query = parse_query(text)
    if not query.words:
        return Found([], 0)
    engine, column = _ENGINES[tx.engine], ORDERS[order or "id"]
    wanted = limit + LOOK_AHEAD
    ids = engine.find(tx, organization_id, query, column=column, descending=descending, limit=wanted, offset=offset)
    is_end = len(ids) < wanted and (ids or offset == 0)
    total = offset + len(ids) if is_end else engine.count(tx, organization_id, query, COUNT_MAX)
    contacts = list_contacts_by_id(tx, organization_id, ids[:limit], order=order or "id", descending=descending)
    return Found(contacts, min(total, COUNT_MAX))
