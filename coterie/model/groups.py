"""Groups of other programs' address books, which become tags."""

from coterie.model.text import fold

# Groups that a program makes for every account. They say nothing about a person.
_SYSTEM_GROUPS = frozenset((
    "mycontacts", "my contacts", "starred", "other contacts", "starred in android", "suggested contacts",
    "system group: my contacts", "system group: starred", "meine kontakte", "mes contacts", "mis contactos",
    "i miei contatti", "mijn contacten", "meus contatos",
))  # fmt: skip


def is_system_group(name: str) -> bool:
    """Whether a group is one that a program made, such as Google's "myContacts" or "* starred"."""
    return fold(name.strip().removeprefix("*")) in _SYSTEM_GROUPS
