"""Passwords, tokens and memberships as an operator changes them, and what that ends. On both engines."""

import pytest
from r0_client import R0
from world import LEAST_WORK, PASSWORD, World

from coterie.actions.access_tokens import create_access_token, revoke_access_token
from coterie.actions.logins import begin_login, end_login, find_password_hash, is_password_right, log_in
from coterie.actions.members import add_member, find_member, remove_member
from coterie.actions.organizations import update_organization
from coterie.actions.passwords import set_password
from coterie.errors import Conflict, Invalid, NotFound, Unauthorized
from coterie.model import times
from coterie.model.organizations import MEMBER, OWNER, Caller
from coterie.store.access_tokens import list_access_tokens
from coterie.store.database import Tx
from coterie.store.organizations import list_members

NEW_PASSWORD = "another password of mine"
NEW_HASH = LEAST_WORK.hash(NEW_PASSWORD)


def check_password(tx: Tx, email: str, password: str) -> str:
    """What a login does before its token is made."""
    attempt = begin_login(email, "127.0.0.1")
    login = find_password_hash(tx, attempt)
    return end_login(attempt, login, is_right=is_password_right(login, password))


def status(r0: R0, token: str) -> int:
    return R0(r0.client.with_token(token), r0.base).get("/contacts").status


def events_of(tx: Tx, caller: Caller) -> list[tuple[str, str]]:
    rows = tx.all(
        "SELECT kind, subject_id FROM events WHERE organization_id = :id ORDER BY id", {"id": caller.organization_id}
    )
    return [(kind, subject_id) for kind, subject_id in rows if kind.partition(".")[0] not in ("contact", "user")]


def email_of(tx: Tx, world: World, user_id: str | None) -> str:
    return next(
        each.email for each in list_members(tx, world.alice.organization_id, limit=9) if each.user_id == user_id
    )


def test_a_new_password_ends_logins_and_leaves_api_tokens(world: World, r0: R0) -> None:
    assert world.alice.user_id
    with world.database.write() as tx:
        login, *_ = log_in(tx, world.alice.user_id, "test")
    assert (status(r0, login), status(r0, world.alice_token)) == (200, 200)
    with world.database.write() as tx:
        assert set_password(tx, f" {world.alice_email.upper()} ", NEW_HASH, via="cli") == 1
        assert set_password(tx, world.alice_email, NEW_HASH, via="cli") == 0
    assert (status(r0, login), status(r0, world.alice_token)) == (401, 200)
    with world.database.read() as tx:
        assert check_password(tx, world.alice_email, NEW_PASSWORD) == world.alice.user_id
        with pytest.raises(Unauthorized):
            check_password(tx, world.alice_email, PASSWORD)
        with pytest.raises(NotFound, match="There is no user"):
            set_password(tx, "nobody@example.org", NEW_HASH, via="cli")


def test_a_token_has_the_scopes_and_the_days_it_was_given(world: World, r0: R0) -> None:
    assert world.alice.user_id
    with world.database.write() as tx:
        token_id, token = create_access_token(
            tx,
            world.alice,
            user_id=world.alice.user_id,
            name=" cron ",
            scopes=["contacts:read", "contacts:read"],
            days=3,
        )
    (listed,) = [each for each in _tokens(world) if each.id == token_id]
    assert (listed.name, listed.scopes, listed.user_id) == ("cron", ("contacts:read",), world.alice.user_id)
    assert listed.expires_at and listed.expires_at[:10] > listed.created_at[:10]
    assert listed.state(listed.created_at) == "active" and listed.state(listed.expires_at) == "expired"
    reader = R0(r0.client.with_token(token), r0.base)
    assert reader.get("/contacts").status == 200
    assert reader.post("/contacts", {"contact": {"first_name": "Bart", "relationship_type": 1}}).status == 403
    with world.database.write() as tx:
        tx.run("UPDATE access_tokens SET expires_at = created_at WHERE id = :id", {"id": token_id})
    assert reader.get("/contacts").status == 401


