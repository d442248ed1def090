"""Search of contacts: one interface, an implementation per engine.

A contact is found by its names, handles, employer, job, places, tags, expertise, folders, properties, how you met,
shared notes and messages: in any order and script, with nicknames and misspellings; the last word of a query may be
begun. docs/decisions/0036-search.md says how.
"""

from coterie.search.contacts import SearchPage, search_contacts
from coterie.search.index import PreparedDocument, index_contacts, list_valid, merge_index, prepare, unindex_contacts
from coterie.search.messages import index_messages, unindex_messages
from coterie.search.pieces import Hit

__all__ = [
    "Hit", "PreparedDocument", "SearchPage", "index_contacts", "index_messages", "list_valid", "merge_index",
    "prepare", "search_contacts", "unindex_contacts", "unindex_messages",
]  # fmt: skip
