"""Words that are a title or a suffix in one language and a name in another: in doubt they are names."""

from collections.abc import Container

# given names that are titles too; before another title, as in "Wing Commander Berg", they are titles
_TITLES = frozenset(
    ("prince", "princess", "king", "queen", "master", "marquis", "sultan", "sultana", "shaik", "shaikh", "shayk",
     "shaykh", "sheik", "sheikh", "shekh", "cheikh", "wing", "mahdi", "ab", "ra", "me", "law", "timi", "rock", "royal",
     "blessed", "imam", "senior", "pir", "guru", "baba", "tirthankar", "lama", "pope")
)  # fmt: skip
# names that are suffixes too if they are written in capital letters: Nguyen Thi Vi, but Bart Simpson VI
_SUFFIXES = frozenset(("vi", "am", "ra", "abd", "ame", "ud", "ot", "git", "rid", "same", "cas"))
# suffixes that are never names, however they are written
_NO_NAMES = frozenset(("jr", "jnr", "sr", "snr", "ii", "iii", "2nd", "3rd", "4th", "5th", "phd", "esq", "esquire"))
# short given names, which look like titles: Md. Rahman, Ma. Teresa Cruz, Wm. Hale
_SHORT = frozenset(
    ("md.", "mo.", "ma.", "mohd.", "muhd.", "mhd.", "mst.", "wm.", "chas.", "thos.", "geo.", "jas.", "jos.", "joh.",
     "chr.", "th.", "ph.", "robt.", "edw.", "benj.", "danl.", "saml.", "alex.", "fdo.", "fco.")
)  # fmt: skip


def names_in(words: list[str], titles: Container[str]) -> set[int]:
    """The positions of the words of a whole name that could be read as a title or a suffix, but are names.

    titles: all words, in lower case, that are titles; one of them after a name that is a title too makes both titles.
    """
    end = len(words) - 1
    found = {
        index
        for index in range(1, end + 1)
        if words[index] == "Iv" or (words[index].lower() in _SUFFIXES and _is_name(words, index))
    }
    for index, word in enumerate(words):
        following = words[index + 1].lower() if index < end else ""
        is_title = word.lower() in _TITLES and (index < end or (index == 1 and words[0].endswith(",")))
        if is_title and (following in _TITLES or following.rstrip(".") not in titles):
            found.add(index)
        if word.lower() in _SHORT and (index < end or (index == 1 and words[0].endswith(","))):
            found.add(index)
    return found


def names_of_suffix(words: list[str], suffix: str) -> set[int]:
    """The positions of words of a suffix that may be the surname of a name without another one: Jean Md, Ana Neto."""
    suffixes = set(suffix.replace(",", " ").split())
    return {
        index
        for index, word in enumerate(words)
        if word in suffixes and _is_name(words, index) and word.lower() not in _NO_NAMES
    }


def _is_name(words: list[str], index: int) -> bool:
    return words[index].isalpha() and (not words[index].isupper() or "".join(words).isupper())