def test_a_token_that_makes_no_sense_is_refused(world: World) -> None:
    assert world.alice.user_id and world.charlie.user_id
    with world.database.write() as tx:
        for wrong in ({"name": " "}, {"name": "x" * 201}, {"scopes": ["contacts"]}, {"days": 0}, {"days": 100_000}):
            with pytest.raises(Invalid, match=next(iter(wrong)).removesuffix("s")):
                create_access_token(tx, world.alice, **{"user_id": world.alice.user_id, "name": "x", **wrong})  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            create_access_token(tx, world.alice, user_id=world.charlie.user_id, name="a stranger's")


def test_a_revoked_token_is_worth_nothing_and_only_ones_own_can_be_revoked(world: World, r0: R0) -> None:
    with world.database.read() as tx:
        (bob_token,) = [each.id for each in _tokens(world) if each.user_id == world.bob.user_id]
    with world.database.write() as tx:
        with pytest.raises(NotFound):
            revoke_access_token(tx, world.charlie, bob_token)
        revoke_access_token(tx, world.alice, bob_token)
        with pytest.raises(Conflict, match="already revoked"):
            revoke_access_token(tx, world.alice, bob_token)
        assert ("access_token.revoked", bob_token) in events_of(tx, world.alice)
    assert (status(r0, world.bob_token), status(r0, world.alice_token)) == (401, 200)


def test_who_leaves_loses_the_tokens_and_does_not_get_them_back_by_coming_back(world: World, r0: R0) -> None:
    assert world.bob.user_id
    with world.database.write() as tx:
        email = email_of(tx, world, world.bob.user_id)
        login, *_ = log_in(tx, world.bob.user_id, "test")
        assert remove_member(tx, world.alice, email) == 2
        with pytest.raises(NotFound):
            find_member(tx, world.alice, email)
        with pytest.raises(NotFound):
            remove_member(tx, world.alice, email)
    assert (status(r0, world.bob_token), status(r0, login)) == (401, 401)
    with world.database.write() as tx:
        assert add_member(tx, world.alice, email, role=MEMBER, password_hash=None) == world.bob.user_id
        with pytest.raises(Conflict, match="already a member"):
            add_member(tx, world.alice, email, role=MEMBER, password_hash=None)
        assert check_password(tx, email, PASSWORD) == world.bob.user_id
        bobs = [kind for kind, subject in events_of(tx, world.alice) if subject == world.bob.user_id]
        assert bobs == ["member.removed", "member.added"]
    assert (status(r0, world.bob_token), status(r0, login)) == (401, 401)


def test_a_new_member_needs_a_password_and_one_from_elsewhere_keeps_theirs(world: World) -> None:
    with world.database.write() as tx:
        with pytest.raises(Invalid, match="password is needed"):
            add_member(tx, world.alice, "new@example.org", role=MEMBER, password_hash=None)
        with pytest.raises(Invalid, match="role"):
            add_member(tx, world.alice, "new@example.org", role="boss", password_hash=NEW_HASH)
        with pytest.raises(Invalid, match="email"):
            add_member(tx, world.alice, "nobody", role=MEMBER, password_hash=NEW_HASH)
        unique = f"new-{world.alice_email}"
        user_id = add_member(tx, world.alice, unique, role=OWNER, password_hash=NEW_HASH)
        assert find_member(tx, world.alice, unique.upper()) == user_id
        charlie = next(each.email for each in list_members(tx, world.charlie.organization_id, limit=9))
        assert add_member(tx, world.alice, charlie, role=MEMBER, password_hash=NEW_HASH) == world.charlie.user_id
        assert check_password(tx, charlie, PASSWORD) == world.charlie.user_id


def test_the_last_owner_stays(world: World) -> None:
    with world.database.write() as tx:
        with pytest.raises(Conflict, match="only owner"):
            remove_member(tx, world.alice, world.alice_email)
        add_member(tx, world.alice, f"second-{world.alice_email}", role=OWNER, password_hash=NEW_HASH)
        assert remove_member(tx, world.alice, world.alice_email) == 1
        roles = {each.role for each in list_members(tx, world.alice.organization_id, limit=9)}
        assert roles == {OWNER, MEMBER}


