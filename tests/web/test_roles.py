"""Every page × every role: nobody, a user of another organization, a member, an owner."""

import re

from client import Client, Response
from table_tests import failing
from visitor import Visitor
from world import World

from coterie.web.page import Page
from coterie.web.table import PAGES

# pages of the settings that only owners see; members get 403, even for things that do not exist
OWNERS_SETTINGS = {"data", "instagram", "invitations", "subscriptions", "webhooks"}
# and forms of pages that members see
OWNERS_FORMS = {"POST /{o:int}/settings/organization", "POST /{o:int}/settings/members/{user}/role",
                "POST /{o:int}/look-around"}  # fmt: skip
# first parts of the paths of pages that need no session
FOR_ANYONE = {"set-up", "sign-in", "join", "forgot-password", "reset-password"}
BY_NAME = {f"{page.method} {page.path}": page for page in PAGES}
SECTION = re.compile(r".* /\{o:int\}/settings/([a-z-]+).*")
# these end the session that the next page needs
ENDS = {"POST /sign-out"}


def path_of(page: Page, world: World) -> str:
    """The path of a page about Marge in Alice's organization; other parts of the path name nothing that exists."""

    def value(match: re.Match[str]) -> str:
        name, _, kind = match[1].partition(":")
        known = {"o": world.organization.id, "contact": world.marge.id, "person": world.marge.id}
        return str(known.get(name, 999_999 if kind == "int" else "nothing"))

    return re.sub(r"\{([^}]+)\}", value, page.path)


def call(visitor: Visitor, page: Page, world: World) -> Response:
    """Calls a page at its path_of, a form without fields."""
    path = path_of(page, world)
    if page.method == "GET":
        return visitor.get(path)
    if page.uploads:
        return visitor.upload(path, "file", "x.vcf", b"")
    return visitor.post(path)


def signed_in(client: Client, world: World, user_id: str | None) -> Visitor:
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": user_id})
    assert row is not None
    visitor = Visitor(client.with_token(None))
    assert visitor.sign_in(row[0]).status == 303
    return visitor


def test_nobody_sees_only_what_is_for_anyone(client: Client, world: World) -> None:
    def check(name: str) -> None:
        page = BY_NAME[name]
        response = call(Visitor(client.with_token(None)), page, world)
        assert response.status < 500
        if page.access == "anyone":
            assert page.path.split("/")[1] in FOR_ANYONE
        elif page.method == "GET" or page.is_share:
            assert response.status == 303 and response.headers["location"].startswith("/sign-in?next=")
        else:
            assert response.status == 401

    assert failing(BY_NAME, check) == []


def test_a_user_of_another_organization_finds_nothing(client: Client, world: World) -> None:
    charlie = signed_in(client, world, world.charlie.user_id)
    for name, page in BY_NAME.items():
        if page.access == "member":
            assert call(charlie, page, world).status == 404, name


def test_members_do_everything_but_what_owners_do(client: Client, world: World) -> None:
    bob = signed_in(client, world, world.bob.user_id)
    statuses = {
        name: call(bob, page, world).status
        for name, page in BY_NAME.items()
        if page.access != "anyone" and name not in ENDS
    }
    owners_only = {name for name in statuses if SECTION.sub(r"\1", name) in OWNERS_SETTINGS} | OWNERS_FORMS
    assert {name for name, status in statuses.items() if status == 403} == owners_only
    assert not {401, 500} & set(statuses.values())


def test_owners_do_everything(client: Client, world: World) -> None:
    alice = signed_in(client, world, world.alice.user_id)
    for name, page in BY_NAME.items():
        if page.access != "anyone" and name not in ENDS:
            status = call(alice, page, world).status
            assert status not in (401, 403, 500), (name, status)
