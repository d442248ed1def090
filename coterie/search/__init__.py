"""Search: folded words in, contact ids out. One function for everyone; an implementation per engine.

The words of a contact are its names, nickname, username, e-mail addresses, phone numbers and employer, folded by
model.text. Case, accents and phone punctuation do not matter; every word of a query is a prefix.
"""

from coterie.search.contacts import index_contacts, search_contacts, unindex_contact

__all__ = ["index_contacts", "search_contacts", "unindex_contact"]
