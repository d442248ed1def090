"""The field of a column of a table, guessed from its name in some twenty languages."""

import re
from collections.abc import Sequence

from coterie.imports.formats import header_words, header_words_world
from coterie.imports.formats.type_columns import type_columns
from coterie.model.handles import OTHER_CHANNELS
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
_LABELLED = re.compile(r"(phone|email|link|address)(?::([a-z]+))?(\..+)?")
# parts of a name that many other columns begin with, such as "Last Contact"
_ALONE = frozenset(("first", "last", "middle"))
# where the person works, which "Work Job Title" only repeats
_OF_WORK = ("department", "job_title")
# words before a part of an address, as in "Mailing City" and "Address - Street"
_BEFORE_PARTS = frozenset(("address", "mailing", "postal", "adresse", "direccion", "indirizzo", "adres", "endereco"))
# "LinkedIn Profile URL", "X handle"
_NETWORKS = frozenset((*OTHER_CHANNELS, "instagram", "linkedin"))
_OF_NETWORK = frozenset(("account", "handle", "id", "link", "name", "page", "profile", "profil", "url", "username"))
_TITLES = frozenset(("title", "titel", "titre", "titulo", "titolo"))
_NUMBER = re.compile(r"#\d+")
_PIECES = re.compile(r"[/|()\[\]]")
# MM/DD/YYYY, TT.MM.JJJJ, jj-mm-aaaa
_DATE_FORMAT = re.compile(r"[ymdtja \-.]*", re.IGNORECASE)
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PREFIX = re.compile(r"\s*(\w+)(?: - |: ?|\.|/)")
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
    columns called "Home", "Work" and the like are phone numbers, as Yahoo exports them. A word that all headers begin
    with says nothing ("Person - Name", "Person - Email"). The types of values are labels (type_columns).
    """
    prefix = _common_prefix(headers)
    short = {header[prefix:]: header for header in headers}
    mapping = _guess_all(list(short))
    mapping |= type_columns(mapping)
    return {short[name]: path for name, path in _without_repeated(mapping).items()}


def _without_repeated(mapping: dict[str, str]) -> dict[str, str]:
    """A part of a numbered address has one column; others are lines of the note."""
    numbered: set[str] = set()
    for name, path in mapping.items():
        if "#" in path and path in numbered:
            mapping[name] = "extra"
        numbered.add(path)
    return mapping


def _common_prefix(headers: Sequence[str]) -> int:
    """The length of "Person - " if all headers begin with it, otherwise 0. A word that labels a place is none."""
    match = _PREFIX.match(headers[0][:200]) if len(headers) > 1 else None
    if match is None or "".join(words(match[1])) in _LABEL_OF:
        return 0
    is_common = all(header.startswith(match[0]) and header[match.end() :].strip() for header in headers)
    return match.end() if is_common else 0


def _guess_all(headers: Sequence[str]) -> dict[str, str]:
    mapping = {header: _guess(header) for header in headers}
    bare = {
        header: label
        for header, path in mapping.items()
        if path.startswith(("extra", "phone")) and (label := _LABEL_OF.get("".join(words(header[:200]))))
    }
    if len(set(bare.values())) > 2:
        mapping |= {header: f"phone:{label}" for header, label in bare.items()}
    fields = set(mapping.values())
    folded = {header: "".join(words(header[:200])) for header in headers}
    titles = [header for header, word in folded.items() if word in _TITLES]
    salutations = [header for header, path in mapping.items() if path == "name_prefix" and header not in titles]
    # with an employer, a department or a salutation, and without another column for the job, "Title" may be the job
    if salutations or (fields & {"employer", "department"} and "job_title" not in fields):
        mapping |= dict.fromkeys(titles, "title")
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
    path = _guess_words(header)
    return path if path != "extra" else _guess_pieces(header[:200])


def _guess_pieces(header: str) -> str:
    """The field of "Date of birth (DOB)", "Birthday (MM/DD)" or "Town / Suburb": all pieces must mean the same."""
    pieces = [piece for piece in _PIECES.split(header) if piece.strip() and not _DATE_FORMAT.fullmatch(piece)]
    fields = {_guess_words(piece) for piece in pieces} if len(pieces) > 1 or pieces != [header] else set()
    return fields.pop() if len(fields) == 1 else "extra"


def _guess_words(header: str) -> str:
    every = re.findall(r"[^\W\d_]+|\d+", " ".join(words(_CAPITALS.sub(" ", header[:200]))))
    parts = [word for word in every if word not in _EMPTY_WORDS]
    if not parts:
        return "extra"
    letters = [word for word in parts if not word.isdigit()]
    for name in ("".join(every), "".join(parts), "".join(filter(str.isalpha, every)), "".join(letters)):
        if name in _FIELD_OF and (name not in _ALONE or every == [name]):
            return _FIELD_OF[name]
    network = _FIELD_OF.get("".join(word for word in letters if word not in _OF_NETWORK), "")
    if network in _NETWORKS:
        return network
    labels = [_LABEL_OF[word] for word in letters if word in _LABEL_OF]
    rest = [word for word in parts if word not in _LABEL_OF]
    if not any(word.isalpha() for word in rest) and set(_KINDS) & set(labels):
        rest = ["phone"]
    return _labelled(_path_of(rest), labels)


def _path_of(rest: Sequence[str]) -> str:
    """The path of a header without its labels; "" if there is none."""
    # "Home Address 2" is the second line of the home address
    if path := _FIELD_OF.get("".join(rest)) or _FIELD_OF.get("".join(word for word in rest if not word.isdigit())):
        return path
    parts = [word for word in rest if word not in _BEFORE_PARTS]
    # "Address 1 - City"
    number = f"#{int(parts.pop(0))}" if rest[:1] != parts[:1] and parts and _is_number(parts[0]) else ""
    part = _FIELD_OF.get("".join(parts)) or _FIELD_OF.get("".join(word for word in parts if not word.isdigit()), "")
    return part.replace("address", f"address{number}") if part.startswith("address.") else ""


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 3 and word[0] != "0"


def _labelled(path: str, labels: Sequence[str]) -> str:
    if not labels:
        return path if path.startswith(("address.", "address#")) else "extra"
    path = _NUMBER.sub("", path)
    if path in _OF_WORK and set(labels) == {"work"}:
        return path
    if match := _LABELLED.fullmatch(path):
        every = sorted(dict.fromkeys([*labels, match[2]] if match[2] else labels), key=lambda label: label in _KINDS)
        return f"{match[1]}:{' '.join(every)}{match[3] or ''}"
    return "extra"
