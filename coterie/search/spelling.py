"""How words that are spelled differently meet: the keys of the dictionary, and how much of a match a difference costs.

A term is stored under the hash of itself, of itself without one of its letters, and of its first letter with its
consonants. A query asks for the same of its own word: words that differ by a letter added, missing, replaced or swapped
share a key, and most that differ by two do (the idea of SymSpell, github.com/wolfgarbe/SymSpell).
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from coterie.model.edits import edits_between
from coterie.search.nicknames import nicknames_of

_CONSONANTS = str.maketrans("bpfvwcgjkqsxzdtlmnraeiouyh", "1111122222222334556" + "       ")
_FIRST = str.maketrans("cqyjvweiou", "kkiiwwaaaa")
# words up to these lengths are corrected by one letter and by two
ONE_LETTER_MAX, TWO_LETTERS_MAX = 24, 16
NICKNAME_LOSS, LETTER_LOSS, FIRST_LETTER_LOSS, SOUND_LOSS = 2.0, 2.0, 1.0, 5.0
UNRELATED = 99.0


@lru_cache(maxsize=1 << 15)
def hash_of(text: str) -> int:
    """64 bits of a text, signed, as the databases store it."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def without_one(word: str) -> set[str]:
    """The word without one of its letters, each of them in turn; none for a word of more than 24 letters."""
    if len(word) > ONE_LETTER_MAX:
        return set()
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """The classes of a word's consonants without repetition: the same for most spellings and scripts of a name."""
    code = word.translate(_CONSONANTS).replace(" ", "")
    return "".join(char for char, before in zip(code, " " + code, strict=False) if char != before)


def sound_key(word: str) -> int:
    """The key of a word's first letter and sound."""
    first = word.replace("ph", "f", 1)[:1].translate(_FIRST)
    return hash_of(f"~{first}{sound(word)}")


def keys_of(term: str) -> set[int]:
    """The keys under which the dictionary stores a term, and under which a word of a query looks for terms."""
    if not term.isalpha():
        return {hash_of(term)}  # neither numbers nor usernames with digits are corrected
    texts = {term, *without_one(term)} if 2 < len(term) <= ONE_LETTER_MAX else {term}
    return {*map(hash_of, texts), sound_key(term)}


def keys_two_letters_off(word: str) -> set[int]:
    """The keys of terms that differ from a word by two letters; none for short and very long words."""
    if not (word.isalpha() and 5 < len(word) <= TWO_LETTERS_MAX):
        return set()
    return {hash_of(text) for one in without_one(word) for text in without_one(one)}


@lru_cache(maxsize=1 << 16)
def loss_of(word: str, term: str) -> float:
    """The bits lost between a word of a query and a term; 99 where they have nothing to do with each other."""
    if word == term:
        return 0.0
    if term in nicknames_of(word):
        return NICKNAME_LOSS
    longest = max(len(word), len(term))
    distance = edits_between(word, term, most=4)
    if longest > 3 and distance <= max(1, longest // 2.5):
        return LETTER_LOSS * distance + (FIRST_LETTER_LOSS if word[0] != term[0] else 0.0)
    return SOUND_LOSS if len(sound(word)) > 1 and sound(word) == sound(term) else UNRELATED


def best_loss(forms: Iterable[str], term: str) -> float:
    """The smallest loss between the forms of a word and a term."""
    return min(loss_of(form, term) for form in forms)
