"""Makes a query wider: the terms that a misspelt word may stand for, and words run together or apart."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from coterie.search.dictionary import counts_of, find_by_keys
from coterie.search.folding import WORD_LENGTH_MAX, Word
from coterie.search.groups import Group
from coterie.search.index import ENGINES
from coterie.search.nicknames import nicknames_of
from coterie.search.ranking import Asked, rarity
from coterie.search.spelling import NICKNAME_LOSS, UNRELATED, best_loss, keys_of, keys_two_letters_off
from coterie.store.database import Tx

# words of a query that are corrected, and terms that each may stand for
CORRECTED_MAX = 4
NEAREST_MAX = 12
# ways to cut a word in two that are tried
CUTS_MAX = 4
# a loss up to this is one letter; a second one is only tried where nothing is so near
ONE_LETTER = 3.0
# terms of a single word are only asked for alone if they are rarer than one contact in eight
ALONE_BITS_MIN = 3.0


class Wider(Struct):
    """asked: the words of the query with the terms that they may stand for. every: terms that a contact must all match;
    alone: terms of which one is enough, the rarest of all words."""

    asked: list[Asked]
    every: tuple[Group, ...]
    alone: Group | None


def asked_of(word: Word, *, is_begun: bool = True) -> Asked:
    """A word with its forms and nicknames."""
    losses = dict.fromkeys((name for form in word.forms for name in nicknames_of(form)), NICKNAME_LOSS)
    losses |= dict.fromkeys(word.forms, 0.0)
    return Asked(word.written, losses, word.forms if is_begun else ())


def widen(tx: Tx, organization_id: int, words: Sequence[Word], size: int) -> Wider:
    """The query with each of its first four words corrected."""
    some = list(words[:CORRECTED_MAX])
    found = _near(tx, organization_id, some, size)
    if len(some) == 1 and (parts := _split(tx, organization_id, some[0])):
        some = [Word(part, (part,)) for part in parts]
        found = _near(tx, organization_id, some, size)
    asked = [asked_of(word) for word in words[len(some) :]] if len(words) > len(some) else []
    asked = [*found, *asked]
    every = tuple(Group(tuple(one.losses), one.beginnings) for one in asked)
    if len(some) > 1:
        together = "".join(word.forms[-1] for word in some[:3])
        asked = [*asked, Asked(together, {together: 0.0}, (together,))]
    return Wider(asked, every, _alone(tx, organization_id, asked, size))


class Joined(Struct):
    """asked: words of a query run together, with the terms that they may stand for. group: a contact has them, and the
    other words."""

    asked: list[Asked]
    group: Group


def join_words(tx: Tx, organization_id: int, words: Sequence[Word], size: int) -> Joined | None:
    """A query of some words with neighbours run together: Ma Ge for Marge, Anna Maria Bianchi for Annamaria Bianchi.

    None for a single word. Of two words, the one that they make may be misspelt by a letter.
    """
    forms = [word.forms[-1] for word in words]
    pairs = [(first + second)[:WORD_LENGTH_MAX] for first, second in pairwise(forms[:CORRECTED_MAX])]
    if len(words) > 2:
        rest = [word.forms[0] for word in words]
        sets = [(*rest[:place], pair, *rest[place + 2 :]) for place, pair in enumerate(pairs)]
        return Joined([Asked(pair, {pair: 0.0}, ()) for pair in pairs], Group(sets=tuple(sets)))
    if not pairs:
        return None
    whole = Word(pairs[0], (pairs[0],))
    asked = _with_nearest(whole, find_by_keys(tx, organization_id, keys_of(whole.forms[0])), size)
    return Joined([asked], Group(tuple(asked.losses), asked.beginnings))


def _near(tx: Tx, organization_id: int, words: Sequence[Word], size: int) -> list[Asked]:
    """Each word with its nearest terms."""
    terms = find_by_keys(tx, organization_id, {key for word in words for form in word.forms for key in keys_of(form)})
    asked = [_with_nearest(word, terms, size) for word in words]
    far = [word for word, one in zip(words, asked, strict=True) if not _is_near(one, terms)]
    keys = {key for word in far for form in word.forms[-2:] for key in keys_two_letters_off(form)}
    if keys:
        terms |= find_by_keys(tx, organization_id, keys)
        asked = [_with_nearest(word, terms, size) for word in words]
    return asked


def _is_near(asked: Asked, terms: Iterable[str]) -> bool:
    return any(asked.losses.get(term, UNRELATED) <= ONE_LETTER for term in terms)


def _with_nearest(word: Word, terms: dict[str, int], size: int) -> Asked:
    asked = asked_of(word)
    # a word that occurs is still a misspelling of one that differs by a letter: Jon, and John
    most = ONE_LETTER if any(form in terms for form in word.forms) else UNRELATED - 1
    losses = {term: loss for term in terms if (loss := best_loss(word.forms, term)) <= most}
    nearest = sorted(losses, key=lambda term: (losses[term], -rarity(terms[term], size), term))[:NEAREST_MAX]
    asked.losses |= {term: losses[term] for term in nearest}
    return asked


def _split(tx: Tx, organization_id: int, word: Word) -> list[str]:
    """Splits a word that no contact has into two terms that one contact has both; none if there is no such split."""
    whole = word.forms[-1]
    cuts = [(whole[:place], whole[place:]) for place in range(2, len(whole) - 1)]
    counts = counts_of(tx, organization_id, {half for cut in cuts for half in cut} | {whole})
    if whole in counts:
        return []
    known = [cut for cut in cuts if cut[0] in counts and cut[1] in counts]
    for cut in sorted(known, key=lambda cut: -min(counts[half] for half in cut))[:CUTS_MAX]:
        groups = tuple(Group((half,)) for half in cut)
        if ENGINES[tx.engine].candidates(tx, organization_id, groups, limit=1):
            return list(cut)
    return []


def _alone(tx: Tx, organization_id: int, asked: Sequence[Asked], size: int) -> Group | None:
    """The rarest terms of all words: one word may be wrong altogether."""
    if len(asked) < 2:
        return None
    losses = {term: loss for one in asked for term, loss in one.losses.items()}
    counts = counts_of(tx, organization_id, losses)
    bits = {term: rarity(counts[term], size) - losses[term] for term in counts}
    best = sorted((term for term in bits if bits[term] >= ALONE_BITS_MIN), key=lambda term: (-bits[term], term))
    together = asked[-1].beginnings
    return Group(tuple(best[:NEAREST_MAX]), together) if best or together else None
