"""The document of a contact in the index, computed from its texts.

A document has three parts: `words` for the full-text index; `fields`, the words again by kind of field, which ranking
looks at; and `terms`, the words of names, employers, places and the like, which queries are corrected with.

fields has a line for each kind that has words. It begins with the letter of the kind: n for names, h for handles, w for
work, places, tags and properties, d for the digits of phone numbers. Words are separated by spaces, the forms of one
word by slashes, and the form as written comes first with "=": "n anna müller=muller/mueller".
Notes and other long texts are in `words` alone.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from math import log2

from msgspec import Struct

from coterie.model.nicknames import FULL_NAMES
from coterie.search.folding import WORD_LENGTH_MAX, Word, chunks, words_of_chunk
from coterie.search.texts import TEXT_LENGTH_MAX, Text, Texts, is_phone

WORDS_MAX = 600
FIELD_WORDS_MAX = 100
PIECE = 4
DIGITS_MIN, DIGITS_MAX = 3, 20
# words of one character for digits, of a private area of Unicode: an index holds each beginning of a word too
_PIECE, _BEGINNING = 0xF0000, 0xF4000
TERM_LENGTHS = range(2, 25)
NAME, HANDLE, WORK, DIGITS = "n", "h", "w", "d"
_KINDS = {
    "name": NAME, "nickname": NAME,
    **dict.fromkeys(("employer", "department", "job_title", "address", "tag", "expertise", "folder", "property"), WORK),
    **dict.fromkeys(("how_you_met", "bio", "note"), ""),
}  # fmt: skip
# parts of addresses on the web that say nothing about a person
_COMMON = frozenset(("http", "https", "www", "com"))
_NOT_DIGITS = re.compile(r"\D+")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# closeness in bits -> the word that finds the contacts that are at least so close
CLOSE = {3: "«3", 2: "«2"}


class Document(Struct, frozen=True, array_like=True):
    """words and terms: each once. closeness: 0 to 2 bits. digest: 63 bits of it all, the same for the same document."""

    words: tuple[str, ...]
    fields: str
    terms: frozenset[str]
    closeness: float
    digest: int


def document_of(contact: Texts) -> Document:
    """The document of a contact."""
    kinds: dict[str, dict[Word, None]] = {NAME: {}, HANDLE: {}, WORK: {}, "": {}}
    digits: dict[str, None] = {}
    for text in contact.texts:
        if is_phone(text):
            digits.update(dict.fromkeys(_numbers(text)))
            if not any(map(str.isalpha, text.text)):
                continue  # only 1-800-FLOWERS and extensions have words
        kind = _KINDS.get(text.field, HANDLE)
        kinds[kind].update(dict.fromkeys(_words(text, kind)))
    words = {kind: list(found)[: FIELD_WORDS_MAX if kind else WORDS_MAX] for kind, found in kinds.items()}
    forms = dict.fromkeys([form for found in words.values() for word in found for form in word.forms])
    closeness = _closeness(contact)
    pieces = [piece for number in digits for piece in (beginning_of(number), *pieces_of(number))]
    close = [word for bits, word in CLOSE.items() if closeness >= bits / 2]
    all_words = tuple(dict.fromkeys([*pieces, *close, *list(forms)[:WORDS_MAX]]))
    fields = _fields(words, digits)
    return Document(
        words=all_words,
        fields=fields,
        terms=frozenset(
            filter(is_term, [form for kind in (NAME, WORK) for word in words[kind] for form in word.forms])
        ),
        closeness=closeness,
        digest=_digest(f"{' '.join(all_words)}\n{fields}\n{closeness:.2f}"),
    )


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


def is_term(word: str) -> bool:
    """Whether a word is one for the dictionary: 2 to 24 characters, not only digits."""
    return len(word) in TERM_LENGTHS and not word.isdigit()


def _words(text: Text, kind: str) -> Iterable[Word]:
    value = text.text if text.field == "note" else text.text[:TEXT_LENGTH_MAX]
    for chunk in chunks(value):
        if kind != HANDLE:
            yield from words_of_chunk(chunk)
            continue
        for word in words_of_chunk(chunk):
            if word.forms[0] not in _COMMON:
                yield word
        yield from _pieces_of_handle(chunk)


def _pieces_of_handle(chunk: str) -> Iterable[Word]:
    """The letters of a handle apart from its digits, cut where a known given name ends or begins."""
    for run in _RUNS.findall(chunk):
        piece = run.lower()[:WORD_LENGTH_MAX]
        if len(piece) < 3 or piece in _COMMON:
            continue
        yield Word(piece, (piece,))
        for cut in range(3, len(piece) - 2):
            first, rest = piece[:cut], piece[cut:]
            if first in FULL_NAMES or rest in FULL_NAMES:
                yield Word(first, (first,))
                yield Word(rest, (rest,))


def _numbers(text: Text) -> list[str]:
    """The digits of a number: in E.164, and as it is written where that has others (a trunk prefix, an extension)."""
    international = _NOT_DIGITS.sub("", text.normalized.partition(";")[0])
    written = _NOT_DIGITS.sub("", text.text).lstrip("0")
    numbers = [international] if written in international else [international, written]
    return [number[:DIGITS_MAX] for number in numbers if len(number) >= DIGITS_MIN]


def pieces_of(digits: str) -> list[str]:
    """A word for each four digits in a row: a part of a number has no others than the number."""
    return [chr(_PIECE + int(digits[start : start + PIECE])) for start in range(len(digits) - PIECE + 1)]


def beginning_of(digits: str) -> str:
    """A word for the first three digits of a number."""
    return chr(_BEGINNING + int(digits[:DIGITS_MIN]))


def _closeness(contact: Texts) -> float:
    """0 to 2 bits: the grade of the relationship, and how much is written about the contact."""
    written = sum(text.field not in ("name", "phone", "email", "instagram") for text in contact.texts)
    return min(2.0, 0.3 * (contact.grade or 0) + 0.2 * log2(1 + written))


def _fields(words: Mapping[str, Sequence[Word]], digits: Iterable[str]) -> str:
    lines = [f"{kind} {' '.join(map(_in_fields, words[kind]))}" for kind in (NAME, HANDLE, WORK) if words[kind]]
    if digits:
        lines.append(f"{DIGITS} {' '.join(digits)}")
    return "\n".join(lines)


def _in_fields(word: Word) -> str:
    written, forms = word
    return ("" if written == forms[0] else f"{written}=") + "/".join(forms)


def words_of_fields(fields: str, kinds: Container[str] = (NAME, HANDLE, WORK)) -> Iterator[str]:
    """Each form of each word in the lines of these kinds."""
    for line in fields.split("\n"):
        if line[:1] in kinds:
            for word in line[2:].split():
                yield from word.rpartition("=")[2].split("/")


def terms_of_fields(fields: str) -> set[str]:
    """The terms of the document that has these fields."""
    return {word for word in words_of_fields(fields, (NAME, WORK)) if is_term(word)}