def test_the_country_of_an_organization_can_be_changed_and_decides_from_then_on(world: World, r0: R0) -> None:
    with world.database.write() as tx:
        after = update_organization(tx, world.alice, name="  Terrace  ", country="Germany")
        assert (after.name, after.country) == ("Terrace", "DE")
        assert update_organization(tx, world.alice) == after
        assert update_organization(tx, world.alice, country="").country is None
        update_organization(tx, world.alice, country="AT")
        kinds = [kind for kind, _ in events_of(tx, world.alice)]
        assert kinds.count("organization.updated") == 3
        for wrong in ({"name": " "}, {"name": "x" * 201}, {"country": "Atlantis"}):
            with pytest.raises(Invalid, match=next(iter(wrong))):
                update_organization(tx, world.alice, **wrong)
    made = r0.post("/contacts", {"contact": {"first_name": "Sissi", "relationship_type": 1}})
    number = r0.post(f"/contacts/{made.json['id']}/phone-numbers", {"phone_number": {"phone_number": "0512 5360"}})
    assert number.status == 201, number.body
    with world.database.read() as tx:
        row = tx.one("SELECT normalized FROM handles WHERE id = :id", {"id": number.json["id"]})
    assert row and row[0].startswith("+43512")


def _tokens(world: World):  # type: ignore[no-untyped-def]
    with world.database.read() as tx:
        return list_access_tokens(tx, world.alice.organization_id, limit=100)


@pytest.mark.parametrize(
    ("created", "used", "expected"), [(89, 29, 200), (91, 0, 401), (89, 31, 401), (31, None, 401), (29, None, 200)]
)
def test_a_login_expires_and_idles_out(world: World, r0: R0, created: int, used: int | None, expected: int) -> None:
    assert world.alice.user_id
    with world.database.write() as tx:
        login, *_ = log_in(tx, world.alice.user_id, "test")
        _age_tokens(tx, world.alice, created, used)
    assert (status(r0, login), status(r0, world.alice_token)) == (expected, 200)


def test_a_token_older_than_the_membership_does_not_reach_the_organization(world: World, r0: R0) -> None:
    assert world.alice.user_id
    other = world.charlie.organization_id
    with world.database.write() as tx:
        email = email_of(tx, world, world.alice.user_id)
        add_member(tx, world.charlie, email, role=MEMBER, password_hash=None)
        login, *_ = log_in(tx, world.alice.user_id, "test")
        uuid = world.charlie.organization_uuid
    path = f"/api/v1/orgs/{uuid}"
    session = r0.client.with_token(login)
    assert (session.get(f"{path}/contacts").status, session.get("/api/v1/orgs").json["count"]) == (200, 2)
    with world.database.write() as tx:
        remove_member(tx, world.charlie, email)
        add_member(tx, world.charlie, email, role=MEMBER, password_hash=None)
        again, *_ = log_in(tx, world.alice.user_id, "test")
    assert (session.get(f"{path}/contacts").status, session.get("/api/v1/orgs").json["count"]) == (404, 1)
    assert r0.client.with_token(again).get(f"{path}/contacts").status == 200
    with world.database.write() as tx:
        # a token of the organization itself, which no removal revoked
        _, token = create_access_token(tx, world.charlie, user_id=world.alice.user_id, name="old")
        tx.run("UPDATE memberships SET created_at = :now WHERE organization_id = :id AND user_id = :user_id",
               {"now": times.after(times.now(), 1), "id": other, "user_id": world.alice.user_id})  # fmt: skip
    assert r0.client.with_token(token).get(f"{path}/contacts").status == 401


def _age_tokens(tx: Tx, caller: Caller, created: int, used: int | None) -> None:
    """Moves the creation and last use of the user's tokens, and the membership, so many days into the past."""
    now = times.now()
    days = {"created": created, "used": used}
    ages = {name: times.after(now, -each * 86_400) if each is not None else None for name, each in days.items()}
    tx.run("UPDATE access_tokens SET created_at = :created, last_used_at = :used WHERE user_id = :user_id",
           ages | {"user_id": caller.user_id})  # fmt: skip
    tx.run("UPDATE memberships SET created_at = :created WHERE user_id = :user_id",
           {"created": ages["created"], "user_id": caller.user_id})  # fmt: skip
