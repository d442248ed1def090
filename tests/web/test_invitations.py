"""Invitations: made by owners, used once, with a new account or an old one; and leaving an organization."""

import re

import pytest
from client import Client, Response
from visitor import Visitor, text_of
from world import PASSWORD, World

from coterie.actions import invitations as actions
from coterie.actions.members import add_member, remove_member
from coterie.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from coterie.model import times
from coterie.model.organizations import MEMBER, OWNER
from coterie.store.organizations import find_login, find_membership, list_organizations_of_user


def email_of(world: World, user_id: str | None) -> str:
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": user_id})
    assert row is not None
    return str(row[0])


def page_of(world: World) -> str:
    return f"/{world.organization.id}/settings/invitations"


def link_in(response: Response) -> str:
    assert response.status == 200, text_of(response)
    return re.findall(r'id="link" readonly value="https?://[^/]+(/join\?code=[^"]+)"', response.body.decode())[0]


def code_of(link: str) -> str:
    return link.partition("code=")[2]


@pytest.fixture
def guest(client: Client) -> Visitor:
    return Visitor(client.with_token(None))


@pytest.fixture
def link(alice: Visitor, world: World) -> str:
    return link_in(alice.post(page_of(world), role="member"))


def test_a_link_makes_an_account_and_a_member_once(link: str, alice: Visitor, guest: Visitor, world: World) -> None:
    assert world.organization.name in text_of(guest.get(link))
    fields = {"code": code_of(link), "first_name": "Ned", "email": f"ned-{code_of(link)}@example.org"}
    short = guest.post("/join/new", **fields, password="short")
    assert short.status == 422 and 'value="Ned"' in short.body.decode()
    response = guest.post("/join/new", **fields, password="correct horse battery")
    assert (response.status, response.headers["location"]) == (303, f"/{world.organization.id}/today")
    assert guest.get(f"/{world.organization.id}/people").status == 200
    assert Visitor(guest.client).get(link).status == 404
    assert Visitor(guest.client).post("/join/new", **fields, password="correct horse battery").status == 404
    assert "There are no open invitations" in text_of(alice.get(page_of(world)))


def test_a_link_takes_in_a_user_of_another_organization(link: str, guest: Visitor, world: World) -> None:
    email = email_of(world, world.charlie.user_id)
    sign_in = re.findall(r'href="(/sign-in\?next=[^"]+)"', guest.get(link).body.decode())[0]
    assert guest.get(sign_in).status == 200
    assert guest.post("/sign-in", email=email, password=PASSWORD, next=link).headers["location"] == link
    assert email in text_of(guest.get(link))
    assert guest.post("/join", code=code_of(link)).headers["location"] == f"/{world.organization.id}/today"
    for organization in (world.organization.id, world.charlie.organization_id):
        assert guest.get(f"/{organization}/people").status == 200
    with world.database.read() as tx:
        assert find_membership(tx, world.organization.id, world.charlie.user_id or "") == MEMBER


def test_an_address_with_an_account_is_asked_to_sign_in(link: str, guest: Visitor, world: World) -> None:
    response = guest.post("/join/new", code=code_of(link), email=world.alice_email.upper(), password="horse battery x")
    assert response.status == 422 and "is already in use" in text_of(response)
    assert guest.get(link).status == 200


def test_a_member_who_opens_a_link_uses_nothing_up(link: str, alice: Visitor, guest: Visitor, world: World) -> None:
    assert alice.get(link).status == 303
    assert alice.post("/join", code=code_of(link)).status == 409
    assert guest.get(link).status == 200


