"""Every type of relationship has an inverse in the catalogue, and there and back means the same again."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import coterie.store.migrations
from coterie.model.ids import parse_id
from coterie.model.relationships import (
    _GROUPS,
    CATALOGUE,
    TYPES,
    ContactRelationship,
    RelationshipType,
    UserRelationship,
    type_id,
)

NEUTRAL = {name: neutral for neutral, gendered, _ in _GROUPS for name in (neutral, *gendered)}
BY_NAME: Mapping[str, RelationshipType] = {type_.name: type_ for type_ in CATALOGUE}


def inverse(type_: RelationshipType) -> RelationshipType:
    return TYPES[type_.inverse_type_id]


def test_the_catalogue_is_large_and_names_and_ids_are_unique() -> None:
    assert len(CATALOGUE) == len(BY_NAME) == len(TYPES) == len(NEUTRAL) >= 44
    assert all(parse_id(type_.id) == type_.id for type_ in CATALOGUE)
    folded = {name.casefold() for name in BY_NAME}
    assert len(folded) == len(BY_NAME)


def test_there_and_back_has_the_same_neutral_meaning() -> None:
    for type_ in CATALOGUE:
        assert inverse(inverse(type_)).name == NEUTRAL[type_.name]


def test_an_inverse_is_always_a_neutral_word() -> None:
    assert all(NEUTRAL[inverse(type_).name] == inverse(type_).name for type_ in CATALOGUE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Parent", "Child"), ("Mother", "Child"), ("Father", "Child"), ("Son", "Parent"),
        ("Daughter", "Parent"), ("Wife", "Spouse"), ("Husband", "Spouse"), ("Sister", "Sibling"),
        ("Aunt", "Sibling's child"), ("Nephew", "Parent's sibling"), ("Grandmother", "Grandchild"),
        ("Manager", "Report"), ("Mentee", "Mentor"), ("Friend", "Friend"), ("Godmother", "Godchild"),
        ("Stepson", "Stepparent"), ("Mother-in-law", "Child-in-law"), ("Introduced by", "Introduced"),
        ("Fiancée", "Fiancé(e)"), ("Doctor", "Patient"), ("Tenant", "Landlord"), ("Cousin", "Cousin"),
    ],
)  # fmt: skip
def test_the_inverse_says_what_the_first_is_to_the_second(name: str, expected: str) -> None:
    assert inverse(BY_NAME[name]).name == expected


def test_ids_never_change() -> None:
    assert type_id("Parent") == BY_NAME["Parent"].id == "ce582195-fec7-5b2c-bbd1-16d52e7b15ad"
    assert BY_NAME["Fiancé(e)"].id == "41a81c8d-2c0c-5451-8b10-d05bf2bdda0b"


@pytest.mark.parametrize(
    ("table", "cls"),
    [
        ("relationship_types", RelationshipType),
        ("contact_relationships", ContactRelationship),
        ("user_relationships", UserRelationship),
    ],
)
def test_the_structs_have_the_columns_of_their_tables_in_order(table: str, cls: type) -> None:
    schema = (Path(coterie.store.migrations.__file__).parent / "0001_schema.sql").read_text()
    body = re.search(rf"CREATE TABLE {table} \((.*?)\n\)", schema, re.DOTALL)
    assert body is not None
    columns = re.findall(r"^    ([a-z_]+) (?:TEXT|BIGINT)", body[1], re.MULTILINE)
    assert [column for column in columns if column != "organization_id"] == list(cls.__struct_fields__)  # type: ignore[attr-defined]
