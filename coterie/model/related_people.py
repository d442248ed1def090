"""People named on a contact, as files name them: Apple's related names, RELATED of vCard (RFC 6350, section 6.6.6)."""

from msgspec import Struct

from coterie.model.relationships import CATALOGUE, TYPES, neutral

NAME_LENGTH_MAX = 500


class RelatedDraft(Struct, frozen=True, omit_defaults=True):
    """A person related to that of a draft.

    label: the role, in the words of the file. name: the full name; uid: the UID of the card; at least one of them.
    line: the line of the draft's note that says it, which goes when the relationship is made.
    """

    label: str
    name: str | None = None
    uid: str | None = None
    line: str = ""


# a neutral type -> its TYPE in a card
_VCARD_TYPES = {
    "Parent": "parent", "Child": "child", "Sibling": "sibling", "Half-sibling": "sibling", "Twin": "sibling",
    "Stepparent": "parent", "Stepchild": "child", "Stepsibling": "sibling", "Adoptive parent": "parent",
    "Adopted child": "child", "Spouse": "spouse", "Fiancé(e)": "sweetheart", "Partner": "sweetheart", "Date": "date",
    "Friend": "friend", "Best friend": "friend", "Childhood friend": "friend", "Family friend": "friend",
    "Online friend": "friend", "Acquaintance": "acquaintance", "Neighbour": "neighbor", "Roommate": "co-resident",
    "Colleague": "colleague", "Emergency contact": "emergency",
    **dict.fromkeys((
        "Grandparent", "Grandchild", "Great-grandparent", "Great-grandchild", "Parent's sibling", "Sibling's child",
        "Cousin", "Parent-in-law", "Child-in-law", "Sibling-in-law", "Relative",
    ), "kin"),
}  # fmt: skip
# other names of a type in files
_ALIASES = {
    "kin": "Relative", "co-worker": "Colleague", "coworker": "Colleague", "co-resident": "Roommate",
    "neighbor": "Neighbour", "met": "Acquaintance", "contact": "Acquaintance", "sweetheart": "Partner",
    "domestic partner": "Partner", "domesticpartner": "Partner", "fiance": "Fiancé", "fiancee": "Fiancée",
    "emergency": "Emergency contact", "boss": "Manager", "ms-spouse": "Spouse", "ms-manager": "Manager",
    "referred by": "Introduced by", "referredby": "Introduced by", "mum": "Mother", "mom": "Mother", "dad": "Father",
}  # fmt: skip
_ID_OF = {type_.name.casefold(): type_.id for type_ in CATALOGUE}
_ID_OF |= {alias: _ID_OF[name.casefold()] for alias, name in _ALIASES.items()}


def find_type(label: str) -> str | None:
    """The id of the relationship type a label means, or None."""
    return _ID_OF.get(" ".join(label.casefold().split()))


def vcard_type(label: str) -> str | None:
    """The TYPE of RELATED that is nearest to a label, or None."""
    type_id = find_type(label)
    return _VCARD_TYPES.get(TYPES[neutral(type_id)].name) if type_id else None
