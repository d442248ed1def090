"""Numbers of more digits than Python converts (4,300), or a database stores, are answered like other wrong ids."""

import pytest
from visitor import Visitor
from world import World

NUMBERS = ["9" * 5_000, "9" * 19, "²", "٣"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_long_number_in_an_address_is_not_found(alice: Visitor, world: World, number: str) -> None:
    root, homer = f"/{world.organization.id}", world.homer.id
    for path in (f"/{number}/people", f"{root}/people/{number}", f"{root}/duplicates/{homer}-{number}"):
        assert alice.get(path).status == 404, path
    assert alice.get(f"{root}/people/merge", ids=f"{homer},{number}").status == 422
    timeline = alice.get(f"{root}/people/{homer}/timeline", after=f"2026-01-01T00:00:00.000000Z~2~{number}")
    assert timeline.status < 500


@pytest.mark.parametrize("number", NUMBERS)
def test_a_long_number_in_a_form_is_not_valid(alice: Visitor, world: World, number: str) -> None:
    root, homer = f"/{world.organization.id}", world.homer.id
    assert alice.post(f"{root}/people/merge", ids=[str(homer), number]).status == 422
    assert alice.post(f"{root}/people/{homer}/folders/{number}/remove").status == 404
    for short in (number[:20], number[:18]):
        assert alice.post(f"{root}/people/selected", ids=[str(homer)], act="folder", folder=short).status == 422
