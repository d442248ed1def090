"""From one person to the next of the list, and who a new person may be already."""

import re
from html import unescape

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.actions.contacts import create_contact


@pytest.fixture
def family(world: World) -> list[str]:
    """Names of people whom a search for "Bouvier" finds, in their order."""
    names = ["Jacqueline Bouvier", "Patty Bouvier", "Selma Bouvier"]
    with world.database.write() as tx:
        for name in names:
            create_contact(tx, world.alice, {"real_name": name})
    return names


def follow(alice: Visitor, path: str) -> str:
    response = alice.get(path)
    while response.status == 303:
        path = response.headers["location"]
        response = alice.get(path)
    return response.body.decode()


def link(body: str, label: str) -> str:
    found = re.search(rf'<a href="([^"]+)"[^>]*>(?:<svg[^>]*><use[^>]*/></svg>)?{label}', body)
    assert found is not None, label
    return unescape(found[1])


def name_of(body: str) -> str:
    found = re.search(r'<h1 class="person-name"[^>]*>([^<]+)</h1>', body)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("query", ["?q=Bouvier&sort=name", "?filter=name:Bouvier&sort=name"])
def test_the_next_and_the_previous_are_those_of_the_list(
    alice: Visitor, world: World, family: list[str], query: str
) -> None:
    listed = alice.get(f"/{world.organization.id}/people{query}").body.decode()
    first = re.findall(r'<a id="person-\d+" href="([^"]+)"', listed)[0]
    body, seen = follow(alice, unescape(first)), []
    for _ in family:
        seen.append(name_of(body))
        last, body = body, follow(alice, link(body, "Next"))
    assert seen == family
    assert "That is the end of the list" in body and "Bouvier" in body
    assert name_of(follow(alice, link(last, "Previous"))) == family[1]
    assert "Previous" not in text_of(alice.get(unescape(first)))
    assert family[0] in follow(alice, link(last, "List"))


@pytest.mark.parametrize(
    "query", ["step=next&in=%00&at=1", "step=x&at=-5", "in=filter%3D(((&at=0&step=next", "at=99999999"]
)
def test_a_forged_place_leads_to_the_list(alice: Visitor, world: World, query: str) -> None:
    assert alice.get(f"/{world.organization.id}/people/neighbours?{query}").status == 303


def test_a_person_without_a_list_has_no_neighbours(alice: Visitor, world: World) -> None:
    assert "Next" not in text_of(alice.get(f"/{world.organization.id}/people/{world.marge.id}"))


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"real_name": "homer simpson"}, "Homer Simpson"), ({"email": "MARGE@example.org"}, "Marge Simpson"),
        ({"phone": "(800) 555-5555"}, "Marge Simpson"), ({"real_name": "Zaphod"}, ""), ({"email": "marge@"}, ""),
        ({"real_name": "\0"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_a_new_person_may_already_be_here(alice: Visitor, world: World, fields: dict[str, str], found: str) -> None:
    alice.is_fragment = True
    response = alice.get(f"/{world.organization.id}/people/similar", **fields)
    assert response.status == 200 and found in text_of(response)
    assert bool(found) == ("May already be here" in text_of(response))


def test_nobody_of_another_organization_is_similar(alice: Visitor, world: World) -> None:
    response = alice.get(f"/{world.organization.id}/people/similar", real_name="Moe Szyslak", email="moe@example.org")
    assert "Moe" not in text_of(response)
