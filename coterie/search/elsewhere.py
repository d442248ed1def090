"""Finds contacts by texts that are not in their document: messages, and personal notes of the user who searches."""

from collections.abc import Mapping

from msgspec import Struct

from coterie.search.folding import chunks, words_of_chunk
from coterie.search.messages import find_in_messages
from coterie.search.query import Query
from coterie.search.texts import list_personal_notes
from coterie.store.database import Tx


class Elsewhere(Struct, frozen=True):
    """own_ids: contacts of matching personal notes of the reader. messages: contact id -> search number of a message
    that has all words."""

    own_ids: frozenset[int]
    messages: Mapping[int, int]

    @property
    def ids(self) -> list[int]:
        """All of these contacts, each once."""
        return list(dict.fromkeys([*self.own_ids, *self.messages]))


def find_elsewhere(
    tx: Tx, organization_id: int, query: Query, reader_id: str | None, *, are_complete: bool
) -> Elsewhere:
    """are_complete: only messages that have all words complete, which takes the same time in a book of any size."""
    own_ids = frozenset(_in_personal_notes(tx, organization_id, query, reader_id))
    return Elsewhere(own_ids, find_in_messages(tx, organization_id, query, are_complete=are_complete))


def _in_personal_notes(tx: Tx, organization_id: int, query: Query, reader_id: str | None) -> list[int]:
    """The contacts of the reader's personal notes that have all words, or longer ones.

    They are few, so each search reads them. In the shared index, a query could reveal the words of a personal note.
    """
    if reader_id is None or not query.words or query.numbers:
        return []
    return [
        contact_id for contact_id, text in list_personal_notes(tx, organization_id, reader_id) if _has_all(text, query)
    ]


def _has_all(text: str, query: Query) -> bool:
    words = {form for chunk in chunks(text) for word in words_of_chunk(chunk) for form in word.forms}
    return all(any(word.startswith(query_word.forms) for word in words) for query_word in query.words)
