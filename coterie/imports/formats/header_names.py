"""The field of a column of a table, guessed from its name in some twenty languages."""

import re
from collections.abc import Sequence

from coterie.imports.formats import header_words, header_words_world
from coterie.model.text import fold, words

_FIELD_OF = {
    "".join(words(name)): field
    for table in (header_words_world.NAMES, header_words.NAMES)
    for field, names in table.items()
    for name in re.findall(r"\w+", names)
}
_LABEL_OF = {
    "".join(words(name)): label
    for table in (header_words_world.LABELS, header_words.LABELS)
    for label, names in table.items()
    for name in re.findall(r"\w+", names)
}
_PERSON = frozenset(re.findall(r"\w+", header_words.PERSON))
# labels that say what a phone is; the others say where it is, and come first
_KINDS = ("mobile", "fax", "pager")
_LABELLED = re.compile(r"(phone|email|link|address)(\..+)?")
_FLAGS = frozenset((
    "true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero", "verdadeiro", "waar", "onwaar",
    "prawda", "falsz", "pravda", "nepravda", "0", "1",
))  # fmt: skip
# words that add nothing to the others
_EMPTY_WORDS = frozenset((
    "contact", "the", "de", "del", "di", "da", "do", "la", "le", "main", "primary", "secondary", "alternate", "value",
    "principale", "principal", "op", "general", "primare", "sekundare", "primaire", "secondaire", "の", "的",
))  # fmt: skip


def guess_mapping(headers: Sequence[str]) -> dict[str, str]:
    """Guesses the field of each column: header -> path.

    An unknown header becomes "extra", a line of the note. Technical headers (id, created at) are ignored. Several
    columns called "Home", "Work" and the like are phone numbers, as Yahoo exports them.
    """
    mapping = {header: _guess(header) for header in headers}
    bare = {
        header: label
        for header, path in mapping.items()
        if path.startswith(("extra", "phone")) and (label := _LABEL_OF.get("".join(words(header[:200]))))
    }
    if len(set(bare.values())) > 2:
        mapping |= {header: f"phone:{label}" for header, label in bare.items()}
    fields = set(mapping.values())
    # with an employer and without another column for the job, "Title" is the job
    if "employer" in fields and "job_title" not in fields:
        mapping |= {header: "title" for header in headers if header.strip().lower() == "title"}
    folded = {header: "".join(words(header[:200])) for header in headers}
    for header, word in folded.items():
        if word in header_words.IN_LANGUAGE:
            other, field = header_words.IN_LANGUAGE[word]
            if other in folded.values() and field not in fields:
                mapping[header] = field
    if not fields & {"name", "first_name", "last_name", "display_name"}:
        people = [header for header, word in folded.items() if word in _PERSON]
        mapping |= dict.fromkeys(people[:1], "name")
    return mapping


def is_known_header(header: str) -> bool:
    """Whether the field of a column can be guessed from its name."""
    return _guess(header) != "extra"


def is_setting(header: str, value: str) -> bool:
    """Whether a cell is a flag of Outlook's column "Private", in any language."""
    return fold(value) in _FLAGS and _LABEL_OF.get("".join(words(header[:200]))) == "home"


def _guess(header: str) -> str:
    every = re.findall(r"[^\W\d_]+|\d+", " ".join(words(header[:200])))
    parts = [word for word in every if word not in _EMPTY_WORDS]
    if not parts:
        return "extra"
    letters = [word for word in parts if not word.isdigit()]
    for name in ("".join(every), "".join(parts), "".join(filter(str.isalpha, every)), "".join(letters)):
        if name in _FIELD_OF:
            return _FIELD_OF[name]
    labels = [_LABEL_OF[word] for word in letters if word in _LABEL_OF]
    rest = [word for word in parts if word not in _LABEL_OF]
    if not any(word.isalpha() for word in rest) and set(_KINDS) & set(labels):
        rest = ["phone"]
    # "Home Address 2" is the second line of the home address
    path = _FIELD_OF.get("".join(rest)) or _FIELD_OF.get("".join(word for word in rest if not word.isdigit()), "")
    if labels and (match := _LABELLED.fullmatch(path)):
        labels = sorted(dict.fromkeys(labels), key=lambda label: label in _KINDS)
        return f"{match[1]}:{' '.join(labels)}{match[2] or ''}"
    return "extra"
