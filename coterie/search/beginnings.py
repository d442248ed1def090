"""The beginnings of words that PostgreSQL's index holds as lexemes of their own, as there are many words with each.

GIN answers "ma*" by collecting the contacts of every word that begins so, but only skips through those of one lexeme.
"""

# begins such a lexeme: no word has it
MARK = "»"
LENGTH = 2
# lexemes that are not words begin with one of these; digits are found by pieces of their own
_OTHERS = frozenset("=«»0123456789")


def is_indexed(beginning: str) -> bool:
    """Whether the index has a lexeme for this beginning of a word."""
    return len(beginning) == LENGTH and beginning[0] not in _OTHERS


def beginning_of(word: str) -> str | None:
    """The lexeme for the beginning of a word, if it has one. Migration "indexed beginnings" computes the same."""
    return MARK + word[:LENGTH] if is_indexed(word[:LENGTH]) else None