def test_a_link_ends_after_seven_days_and_when_it_is_revoked(
    link: str, alice: Visitor, guest: Visitor, world: World
) -> None:
    (path,) = re.findall(r'action="([^"]+/revoke)"', alice.get(page_of(world)).body.decode())
    assert alice.post(path).status == 303
    assert guest.get(link).status == 404 and alice.post(path).status == 404
    other = link_in(alice.post(page_of(world), role="owner"))
    with world.database.write() as tx:
        moment = times.after(times.now(), -1)
        tx.run("UPDATE invitations SET expires_at = :at WHERE organization_id = :organization_id",
               {"at": moment, "organization_id": world.organization.id})  # fmt: skip
    assert guest.get(other).status == 404


@pytest.mark.parametrize("code", ["", "x", "é" * 50, "0" * 5000])
def test_other_codes_open_nothing(guest: Visitor, code: str) -> None:
    assert guest.get("/join", code=code).status == 404
    assert guest.post("/join/new", code=code, email="a@example.org", password="horse battery").status in (404, 422)
    assert guest.post("/join", code=code).status == 401


def test_members_make_no_invitations(guest: Visitor, world: World, link: str) -> None:
    guest.sign_in(email_of(world, world.bob.user_id))
    assert guest.get(page_of(world)).status == 403
    assert guest.post(page_of(world), role="owner").status == 403
    with world.database.write() as tx:
        with pytest.raises(Forbidden):
            actions.create_invitation(tx, world.bob, role=OWNER)
        with pytest.raises(Forbidden):
            actions.revoke_invitation(tx, world.bob, "x")


def test_an_invitation_that_is_not_valid_says_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.database.write() as tx:
        for role, email in (("king", ""), (MEMBER, "no address")):
            with pytest.raises(Invalid):
                actions.create_invitation(tx, world.alice, role=role, email=email)
        monkeypatch.setattr(actions, "INVITATIONS_MAX", 1)
        actions.create_invitation(tx, world.alice, role=MEMBER)
        with pytest.raises(TooLarge):
            actions.create_invitation(tx, world.alice, role=MEMBER)


def test_invitations_end_with_their_maker(link: str, guest: Visitor, world: World) -> None:
    with world.database.write() as tx:
        bob = email_of(world, world.bob.user_id)
        add_member(tx, world.alice, email_of(world, world.charlie.user_id), role=OWNER, password_hash=None)
        _, code = actions.create_invitation(
            tx, actions.Caller.for_organization(world.organization, via="t", user_id=world.charlie.user_id), role=MEMBER
        )
        remove_member(tx, world.alice, email_of(world, world.charlie.user_id))
        with pytest.raises(NotFound):
            actions.join(tx, code, find_login(tx, bob)[0], "test")  # type: ignore[index]
    assert guest.get(link).status == 200


def test_the_last_owner_cannot_leave_and_others_can(alice: Visitor, guest: Visitor, world: World) -> None:
    def leave(user_id: str | None) -> str:
        return f"/{world.organization.id}/settings/members/{user_id}/remove"

    assert alice.post(leave(world.alice.user_id)).status == 409
    guest.sign_in(email_of(world, world.bob.user_id))
    assert leave(world.bob.user_id) in guest.get("/account").body.decode()
    assert guest.post(leave(world.alice.user_id)).status == 403
    assert guest.post(leave(world.bob.user_id)).status == 303
    assert guest.get(f"/{world.organization.id}/people").status == 404
    assert "not a member of any organization" in text_of(guest.get("/account"))
    with world.database.write() as tx:
        assert list_organizations_of_user(tx, world.bob.user_id or "") == []
        with pytest.raises(Conflict):
            remove_member(tx, world.alice, world.alice_email)


def test_a_user_without_an_organization_signs_in_to_accept_an_invitation(
    link: str, guest: Visitor, world: World
) -> None:
    bob = email_of(world, world.bob.user_id)
    with world.database.write() as tx:
        remove_member(tx, world.alice, bob)
    assert guest.sign_in(bob).headers["location"] == "/account"
    assert guest.post("/account", first_name="Bob", last_name="", time_zone="UTC").status == 404
    assert guest.post("/join", code=code_of(link)).status == 303
    assert guest.get(f"/{world.organization.id}/people").status == 200
