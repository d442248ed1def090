"""Search of contacts: one interface, an implementation per engine.

A contact is indexed by the folded words of its names, nickname, username, e-mail addresses, phone numbers and employer.
Case, accents and phone punctuation do not matter; every word of a query is a prefix.
"""

from coterie.search.contacts import index_contacts, merge_index, search_contacts, unindex_contact

__all__ = ["index_contacts", "merge_index", "search_contacts", "unindex_contact"]
