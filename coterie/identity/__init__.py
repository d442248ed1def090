"""Identity: the facts of people, the pairs to compare, and how likely two are one person, in bits.

people.py computes the facts, keys.py finds pairs, scoring.py compares two, settling.py compares pairs with each
other; the weights are in weights.py. keeping.py stores the keys of contacts, lookup.py finds the contacts that may be a
person, and scan.py compares the whole book. Nothing is trained: the book provides only how common a value is.
"""
