"""Relationships between people, and the catalogue of their types.

A type names the role of the second contact: (Bart, Marge, Mother) means that Marge is Bart's mother.
"""

from uuid import UUID, uuid5

from msgspec import Struct


class RelationshipType(Struct, frozen=True):
    """One type of the catalogue. The inverse type names the role of the first contact."""

    id: str
    name: str
    inverse_type_id: str


class ContactRelationship(Struct, frozen=True):
    """One side of a relationship. mirror_id: the row of the other side. anniversary_on: a date as in model.times."""

    id: str
    first_contact_id: int
    second_contact_id: int
    type_id: str
    mirror_id: str | None
    anniversary_on: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class UserRelationship(Struct, frozen=True):
    """The role of a contact for a user of the organization."""

    user_id: str
    id: str
    contact_id: int
    type_id: str
    anniversary_on: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


# Each neutral name, its gendered names, and the neutral name of the other side. Ids are derived from the names and are
# stored in databases and clients: names may be added, but never changed.
_GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # family
    ("Parent", ("Mother", "Father"), "Child"),
    ("Child", ("Daughter", "Son"), "Parent"),
    ("Sibling", ("Sister", "Brother"), "Sibling"),
    ("Half-sibling", ("Half-sister", "Half-brother"), "Half-sibling"),
    ("Twin", (), "Twin"),
    ("Grandparent", ("Grandmother", "Grandfather"), "Grandchild"),
    ("Grandchild", ("Granddaughter", "Grandson"), "Grandparent"),
    ("Great-grandparent", ("Great-grandmother", "Great-grandfather"), "Great-grandchild"),
    ("Great-grandchild", ("Great-granddaughter", "Great-grandson"), "Great-grandparent"),
    ("Parent's sibling", ("Aunt", "Uncle"), "Sibling's child"),
    ("Sibling's child", ("Niece", "Nephew"), "Parent's sibling"),
    ("Cousin", (), "Cousin"),
    ("Stepparent", ("Stepmother", "Stepfather"), "Stepchild"),
    ("Stepchild", ("Stepdaughter", "Stepson"), "Stepparent"),
    ("Stepsibling", ("Stepsister", "Stepbrother"), "Stepsibling"),
    ("Adoptive parent", ("Adoptive mother", "Adoptive father"), "Adopted child"),
    ("Adopted child", ("Adopted daughter", "Adopted son"), "Adoptive parent"),
    ("Foster parent", ("Foster mother", "Foster father"), "Foster child"),
    ("Foster child", ("Foster daughter", "Foster son"), "Foster parent"),
    ("Parent-in-law", ("Mother-in-law", "Father-in-law"), "Child-in-law"),
    ("Child-in-law", ("Daughter-in-law", "Son-in-law"), "Parent-in-law"),
    ("Sibling-in-law", ("Sister-in-law", "Brother-in-law"), "Sibling-in-law"),
    ("Godparent", ("Godmother", "Godfather"), "Godchild"),
    ("Godchild", ("Goddaughter", "Godson"), "Godparent"),
    ("Guardian", (), "Ward"),
    ("Ward", (), "Guardian"),
    ("Caregiver", (), "Care recipient"),
    ("Care recipient", (), "Caregiver"),
    ("Relative", (), "Relative"),
    # love
    ("Spouse", ("Wife", "Husband"), "Spouse"),
    ("Ex-spouse", ("Ex-wife", "Ex-husband"), "Ex-spouse"),
    ("Fiancé(e)", ("Fiancée", "Fiancé"), "Fiancé(e)"),
    ("Partner", ("Girlfriend", "Boyfriend"), "Partner"),
    ("Ex-partner", ("Ex-girlfriend", "Ex-boyfriend"), "Ex-partner"),
    ("Date", (), "Date"),
    # friends and neighbours
    ("Friend", (), "Friend"),
    ("Best friend", (), "Best friend"),
    ("Childhood friend", (), "Childhood friend"),
    ("Family friend", (), "Family friend"),
    ("Online friend", (), "Online friend"),
    ("Acquaintance", (), "Acquaintance"),
    ("Neighbour", (), "Neighbour"),
    ("Roommate", (), "Roommate"),
    ("Former roommate", (), "Former roommate"),
    ("Classmate", (), "Classmate"),
    ("Teammate", (), "Teammate"),
    ("Introduced by", (), "Introduced"),
    ("Introduced", (), "Introduced by"),
    ("Emergency contact", (), "Emergency contact of"),
    ("Emergency contact of", (), "Emergency contact"),
    ("Pet's godparent", (), "Owner of the godpet"),
    ("Owner of the godpet", (), "Pet's godparent"),
    # work
    ("Colleague", (), "Colleague"),
    ("Former colleague", (), "Former colleague"),
    ("Manager", (), "Report"),
    ("Report", (), "Manager"),
    ("Former manager", (), "Former report"),
    ("Former report", (), "Former manager"),
    ("Mentor", (), "Mentee"),
    ("Mentee", (), "Mentor"),
    ("Employer", (), "Employee"),
    ("Employee", (), "Employer"),
    ("Business partner", (), "Business partner"),
    ("Co-founder", (), "Co-founder"),
    ("Collaborator", (), "Collaborator"),
    ("Competitor", (), "Competitor"),
    ("Client", (), "Supplier"),
    ("Supplier", (), "Client"),
    ("Investor", (), "Investee"),
    ("Investee", (), "Investor"),
    ("Sponsor", (), "Sponsored"),
    ("Sponsored", (), "Sponsor"),
    ("Recruiter", (), "Candidate"),
    ("Candidate", (), "Recruiter"),
    ("Creator", (), "Fan"),
    ("Fan", (), "Creator"),
    # professions
    ("Doctor", (), "Patient"),
    ("Patient", (), "Doctor"),
    ("Therapist", (), "Therapy client"),
    ("Therapy client", (), "Therapist"),
    ("Lawyer", (), "Legal client"),
    ("Legal client", (), "Lawyer"),
    ("Teacher", (), "Student"),
    ("Student", (), "Teacher"),
    ("Coach", (), "Player"),
    ("Player", (), "Coach"),
    ("Landlord", (), "Tenant"),
    ("Tenant", (), "Landlord"),
)

_NAMESPACE = UUID("3d0f1c4e-6f0b-5a58-9d0e-6f1b6c1a7e42")


def type_id(name: str) -> str:
    """The id of the type with this name: the same on every instance and in every version."""
    return str(uuid5(_NAMESPACE, name))


CATALOGUE: tuple[RelationshipType, ...] = tuple(
    RelationshipType(type_id(name), name, type_id(inverse))
    for neutral, gendered, inverse in _GROUPS
    for name in (neutral, *gendered)
)
TYPES: dict[str, RelationshipType] = {type_.id: type_ for type_ in CATALOGUE}

RELATIONSHIPS_MAX = 2000


def neutral(type_id: str) -> str:
    """The type without gender: Parent for Mother, Father and Parent. The inverse of an inverse is always neutral."""
    return TYPES[TYPES[type_id].inverse_type_id].inverse_type_id


def inverse_for(type_id: str, present: str | None) -> str:
    """The type of the mirror of a relationship of this type.

    present: the current type of the mirror. It stays if it is the inverse with a gender: when Bart, Marge's Child,
    becomes her Son, Marge stays his Mother.
    """
    inverse = TYPES[type_id].inverse_type_id
    return present if present is not None and neutral(present) == inverse else inverse
