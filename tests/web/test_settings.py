"""The pages of the settings: what they change, who may change it, and what they say when it is not valid."""

import re

import pytest
from client import Client
from visitor import Visitor, text_of
from world import World

from coterie.actions.properties import create_definition, set_values
from coterie.store.organizations import find_membership, find_organization


def at(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/settings", *rest))


def email_of(world: World, user_id: str | None) -> str:
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": user_id})
    assert row is not None
    return str(row[0])


@pytest.fixture
def bob(client: Client, world: World) -> Visitor:
    """Bob, a member who is not an owner."""
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(email_of(world, world.bob.user_id))
    return visitor


def test_every_link_of_the_settings_leads_to_a_page(alice: Visitor, world: World) -> None:
    links = re.findall(r'<li><a href="([^"]+)"', alice.get(at(world)).body.decode())
    assert len(links) > 8
    for link in links:
        assert alice.get(link).status == 200, link


def test_an_owner_changes_the_organization_and_a_member_reads_it(alice: Visitor, bob: Visitor, world: World) -> None:
    fields = {"name": "The Simpsons", "country": "DE", "time_zone": "Europe/Berlin"}
    assert alice.post(at(world, "organization"), **fields).status == 303
    assert alice.post(at(world, "organization"), **fields | {"time_zone": "Mars/Olympus"}).status == 422
    assert bob.post(at(world, "organization"), **fields | {"name": "Bob's"}).status == 403
    assert "The Simpsons" in bob.get(at(world, "organization")).body.decode()
    with world.database.read() as tx:
        organization = find_organization(tx, world.organization.id)
    assert organization is not None
    assert (organization.name, organization.country, organization.time_zone) == tuple(fields.values())


def test_an_owner_requires_if_match_and_requires_it_no_longer(alice: Visitor, bob: Visitor, world: World) -> None:
    fields, path = {"name": "The Simpsons", "country": "DE", "time_zone": "Europe/Berlin"}, at(world, "organization")
    client = alice.client.with_token(world.alice_token)
    for is_required, choice in ((True, {"require_if_match": "yes"}), (False, {})):
        assert alice.post(path, **fields, **choice).status == 303
        assert ('value="yes" checked' in bob.get(path).body.decode()) is is_required
        status = client.patch(f"/api/hub/v1/contacts/{world.marge.id}", {"nickname": "Midge"}).status
        assert status == (428 if is_required else 200)
    assert bob.post(path, **fields, require_if_match="yes").status == 403
    assert alice.post(path, **fields | {"time_zone": "Mars"}, require_if_match="yes").status == 422
    assert 'value="yes" checked' not in alice.get(path).body.decode()


def test_roles_are_changed_by_owners_and_one_owner_stays(alice: Visitor, bob: Visitor, world: World) -> None:
    bobs, alices = (at(world, "members", str(user)) for user in (world.bob.user_id, world.alice.user_id))
    assert bob.post(f"{bobs}/role", role="owner").status == 403
    assert alice.post(f"{alices}/role", role="member").status == 409
    assert alice.post(f"{bobs}/role", role="queen").status == 409
    assert alice.post(f"{bobs}/role", role="owner").status == 303
    assert alice.post(f"{alices}/role", role="member").status == 303
    with world.database.read() as tx:
        roles = [find_membership(tx, world.organization.id, each.user_id or "") for each in (world.alice, world.bob)]
    assert roles == ["member", "owner"]


def test_a_member_leaves_and_only_an_owner_removes(alice: Visitor, bob: Visitor, world: World) -> None:
    assert bob.post(at(world, "members", str(world.alice.user_id), "remove")).status == 403
    assert bob.post(at(world, "members", str(world.bob.user_id), "remove")).headers["location"] == "/account"
    assert bob.get(at(world)).status == 404
    assert alice.post(at(world, "members", str(world.alice.user_id), "remove")).status == 409
    assert alice.post(at(world, "members", str(world.charlie.user_id), "remove")).status == 404


@pytest.mark.parametrize("path", ["folders", "tags", "expertises"])
def test_names_are_created_renamed_merged_and_deleted(alice: Visitor, world: World, path: str) -> None:
    page = at(world, path)
    for name in ("Chess", "Board games"):
        assert alice.post(page, name=name).status == 303
    body = alice.get(page).body.decode()
    assert "Chess" in text_of(alice.get(page)) and "0 people" in text_of(alice.get(page))
    ids = re.findall(rf'action="{re.escape(page)}/([^"/]+)/merge"', body)
    chess = next(each for each in ids if re.search(rf'id="name-{each}"[^>]*value="Chess"', body))
    assert alice.post(f"{page}/{chess}", name="Checkers").status == 303
    assert alice.post(f"{page}/{chess}", name=" ").status == 422
    assert alice.post(f"{page}/{chess}/merge", into="nothing").status == 422
    assert alice.post(f"{page}/{chess}/merge", into="board GAMES").status == 303
    text = text_of(alice.get(page))
    assert "Checkers was merged into Board games: 0 people" in text
    (rest,) = set(re.findall(rf'action="{re.escape(page)}/([^"/]+)/merge"', alice.get(page).body.decode()))
    assert alice.post(f"{page}/{rest}/delete").status == 303
    assert "There are none yet" in text_of(alice.get(page))
    restored = alice.post(f"{page}/{rest}/restore")
    assert restored.status == (404 if path == "folders" else 303)
    assert alice.post(f"{page}/nothing/delete").status == 404


def test_a_folder_has_a_colour(alice: Visitor, world: World) -> None:
    alice.post(at(world, "folders"), name="Neighbours")
    (folder,) = re.findall(r"settings/folders/(\d+)/merge", alice.get(at(world, "folders")).body.decode())
    alice.post(at(world, "folders", folder), name="Neighbours", color="blue")
    assert 'data-color="blue"' in alice.get(at(world, "folders")).body.decode()
    assert alice.post(at(world, "folders", folder), name="Neighbours", color="beige").status == 422


def test_a_change_of_type_that_loses_values_is_shown_first(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        size = create_definition(tx, world.alice, title="Size")
        set_values(tx, world.alice, world.marge.id, {size.slug: "large"})
        set_values(tx, world.alice, world.homer.id, {size.slug: "44"})
    page = at(world, "properties", size.slug)
    fields = {"title": "Size", "property_type": "number", "choices": "", "description": ""}
    response = alice.post(page, **fields)
    assert response.status == 409 and "1 value would be lost" in text_of(response)
    assert alice.post(page, **fields, confirmed="1").status == 303
    assert "1 person" in text_of(alice.get(at(world, "properties")))
    assert alice.post(f"{page}/delete").status == 303
    assert alice.get(page).status == 404


def test_a_property_is_created_with_choices(alice: Visitor, world: World) -> None:
    page = at(world, "properties", "new")
    fields = {"title": "Team", "property_type": "single_choice", "choices": "", "description": ""}
    response = alice.post(page, **fields)
    assert response.status == 422 and 'id="choices-problem"' in response.body.decode()
    assert alice.post(page, **fields | {"choices": "Isotopes\nAtoms\n"}).status == 303
    assert "Isotopes" in alice.get(at(world, "properties", "team")).body.decode()


def test_a_member_sees_and_ends_their_own_tokens_only(alice: Visitor, bob: Visitor, world: World) -> None:
    tokens = at(world, "tokens")
    alice.post(tokens, token_name="Of Alice", days="", scopes=["contacts:read"])
    bob.post(tokens, token_name="Of Bob", days="", scopes=["contacts:read"])
    assert "Of Alice" not in text_of(bob.get(tokens)) and "Of Bob" in text_of(alice.get(tokens))
    body = alice.get(tokens).body.decode()
    (path,) = re.findall(r'action="([^"]+/revoke)">(?:[^<]|<input[^>]*>)*<button[^>]*Revoke the token Of Alice', body)
    assert bob.post(path).status == 404
    assert alice.post(path).status == 303
